"""Files that keep a reader busy and bring no questions are refused within a second of processor time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from question_bank.formats import read
from question_bank.formats.xml_in import parts_of
from tests.question_bank.test_hostile import SHEET, at_once, changed, sheet
from tests.question_bank.test_packages import package
from tests.question_bank.test_word import SPACES, p
from tests.question_bank.workbooks import GOOD, HEADER, workbook


def moodle(question: str, times: int = 1, kind: str = "truefalse") -> bytes:
    """Return Moodle XML with one question over and over, this being its HTML."""
    text = f'<questiontext format="html"><text><![CDATA[{question}]]></text></questiontext>'
    asked = f'<question type="{kind}">{text}</question>'
    return f"<quiz>{asked * times}</quiz>".encode()


def qti12(presentation: str, rest: str = "") -> bytes:
    """Return QTI 1.2 with one item."""
    item = f"<item><presentation>{presentation}</presentation>{rest}</item>"
    return f"<questestinterop>{item}</questestinterop>".encode()


def endless_match() -> bytes:
    """Return an item of QTI 2.1 with two sets of 60,000 choices."""
    choices = "".join(
        f'<simpleAssociableChoice identifier="a{n}">x</simpleAssociableChoice>' for n in range(60_000)
    )
    asked = f'<matchInteraction responseIdentifier="R">{f"<simpleMatchSet>{choices}</simpleMatchSet>" * 2}'
    body = f"<itemBody>{asked}</matchInteraction></itemBody>"
    return f'<assessmentItem identifier="x">{body}</assessmentItem>'.encode()


def missing_parts() -> bytes:
    """Return a package whose manifest names 90,000 items that are not there."""
    named = "".join(f'<resource type="imsqti_item_xmlv2p1" href="i{n}.xml"/>' for n in range(90_000))
    return package(
        {"imsmanifest.xml": f"<manifest><resources>{named}</resources></manifest>".encode()},
    )


def numbered(pattern: bytes, times: int = 2_000_000) -> bytes:
    """Return a pattern over and over with numbers that hardly repeat."""
    return b"".join(pattern % (n * 7_919 % 10**9) for n in range(times))


def junk() -> bytes:
    """Return two million elements that mean nothing."""
    return numbered(b'<a n="%d"/>')


def cells(head: bytes = b"", rows: int = 100_000) -> bytes:
    """Return a workbook with rows of ten numbers."""
    written = b"".join(
        b'<row r="%d">%s</row>' % (n, b'<c r="A%d"><v>%d</v></c>' % (n, n) + b"<c><v>7</v></c>" * 9)
        for n in range(2, rows + 2)
    )
    return changed({SHEET: sheet(head + written)})


HEAD = b"".join(
    b'<c t="inlineStr"><is><t>%s</t></is></c>' % name for name in (b"stem", b"answer", b"A", b"B")
)
SPACE = b"urn:oasis:names:tc:opendocument:xmlns:"
CELL = (
    b'<table:table-cell office:value-type="string" table:number-columns-repeated="30">'
    b"<text:p>x</text:p></table:table-cell>"
)
ODS = {
    "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
    "META-INF/manifest.xml": b'<m:manifest xmlns:m="%smanifest:1.0"/>' % SPACE,
    "content.xml": b'<office:document-content xmlns:office="%soffice:1.0" xmlns:table="%stable:1.0" '
    b'xmlns:text="%stext:1.0"><office:body><office:spreadsheet><table:table table:name="a">'
    b'<table:table-row table:number-rows-repeated="99000">%s</table:table-row></table:table>'
    b"</office:spreadsheet></office:body></office:document-content>" % (SPACE, SPACE, SPACE, CELL),
}
PAPER = "1. 题\nA. x\n"
GAPS = "".join(f'<response_str ident="a{n}"/>' for n in range(30_000))
QUICK: dict[str, tuple[str, Callable[[], bytes]]] = {  # what → file name, content
    "keys in a paper": ("x.txt", lambda: (PAPER + "答案：1.A 2.B\n" * 600_000).encode()),
    "a paper without answers": ("x.txt", lambda: numbered("%d. 题\nA. x\nB. y\n".encode(), 100_000)),
    "essays": ("x.xml", lambda: moodle("x", 90_000, "essay")),
    "rows of no question": ("x.csv", lambda: b"stem,answer,A,B\n" + b"x,?,a,b\n" * 60_000),
    "formulas in each other": ("x.xml", lambda: moodle("<math>" + "<msup>" * 50, 5_000)),
    "files that a package lacks": ("x.zip", missing_parts),
    "a million cells": ("x.xlsx", cells),
    "cells of one line": ("x.txt", lambda: b"MAT\tq\t" + b"a\tb\t" * 2_000_000),
}
SLOW: dict[str, tuple[str, Callable[[], bytes]]] = {
    "explanations in a key": ("x.txt", lambda: (PAPER + "答案\n1.A\n" + "解析：\n" * 1_000_000).encode()),
    "options on one line": ("x.txt", lambda: ("1. 题\n" + "A. x " * 1_500_000).encode()),
    "brackets in an answer": ("x.txt", lambda: (PAPER + "答案：" + "（" * 3_000_000).encode()),
    "digits in a key": ("x.txt", lambda: (PAPER + "答案：1-2 AB\n" + ("1" * 20 + "-") * 600_000).encode()),
    "somebody's answers": ("x.txt", lambda: (PAPER + "我的答案：A " * 900_000).encode()),
    "questions": ("x.xml", lambda: b"<quiz>" + b'<question type="essay"/>' * 500_000 + b"</quiz>"),
    "attributes": ("x.xml", lambda: b"<quiz " + b" ".join(b'a%d="1"' % n for n in range(400_000)) + b"/>"),
    "brackets around TeX": ("x.xml", lambda: moodle("\\(" * 49_000 + "<b>", 150)),
    "one answer": ("x.gift", lambda: b"q{=" + b"a" * 15_000_000 + b"}"),
    "one title": ("x.gift", lambda: b":" * 15_000_000),
    "options of Aiken": ("x.txt", lambda: b"A) x\n" * 2_000_000 + b"ANSWER: A\n"),
    "shares": ("x.txt", lambda: b":TYPE:MC\n" + b":ANSWER1:100\n" * 1_000_000),
    "choices of a match": ("x.xml", endless_match),
    "blanks": ("x.xml", lambda: qti12(f"<material><mattext>{'[a]' * 200_000}</mattext></material>{GAPS}")),
    "lines of no question": ("x.jsonl", lambda: b'{"kind":"single","stem":"x"}\n' * 90_000),
    "rows": ("x.csv", lambda: b"a,b\n" * 5_000_000),
    "elements of a sheet": ("x.xlsx", lambda: changed({SHEET: sheet(junk())})),
    "elements of styles": ("x.xlsx", lambda: changed({"xl/styles.xml": b"<x>" + junk() + b"</x>"})),
    "cells below a header": ("x.xlsx", lambda: cells(b'<row r="1">%s</row>' % HEAD)),
    "columns": ("x.xlsx", lambda: changed({SHEET: sheet(b"<row>%s</row>" % numbered(b"<c><v>%d</v></c>"))})),
    "texts of a workbook": (
        "x.xlsx",
        lambda: changed({"xl/sharedStrings.xml": b"<sst>%s</sst>" % numbered(b"<si><t>%d</t></si>")}),
    ),
    "repeated cells of an .ods": ("x.ods", lambda: package(ODS)),
    "cells of CSV": ("x.csv", lambda: (b"1," * 900 + b"\n") * 9_000),
    "quotes": ("x.csv", lambda: b'"' * 15_000_000),
    "digits of a number": ("x.jsonl", lambda: b'{"kind":"single","stem":' + b"9" * 15_000_000 + b"}\n"),
    "brackets of JSON": ("x.json", lambda: b'{"results":[' + b"[" * 15_000_000),
}
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
