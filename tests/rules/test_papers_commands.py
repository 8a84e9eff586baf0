"""`flask contest papers` and `flask contest paper`: a file of rules, a file of questions, no database."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from quiz.cli_papers import draw_again, try_papers
from quiz.rules.papers import Turn, commitment
from tests.rules.documents import STARTER, small, text
from tests.rules.test_papers import MASTER, frozen

QUESTIONS = STARTER / "questions.jsonl"
FIFTY = [
    {"count": 30, "kinds": ["single"], "points": 2},
    {"count": 10, "kinds": ["multiple"], "points": 3},
    {"count": 10, "kinds": ["true_false"]},
]


def tried(folder: Path, *options: str, **paper: Any) -> Result:
    path = folder / "rules.yaml"
    path.write_text(text(small(paper=paper)), "utf-8")
    return CliRunner().invoke(try_papers, [str(path), str(QUESTIONS), "--papers", "40", *options])


def test_the_spread_and_the_supply_of_a_bank_are_told(tmp_path: Path) -> None:
    result = tried(tmp_path, sections=FIFTY, cover=["criterion"], balance=True)

    (stage,) = json.loads(result.output)
    supply = stage["supply"]
    assert result.exit_code == 0
    kinds = Counter(json.loads(line)["kind"] for line in QUESTIONS.read_text("utf-8").splitlines())
    assert supply["available"] == [kinds["single"], kinds["multiple"], kinds["true_false"]]
    assert supply["spread"]["deviation"] < supply["spread"]["blind"] / 4
    assert supply["papers"] >= 1


def test_what_cannot_be_drawn_is_told_and_the_command_fails(tmp_path: Path) -> None:
    result = tried(tmp_path, sections=[{"count": 10}], cover=["criterion"])

    (stage,) = json.loads(result.output)
    assert result.exit_code == 1
    assert stage["supply"] is None
    assert ["criterion", "9"] in stage["uncovered"]


def test_lines_for_people_say_the_same(tmp_path: Path) -> None:
    result = tried(tmp_path, "--table", sections=FIFTY, balance=True)

    assert "spread between papers (SD)\t0.000" in result.output


def test_a_published_paper_is_drawn_again_from_its_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "papers.json"
    path.write_text(frozen(draw="unseen").text, "utf-8")

    result = CliRunner().invoke(
        draw_again, [str(path), "--person", "17", "--attempt", "2", "--seed-hash", commitment(MASTER)]
    )

    told = json.loads(result.output)
    assert [each["question"] for each in told["questions"]] == [
        each.candidate_id for each in frozen(draw="unseen").again(Turn(0, 17, 2))
    ]
    assert told["seed_sha256"] == commitment(MASTER)


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        ("{}", [], "不是比赛公布的抽题文件"),
        (frozen().text, ["--stage", "3"], "没有这个阶段"),
        (frozen().text, ["--seed-hash", "ab"], "不是校验值 ab"),
        (frozen(draw="daily").text, [], "哪一天"),
    ],
)
def test_what_is_wrong_is_one_sentence(tmp_path: Path, content: str, options: list[str], says: str) -> None:
    path = tmp_path / "papers.json"
    path.write_text(content, "utf-8")

    result = CliRunner().invoke(draw_again, [str(path), "--person", "17", *options])

    assert result.exit_code == 1
    assert says in result.output
    assert "Traceback" not in result.output
