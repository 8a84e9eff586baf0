"""What commands say when the database, or what they are told, is not what they expect."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from question_bank.formats import jsonl
from question_bank.question import Question
from quiz.cli import register
from quiz.models.bank import QuestionVersion
from quiz.services import bank
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


def test_an_import_gives_every_question_one_last_day_which_has_to_be_a_day(
    app: Flask, platform: Platform, tmp_path: Path
) -> None:
    row = {"kind": "true_false", "options": ["对", "错"], "key": ["A"]}
    dated = {**row, "stem": "一？", "tags": {"valid_until": ["2026-06-30"]}}
    file = tmp_path / "题.jsonl"
    file.write_bytes(jsonl.write([Question.from_dict({**row, "stem": "二？"}), Question.from_dict(dated)]))
    register(app)
    runner = app.test_cli_runner()

    refused = runner.invoke(args=["bank", "import", str(file), "--tag", "valid_until:年底"])
    taken = runner.invoke(args=["bank", "import", str(file), "--tag", "valid_until:2026-12-31"])

    assert (refused.exit_code, taken.exit_code) == (1, 0), (refused.output, taken.output)
    assert "“年底”不是日期" in refused.output
    assert [q.tags["valid_until"] for q in bank.all_questions(platform)] == [("2026-12-31",)] * 2


@pytest.mark.parametrize(
    ("option", "state"), [((), "ready"), (("--review",), "review"), (("--reviewed",), "ready")]
)
def test_an_import_says_whether_its_questions_wait_for_a_second_person(
    app: Flask, platform: Platform, tmp_path: Path, option: tuple[str, ...], state: str
) -> None:
    row = {"kind": "true_false", "stem": "一？", "options": ["对", "错"], "key": ["A"]}
    file = tmp_path / "题.jsonl"
    file.write_bytes(jsonl.write([Question.from_dict(row)]))
    register(app)

    done = app.test_cli_runner().invoke(args=["bank", "import", str(file), *option])

    assert done.exit_code == 0, done.output
    with platform.store.reading() as session:
        assert session.scalars(select(QuestionVersion.state)).all() == [state]
