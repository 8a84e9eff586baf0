"""What the author of a file should know of its pictures and formulas before it is taken."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

from quiz.services.examining import Preview
from quiz.services.kept_files import Place
from quiz.web.shown import remarks

MOST_ROWS, LONGEST_S = 2_000, 2.0  # looked at before the page answers
MOST_TOLD = 20


@dataclass(frozen=True)
class Looked:
    """Remarks on rows that would be taken."""

    told: tuple[tuple[Place, str], ...]  # at most MOST_TOLD
    count: int  # of all remarks found
    rows: int  # how many were looked at, from the first


def look(found: Preview) -> Looked:
    """Return what is to be said of the pictures and formulas of the rows that would be taken."""
    told: list[tuple[Place, str]] = []
    count, looked, until = 0, 0, monotonic() + LONGEST_S
    for row in found.rows(found.chosen[:MOST_ROWS]):
        if row.question is not None:
            said = remarks(row.question)
            count += len(said)
            told += [((row.raw.sheet, row.raw.row), sentence) for sentence in said[: MOST_TOLD - len(told)]]
        looked += 1
        if monotonic() > until:
            break
    return Looked(tuple(told), count, looked)
