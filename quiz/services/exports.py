"""Boards as files: XLSX and CSV from one consistent state of the stored lines."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quiz.errors import N_, InvalidInput, NotFound
from quiz.models.accounts import About, Identity, Unit
from quiz.models.contests import Rules
from quiz.models.play import Line
from quiz.reports import MOST_SHEET_ROWS, WRITERS, Table, write_lines
from quiz.services import board_parts, board_tables, disqualified, grounds, unit_board
from quiz.services.board_reading import Reading, Wanted
from quiz.services.people_board import COLUMNS, LineRow, has_too_few
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published
from quiz.services.results import latest_period
from quiz.services.showing import check_shown
from quiz.services.unit_board import told_of

MOST_AT_ONCE = 5_000  # rows written in a request: some seconds with their grounds; more go to `large_exports`
ROWS_TOLD = 1_000  # between two signs of life

T = TypeVar("T")
REASONS = "jsonl"  # why everybody stands where they stand, one a line
ENDINGS = (*WRITERS, REASONS)
Notes = Sequence[tuple[str, str]]
Tell = Callable[[int], None]  # is told now and then how many rows are written


def write_board(
    platform: Platform, rules: Published, wanted: Wanted, path: Path, tell: Tell | None = None
) -> int:
    """Write a whole board to `path` from one consistent state; returns how many rows.

    At the desk a workbook has what the ranking rests on beside it, and .jsonl is why everybody stands there.
    Memory is bounded; until all is written there is nothing at `path`. Raises NotFound, InvalidInput.
    """
    ending = path.suffix.lower().removeprefix(".")
    if ending not in ENDINGS:
        raise InvalidInput(N_("只能导出 .xlsx、.csv 或 .jsonl 文件。"))
    reading = _reading(platform, rules, wanted)
    draft = path.with_name(f".{secrets.token_hex(4)}{path.suffix}")
    try:
        with platform.store.snapshot() as session:
            if ending == "xlsx" and _count(session, reading) > MOST_SHEET_ROWS:
                raise InvalidInput(N_("一张工作表最多 %(most)s 行，请导出 CSV。"), most=MOST_SHEET_ROWS)
            if ending == REASONS:
                count = write_lines(_told(_reasons(reading, session), tell), draft)
                os.replace(draft, path)
                return count
            table = _table(reading, session)
            count = WRITERS[ending](replace(table, rows=_told(table.rows, tell)), draft)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return count


def count_rows(platform: Platform, rules: Published, wanted: Wanted) -> int:
    """Return how many rows an export of people will have; of units there are always few. Raises NotFound."""
    reading = _reading(platform, rules, wanted)
    with platform.store.reading() as session:
        return _count(session, reading)


def note(platform: Platform, rules: Published, wanted: Wanted, rows: int, actor: Actor) -> None:
    """Put on record that somebody took a board as a file."""
    detail = {
        "contest": rules.contest_id,
        "board": str(wanted.board),
        "period": wanted.period,
        "view": wanted.view.value,
        "rows": rows,
    }
    with platform.store.writing() as session:
        session.add(actor.audit("board.export", rules.document.title, json.dumps(detail)))


def _reading(platform: Platform, rules: Published, wanted: Wanted) -> Reading:
    reading = Reading(platform, rules, wanted, platform.clock.now_ms())
    check_shown(reading)
    if reading.board.over != "period":
        return reading
    period = wanted.period or latest_period(platform, rules, reading.number)
    if period is None:
        raise NotFound(N_("这个榜还没有任何成绩。"))
    return replace(reading, period=period)


def _count(session: Session, reading: Reading) -> int:
    if reading.board.of != "people":
        return 0
    return session.scalar(select(func.count()).select_from(Line).where(*reading.on_board)) or 0


def _table(reading: Reading, session: Session) -> Table:
    digest = session.scalar(select(Rules.digest).where(Rules.id == reading.rules.rules_id)) or ""
    notes = board_tables.notes(reading, digest, reading.now_ms)
    make = _units if reading.board.of != "people" else _people
    if reading.board.each is None:
        return make(reading, session, notes)
    parts = board_parts.each_of(reading, session)
    tables = [(part.part.name, make(part, session, notes)) for part in parts if part.part is not None]
    return board_tables.divided_table(reading, tables, make(reading, session, notes))


def _units(reading: Reading, session: Session, notes: Notes) -> Table:
    listed, below = unit_board.rows(
        reading, session, lambda level, picks: unit_board.stored_sums(reading, session, level, picks)
    )
    told = told_of(reading, [*listed, *below])
    return replace(board_tables.unit_table(reading, told, notes), sheets=grounds.of_units(reading, told))


def _people(reading: Reading, session: Session, notes: Notes) -> Table:
    names = dict(session.execute(select(Unit.id, Unit.name)).all())
    book = disqualified.book(session, reading.rules.contest_id, reading.frozen_ms)
    below = disqualified.people(reading, session, book)
    has_remarks = reading.board.each is not None and bool(book.people_out)
    if has_too_few(reading, session):
        return board_tables.people_table(reading, (), names, notes, remarks=has_remarks)
    lines = _lines(reading, session)
    table = board_tables.people_table(reading, lines, names, notes, below, remarks=has_remarks)
    if not reading.is_desk:
        return table
    return replace(table, sheets=grounds.of_people(reading, session), notes=[*notes, grounds.HOW_TO_CHECK])


def _lines(reading: Reading, session: Session) -> Iterator[LineRow]:
    """Yield the lines on a board in order; asked for only when they are written."""
    lines = session.execute(
        select(*COLUMNS)
        .outerjoin(Identity, Identity.person_id == Line.person_id)
        .outerjoin(About, About.person_id == Line.person_id)
        .where(*reading.on_board)
        .order_by(Line.order_key, Line.person_id)
        .execution_options(yield_per=ROWS_TOLD)
    )
    yield from (LineRow(*values) for values in lines)


def _reasons(reading: Reading, session: Session) -> Iterator[dict[str, Any]]:  # Any: JSON
    """Yield why everybody stands where they stand; what people did is for the desk alone."""
    if reading.board.of == "people" and not reading.is_desk:
        raise InvalidInput(N_("个人榜的依据只在后台导出。"))
    for part in board_parts.each_of(reading, session):
        named = {"part": part.part.name} if part.part is not None else {}
        for why in _reasons_of(part, session):
            yield {**named, **why}


def _reasons_of(reading: Reading, session: Session) -> Iterable[dict[str, Any]]:  # Any: JSON
    if reading.board.of == "people":
        return grounds.explanations(reading, session)
    listed, below = unit_board.rows(
        reading, session, lambda level, picks: unit_board.stored_sums(reading, session, level, picks)
    )
    return grounds.unit_explanations(reading, told_of(reading, [*listed, *below]))


def _told(rows: Iterable[T], tell: Tell | None) -> Iterator[T]:
    for count, row in enumerate(rows, 1):
        yield row
        if tell is not None and count % ROWS_TOLD == 0:
            tell(count)
