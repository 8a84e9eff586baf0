"""Boards as people and organizers read them: a page, one's own place, a search, the periods there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quiz.errors import N_, NotFound
from quiz.models.play import Line
from quiz.rules import timing
from quiz.rules.document import Board
from quiz.rules.publicity import position_of
from quiz.services import board_parts, days_end, people_board, people_found, unit_board
from quiz.services.board_filters import Filters, filters
from quiz.services.board_reading import (
    MOST_ROWS,
    BoardId,
    BoardPart,
    Page,
    Reading,
    Row,
    Wanted,
    board_of,
    boards_of,
)
from quiz.services.platform import Platform
from quiz.services.published import Published
from quiz.services.showing import check_shown, shown_boards

LAST_FIRST = 10**9  # no board has more rows
MOST_PERIODS = 400  # more than a year of days
CHOSEN = ("scene", "level")  # periods that a person chooses: they have an order of their own

__all__ = [
    "BoardId",
    "BoardPart",
    "Filters",
    "Page",
    "Row",
    "Wanted",
    "board_of",
    "boards_of",
    "filters",
    "page",
    "periods",
    "places_of",
    "shown_boards",
    "shown_periods",
]


def page(platform: Platform, rules: Published, wanted: Wanted, now_ms: int) -> Page:
    """Return a part of a board, live where Redis answers and from the stored lines where it does not.

    A board over periods shows the latest one unless another is asked for; a divided board one's own part, or
    the first. The public sees a frozen board as of its freeze, and none that is not for them.
    Raises NotFound.
    """
    reading = Reading(platform, rules, wanted, now_ms)
    if not (1 <= wanted.size <= MOST_ROWS and 0 <= wanted.first <= LAST_FIRST):
        raise NotFound(N_("没有这一页。"))
    if "\0" in wanted.period or "\0" in wanted.query:  # PostgreSQL has no such text
        raise NotFound(N_("没有这一页。"))
    check_shown(reading)
    if reading.board.over == "period":
        period = wanted.period or latest_period(platform, rules, reading.number)
        if period is None:
            return Page((), 0, frozen_ms=reading.frozen_ms)
        reading = replace(reading, period=period)
    if reading.board.each is None:
        return _moved(reading, _page(reading))
    with platform.store.reading() as session:
        parts, reading = board_parts.shown(reading, session)
    found = _page(reading) if reading.part is not None else Page((), 0, period=reading.period)
    return replace(_moved(reading, found), parts=parts, part=reading.part)


def _moved(reading: Reading, found: Page) -> Page:
    return found if reading.is_desk else replace(found, before=days_end.with_movement(reading, found))


def _page(reading: Reading) -> Page:
    if reading.board.of != "people":
        return unit_board.page(reading)
    wanted = reading.wanted
    is_whole = not wanted.query and wanted.within is None and wanted.group is None
    return people_board.page(reading) if is_whole else people_found.page(reading)


def latest_period(platform: Platform, rules: Published, stage: int) -> str | None:
    """Return the period a board over periods shows by itself: the latest with a line, of CHOSEN the last."""
    if rules.document.stages[position_of(stage)].calendar.period in CHOSEN:
        return next(iter(reversed(periods(platform, rules, stage))), None)
    return next(iter(periods(platform, rules, stage, most=1)), None)


def periods(platform: Platform, rules: Published, stage: int, most: int = MOST_PERIODS) -> Sequence[str]:
    """Return the periods of a stage in which somebody has a line, the latest first; CHOSEN in their order.

    `stage`: the number of its lines, or of those of a freeze.

    Each costs one look into the index, however many people have a line.
    """
    found: list[str] = []
    with platform.store.reading() as session:
        while len(found) < most and (period := _latest(session, rules, stage, found[-1:])):
            found.append(period)
    rules_of_stage = rules.document.stages[position_of(stage)]
    return timing.in_order(rules_of_stage, found) if rules_of_stage.calendar.period in CHOSEN else found


def shown_periods(platform: Platform, rules: Published, wanted: Wanted, now_ms: int) -> Sequence[str]:
    """Return the periods that whoever reads a board may choose from, the latest first."""
    return periods(platform, rules, Reading(platform, rules, wanted, now_ms).number)


def places_of(
    platform: Platform, rules: Published, person_id: int, now_ms: int
) -> list[tuple[BoardId, Board, Row]]:
    """Return a person's rows, as the public sees them, on the people boards that are over a whole stage."""
    found = []
    for board_id, _stage, board in shown_boards(platform, rules, person_id, now_ms):
        if board.of == "people" and board.over == "stage":
            row = _own_row(Reading(platform, rules, Wanted(board_id), now_ms), person_id)
            if row is not None:
                found.append((board_id, board, row))
    return found


def _own_row(reading: Reading, person_id: int) -> Row | None:
    with reading.platform.store.reading() as session:
        mine = board_parts.at_home(reading, session, person_id)
    return people_board.own_row(mine, person_id) if mine is not None else None


def _latest(session: Session, rules: Published, stage: int, before: Sequence[str]) -> str | None:
    wanted = select(func.max(Line.period)).where(
        Line.contest_id == rules.contest_id, Line.stage == stage, Line.period > ""
    )
    return session.scalar(wanted.where(Line.period < before[0]) if before else wanted)
