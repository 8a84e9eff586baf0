"""Bringing a database to this version: a copy first, then the migrations."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import Migrate
from flask_migrate import upgrade as run_migrations

from quiz.models.base import Store, db

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def know_migrations(app: Flask) -> None:
    """Tell Flask-Migrate about the application; a serving process starts sooner without."""
    if "migrate" not in app.extensions:
        Migrate(app, db, directory=str(MIGRATIONS))


def upgrade(app: Flask, store: Store, data: Path) -> Path | None:
    """Migrate the database to the newest version; returns where the copy made before is, None without one.

    A database that is new or up to date needs no copy; PostgreSQL is copied by its own tools, before.
    """
    know_migrations(app)
    config: Config = app.extensions["migrate"].migrate.get_config()
    newest = ScriptDirectory.from_config(config).get_current_head()
    with store.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == newest:
        return None
    copied = _copy(store, data, current) if current is not None and store.dialect == "sqlite" else None
    run_migrations()
    return copied


def _copy(store: Store, data: Path, revision: str) -> Path:
    folder = data / "copies"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"quiz-{revision}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.sqlite3"
    with store.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")  # VACUUM runs outside a transaction
        connection.exec_driver_sql("VACUUM INTO ?", (str(path),))
    return path
