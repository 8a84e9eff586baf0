"""Writes workbooks: the template to fill in, an export, rows given back with what is wrong."""

from __future__ import annotations

from collections.abc import Iterable

from question_bank.formats.reading import Reading
from question_bank.problems import Problem
from question_bank.question import Question


def template() -> bytes:
    """Return the workbook that questions can be filled into."""
    return b""


def write(questions: Iterable[Question]) -> bytes:
    """Return questions as a workbook that can be read again."""
    return b""


def returned_rows(reading: Reading, problems: Iterable[Problem]) -> bytes:
    """Return the rows with an error as a workbook in the file's own layout, with a column that says what is wrong."""
    return b""
