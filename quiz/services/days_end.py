"""Where everybody stood when the last day ended, so that a board can tell what has moved since.

A day's end is kept once, soon after it, and follows from the record as of that moment: of who has done
something since, the line is folded anew. Why a copy: docs/decisions/0103-where-everybody-stood-yesterday.md.
"""

from __future__ import annotations

import logging
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

import orjson
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from quiz.live import LiveLine, View
from quiz.models.base import insert_for
from quiz.models.contests import Contest
from quiz.models.play import DayEnd, Line
from quiz.rules import standings, timing
from quiz.rules.document import Stage
from quiz.services import board_parts, disqualified, unit_board
from quiz.services.board_reading import BoardId, Page, Reading, Wanted
from quiz.services.closing import as_of
from quiz.services.lines import LIVE_COLUMNS, UnitTotals, live_line
from quiz.services.platform import Platform
from quiz.services.published import Published, in_force
from quiz.services.unit_figures import ReadSums

SETTLES_MS = 60_000  # after a day's end: attempts whose time was up are closed by then
TRIED_S = 600  # one process tries, and another after so long where it died
MOST_LATE = 2_000  # people who are folded anew; where more have moved since, nothing is compared
ROWS_READ = 500  # at a time: answers come in between

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Places:
    """Rows of one table with their places, in order of the rows' ids."""

    ids: Sequence[int]
    places: Sequence[int]

    def of(self, row_id: int) -> int | None:
        """Return the place of a person or a unit; None where it had none."""
        at = bisect_left(self.ids, row_id)
        return self.places[at] if at < len(self.ids) and self.ids[at] == row_id else None


Tables = Mapping[str, Places]  # by table: "people", or the position of a board of units; then "/each=unit"


def with_movement(reading: Reading, page: Page) -> Mapping[int, int] | None:
    """Return the places that the rows of a page had when yesterday ended; None where nothing is compared.

    Only boards over a whole stage that move are compared, from their second day to the day they close.
    """
    ended = last_end(reading.stage, reading.now_ms)
    if reading.board.over != "stage" or reading.frozen_ms is not None or ended is None:
        return None
    day, _ = ended
    stood = _stood(reading, day)
    if stood is None:
        return None
    name = "people" if reading.board.of == "people" else str(reading.wanted.board.board)
    table = stood.get(name + _part(reading), Places((), ()))
    own = [page.mine] if page.mine is not None else []
    found = {row.id: table.of(row.id) for row in (*page.rows, *page.around, *own)}
    return {row_id: place for row_id, place in found.items() if place is not None}


def last_end(stage: Stage, now_ms: int) -> tuple[str, int] | None:
    """Return the last day of a stage that has ended and when, where it neither ended nor began the stage."""
    today = date.fromisoformat(timing.day_of(stage, now_ms))
    day = (today - timedelta(days=1)).isoformat()
    ends_ms = timing.day_ends_ms(stage, day)
    calendar = stage.calendar
    return (day, ends_ms) if calendar.opens_ms < ends_ms < calendar.closes_ms else None


def keep(platform: Platform, now_ms: int) -> None:
    """Keep where everybody stood, of every stage a day of which ended a while ago."""
    with platform.store.reading() as session:
        published = session.scalars(select(Contest.id).where(Contest.rules_id.is_not(None))).all()
    for contest_id in published:
        rules = in_force(platform, contest_id)
        for position, stage in enumerate(rules.board_stages):
            ended = last_end(stage, now_ms)
            if ended is None or now_ms < ended[1] + SETTLES_MS:
                continue
            if any(board.over == "stage" for board in stage.boards):
                _keep(platform, rules, position, *ended, now_ms)


def _keep(platform: Platform, rules: Published, position: int, day: str, ends_ms: int, now_ms: int) -> None:
    key = (rules.contest_id, position, day)
    known, _ = platform.folds.get(_name(rules, position), ("", None))
    if known == day:
        return
    with platform.store.reading() as session:
        if session.get(DayEnd, key) is not None:
            return
    if not platform.limits.allow(f"day-end:{':'.join(map(str, key))}", 1, TRIED_S, now_ms):
        return
    with platform.store.snapshot() as session:
        tables = _tables(platform, session, rules, position, ends_ms)
    row = {"contest_id": rules.contest_id, "stage": position, "day": day, "places": _packed(tables)}
    with platform.store.writing() as session:
        session.execute(insert_for(platform.store.dialect, DayEnd).values(row).on_conflict_do_nothing())
    log.info("kept where everybody stood in contest %d, stage %d, when %s ended", *key)


def _stood(reading: Reading, day: str) -> Tables | None:
    """Return the tables of a day's end, read once a process; None until they are kept, or where none are."""
    platform = reading.platform
    rules, position = reading.rules, reading.wanted.board.stage
    known, kept = platform.folds.get(_name(rules, position), ("", None))
    if known != day:
        with platform.store.reading() as session:
            row = session.get(DayEnd, (rules.contest_id, position, day))
            if row is None:
                return None
            kept = _unpacked(row.places)
        platform.folds[_name(rules, position)] = (day, kept)
    found = cast(Tables, kept)  # under this name nothing else is kept
    return found or None


