"""Banks of thousands of real questions: the faulty rows are named, everything else is exact."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from question_bank.formats import Reading, read

KINDS = {"single": "single", "multiple": "multiple", "truefalse": "true_false"}
ERRORS = {  # code → rows, by bank
    "gaokao.science.jsonl": {
        "unknown-type": 34,
        "too-few-options": 6,
        "answer-out-of-range": 1,
        "gap-in-options": 1,
    },
    "m3ke.dev.jsonl": {"repeated-id": 50, "duplicate-options": 1},
    "opentriviaqa.science.jsonl": {},
    "tal_scq5k_cn.train.jsonl": {
        "repeated-id": 656,
        "too-few-options": 6,
        "duplicate-options": 3,
        "duplicate": 75,
        "conflict": 4,
    },
}
Line = dict[str, Any]  # a line of the file as JSON gives it


def lines(path: Path) -> dict[int, Line]:
    return {
        number: json.loads(line) for number, line in enumerate(path.read_text("utf-8").split("\n"), 1) if line
    }


def bank(shared: Path, name: str, scale: dict[str, str] | None = None) -> Reading:
    path = shared / "banks" / name
    return read(path.read_bytes(), name, scale)


@pytest.mark.parametrize("name", ERRORS)
def test_faulty_rows_of_a_bank_are_named_with_their_code(name: str, shared: Path) -> None:
    found = bank(shared, name)

    assert Counter(p.code for p in found.problems if p.severity == "error") == ERRORS[name]


@pytest.mark.parametrize("name", ERRORS)
def test_all_other_rows_of_a_bank_are_exact(name: str, shared: Path) -> None:
    wanted = lines(shared / "banks" / name)

    found = bank(shared, name)

    without_error = set(wanted) - {p.row for p in found.problems if p.severity == "error"}
    read_rows = {placed.row: placed.question for placed in found.questions}
    assert without_error <= set(read_rows)
    for row, question in read_rows.items():
        line = wanted[row]
        assert question.external_id == line["id"]
        assert question.kind == KINDS[line["type"]]
        assert question.stem == line["stem"]
        assert [option.text for option in question.options] == line["options"]
        assert sorted(question.key) == sorted(line["answer"])
        assert question.explanation == (line["explanation"] or "")
        assert question.tags.get("topic", ()) == tuple(line["tags"])
        assert question.tags["subject"] == (line["subject"],)
        assert question.tags["source"] == (line["source"],)
        assert question.tags["licence"] == (line["licence"],)


def test_every_id_that_repeats_is_reported_from_its_second_row_on(shared: Path) -> None:
    wanted = lines(shared / "banks" / "tal_scq5k_cn.train.jsonl")
    first: dict[str, int] = {}
    again = {row for row, line in wanted.items() if first.setdefault(line["id"], row) != row}

    found = bank(shared, "tal_scq5k_cn.train.jsonl")

    assert {p.row for p in found.problems if p.code == "repeated-id"} == again


def test_groups_are_counted_by_name(shared: Path) -> None:
    assert bank(shared, "gaokao.science.jsonl").unsupported == {"材料题": 34}


def test_a_foreign_scale_of_difficulty_waits_for_a_mapping(shared: Path) -> None:
    found = bank(shared, "tal_scq5k_cn.train.jsonl")

    assert found.difficulties == {"0": 222, "1": 1567, "2": 1045, "3": 156, "4": 10}
    assert {placed.question.difficulty for placed in found.questions} == {None}


def test_a_mapped_scale_is_applied_and_nothing_is_asked_again(shared: Path) -> None:
    scale = {"0": "easy", "1": "easy", "2": "medium", "3": "hard", "4": "hard"}

    found = bank(shared, "tal_scq5k_cn.train.jsonl", scale)

    wanted = lines(shared / "banks" / "tal_scq5k_cn.train.jsonl")
    assert found.difficulties == {}
    assert all(p.question.difficulty == scale[wanted[p.row]["difficulty"]] for p in found.questions)
