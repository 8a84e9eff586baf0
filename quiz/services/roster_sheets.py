"""The sheet of an uploaded roster or list of units: what its columns mean, and what is wrong where."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from question_bank.formats.tables import Sheet, letter, sheets
from question_bank.problems import N_, Problem, Unreadable
from quiz.services.roster_headers import CALLED, HEADERS


class Reader:
    """One sheet with a header row, read row by row, collecting what is wrong."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.problems: list[Problem] = []
        rows = [row for row in sheet.rows if not row.is_empty]
        self.header, self.body = rows[0].cells, rows[1:]
        self.columns: dict[str, int] = {}
        for position, cell in enumerate(self.header):
            self.columns.setdefault(self.meaning(cell), position)
        self.columns.pop("", None)

    def meaning(self, header: str) -> str:
        """Return what a column of this header means, "" when it is not used."""
        plain = "".join(header.split()).casefold().rstrip("*")
        return HEADERS.get(plain, "")

    def wrong(self, row: int, meaning: str, code: str, message: str, **values: object) -> None:
        """Note a problem at a row's column."""
        position = self.columns.get(meaning)
        column = letter(position) if position is not None else ""
        self.problems.append(Problem(self.sheet.name, row, column, code, message, values=values))

    def cell(self, cells: Sequence[str], meaning: str) -> str:
        """Return the text of a row under a heading, "" where there is none."""
        position = self.columns.get(meaning)
        return cells[position].strip() if position is not None and position < len(cells) else ""

    def needs(self, *meanings: str) -> bool:
        """Return whether the header has these columns; notes those it has not."""
        missing = [CALLED[meaning] for meaning in meanings if meaning not in self.columns]
        for words in missing:
            self.problems.append(
                Problem(
                    self.sheet.name,
                    1,
                    "",
                    "missing_column",
                    N_("第一行没有“%(column)s”这一列，请加上表头。"),
                    values={"column": words},
                )
            )
        return not missing


def is_day(text: str) -> bool:
    """Return whether a text is a date as 2026-03-01."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def first_sheet(content: bytes, filename: str) -> Sheet:
    """Return the first table of a file that holds anything and is not hidden; raises Unreadable."""
    for sheet in sheets(content, filename):
        if not sheet.is_hidden and not all(row.is_empty for row in sheet.rows):
            return sheet
    raise Unreadable("empty-file", N_("文件是空的。"))
