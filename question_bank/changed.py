"""What changed between two versions of a question, in the cells of its row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from question_bank.differences import Piece, marked
from question_bank.formats.one_row import KIND, cells
from question_bank.question import Question


class Change(NamedTuple):
    """One cell that says something else than before."""

    title: str  # of the column
    before: Sequence[Piece]
    after: Sequence[Piece]


def changed(before: Question, after: Question) -> list[Change]:
    """Return the cells in which two versions differ, in the order of the workbook's columns."""
    old, new = cells(before), cells(after)
    titles = [title for title in dict.fromkeys((*new, *old)) if title != KIND or old[KIND] != new[KIND]]
    return [
        Change(title, *marked(old.get(title, ""), new.get(title, "")))
        for title in titles
        if old.get(title, "") != new.get(title, "")
    ]
