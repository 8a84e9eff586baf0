"""What is wrong in a file, told once for all the rows it is wrong in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from question_bank.problems import Problem

MOST_ROWS = 6  # that are named one by one


@dataclass(frozen=True)
class Told:
    """A problem, and the rows that have it in this column: all of them where they are few."""

    problem: Problem
    rows: str
    more: str  # how many rows there are, where not all are named


def told_once(problems: Iterable[Problem]) -> list[Told]:
    """Return the problems in the order of the file; what several rows have in common only once."""
    found: dict[tuple[object, ...], list[Problem]] = {}
    for each in problems:
        values = tuple((name, str(value)) for name, value in each.values.items())
        found.setdefault((each.sheet, each.column, each.code, each.message, values), []).append(each)
    return [_told(each) for each in found.values()]


def _told(problems: list[Problem]) -> Told:
    rows = [str(each.row) for each in problems if each.row]
    more = _("等 %(count)s 行", count=len(rows)) if len(rows) > MOST_ROWS else ""
    return Told(problems[0], ", ".join(rows[:MOST_ROWS]) or "–", more)
