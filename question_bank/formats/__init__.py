"""The files questions come in and go out as, behind one table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from question_bank.formats import apart, guard
from question_bank.formats.reading import Column, Placed, RawRow, Reading
from question_bank.formats.table import FORMATS, WRITTEN, Format, left_out, write
from question_bank.formats.told import Told
from question_bank.problems import Unreadable

__all__ = [
    "FORMATS",
    "WRITTEN",
    "Column",
    "Format",
    "Placed",
    "RawRow",
    "Reading",
    "keep_rows",
    "left_out",
    "read",
    "write",
]


def read(content: bytes, filename: str, scale: Mapping[str, str] | None = None) -> Reading:
    """Return what a file holds; whatever is wrong with it is in the reading's problems.

    `scale`: the file's words for difficulty → easy, medium, hard, or "" for none, as a person mapped them.
    Nothing of the file is opened in this process; the reading process has limits of memory and time.
    """
    try:
        order = {
            "format": guard.recognised(content, filename),
            "wanted": "questions",
            "scale": dict(scale or {}),
        }
        return Reading.from_dict(apart.run(order, content))
    except Unreadable as error:
        return Reading(problems=(error.problem,))


def keep_rows(path: Path, content: bytes, filename: str, told: Told) -> None:
    """Read a file in the reading process and keep what it holds row by row (`by_row`). Raises Unreadable."""
    order = {"format": guard.recognised(content, filename), "wanted": "rows", "told": told.as_json()}
    apart.run_into(path, order, content)
