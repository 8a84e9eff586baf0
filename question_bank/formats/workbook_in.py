"""Workbooks as tables of text: each cell as Excel shows it, with a note where that is not what was typed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from question_bank.formats.guard import ENCRYPTED, OLE, ZIP
from question_bank.formats.number_formats import shown
from question_bank.formats.tables import DATE, Row, Sheet
from question_bank.formats.xlsx_scan import Found, Scanned, scan
from question_bank.formats.xlsx_shifts import with_shifts
from question_bank.problems import N_, Unreadable

MOST_ROWS = 100_000
MOST_PLAIN = 10**9  # no exponent is written below
MOST_CELLS = 3_000_000  # of the rectangle that a sheet spans
PICTURE_BEGINS = (  # in an .xls
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    b"\xff\xd8\xff\xe0\0\x10JFIF",
    b"\xff\xd8\xff\xe1",
)

Value = int | float | str | bool | time | date | datetime | timedelta


def sheets(content: bytes, most: int | None = None, whole: Collection[str] = ()) -> list[Sheet]:
    """Return the sheets of a workbook, in their order. Raises Unreadable.

    `most`: how many rows of each sheet are wanted, but for those that are read as a `whole`.
    """
    is_xml = content.startswith(ZIP)
    scanned = scan(content) if is_xml else Found(unplaced=_in_old_file(content))
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(with_shifts(content) if is_xml else content))
        found = [
            _sheet(
                book.get_sheet_by_name(each.name),
                each.visible,
                scanned,
                None if each.name in whole else most,
            )
            for each in book.sheets_metadata
        ]
    except PasswordError as error:
        raise Unreadable("encrypted", ENCRYPTED) from error
    except (CalamineError, ValueError) as error:
        raise Unreadable("broken-file", BROKEN) from error

    if not found:
        return []
    return [
        replace(found[0], unplaced=scanned.unplaced, drawings=scanned.drawings, attached=scanned.attached),
        *found[1:],
    ]


def _in_old_file(content: bytes) -> int:
    """Return how many pictures an .xls holds; where they lie is not read."""
    if content.startswith(OLE):
        return sum(content.count(begin) for begin in PICTURE_BEGINS)
    return 0


def _sheet(sheet: CalamineSheet, visible: SheetVisibleEnum, found: Found, most: int | None) -> Sheet:
    scanned = found.sheets.get(sheet.name, Scanned())
    if sheet.total_height > MOST_ROWS:
        raise Unreadable("too-many-rows", TOO_MANY, sheet=sheet.name, most=MOST_ROWS)
    if sheet.total_height * sheet.total_width > MOST_CELLS:
        raise Unreadable("too-wide", TOO_WIDE, sheet=sheet.name)
    rows = tuple(
        _row(number, values, scanned)
        for number, values in enumerate(sheet.to_python(skip_empty_area=False, nrows=most), 1)
    )
    merged = tuple(
        (top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    )
    pictures = found.pictures.get(sheet.name, ())
    return Sheet(sheet.name, rows, visible != SheetVisibleEnum.Visible, pictures, merged=merged)


def _row(number: int, values: list[Value], scanned: Scanned) -> Row:
    formats = scanned.formats.get(number, {})
    notes = dict(scanned.notes.get(number, {}))
    cells = []
    for position, value in enumerate(values):
        if isinstance(value, date | time | timedelta):
            notes[position] = DATE
        cells.append(_text(value, formats.get(position, "")))
    last = max(notes, default=-1)  # a formula without a value may stand right of all values
    cells += [""] * (last + 1 - len(cells))
    return Row(number, tuple(cells), notes)


def _text(value: Value, number_format: str) -> str:
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case str():
            return value.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
        case float() if not number_format and value.is_integer() and abs(value) < MOST_PLAIN:
            return str(int(value))  # nearly every number, and ten times as fast
        case int() | float():
            return shown(Decimal(repr(value)), number_format)
        case datetime():
            return value.isoformat(" ").removesuffix(" 00:00:00")
        case date() | time():
            return value.isoformat()
    return str(value)


BROKEN = N_("文件已损坏，打不开。请用 Excel 另存为 .xlsx 再上传。")
TOO_MANY = N_("工作表“%(sheet)s”超过 %(most)s 行，请分成几个文件上传。")
TOO_WIDE = N_("工作表“%(sheet)s”大得不正常：可能在很远的地方有多余的单元格。请把题目复制到新的工作表再上传。")
