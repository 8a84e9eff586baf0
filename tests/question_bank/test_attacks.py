"""Files that keep a reader busy and bring no questions are refused at once, large banks are read."""

from __future__ import annotations

import pytest

from question_bank.formats import read
from question_bank.formats.xml_in import parts_of
from tests.question_bank.attacks import QUICK, SLOW, moodle
from tests.question_bank.test_hostile import at_once
from tests.question_bank.test_packages import package
from tests.question_bank.test_word import SPACES, p
from tests.question_bank.workbooks import GOOD, HEADER, workbook

ALL = [*QUICK, *(pytest.param(name, marks=pytest.mark.full) for name in SLOW)]


@pytest.mark.parametrize("name", ALL)
def test_what_never_ends_is_refused_at_once(name: str) -> None:
    filename, make = {**QUICK, **SLOW}[name]
    content = make()

    with at_once():
        found = read(content, filename)

    assert found.questions == ()
    assert any(problem.severity == "error" for problem in found.problems)


def test_a_file_that_brings_too_few_questions_for_its_time_says_how_many() -> None:
    asked = "".join(f"{n}. 冰是什么？\nA. 固体\nB. 液体\n答案：A\n" for n in range(1, 22))

    found = read((asked + "答案：1.A 2.B\n" * 600_000).encode(), "x.txt")

    (problem,) = found.problems  # the last question may go on
    assert (problem.code, problem.values) == ("few-questions", {"count": 20})


@pytest.mark.full
def test_a_large_sheet_without_questions_costs_nothing_beside_one_with_questions() -> None:
    people = [["学号", "姓名", "性别", "年级", "班级", "电话"], *([["2026110001"] * 6] * 9_000)]
    first = workbook({"名单": people, "题库": [HEADER, GOOD, GOOD]})
    last = workbook({"题库": [HEADER, GOOD, GOOD], "名单": people})

    for content in (first, last):
        found = read(content, "x.xlsx")

        assert [placed.sheet for placed in found.questions] == ["题库", "题库"]
        assert [p.code for p in found.problems if p.sheet == "名单"] == ["sheet-left-out"]


@pytest.mark.full
def test_every_row_of_a_large_workbook_is_read() -> None:
    rows = [[GOOD[0], f"第{n}题？", *GOOD[2:]] for n in range(9_000)]

    found = read(workbook({"题库": [HEADER, *rows]}), "x.xlsx")

    assert len(found.questions) == 9_000


def test_a_large_bank_has_the_time_that_it_needs() -> None:
    asked = "".join(f"{n}. 冰是什么？\nA. 固体\nB. 液体\n答案：A\n" for n in range(1, 6_001))

    found = read(asked.encode(), "x.txt")

    assert len(found.questions) == 6_000


def key_at_the_end(count: int) -> list[str]:
    """Return the lines of a paper whose questions are answered behind the last one."""
    numbers = range(1, count + 1)
    asked = (f"{n}. 第{n}杯里是什么？\nA. 固体\nB. 液体\nC. 气体" for n in numbers)
    key = (f"{n}.{'ABC'[n % 3]}" for n in numbers)
    return "\n".join((*asked, "参考答案", *key)).split("\n")


@pytest.mark.full
def test_a_large_paper_has_its_time_before_the_key_at_its_end_comes() -> None:
    lines = key_at_the_end(9_000)

    found = read("\n".join(lines).encode(), "x.txt")

    assert [min(placed.question.key) for placed in found.questions] == ["B", "C", "A"] * 3_000
    assert found.problems == ()


@pytest.mark.full
def test_a_large_word_document_has_its_time_too() -> None:
    own = "\n".join(f"{n}. 冰是什么？\nA. 固体\nB. 液体\n答案：A" for n in range(1, 2_001)).split("\n")

    for lines in (own, key_at_the_end(2_000)):
        document = f"<w:document {SPACES}><w:body>{''.join(map(p, lines))}</w:body></w:document>"

        assert len(read(package({"word/document.xml": document.encode()}), "x.docx").questions) == 2_000


def test_hundreds_of_questions_that_are_not_ours_are_refused_with_their_kind() -> None:
    found = read(moodle("论述", 1_500, "essay"), "x.xml")

    assert [(p.code, p.values) for p in found.problems] == [
        ("few-questions", {"count": 1_001, "kind": "essay"})
    ]


def test_a_file_that_is_broken_behind_its_last_question_brings_none() -> None:
    answers = '<answer fraction="100"><text>true</text></answer>'
    asked = f'<question type="truefalse"><questiontext><text>水？</text></questiontext>{answers}</question>'

    found = read(f"<quiz>{asked * 20_000}</quis>".encode(), "x.xml")

    assert [(p.code, p.values) for p in found.problems] == [("broken-file", {"row": 1})]
    assert found.questions == ()


def test_xml_is_let_go_of_element_by_element() -> None:
    asked = "<section ident='s'>" + "<item><a><item/></a></item>" * 90 + "</section>"

    found = list(parts_of(f"<x><y/>{asked}</x>".encode("utf-16"), "item"))

    assert [len(list(part.element.iter("item"))) for part in found] == [2] * 90
    assert [[each.tag for each in part.above] for part in found] == [["x", "section"]] * 90
    assert all(list(part.above[-1]) == [] for part in found)


def test_an_option_that_ends_like_a_kind_is_no_heading() -> None:
    text = "1. 塑料是？\nA. 金属\nB. 复合材料\n答案：B\n2. 冰是？\nA. 固体\nB. 液体\n答案：A\n"

    found = read(text.encode(), "x.txt")

    assert [placed.question.kind for placed in found.questions] == ["single", "single"]
    assert found.unsupported == {}
