"""Region and last day of a question: said by facets, so that every file format carries them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from question_bank.bounds import may_be_asked_in, valid_until
from question_bank.formats import read, write
from question_bank.formats.one_row import cells, edited
from question_bank.question import Question, lettered

BOUND = Question(
    "single", "冰？", lettered(["甲", "乙"]), frozenset("A"),
    {"region": ("渝中区",), "valid_until": ("2026-12-31",)},
)  # fmt: skip


@pytest.mark.parametrize(
    ("written", "day"),
    [
        (("2026-12-31",), "2026-12-31"),
        (("2026/1/5",), "2026-01-05"),
        (("2026年12月31日",), "2026-12-31"),
        (("2026-12-31 00:00:00",), "2026-12-31"),
        ((), None),
    ],
)
def test_the_last_day_is_read_as_people_write_it(written: tuple[str, ...], day: str | None) -> None:
    assert valid_until({"valid_until": written}) == day


@pytest.mark.parametrize("written", [("明年",), ("2026-02-30",), ("2026-12-31", "2027-12-31")])
def test_what_is_no_date_is_refused(written: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"年|2026"):
        valid_until({"valid_until": written})


def test_a_local_question_is_asked_where_one_of_its_regions_is_named() -> None:
    assert may_be_asked_in({}, frozenset())
    assert may_be_asked_in({"region": ("渝中区", "江北区")}, frozenset({"江北区"}))
    assert not may_be_asked_in({"region": ("渝中区",)}, frozenset())


@pytest.mark.parametrize(("name", "file"), [("workbook", "x.xlsx"), ("jsonl", "x.jsonl")])
def test_workbooks_and_json_lines_carry_both(name: str, file: str) -> None:
    (placed,) = read(write([BOUND], name), file).questions

    assert placed.question.tags == BOUND.tags


def test_a_file_with_a_last_day_that_is_no_date_names_it() -> None:
    reading = read(write([replace(BOUND, tags={"valid_until": ("明年",)})], "jsonl"), "x.jsonl")

    assert [p.code for p in reading.problems if p.severity == "error"] == ["not-a-date"]
    assert not reading.questions


def test_an_edit_offers_both_and_takes_them() -> None:
    plain = replace(BOUND, tags={})
    assert {"地区", "有效期至"} <= cells(plain).keys()

    question, problems = edited(plain, {"地区": "渝中区", "有效期至": "2026-12-31"})

    assert problems == ()
    assert question is not None
    assert question.tags == BOUND.tags
