"""What commands say when the database, or what they are told, is not what they expect."""

from __future__ import annotations

import json
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


STEM = "水在标准大气压下几度结冰？"


def choice(stem: str, key: str = "A", **more: object) -> Question:
    options = [f"{n} 摄氏度" for n in (0, 10, 100)]
    return Question.from_dict({"kind": "single", "stem": stem, "options": options, "key": [key], **more})


def test_a_check_of_a_file_tells_faults_repetitions_and_conflicts_and_changes_nothing(
    app: Flask, platform: Platform, tmp_path: Path
) -> None:
    held, asked = tmp_path / "已有.jsonl", tmp_path / "新题.jsonl"
    held.write_bytes(jsonl.write([choice(STEM), choice("冰在什么时候化成水？", "B")]))
    told = [choice(STEM), choice("冰在什么时候化成水？", "C"), choice("没有问题的一道题？")]
    asked.write_bytes(jsonl.write(told) + b'{"stem": "\xe5\x9d\x8f"}\n')
    register(app)
    runner = app.test_cli_runner()
    assert runner.invoke(args=["bank", "import", str(held)]).exit_code == 0

    done = runner.invoke(args=["bank", "check", str(asked)])
    in_json = json.loads(runner.invoke(args=["bank", "check", "--json", str(asked)]).output)
    good = runner.invoke(args=["bank", "check", str(tmp_path / "已有.jsonl"), str(held)])

    lines = [line.split("\t") for line in done.output.splitlines()]
    assert {(line[0], line[3], line[5]) for line in lines if len(line) == 7} >= {
        ("error", "1", "duplicate"), ("error", "2", "conflict"),
    }  # fmt: skip
    assert any(line[0] == "error" and line[3] == "4" for line in lines)
    assert (done.exit_code, good.exit_code) == (1, 1)
    assert (in_json["questions"], in_json["errors"] >= 3) == (1, True)
    assert {each["code"] for each in in_json["problems"]} >= {"duplicate", "conflict"}
    assert len(bank.all_questions(platform)) == 2
    assert not [*(platform.data / "imports").glob("*.said")]  # nothing is kept of what was only looked at


def test_a_check_of_the_bank_tells_what_is_alike_in_it(
    app: Flask, platform: Platform, tmp_path: Path
) -> None:
    file = tmp_path / "题.jsonl"
    register(app)
    runner = app.test_cli_runner()
    empty = runner.invoke(args=["bank", "check"])
    for stem in (STEM, f"请问{STEM}"):
        file.write_bytes(jsonl.write([choice(stem)]))
        assert runner.invoke(args=["bank", "import", str(file)]).exit_code == 0

    done = runner.invoke(args=["bank", "check"])

    assert (empty.exit_code, done.exit_code) == (0, 0), done.output  # alike is a warning
    assert "0 题可用" in empty.output
    assert "near" in done.output
    assert "2 题可用，0 处错误，1 处提醒。" in done.output


def test_tags_of_an_import_are_topics_unless_they_name_a_facet(
    app: Flask, platform: Platform, tmp_path: Path
) -> None:
    file = tmp_path / "题.jsonl"
    file.write_bytes(jsonl.write([choice(STEM, tags={"topic": ["水"]})]))
    register(app)
    runner = app.test_cli_runner()

    refused = runner.invoke(args=["bank", "import", str(file), "--tag", "topic:"])
    told = ["--tag", "决赛", "--tag", "source: https://example.org/1:2 "]
    taken = runner.invoke(args=["bank", "import", str(file), *told])

    assert (refused.exit_code, taken.exit_code) == (1, 0), (refused.output, taken.output)
    assert "facet:value" in refused.output
    (question,) = bank.all_questions(platform)
    assert question.tags == {"topic": ("水", "决赛"), "source": ("https://example.org/1:2",)}
