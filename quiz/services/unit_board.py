"""A board of streets, communities, schools: sums of their people, made into values by `quiz.rules.units`."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.live import NEIGHBOURS, LiveLine, Needs, UnitSums
from quiz.models.accounts import Unit
from quiz.models.play import Line
from quiz.rules import kept, units
from quiz.rules.across import board_stages
from quiz.rules.document import Board, Document, Stage
from quiz.rules.publicity import freezes, frozen_number
from quiz.services import disqualified
from quiz.services.board_reading import Page, Reading, Row
from quiz.services.lines import LIVE_COLUMNS, UnitTotals, live_line, parts_of
from quiz.services.spelling import as_pinyin, is_spelt
from quiz.services.unit_figures import (
    Figures,
    Level,
    ReadSums,
    lies_in,
    measured,
    people_in,
    read_figures,
    share_of,
    units_of,
)

KEEP_FROM_S = 0.05  # sums that took so long to add up from SQL are shown again
KEPT_TIMES = 20  # for so many times as long as they took


def needs(document: Document) -> Needs:
    """Return what the live boards of a contest have to keep beside the order of people."""
    stages = [
        (number, stage)
        for n, stage in enumerate(board_stages(document))
        for number in (n, *(frozen_number(n, stage, ms) for ms in freezes(stage)))
    ]
    boards = [(n, board) for n, stage in stages for board in stage.boards]
    divided = [
        (n, board, board.each) for n, board in boards if board.each and kept.is_by_people(document, board)
    ]
    return Needs(
        dense=frozenset(n for n, stage in stages if stage.places == "dense"),
        ranked=frozenset(
            (n, board.of, board.each if board.each and kept.is_by_people(document, board) else "", kind)
            for n, board in boards
            if board.of != "people"
            for kind in kept.kinds(board)
        ),
        orders=frozenset((n, each) for n, _, each in divided),
        sums=frozenset((n, of, each) for n, board, each in divided for of in _summed(document, board)),
    )


def _summed(document: Document, board: Board) -> Sequence[str]:
    """Return the levels whose sums a unit board reads: its own, and that below it for child_units_rate."""
    if board.of == "people":
        return ()
    level = Level.of(board)
    levels = document.units[level.tree].levels
    below = levels[levels.index(level.name) + 1 :][:1]
    asked = "child_units_rate" in kept.metrics([board])
    return [board.of, *(f"{level.tree}.{name}" for name in below if asked)]


def picks_by_level(document: Document, stage: Stage, each: str = "") -> dict[str, list[kept.Pick]]:
    """Return, by level, all that a stage's unit boards read of kept orders; of those divided by `each`."""
    found: dict[str, dict[str, int]] = {}
    for board in stage.boards:
        if board.of == "people" or (board.each if kept.is_by_people(document, board) else None) != (
            each or None
        ):
            continue
        asked = found.setdefault(board.of, {})
        for order, count in kept.picks(document, board):
            asked[order] = max(count, asked.get(order, count), key=abs)
    return {level: list(asked.items()) for level, asked in found.items()}


def page(reading: Reading) -> Page:
    """Return a part of a board of units, the units that are below it, and the unit of who asks."""
    wanted = reading.wanted
    is_asked = wanted.me is not None and wanted.unit is None
    with reading.platform.store.reading() as session:
        sums = _Sums(reading, session)
        found = read_figures(reading, session, sums.read, None, spare=1 if is_asked else 0)
        mine = sums.mine() if is_asked else None
        within = session.scalar(select(Unit.path).where(Unit.id == wanted.within)) if wanted.within else None
    own = wanted.unit if wanted.unit is not None else mine.units.get(reading.board.of) if mine else None
    listed, below = _rows(reading, found)
    all_rows = len(listed) + len(below)
    listed, below = told_of(reading, listed), told_of(reading, below)
    withholds = len(listed) + len(below) < all_rows
    at = next((n for n, row in enumerate(listed) if row.id == own), None)
    own_row = listed[at] if at is not None else next((row for row in below if row.id == own), None)
    shown = _asked_for(reading, found, listed, within)
    return Page(
        rows=shown[wanted.first : wanted.first + wanted.size],
        count=len(shown),
        mine=own_row,
        around=listed[max(at - NEIGHBOURS, 0) : at + NEIGHBOURS + 1] if at is not None else (),
        stands_since_ms=reading.stands_since_ms,
        unlisted=_asked_for(reading, found, below, within),
        period=reading.period,
        first=wanted.first,
        frozen_ms=reading.frozen_ms,
        withholds=withholds,
        mine_at=at,
        ahead=_ahead(listed, at) if at is not None else None,
        share=share_of(reading, found, own, mine) if own_row is not None and not sums.are_old else None,
    )


def _ahead(listed: Sequence[Row], at: int) -> Row | None:
    """Return the last row that has a better place than the one at a position."""
    return next((row for row in reversed(listed[:at]) if row.place != listed[at].place), None)


