"""Tables as XLSX and CSV that a spreadsheet opens without harm: text stays text, nothing runs, headers stay in view."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run or swallow
CHARACTERS_OF_WIDTH = 14  # a column as wide as a nickname
WIDEST = 60

Cell = str | int


@dataclass(frozen=True)
class Table:
    """One table: its name, its column headers, its rows (read once), and what has to be known to read it."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    notes: Sequence[tuple[str, str]] = ()  # label, sentence: rule, time zone, moment, formula


def write_xlsx(table: Table, path: Path) -> int:
    """Write the table as a workbook row by row, in bounded memory; returns the number of rows.

    Numbers that are counted with are number cells, everything else text cells; a second sheet holds the notes.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    count = 0
    with xlsxwriter.Workbook(str(path), options) as book:
        bold = book.add_format({"bold": True, "bg_color": "#E6F0EE", "border": 1})
        text, wrapped = (
            book.add_format({"num_format": "@"}),
            book.add_format({"text_wrap": True, "valign": "top"}),
        )
        sheet = book.add_worksheet(_sheet_name(table.name))
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_column(0, len(table.columns) - 1, CHARACTERS_OF_WIDTH)
        for column, header in enumerate(table.columns):
            sheet.write_string(0, column, header, bold)
        for count, row in enumerate(table.rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(count, column, cell)
                else:
                    sheet.write_string(count, column, cell, text)
        about = book.add_worksheet("说明")
        about.set_column(0, 0, CHARACTERS_OF_WIDTH)
        about.set_column(1, 1, WIDEST)
        for line, (label, sentence) in enumerate(table.notes):
            about.write_string(line, 0, label, bold)
            about.write_string(line, 1, sentence, wrapped)
    return count


def write_csv(table: Table, path: Path) -> int:
    """Write the table as UTF-8 CSV with a byte order mark; returns the number of rows.

    A text cell that a spreadsheet would take for a formula gets a leading apostrophe.
    """
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([harmless(header) for header in table.columns])
        for count, row in enumerate(table.rows, 1):
            writer.writerow([harmless(cell) for cell in row])
    return count


def harmless(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet runs when it opens a CSV file."""
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return "'" + cell
    return cell


WRITERS = {"xlsx": write_xlsx, "csv": write_csv}


def _sheet_name(name: str) -> str:
    """Return a name that a workbook takes: at most 31 characters, none of []:*?/\\ ."""
    kept = "".join(letter for letter in name if letter not in "[]:*?/\\'")
    return kept[:31] or "排名"
