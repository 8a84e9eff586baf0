"""Why somebody stands where they stand on a board of a recorded contest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from quiz.rules import units
from quiz.rules.parts import Board
from quiz.rules.record import Record
from quiz.rules.tables import Tables
from quiz.rules.why import Deed, Deeds, Ranked, Standing, Why, WhyUnit, why_person, why_unit

T = TypeVar("T")


def person(tables: Tables, board: Board, who: str, period: str | None = None) -> Why | None:
    """Return why a person stands where they stand; None where they do not stand on the board."""
    record = tables.record
    assert isinstance(record, Record)  # boards over all stages add up what the stages' boards explain
    for lines in tables.lines(board, period).values():
        rows = [Standing(place, name, line) for place, name, line in tables.ranked(lines)]
        at = next((n for n, row in enumerate(rows) if row.who == who), None)
        if at is not None:
            return why_person(record.stage, deeds_of(record, who), rows[at], _beside(rows, at), period)
    return None


def deeds_of(record: Record, who: str) -> Deeds:
    """Return what a person did in a stage, refused, practised and void attempts too."""
    story = record.story(who)
    return Deeds(
        attempts=[
            Deed(
                each.played,
                record.marked(each.row).points,
                each.row.name,
                record.corrections.attempt_is_void(each.row.name),
            )
            for each in story.accepted
        ],
        earned=story.earned,
        adjusted=record.corrections.added_to(who),
        refused=[(each.row.started_ms, each.because) for each in story.refused],
        practised=[row.started_ms for row in story.practised],
    )


def unit(tables: Tables, board: Board, who: str, period: str | None = None) -> WhyUnit | None:
    """Return why a unit stands where it stands, or below; None where nobody of it takes part."""
    for lines in tables.lines(board, period).values():
        counted = tables.counted(board, lines)
        if who not in counted:
            continue
        on, below = units.table(tables.stage, board, counted)
        own: Ranked | None = next((row for row in (*on, *below) if row[0] == who), None)
        if own is None:
            continue
        at = next((n for n, row in enumerate(on) if row[0] == who), None)
        beside = (None, None) if at is None else _beside(on, at)
        return why_unit(tables.stage, board, counted[who], own, beside)
    return None


def _beside(rows: Sequence[T], at: int) -> tuple[T | None, T | None]:
    return rows[at - 1] if at else None, rows[at + 1] if at + 1 < len(rows) else None