def _name(rules: Published, position: int) -> tuple[int, str]:
    """Return under which name a process keeps the latest end of a day of a stage."""
    return rules.contest_id, f"day's end of stage {position}"


def _part(reading: Reading) -> str:
    return "" if reading.part is None else f"/{reading.board.each}={reading.part.number}"


def _tables(
    platform: Platform, session: Session, rules: Published, position: int, ends_ms: int
) -> dict[str, Places]:
    """Return all tables of a stage as of a moment; none where too many people have moved since."""
    late = session.scalars(
        select(Line.person_id).where(*_here(rules, position), Line.changed_ms >= ends_ms).limit(MOST_LATE + 1)
    ).all()
    if len(late) > MOST_LATE:
        return {}
    folded = [as_of(session.connection(), rules, position, person_id, ends_ms) for person_id in late]
    needs = unit_board.needs(rules.document)
    stage = rules.board_stages[position]
    divisions = [each for number, each in needs.orders if number == position]
    order: list[tuple[str, int, tuple[int | None, ...]]] = []
    sums = {"": UnitTotals(unit_board.picks_by_level(rules.document, stage))}
    for line in _lines(session, rules, position, ends_ms, folded):
        order.append((line.order_key, line.person_id, tuple(line.units.get(each) for each in divisions)))
        for home in ("", *(f"{each}={line.units[each]}" for each in divisions if each in line.units)):
            if home not in sums:
                picks = unit_board.picks_by_level(rules.document, stage, home.partition("=")[0])
                sums[home] = UnitTotals(picks)
            sums[home].add(line.stats, line.units, line.parts)
    order.sort()
    found = {"people": _placed(stage, ((key, person_id) for key, person_id, _ in order))}
    for n, each in enumerate(divisions):
        for unit in {homes[n] for _, _, homes in order} - {None}:
            inside = ((key, person_id) for key, person_id, homes in order if homes[n] == unit)
            found[f"people/{each}={unit}"] = _placed(stage, inside)
    found.update(_of_units(platform, session, rules, (position, ends_ms), sums))
    return {name: table for name, table in found.items() if table.ids}


def _here(rules: Published, position: int) -> tuple[ColumnElement[bool], ...]:
    return (Line.contest_id == rules.contest_id, Line.stage == position, Line.period == "")


def _lines(
    session: Session, rules: Published, position: int, ends_ms: int, folded: Iterable[LiveLine]
) -> Iterator[LiveLine]:
    """Yield the lines of everybody on the boards as of a moment."""
    rows = session.execute(
        select(*LIVE_COLUMNS)
        .where(*_here(rules, position), Line.order_key > "", Line.changed_ms < ends_ms)
        .execution_options(yield_per=ROWS_READ)
    )
    yield from (line for line in folded if line.order_key)
    yield from (live_line(row) for row in rows)


def _placed(stage: Stage, members: Iterable[tuple[str, int]]) -> Places:
    places = standings.Places(stage.places)
    return _by_id((person_id, places.next(key)) for key, person_id in members)


def _of_units(
    platform: Platform,
    session: Session,
    rules: Published,
    when: tuple[int, int],
    sums: Mapping[str, UnitTotals],
) -> Iterator[tuple[str, Places]]:
    """Yield the tables of a stage's boards of units; `when`: the stage and the moment."""
    position, ends_ms = when
    book = disqualified.book(session, rules.contest_id, ends_ms)
    for n, board in enumerate(rules.board_stages[position].boards):
        if board.of == "people" or board.over != "stage":
            continue
        whole = Reading(platform, rules, Wanted(BoardId(position, n), view=View.FULL), ends_ms)
        out = disqualified.units(whole, session, book)
        for part in board_parts.each_of(whole, session):
            totals = sums.get(part.home, UnitTotals({}))
            listed, _ = unit_board.rows(part, session, _read(totals), out)
            places = ((row.id, row.place) for row in listed if row.place is not None)
            yield f"{n}{_part(part)}", _by_id(places)


def _read(totals: UnitTotals) -> ReadSums:
    return lambda level, _picks: totals.of(level)


def _by_id(placed: Iterable[tuple[int, int]]) -> Places:
    found = sorted(placed)
    return Places([row_id for row_id, _ in found], [place for _, place in found])


def _packed(tables: Mapping[str, Places]) -> bytes:
    return zlib.compress(orjson.dumps({name: [t.ids, t.places] for name, t in tables.items()}))


def _unpacked(packed: bytes) -> Tables:
    tables = orjson.loads(zlib.decompress(packed))
    return {name: Places(array("q", ids), array("q", places)) for name, (ids, places) in tables.items()}
