"""The files questions come in and go out as, behind one table."""

from __future__ import annotations

from question_bank.formats.guard import read
from question_bank.formats.reading import Column, Placed, RawRow, Reading
from question_bank.formats.table import FORMATS, Format, write
from question_bank.formats.workbook_out import returned_rows, template

__all__ = [
    "FORMATS",
    "Column",
    "Format",
    "Placed",
    "RawRow",
    "Reading",
    "read",
    "returned_rows",
    "template",
    "write",
]
