"""Tables of text, whatever file they come from: sheets, numbered rows, cells as they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from question_bank.attached import Medium
from question_bank.formats import apart, guard
from question_bank.problems import N_, Unreadable

TABLES = ("workbook", "csv", "jsonl")
TEXTS = ("exam_text", "gift", "aiken", "webct", "blackboard_text")
# What a cell's note may say; a cell without a note is what it shows.
DATE, NO_VALUE, FAILED = "date", "no-value", "failed"


@dataclass(frozen=True)
class Row:
    """One row; `number` as the spreadsheet shows it, from 1."""

    number: int
    cells: tuple[str, ...]
    notes: Mapping[int, str] = field(default_factory=dict)  # position → DATE, NO_VALUE or FAILED
    media: tuple[Medium, ...] = ()  # which its cells show

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it."""
        return not self.notes and not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True)
class Picture:
    """A picture that lies on a sheet, or is what a cell of it holds."""

    row: int  # of its upper left corner, as the spreadsheet shows it
    position: int  # of that corner's column, from 0
    part: str  # where the file keeps it
    content: bytes  # as it is in the file
    is_cell: bool = False


@dataclass(frozen=True)
class Sheet:
    """One sheet, rows without content included."""

    name: str  # "" in a file without sheets
    rows: tuple[Row, ...]
    is_hidden: bool = False
    pictures: tuple[Picture, ...] = ()
    unplaced: int = 0  # pictures of the whole workbook that lie in no cell, told on its first sheet
    drawings: int = 0  # text boxes, shapes and charts of the whole workbook, told on its first sheet
    attached: tuple[str, ...] = ()  # sounds, films and files of the whole workbook, told on its first sheet
    merged: tuple[
        tuple[int, int, int, int], ...
    ] = ()  # first row, first column, last row, last column; from 0

    def is_merged_down(self, row: int, position: int) -> int | None:
        """Return the first row of the merged cell that covers this one from above, None if none does."""
        for top, left, bottom, right in self.merged:
            if top < row - 1 <= bottom and left <= position <= right:
                return top + 1
        return None


def sheets(content: bytes, filename: str) -> list[Sheet]:
    """Return the tables of a workbook or CSV file, read in a process of its own. Raises Unreadable."""
    name = guard.recognised(content, filename)
    if name in TEXTS:
        name = "csv"  # a list of people may look like a paper
    elif name not in TABLES:
        raise Unreadable("not-a-table", NOT_A_TABLE)
    order = {"format": name, "wanted": "tables"}
    return [
        Sheet(
            each["name"],
            tuple(Row(r["number"], tuple(r["cells"]), _notes(r["notes"])) for r in each["rows"]),
            each["is_hidden"],
            merged=tuple((m[0], m[1], m[2], m[3]) for m in each["merged"]),
        )
        for each in apart.run(order, content)
    ]


def as_json(sheet: Sheet) -> dict[str, object]:
    """Return a sheet as JSON data: its texts, not its pictures."""
    rows = [{"number": row.number, "cells": row.cells, "notes": dict(row.notes)} for row in sheet.rows]
    return {"name": sheet.name, "rows": rows, "is_hidden": sheet.is_hidden, "merged": sheet.merged}


def letter(position: int) -> str:
    """Return a column's letter from its position, counted from 0: A, …, Z, AA, …"""
    text = ""
    left = position + 1
    while left:
        left, rest = divmod(left - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def _notes(notes: Mapping[str, str]) -> dict[int, str]:
    return {int(position): note for position, note in notes.items()}


NOT_A_TABLE = N_("这个文件不是表格。请用 Excel 另存为 .xlsx 再上传。")
