"""Tables as XLSX and CSV that a spreadsheet opens without harm: text stays text, nothing runs."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from quiz.errors import N_

FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")  # what a spreadsheet would run or swallow
NUMBER = re.compile(r"-?\d+(\.\d+)?")  # harmless, although it may begin with a minus
MOST_SHEET_ROWS = 1_048_575  # below the header of one worksheet
CHARACTERS_OF_WIDTH = 14  # a column as wide as a nickname
WIDEST, WIDEST_COLUMN = 60, 40
ROWS_MEASURED = 100  # by whose texts the columns of a sheet are made wide enough
A4 = 9  # as workbooks number sizes of paper
MOST_SHEETS = 100  # of one table
NOTES, RANKING = N_("说明"), N_("排名")  # names of sheets
TAKEN = (NOTES, "history")  # names that no other sheet may have

Cell = str | int | Decimal  # numbers that are counted with, and text


@dataclass(frozen=True)
class Table:
    """One table: its name, its column headers, its rows (read once), and what has to be known to read it."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    notes: Sequence[tuple[str, str]] = ()  # label, sentence: rule, time zone, moment, formula
    sheets: Sequence[Table] = ()  # what its numbers rest on: further sheets of a workbook


class Formats(NamedTuple):
    """How the cells of a workbook look."""

    head: Format
    text: Format
    wrapped: Format


def write_xlsx(table: Table, path: Path) -> int:
    """Write the table as a workbook row by row, in bounded memory; returns the number of rows.

    Numbers that are counted with are number cells, all else is text cells; a second sheet holds the notes.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        formats = Formats(
            head=book.add_format({"bold": True, "bg_color": "#E6F0EE", "border": 1}),
            text=book.add_format({"num_format": "@"}),
            wrapped=book.add_format({"text_wrap": True, "valign": "top"}),
        )
        name = _sheet_name(table.name)
        count = _write_rows(table, book.add_worksheet(name), formats)
        _write_notes(table, book.add_worksheet(NOTES), formats)
        for sheet in _that_fit(table.sheets):
            taken = sheet.name.casefold() == name.casefold()
            _write_rows(sheet, book.add_worksheet(f"{sheet.name} 2" if taken else sheet.name), formats)
    return count


def _that_fit(tables: Iterable[Table]) -> Iterator[Table]:
    """Yield tables as sheets; one with more rows than a sheet takes goes on in the next."""
    for table in tables:
        rows = iter(table.rows)
        for number in range(1, MOST_SHEETS):
            part = islice(rows, MOST_SHEET_ROWS)
            first = list(islice(part, 1))
            if not first and number > 1:
                break
            name = table.name if number == 1 else f"{table.name}-{number}"
            yield replace(table, name=name, rows=chain(first, part))


def _write_rows(table: Table, sheet: Worksheet, formats: Formats) -> int:
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    rows = iter(table.rows)
    measured = list(islice(rows, ROWS_MEASURED))
    for column, header in enumerate(table.columns):
        widest = max(_width(str(row[column])) for row in (table.columns, *measured))
        sheet.set_column(column, column, min(widest + 2, WIDEST_COLUMN))
        sheet.write_string(0, column, header, formats.head)
    count = 0
    for row in chain(measured, rows):
        count += 1
        for column, cell in enumerate(row):
            if isinstance(cell, (int, Decimal)):
                sheet.write_number(count, column, cell)
            else:
                sheet.write_string(count, column, cell, formats.text)
    return count


def _width(text: str) -> int:
    """Return how wide a text stands: a Chinese character takes the place of two letters."""
    return len(text) + sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)


def _write_notes(table: Table, sheet: Worksheet, formats: Formats) -> None:
    sheet.set_column(0, 0, CHARACTERS_OF_WIDTH)
    sheet.set_column(1, 1, WIDEST)
    for line, (label, sentence) in enumerate(table.notes):
        sheet.write_string(line, 0, label, formats.head)
        sheet.write_string(line, 1, sentence, formats.wrapped)


def write_csv(table: Table, path: Path) -> int:
    """Write the table as UTF-8 CSV with a byte order mark; returns the number of rows.

    A text cell that a spreadsheet would take for a formula gets a leading apostrophe.
    """
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([harmless(header) for header in table.columns])
        for row in table.rows:
            count += 1
            writer.writerow([harmless(cell) for cell in row])
    return count


def write_lines(rows: Iterable[Mapping[str, Any]], path: Path) -> int:  # Any: JSON
    """Write one JSON object a line; returns the number of lines."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            count += 1
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return count


def harmless(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet runs when it opens a CSV file."""
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) and not NUMBER.fullmatch(cell):
        return "'" + cell
    return cell


WRITERS = {"xlsx": write_xlsx, "csv": write_csv}


def _sheet_name(name: str) -> str:
    """Return a name that a workbook takes: at most 31 characters, none of []:*?/\\', none that is taken."""
    plain = "".join(letter for letter in name if letter.isprintable() and letter not in "[]:*?/\\'")
    kept = plain[:31].strip()
    return kept if kept and kept.casefold() not in TAKEN else RANKING
