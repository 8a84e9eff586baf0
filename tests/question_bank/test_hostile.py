"""Files that attack: refused at once, in a process of their own, with a sentence that says what to do."""

from __future__ import annotations

import os
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from io import BytesIO

import pytest

from question_bank.formats import Reading, apart, read
from question_bank.formats.guard import MOST_BYTES
from question_bank.problems import Unreadable
from tests.question_bank.workbooks import GOOD, HEADER, workbook

MOST = 6  # times the yardstick; the costliest is 2.3 (`python -m bench --only attacks` has the seconds)
QUESTIONS = 1_000  # of the good file that is read to compare with
SHEET = "xl/worksheets/sheet1.xml"


def changed(parts: Mapping[str, bytes]) -> bytes:
    """Return a good workbook with other or more parts."""
    buffer = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(workbook({"题库": [HEADER, GOOD]}))) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            if name not in parts:
                target.writestr(name, source.read(name))
        for name, content in parts.items():
            target.writestr(name, content)
    return buffer.getvalue()


def sheet(rows: bytes, before: bytes = b"") -> bytes:
    """Return a worksheet part with these rows."""
    space = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    return (
        b'<?xml version="1.0"?>'
        + before
        + b"<worksheet "
        + space
        + b"><sheetData>"
        + rows
        + b"</sheetData></worksheet>"
    )


@contextmanager
def at_once() -> Iterator[None]:
    """Hold that what happens inside costs little beside a good file, processes included, on this machine."""
    begun_s = spent_s()
    yield
    cost_s = spent_s() - begun_s
    assert cost_s < MOST * yardstick_s() or cost_s < MOST * measured_s()  # slower by now: measured anew


def spent_s() -> float:
    """Return the processor time of this process and of all that it has started."""
    return sum(os.times()[:4])


@cache
def yardstick_s() -> float:
    """Return what reading good questions costs here, and refusing a broken file: the best of two."""
    return min(measured_s(), measured_s())


def measured_s() -> float:
    """Return it as it is now."""
    asked = "".join(f"{n}. 第{n}杯里是什么？\nA. 固体\nB. 液体\n答案：A\n" for n in range(QUESTIONS))
    begun_s = spent_s()
    assert len(read(asked.encode(), "x.txt").questions) == QUESTIONS
    assert read(b"<quiz>", "x.xml").questions == ()
    return spent_s() - begun_s


def code(found: Reading) -> str:
    (problem,) = found.problems
    assert problem.severity == "error"
    assert found.questions == ()
    return problem.code


LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
ATTACKS = {
    "entities in a sheet": ({SHEET: sheet(b"", LAUGHS)}, "doctype"),
    "an outside entity": (
        {SHEET: sheet(b"", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>')},
        "doctype",
    ),
    "entities in the texts": (
        {"xl/sharedStrings.xml": b"<?xml version='1.0'?>" + LAUGHS + b"<sst/>"},
        "doctype",
    ),
    "a bomb of one part": ({"xl/media/image1.bin": b"\0" * (40 * 2**20)}, "too-much-inside"),
    "a cell at the far end": (
        {SHEET: sheet(b'<row><c r="A1"><v>1</v></c></row><row><c r="XFD1048576"><v>1</v></c></row>')},
        "too-wide",
    ),
    "a row number without end": ({SHEET: sheet(b'<row r="' + b"9" * 5000 + b'"/>')}, "broken-file"),
    "macros": ({"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"}, "macros"),
    "broken xml": ({SHEET: b"<worksheet><sheetData><row"}, "broken-file"),
    "an encoding that is none": (
        {"xl/workbook.xml": b'<?xml version="1.0" encoding="UTF-x"?><workbook/>'},
        "broken-file",
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_workbook_that_attacks_is_refused_at_once(name: str) -> None:
    parts, wanted = ATTACKS[name]
    content = changed(parts)

    with at_once():
        found = read(content, "x.xlsx")

    assert code(found) == wanted


def test_a_million_rows_are_refused_at_once() -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 120_000))

    with at_once():
        found = read(changed({SHEET: sheet(rows)}), "x.xlsx")

    assert code(found) == "no-header"  # its first rows are enough to see that


def test_a_zip_that_is_cut_off_is_refused() -> None:
    assert code(read(workbook({"题库": [HEADER, GOOD]})[:-200], "x.xlsx")) == "broken-file"


@pytest.mark.parametrize(
    ("mark", "wanted"),
    [("EncryptedPackage", "encrypted"), ("_VBA_PROJECT", "macros"), ("WordDocument", "word-file")],
)
def test_a_locked_workbook_or_old_macros_are_named(mark: str, wanted: str) -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + mark.encode("utf-16-le")

    assert code(read(content, "x.xlsx")) == wanted


def test_an_old_workbook_that_is_broken_is_refused() -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 40

    with at_once():
        assert code(read(content, "x.xls")) in ("broken-file", "unreadable")


@pytest.mark.parametrize(
    ("content", "filename", "wanted"),
    [
        (b"", "x.xlsx", "empty-file"),
        (b" \n", "x.csv", "empty-file"),
        (b"x" * (MOST_BYTES + 1), "x.csv", "too-large"),
        (b"<html><table></table></html>", "x.xls", "not-a-table"),
        (
            b'<?xml version="1.0"?><!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><q>&x;</q>',
            "x.xml",
            "doctype",
        ),
        (b"%PDF-1.7", "x.pdf", "unknown-format"),
        (b"\x89PNG\r\n\x1a\n\0", "x.xlsx", "unknown-format"),
    ],
)
def test_what_is_no_table_is_named_before_anything_opens_it(
    content: bytes, filename: str, wanted: str
) -> None:
    with at_once():
        assert code(read(content, filename)) == wanted


@pytest.mark.parametrize("text", ["\\u0000", "\\ud800"])
def test_characters_that_no_database_keeps_are_a_faulty_line(text: str) -> None:
    line = f'{{"kind": "single", "stem": "{text}？", "options": ["甲", "乙"], "key": ["A"]}}'

    found = read(line.encode(), "x.jsonl")

    assert [(p.row, p.code) for p in found.problems] == [(1, "bad-character")]
    assert found.questions == ()


@pytest.mark.parametrize("filename", ["x.jsonl", "x.csv"])
def test_lines_without_end_are_refused(filename: str) -> None:
    with at_once():
        found = read(b"{}\n" * 1_000_000, filename)

    assert code(found) == "few-questions"


def test_a_header_cell_of_a_megabyte_is_no_header() -> None:
    with at_once():
        found = read(("题干,答案," + "(" * 900_000 + "\n水？,对,\n").encode(), "x.csv")

    assert len(found.questions) == 1


def test_json_that_is_nested_without_end_is_a_faulty_line() -> None:
    found = read(b'{"a":' + b"[" * 100_000 + b"\n", "x.jsonl")

    assert [(p.row, p.code) for p in found.problems] == [(1, "not-json")]


def test_the_reading_process_cannot_take_more_memory_than_it_is_given() -> None:
    line = b'{"kind": "single", "stem": "' + b"x" * (19 * 2**20) + b'"}'

    found = read(line, "x.jsonl")

    assert found.questions == ()


def test_files_are_read_from_many_threads_at_once() -> None:
    content = workbook({"题库": [HEADER, GOOD]})
    found: list[int] = []

    threads = [
        threading.Thread(target=lambda: found.append(len(read(content, "x.xlsx").questions)))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [1] * 6


def test_a_reading_that_does_not_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "WALL_S", 0.01)  # shorter than an interpreter takes to start

    with pytest.raises(Unreadable, match="时间太长"):
        apart.run({"format": "jsonl", "wanted": "questions", "scale": {}}, b"{}")
