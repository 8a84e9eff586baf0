"""Why somebody stands where they stand on a board of a recorded contest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from quiz.rules import earning, timing, units
from quiz.rules.across import Across
from quiz.rules.case_rows import AttemptRow, LedgerRow
from quiz.rules.document import Document
from quiz.rules.parts import Board
from quiz.rules.record import Record
from quiz.rules.tables import Tables
from quiz.rules.why import Correction, Deed, Deeds, OneStage, Standing, Uncounted, Why, one_stage, why_person
from quiz.rules.why_unit_words import of_unit
from quiz.rules.why_units import Ranked, WhyUnit, why_unit
from quiz.rules.why_words import of_person
from quiz.rules.words import Passage

T = TypeVar("T")


@dataclass(frozen=True)
class Found:
    """Why somebody stands where they stand on one board, in one period of it, as data and in words."""

    stage: str  # "" for all of them
    board: str
    period: str  # "" for all of it
    why: Why | WhyUnit
    passages: Sequence[Passage]


def everywhere(document: Document, records: Sequence[Record], who: str) -> Iterator[Found]:
    """Yield why a person or a unit stands where it stands, for every board on which it stands."""
    tables = [Tables(record) for record in records]
    tables += [Tables(Across(document, records))] if document.boards else []
    for each in tables:
        for board in each.stage.boards:
            for period in [None] if board.over == "stage" else each.record.periods:
                found = of_board(each, board, who, period)
                if found is not None:
                    yield Found(each.stage.name, board.name, period or "", *found)


def of_board(
    tables: Tables, board: Board, who: str, period: str | None = None
) -> tuple[Why | WhyUnit, Sequence[Passage]] | None:
    """Return why somebody stands where they stand on a board, as data and in words."""
    if board.of == "people":
        why = person(tables, board, who, period)
        return None if why is None else (why, of_person(tables.record.document, tables.stage, why))
    found = unit(tables, board, who, period)
    if found is None:
        return None
    return found, of_unit(tables.stage, board, found)


def person(tables: Tables, board: Board, who: str, period: str | None = None) -> Why | None:
    """Return why a person stands where they stand; None where they do not stand on the board."""
    for lines in tables.lines(board, period).values():
        rows = [Standing(place, name, line) for place, name, line in tables.ranked(lines)]
        at = next((n for n, row in enumerate(rows) if row.who == who), None)
        if at is not None:
            return why_person(tables.stage, list(_stages(tables, who, period)), rows[at], _beside(rows, at))
    return None


def _stages(tables: Tables, who: str, period: str | None) -> Iterator[OneStage]:
    for record in _records(tables):
        found = one_stage(record.stage, deeds_of(record, who), period)
        if found.stands:
            yield found


def _records(tables: Tables) -> Sequence[Record]:
    return tables.record.records if isinstance(tables.record, Across) else [tables.record]


def deeds_of(record: Record, who: str) -> Deeds:
    """Return what a person did in a stage, refused, practised and void attempts too."""
    story = record.story(who)
    names = {each.row.name for each in story.accepted}
    stage = record.stage
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
        corrections=list(_corrections(record.corrections.rows, who, names)),
        refused=[_uncounted(record, each.row, each.because) for each in story.refused],
        practised=[_uncounted(record, row, "practice") for row in story.practised],
        beyond=[
            Uncounted(each.at_ms, each.kind, timing.period_of(stage, each.at_ms))
            for each in earning.beyond_caps(stage, record.events_of(who))
        ],
    )


def _uncounted(record: Record, row: AttemptRow, what: str) -> Uncounted:
    period = timing.period_of(record.stage, row.started_ms, row.scene or None)
    return Uncounted(row.started_ms, what, period, is_a_start=bool(row.refused))


def _corrections(rows: Iterable[LedgerRow], who: str, attempts: Iterable[str]) -> Iterator[Correction]:
    known = set(attempts)
    for row in rows:
        if row.person == who or row.attempt in known:
            yield Correction(row.at_ms, row.do, row.because, row.points, row.attempt or "")


def unit(tables: Tables, board: Board, who: str, period: str | None = None) -> WhyUnit | None:
    """Return why a unit stands where it stands, or below; None where nobody of it takes part."""
    for lines in tables.lines(board, period).values():
        counted = tables.counted(board, lines)
        if who not in counted:
            continue
        on, below = units.table(tables.stage, board, counted)
        own = next((Ranked.of(*row) for row in (*on, *below) if row[0] == who), None)
        if own is None:
            continue
        at = next((n for n, row in enumerate(on) if row[0] == who), None)
        beside = (None, None) if at is None else _beside([Ranked.of(*row) for row in on], at)
        return why_unit(tables.stage, board, units.measured(tables.stage, board, *counted[who]), own, beside)
    return None


def _beside(rows: Sequence[T], at: int) -> tuple[T | None, T | None]:
    return rows[at - 1] if at else None, rows[at + 1] if at + 1 < len(rows) else None
