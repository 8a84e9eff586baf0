"""Every fixture file holds exactly what its manifest says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from question_bank.formats import Reading, read

NASTY = Path(__file__).parent / "fixtures" / "cn_nasty"
KINDS = {"single": "single", "multiple": "multiple", "truefalse": "true_false"}
DIFFICULTIES = {"易": "easy", "中": "medium", "难": "hard", None: None}
TEMPLATES = ("netcan_baike.xlsx", "xinkao_erp.xlsx", "datiba.xlsx", "kahoot.xlsx", "quizizz_wayground.xlsx")
Expected = dict[str, Any]  # a question of a manifest as JSON gives it


def manifest(folder: Path) -> dict[str, Any]:
    files = json.loads((folder / "manifest.json").read_text("utf-8"))["files"]
    return {each["file"]: each["expect"] for each in files}


def reading(folder: Path, name: str) -> Reading:
    return read((folder / name).read_bytes(), name)


def facts(found: Reading) -> list[Expected]:
    """Return what was read, in the manifest's words."""
    kinds = {kind: word for word, kind in KINDS.items()}
    words = {difficulty: word for word, difficulty in DIFFICULTIES.items()}
    return [
        {
            "stem": placed.question.stem,
            "type": kinds[placed.question.kind],
            "options": [option.text for option in placed.question.options],
            "answer": sorted(placed.question.key),
            "tags": list(placed.question.tags.get("topic", ())),
            "difficulty": words[placed.question.difficulty],
            "explanation": placed.question.explanation,
        }
        for placed in found.questions
    ]


def shared_fields(rows: list[Expected], wanted: list[Expected]) -> list[Expected]:
    """Return the fields of each row that the manifest speaks of."""
    return [{name: row[name] for name in each if name in row} for row, each in zip(rows, wanted, strict=True)]


def known_fields(wanted: list[Expected]) -> list[Expected]:
    unread = ("alt", "source_id", "duplicate_of", "why")
    return [{name: value for name, value in each.items() if name not in unread} for each in wanted]


@pytest.mark.parametrize(
    "name",
    [
        "01_answer_notations.xlsx",
        "02_options_one_cell.xlsx",
        "04_gbk.csv",
        "06_utf8_bom.csv",
        "07_utf8.csv",
        "10_semicolon_cr.csv",
        "11_quotes_newlines.csv",
        "13_duplicates.xlsx",
        "29_legacy.xls",
        "32_header_only.xlsx",
        "34_columns_shuffled_extra.xlsx",
    ],
)
def test_a_nasty_file_reads_as_its_manifest_says(name: str) -> None:
    wanted = manifest(NASTY)[name]["questions"]

    found = reading(NASTY, name)

    assert shared_fields(facts(found), wanted) == known_fields(wanted)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_of_another_system_reads_as_its_manifest_says(name: str, shared: Path) -> None:
    folder = shared / "fixtures" / "xlsx_templates"
    wanted = manifest(folder)[name]["questions"]

    found = reading(folder, name)

    assert shared_fields(facts(found), wanted) == known_fields(wanted)
    assert not found.faulty


@pytest.mark.parametrize("name", ["04_gbk.csv", "06_utf8_bom.csv", "07_utf8.csv", "29_legacy.xls"])
def test_a_clean_file_has_no_problems(name: str) -> None:
    assert reading(NASTY, name).problems == ()


def test_each_bad_row_is_named_with_its_column_and_its_fault() -> None:
    found = reading(NASTY, "23_bad_rows.xlsx")

    errors = [(p.row, p.column, p.code) for p in found.problems if p.severity == "error"]
    assert sorted(errors) == [
        (2, "B", "empty-stem"),
        (3, "G", "answer-out-of-range"),
        (4, "G", "too-many-answers"),
        (6, "G", "no-answer"),
        (7, "C", "too-few-options"),
        (8, "D", "gap-in-options"),
        (9, "D", "duplicate-options"),
        (10, "A", "unknown-type"),
        (11, "G", "bad-answer"),
        (14, "B", "too-long"),
        (15, "D", "duplicate-options"),
    ]
    assert {p.sheet for p in found.problems} == {"Sheet"}


def test_a_row_that_is_only_odd_is_read_with_a_warning() -> None:
    found = reading(NASTY, "23_bad_rows.xlsx")

    warnings = [(p.row, p.code) for p in found.problems if p.severity == "warning"]
    good = {p.row: (p.question.kind, sorted(p.question.key)) for p in found.questions}
    assert sorted(warnings) == [(5, "one-answer"), (13, "repeated-letter")]
    assert good == {
        5: ("multiple", ["A"]),
        12: ("multiple", ["A", "C"]),
        13: ("single", ["A"]),
        16: ("single", ["D"]),
    }


def test_a_kind_that_cannot_be_kept_is_counted_by_name() -> None:
    assert reading(NASTY, "23_bad_rows.xlsx").unsupported == {"连线题": 1}


def test_formulas_and_scripts_are_read_as_the_text_they_are() -> None:
    found = reading(NASTY, "24_injection.csv")

    first, second = (placed.question for placed in found.questions)
    assert first.stem == "=cmd|' /C calc'!A0"
    assert [o.text for o in first.options] == ["+1+1", "-1", "@SUM(A1)", "甲"]
    assert second.stem == "<script>alert(1)</script>安全题"
    assert second.explanation == '<a href="javascript:alert(1)">x</a>'


def test_a_header_without_rows_is_said_and_is_no_error() -> None:
    found = reading(NASTY, "32_header_only.xlsx")

    assert [(p.code, p.severity) for p in found.problems] == [("no-rows", "warning")]


def test_columns_that_are_not_understood_are_named() -> None:
    found = reading(NASTY, "34_columns_shuffled_extra.xlsx")

    assert [(c.letter, c.header) for c in found.unknown_columns] == [("K", "出题人"), ("L", "备注")]
    assert [p.code for p in found.problems] == ["unknown-column"]
    assert "出题人" in found.problems[0].text


def test_duplicates_and_conflicts_are_reported_with_the_row_of_the_first() -> None:
    found = reading(NASTY, "13_duplicates.xlsx")

    said = {(p.row, p.code, p.values["row"]) for p in found.problems}
    assert said == {
        *((row, "duplicate", 2) for row in range(3, 9)),
        (13, "conflict", 2),
        (2, "conflict", 13),
        (18, "duplicate", 17),
    }


def test_a_text_that_looks_like_a_broken_fraction_is_kept_and_pointed_out(shared: Path) -> None:
    found = reading(shared / "fixtures" / "xlsx_templates", "datiba.xlsx")

    assert [(p.row, p.column, p.code) for p in found.problems] == [(11, "D", "date-text")]
