"""Plain tables that people upload, such as lists of people and units: CSV and workbooks as rows of text."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO

from python_calamine import CalamineError, CalamineWorkbook

from question_bank.formats.guard import recognised
from question_bank.formats.text import decoded
from question_bank.problems import N_, Unreadable

MOST_BYTES = 2 * 2**20  # of one list; 20,000 people are about half of it
DELIMITERS = ",;\t，"


@dataclass(frozen=True)
class Row:
    """One row and its number as a spreadsheet shows it."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """One table with its header row first; empty rows are left out."""

    name: str
    rows: tuple[Row, ...]


def first_sheet(content: bytes, filename: str) -> Sheet:
    """Return the first table of a file that holds anything; raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable(
            "too-large",
            N_("文件有 %(size)s KB，最多 %(most)s KB。请只留下名单所在的工作表，或分成几个文件。"),
            size=len(content) // 1024,
            most=MOST_BYTES // 1024,
        )
    match recognised(content, filename):
        case "workbook":
            found = _workbook(content)
        case "csv":
            found = iter([Sheet("", _filled(_csv(decoded(content))))])
        case _:
            raise Unreadable("unknown-format", N_("名单请上传 Excel 工作簿（.xlsx、.xls）或 CSV。"))
    for sheet in found:
        if sheet.rows:
            return sheet
    raise Unreadable("empty-file", N_("文件是空的。"))


def _workbook(content: bytes) -> Iterator[Sheet]:
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            yield Sheet(name, _filled([_text(cell) for cell in row] for row in rows))
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable("broken-file", N_("文件已损坏，打不开。请用 Excel 另存为 .xlsx 再上传。")) from error


def _csv(text: str) -> Iterator[list[str]]:
    header = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=header.count)
    try:
        yield from csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise Unreadable(
            "broken-file", N_("CSV 的引号没有配对，读不完。请用 Excel 另存为 .xlsx 再上传。")
        ) from error


def _filled(rows: Iterable[list[str]]) -> tuple[Row, ...]:
    return tuple(
        Row(number, tuple(cells))
        for number, cells in enumerate(rows, 1)
        if any(cell.strip() for cell in cells)
    )


def _text(cell: object) -> str:
    """Return a cell as it was typed: calamine reads every number as a float, a day as a date."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    return str(cell)
