"""Workbooks and CSV files as people make them, for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from question_bank.formats import Reading, read
from question_bank.question import Question

Rows = Sequence[Sequence[object]]
HEADER = ("题型", "题干", "选项A", "选项B", "选项C", "选项D", "答案", "难度", "知识点", "解析")
GOOD = ("单选题", "水的化学式是？", "H2O", "CO2", "O2", "N2", "A", "易", "化学", "水由氢和氧组成。")


def workbook(sheets: Mapping[str, Rows], change: Callable[[Worksheet], None] | None = None) -> bytes:
    """Return a workbook with these sheets; `change` may do more to each."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        if change is not None:
            change(sheet)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def reading(*rows: Sequence[object], change: Callable[[Worksheet], None] | None = None) -> Reading:
    """Return what a workbook of one sheet with these rows is read as."""
    return read(workbook({"题库": rows}, change), "题库.xlsx")


def codes(found: Reading) -> list[tuple[int, str, str]]:
    """Return row, column and code of every problem."""
    return [(p.row, p.column, p.code) for p in found.problems]


def only(found: Reading) -> Question:
    """Return the one question that was read."""
    (placed,) = found.questions
    return placed.question
