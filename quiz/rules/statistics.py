"""The unit formulas tried on figures: a table of metrics in, the boards' rows out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from quiz.errors import N_, InvalidInput
from quiz.rules import units
from quiz.rules.parts import Board, Document, Stage, Term

# A rate may be given by its two counts: part, whole. Source: rules.md, stats.csv.
BY_COUNTS: Mapping[str, tuple[str, str]] = {
    "participation_rate": ("people", "enrolled"),
    "child_units_rate": ("child_units_joined", "child_units"),
}
QUOTIENTS: Mapping[str, tuple[str, str]] = {
    "mean": ("sum", "people"),
    "mean_per_enrolled": ("sum", "enrolled"),
}


def boards(document: Document, rows: Sequence[Mapping[str, str]]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every unit board of a document for figures given by unit.

    Raises InvalidInput for a column that is missing or a figure that cannot be read.
    """
    found = {}
    for stage in document.stages:
        for board in stage.boards:
            if board.of != "people":
                found[board.name] = _board(stage, board, rows)
    return found


def _board(stage: Stage, board: Board, rows: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    measured = {}
    for line, row in enumerate(rows, 2):
        if not row.get("unit"):
            raise InvalidInput(N_("统计表第 %(line)s 行缺少 unit（单位名称）。"), line=line)
        measured[row["unit"]] = _measured(stage, board, row, line)
    # What is given as a figure has no least number of people unless the people are given too.
    counted = all(row.get("people") for row in rows)
    on, below = units.placed(stage, board if counted else replace(board, least_people=0), measured)
    return [_shown(who, row) for who, row in (*on, *below)]


def _measured(stage: Stage, board: Board, row: Mapping[str, str], line: int) -> units.Measured:
    inputs = {
        term: units.prepared(stage, term, units.Figure(_figure(name, term, row, line)))
        for name, term in units.named(units.terms_of(board))
    }
    people, attempts, enrolled = (_number(row, name, line) for name in ("people", "attempts", "enrolled"))
    return units.Measured(
        int(people or 0), int(attempts or 0), None if enrolled is None else int(enrolled), inputs
    )


def _figure(name: str, term: Term, row: Mapping[str, str], line: int) -> Fraction:
    own = _number(row, name, line)
    if own is not None:
        return own
    counts = BY_COUNTS.get(term.metric) or QUOTIENTS.get(term.metric)
    if counts is not None:
        part, whole = (_number(row, name, line) for name in counts)
        if part is not None and whole:
            return part / whole * (100 if term.metric in BY_COUNTS else 1)
    raise InvalidInput(
        N_("统计表第 %(line)s 行没有 %(metric)s：请填这一列，或填它的两个计数（%(counts)s）。"),
        line=line,
        metric=name,
        counts=" / ".join(counts or ("—",)),
    )


def _number(row: Mapping[str, str], name: str, line: int) -> Fraction | None:
    text = (row.get(name) or "").strip()
    if not text:
        return None
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise InvalidInput(
            N_("统计表第 %(line)s 行的 %(metric)s 不是数：%(text)s。"), line=line, metric=name, text=text
        ) from error


def _shown(who: str, row: units.Row) -> dict[str, Any]:
    shown = {"place": row.place, "who": who, "value": row.value, **row.metrics}
    return {**shown, "because": row.because} if row.because is not None else shown
