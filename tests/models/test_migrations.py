"""The migrations make exactly the tables that the models describe, and can be taken back."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade
from flask_migrate import upgrade as run_migrations
from sqlalchemy import inspect

from quiz.models import Base
from quiz.models.upgrade import know_migrations, upgrade
from quiz.services.platform import Platform


def test_the_migrated_tables_are_those_of_the_models(platform: Platform) -> None:
    with platform.store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def test_every_migration_can_be_taken_back_and_made_again(app: Flask, platform: Platform) -> None:
    know_migrations(app)

    with app.app_context():
        downgrade(revision="base")
        left = set(inspect(platform.store.engine).get_table_names())
        run_migrations()
    made = set(inspect(platform.store.engine).get_table_names())

    assert left <= {"alembic_version"}
    assert made == {*Base.metadata.tables, "alembic_version"}


def test_a_database_that_is_up_to_date_is_not_copied(app: Flask, platform: Platform) -> None:
    with app.app_context():
        copied = upgrade(app, platform.store, platform.data)

    assert copied is None
