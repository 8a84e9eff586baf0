"""What is written can be read again, and nothing that is written can run."""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO

import pytest
from hypothesis import strategies as st
from openpyxl import load_workbook

from question_bank.formats import (
    left_out,
    read,
    workbook_out,
    write,
)
from question_bank.formats.option_cells import unmarked
from question_bank.formats.rows_in import PICTURE_IN_CELL
from question_bank.formats.workbook_out import returned_rows, template
from question_bank.gaps import Accepted, Gap
from question_bank.question import Question, lettered
from tests.question_bank.workbooks import GOOD, HEADER, codes, reading, workbook

printable = st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"], exclude_characters="\ufffe\uffff")
NOT_AS_TYPED = (workbook_out.EXAMPLE, *PICTURE_IN_CELL)  # beginnings that mean something in a workbook
cell_text = st.text(printable, min_size=1, max_size=30).filter(
    lambda text: text.strip() and not text.startswith(NOT_AS_TYPED)
)


def has_bare_options(question: Question) -> bool:
    """Whether its options do not begin with their own letters, which a workbook would take as marks."""
    texts = [option.text for option in question.options]
    return unmarked(texts) == texts


def test_a_workbook_keeps_shares_feedback_and_what_was_measured() -> None:
    asked = Question(
        "single", "？", lettered(["甲", "乙"]), frozenset("A"), calibrated=Fraction(2, 3),
        weights={"A": Fraction(1), "B": Fraction(-1, 3)}, feedback={"B": "=1+1", "partly": "再想\n一想"},
    )  # fmt: skip
    gap = Gap((Accepted("水", feedback="对"), Accepted("冰", None, Fraction(1, 2), "太冷")))
    filled = Question("fill", "____？", (), frozenset(), gaps=(gap,), feedback={"wrong": "不"})

    found = read(write([asked, filled], "workbook"), "x.xlsx")

    assert [placed.question for placed in found.questions] == [asked, filled]
    assert left_out([asked, filled], "workbook") == {}


@pytest.mark.parametrize(
    ("title", "text", "code"),
    [
        ("得分比例", "A 很多", "bad-weight"),
        ("得分比例", "Z 1", "answer-out-of-range"),
        ("实测难度", "3", "not-a-share"),
    ],
)
def test_shares_that_are_not_understood_are_named(title: str, text: str, code: str) -> None:
    found = reading((*HEADER, title), (*GOOD, text))

    assert [(p.code, p.column) for p in found.problems] == [(code, "K")]


def test_other_texts_for_true_and_false_survive_a_workbook() -> None:
    asked = Question("true_false", "Clouds are water.", lettered(["True", "False"]), frozenset("B"))

    found = read(write([asked], "workbook"), "x.xlsx")

    assert [placed.question for placed in found.questions] == [asked]


def test_a_value_with_a_separator_in_it_survives_a_workbook() -> None:
    tags = {"topic": ("声、光",), "domain": ("a,b", "c")}
    asked = Question("single", "？", lettered(["甲", "乙"]), frozenset("A"), tags)

    found = read(write([asked], "workbook"), "x.xlsx")

    assert found.questions[0].question.tags == tags


def test_the_template_holds_no_question_and_nothing_to_complain_about() -> None:
    found = read(template(), "模板.xlsx")

    assert found.questions == ()
    assert [(p.code, p.severity) for p in found.problems] == [("no-rows", "warning"), ("examples", "warning")]


def test_a_filled_in_template_is_read_without_an_error() -> None:
    book = load_workbook(BytesIO(template()))
    sheet = book["题目"]
    titles = {cell.value: cell.column for cell in sheet[1]}
    filled = {
        "题干": "水的化学式是？",
        "选项A": "H2O",
        "选项B": "CO2",
        "答案": "A",
        "难度": "易",
        "主题": "化学",
    }
    for title, value in filled.items():
        sheet.cell(5, titles[title], value)
    buffer = BytesIO()
    book.save(buffer)

    found = read(buffer.getvalue(), "模板.xlsx")

    (placed,) = found.questions
    assert (placed.row, placed.question.kind, placed.question.difficulty) == (5, "single", "easy")
    assert not found.faulty


def test_the_template_offers_lists_and_keeps_what_is_typed_as_text() -> None:
    sheet = load_workbook(BytesIO(template()))["题目"]

    lists = {each.formula1 for each in sheet.data_validations.dataValidation}
    assert lists == {'"单选题,多选题,不定项选择题,判断题,填空题,排序题,连线题"', '"易,中,难"'}
    assert sheet.freeze_panes == "A2"
    assert {dimension.number_format for dimension in sheet.column_dimensions.values()} == {"@"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0"])
def test_nothing_that_is_exported_can_be_taken_for_a_formula(text: str) -> None:
    asked = Question("single", text, lettered([text, "乙"]), frozenset("A"), explanation=text)

    sheet = load_workbook(BytesIO(write([asked], "workbook")))["题目"]

    risky = [cell for cell in sheet[2] if cell.value == text]
    assert len(risky) == 3
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in risky)


def test_faulty_rows_come_back_in_their_own_layout_with_the_reason() -> None:
    bad = ("单选题", "冰？", "甲", "乙", "", "", "Z", "易", "化学", "")
    found = reading(HEADER, GOOD, bad)

    returned = returned_rows(found, found.problems)

    sheet = load_workbook(BytesIO(returned))["题库"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == (*HEADER, "错误说明")
    assert [row[1] for row in rows[1:]] == ["冰？"]
    assert rows[1][-1] == "G：答案是 Z，但选项只到 B。请改正答案或补上选项。"


def test_returned_rows_can_be_mended_and_uploaded_again() -> None:
    found = reading(HEADER, GOOD, ("单选题", "冰？", "甲", "乙", None, None, "Z", None, None, None))
    book = load_workbook(BytesIO(returned_rows(found, found.problems)))
    book["题库"]["G2"] = "B"
    buffer = BytesIO()
    book.save(buffer)

    again = read(buffer.getvalue(), "x.xlsx")

    assert [placed.question.stem for placed in again.questions] == ["冰？"]
    assert again.problems == ()


def test_a_faulty_line_of_json_comes_back_as_it_was() -> None:
    found = read(b'{"kind": "single", "stem": ""}\n', "x.jsonl")

    sheet = load_workbook(BytesIO(returned_rows(found, found.problems))).worksheets[0]

    assert sheet["A2"].value == '{"kind": "single", "stem": ""}'
    assert "题干是空的" in sheet["B2"].value


def test_two_sheets_give_back_their_own_rows() -> None:
    bad = ("单选题", "冰？", "甲", "乙", "", "", "Z", "", "", "")
    found = read(workbook({"一": [HEADER, bad], "二": [HEADER, GOOD, bad]}), "x.xlsx")

    book = load_workbook(BytesIO(returned_rows(found, found.problems)))

    assert {sheet.title: sheet.max_row for sheet in book} == {"一": 2, "二": 2}
    assert {row for row, _, _ in codes(found)} == {2, 3}
