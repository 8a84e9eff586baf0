"""What a command says when the database is not what it expects."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from quiz.cli import register
from quiz.services.platform import Platform


@pytest.mark.parametrize("change", ["DROP TABLE audit", "ALTER TABLE audit DROP COLUMN detail"])
def test_a_command_on_a_database_of_another_version_says_how_to_prepare_it(
    app: Flask, platform: Platform, change: str
) -> None:
    with platform.store.engine.begin() as connection:
        connection.execute(text(change))
    register(app)

    refused = app.test_cli_runner().invoke(args=["organizer", "invite", "张三"])

    assert refused.exit_code == 1
    assert "make run" in refused.output
