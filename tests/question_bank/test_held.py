"""What a writer writes reads as the same questions, whatever their texts; what it cannot hold, it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.formats.child import fit
from question_bank.formats.table import FORMATS, WRITTEN, left_out, write
from question_bank.question import Question, lettered
from tests.question_bank.wild import PROPERTY, gathered, wild_questions, with_text


def read_back(content: bytes, name: str) -> list[Question]:
    """Return the questions of a file, read in this process, with media as an import keeps them."""
    return [placed.question for placed in fit(FORMATS[name].read(content, None)).questions]


def carried(questions: list[Question], name: str) -> list[Question]:
    carries = FORMATS[name].carries
    return [each for each in questions if carries is None or carries(each)]


@pytest.mark.parametrize("name", [each for each in WRITTEN if each not in ("workbook", "aiken")])
@PROPERTY
@given(st.lists(wild_questions(), max_size=4).flatmap(gathered))
def test_what_is_written_reads_as_the_same_questions(name: str, written: list[Question]) -> None:
    assert read_back(write(written, name), name) == carried(written, name)


@PROPERTY
@given(st.lists(wild_questions(), max_size=4).flatmap(gathered))
def test_a_workbook_reads_as_the_same_questions(written: list[Question]) -> None:
    held = carried(written, "workbook")

    assert read_back(write(held, "workbook"), "workbook") == held


@PROPERTY
@given(st.lists(wild_questions(("single",), is_bare=True), max_size=6))
def test_aiken_reads_as_the_same_questions(written: list[Question]) -> None:
    assert read_back(write(written, "aiken"), "aiken") == carried(written, "aiken")


CHOICE = Question("single", "水是什么？", lettered(["液体", "气体"]), frozenset("A"), explanation="想一想。")
KEPT = (  # by every format but Aiken, in every place but ids and tags
    *("=1+1", "-1", "@x", "+1", "ANSWER: A", "A. 甲", "a) x", "<b>", "<![CDATA[x]]>", "]]>", "&lt;"),
    *("{T}", "a -> b", "####", "::x::", "%50%", "\\n", "$x^2$", "$CATEGORY: x", "// x", "1/2", "2026-01-02"),
    *("Ａ．", "𠮷😀", "e\u0301", "שלום\u202e", "甲\n\n乙", " 甲", "甲 ", "\t甲", "\n甲\n", "甲  乙"),
    *("\u3000甲", "[html]", "_x0041_", "____"),
)  # fmt: skip
LOST = {"\0": {*WRITTEN}, "甲\r乙": {"workbook", "aiken"}, "\x01甲": {"moodle_xml", "package", "package_3"}}


@pytest.mark.parametrize("place", ["stem", "option", "explanation", "feedback", "material"])
def test_texts_that_mean_something_to_a_format_are_kept_by_all(place: str) -> None:
    formats = [name for name in WRITTEN if name != "aiken"]

    lost = {
        (text, name) for text in KEPT for name in formats if left_out([with_text(CHOICE, place, text)], name)
    }

    assert lost == set()


def test_what_a_format_cannot_hold_is_told_beforehand() -> None:
    bare = Question("single", "？", CHOICE.options, CHOICE.key)

    found = {
        text: {name for name in WRITTEN if left_out([with_text(bare, "stem", text)], name)} for text in LOST
    }

    assert found == LOST


def test_a_question_that_speaks_of_required_fields_is_no_help_row() -> None:
    asked = with_text(with_text(CHOICE, "stem", "表格里的(必填)？"), "option", "选(必填)的是")

    assert read_back(write([asked], "workbook"), "workbook") == [asked]
