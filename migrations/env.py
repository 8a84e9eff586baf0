"""Runs the migrations in one transaction on the application's own engine."""

from __future__ import annotations

from alembic import context
from flask import current_app

store = current_app.extensions["quiz"].store
metadata = current_app.extensions["migrate"].db.metadata

with store.connection() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=store.dialect == "sqlite",
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
