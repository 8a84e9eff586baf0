"""Files that keep a reader busy and bring no questions: the suite holds ratios of them, the bench seconds."""

from __future__ import annotations

from collections.abc import Callable

from tests.question_bank.test_hostile import SHEET, changed, sheet
from tests.question_bank.test_packages import package


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
    "right answers that are empty": (
        "x.json",
        lambda: (
            b'{"results":[' + b'{"type":"multiple","question":"q","correct_answer":""},' * 90_000 + b"{}]}"
        ),
    ),
    "essays in UTF-16": ("x.xml", lambda: moodle("x", 60_000, "essay").decode().encode("utf-16")),
    "pairs without their group": (
        "x.xml",
        lambda: b"<examview>" + b'<question type="ma"><text>x</text></question>' * 90_000 + b"</examview>",
    ),
    "brackets of JSON": ("x.json", lambda: b'{"results":[' + b"[" * 15_000_000),
}