def _asked_for(reading: Reading, found: Figures, rows: Sequence[Row], within: str | None) -> Sequence[Row]:
    """Return the rows that a search or a filter finds; `within`: the path of the unit they belong to."""
    if reading.wanted.within is not None:
        rows = [row for row in rows if within and lies_in(found.known[row.id].path, within)]
    query, letters = reading.wanted.query.casefold(), as_pinyin(reading.wanted.query)
    return [
        row
        for row in rows
        if query in f"{row.unit}/{row.name}".casefold()
        or (letters and is_spelt(found.known[row.id].spelt, letters))
    ]


def rows(
    reading: Reading, session: Session, read: ReadSums, out: Mapping[int, str] | None = None
) -> tuple[list[Row], list[Row]]:
    """Return the units on the board in order, and those below it with the reason.

    `out`: the units that are disqualified, with the reasons; None: as the ledger says.
    """
    return _rows(reading, read_figures(reading, session, read, out))


def _rows(reading: Reading, found: Figures) -> tuple[list[Row], list[Row]]:
    listed, below = units.table(reading.stage, reading.board, measured(reading, found))
    unlisted = [_row(found.known[i], row) for i, row in below]
    out = disqualified.unit_rows(found.known, found.out)
    return [_row(found.known[i], row) for i, row in listed], [*unlisted, *out]


def units_above(reading: Reading, session: Session) -> set[int]:
    """Return the units of the level by which a board is divided that have people in units on the board."""
    level = Level.of(reading.board)
    sums = _Sums(reading, session).read(level.key, ()).sums
    paths = {u.path for u in units_of(session, level) if people_in(reading.board, sums.get(u.id, {}))}
    tree, _, name = (reading.board.each or "").partition(".")
    return {
        unit.id
        for unit in units_of(session, Level(tree, name))
        if any(lies_in(path, unit.path) for path in paths)
    }


def told_of(reading: Reading, rows: Sequence[Row]) -> list[Row]:
    """Return the rows without those that would tell of too few people; places stay as they are."""
    least = reading.least_listed
    return [row for row in rows if "people" not in row.values or int(str(row.values["people"])) >= least]


def stored_sums(reading: Reading, session: Session, level: str, picks: Sequence[kept.Pick]) -> UnitSums:
    """Add up the sums of a level's units from the stored lines."""
    totals = UnitTotals({level: picks})
    lines = session.execute(
        select(Line.stats, Line.units, Line.parts).where(*reading.on_board).execution_options(yield_per=1_000)
    )
    for stats, units_of_person, parts in lines:
        totals.add(orjson.loads(stats), orjson.loads(units_of_person), parts_of(parts))
    return totals.of(level)


class _Sums:
    """Reads the sums of a board's units: live, or where Redis is away from the stored lines."""

    def __init__(self, reading: Reading, session: Session) -> None:
        self.reading, self.session = reading, session
        self.are_old = False  # they were added up a while ago
        self._mine: LiveLine | None = None
        self._is_live = False

    def read(self, level: str, picks: Sequence[kept.Pick]) -> UnitSums:
        """Return the sums of a level's units."""
        reading = self.reading
        found = reading.live(lambda live, board: live.unit_sums(board, level, picks, reading.wanted.me))
        if found is None:
            return self._stored(level, picks)
        self._is_live, self._mine = True, found.mine
        return found

    def mine(self) -> LiveLine | None:
        """Return the line of who asks, in step with the sums that were read last."""
        if self._is_live:
            return self._mine
        wanted = select(*LIVE_COLUMNS).where(
            *self.reading.in_period, Line.person_id == self.reading.wanted.me
        )
        row = self.session.execute(wanted).one_or_none()
        return None if row is None else live_line(row)

    def _stored(self, level: str, picks: Sequence[kept.Pick]) -> UnitSums:
        reading = self.reading
        known = reading.platform.stored_sums
        where = (reading.rules.contest_id, reading.number, reading.period, reading.home)
        key = (*where, level, tuple(picks))
        began_s = time.monotonic()
        if key in known and known[key][0] > began_s:
            self.are_old = True
            return known[key][1]
        found = stored_sums(reading, self.session, level, picks)
        took_s = time.monotonic() - began_s
        if took_s >= KEEP_FROM_S:
            known[key] = (began_s + KEPT_TIMES * took_s, found)
        return found


def _row(unit: Unit, row: units.Row) -> Row:
    counts = {"people": row.people, "attempts": row.attempts}
    enrolled = {} if row.enrolled is None else {"enrolled": row.enrolled}
    return Row(
        place=row.place,
        id=unit.id,
        name=unit.name,
        values={"value": row.value, **counts, **enrolled, **row.metrics},
        unit=unit.path.rpartition("/")[0],
        because=row.because,
        measured=row.measured,
    )
