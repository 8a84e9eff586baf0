"""The proof that a contest's boards are right: fold of the record = stored lines = live boards."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, zip_longest
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.live import BoardMissing, BoardRef, LiveBoards, LiveLine, LiveUnavailable, UnitSums, View
from quiz.models import record
from quiz.models.play import Attempt, Line, Result
from quiz.models.rewards import Event
from quiz.rules import standings
from quiz.rules.publicity import FROZEN_APART, position_of
from quiz.rules.standings import Played
from quiz.services.closing import fold_person, played_of
from quiz.services.corrected import Said, book_of, marked_again
from quiz.services.lines import LIVE_COLUMNS, UnitTotals, batches, live_line
from quiz.services.platform import Platform
from quiz.services.published import Published, in_force
from quiz.services.unit_board import best_by_level

TRIES = 3  # while people answer, Redis is ahead of what was read from SQL: what is wrong stays wrong
MOST_TOLD = 200  # differences; more say nothing new
ROWS_READ = 1_000  # at a time: memory is bounded
WHO = attrgetter("stage", "person_id")

Differences = dict[tuple[object, ...], str]  # what differs → how


def verify(platform: Platform, contest_id: int) -> list[str]:
    """Return what differs between the record's fold, the lines and the live boards; nothing when all agree.

    At most `MOST_TOLD` differences. Raises NotFound.
    """
    rules = in_force(platform, contest_id)
    lasting: Differences | None = None
    for _ in range(TRIES):
        found = _differences(platform, rules)
        lasting = found if lasting is None else {key: how for key, how in found.items() if key in lasting}
        if not lasting:
            return []
    return list((lasting or {}).values())[:MOST_TOLD]


def _differences(platform: Platform, rules: Published) -> Differences:
    found: Differences = {}
    with platform.store.snapshot() as session:
        for key, how in _of_lines(session, rules):
            found[key] = how
            if len(found) >= MOST_TOLD:
                return found
        if platform.live is not None:
            for key, how in _Live(platform, platform.live, rules, session).differences():
                found[key] = how
                if len(found) >= MOST_TOLD:
                    break
    return found


def _of_lines(session: Session, rules: Published) -> Iterator[tuple[tuple[object, ...], str]]:
    """Yield where the stored lines are not the fold of the attempts, person by person."""
    for (_, person_id), expected, stored in _side_by_side(_folded(session, rules), _stored(session, rules)):
        for stage, period in sorted(expected.keys() | stored.keys()):
            want, have = expected.get((stage, period)), stored.get((stage, period))
            if _content(want) != _content(have):
                where = f"line of person {person_id}, stage {stage}, period {period!r}"
                yield ("line", stage, person_id, period), f"{where}: {_shown(have)} instead of {_shown(want)}"


Person = tuple[int, int]  # stage, person
Lines = Mapping[tuple[int, str], LiveLine]  # by number and period


def _side_by_side(
    left: Iterator[tuple[Person, Lines]], right: Iterator[tuple[Person, Lines]]
) -> Iterator[tuple[Person, Lines, Lines]]:
    """Merge two streams that are ordered by person; what is missing on one side is empty."""
    one, other = next(left, None), next(right, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one[0] < other[0]):
            assert one is not None  # one of the two is there
            yield one[0], one[1], {}
            one = next(left, None)
        elif one is None or other[0] < one[0]:
            yield other[0], {}, other[1]
            other = next(right, None)
        else:
            yield one[0], one[1], other[1]
            one, other = next(left, None), next(right, None)


def _folded(session: Session, rules: Published) -> Iterator[tuple[Person, Lines]]:
    """Yield the fold of the whole record, person by person: from attempts, results, events and ledger."""
    connection = session.connection()
    book = book_of(connection, rules.contest_id)
    wanted = select(Attempt.stage, *record.PLAYED_COLUMNS)
    if book.corrects_keys:
        wanted = wanted.add_columns(Attempt.paper, Result.sheet)
    rows = session.execute(
        wanted.join(Result, Result.attempt_id == Attempt.id)
        .where(Attempt.contest_id == rules.contest_id, Attempt.practice.is_(False))
        .order_by(Attempt.stage, Attempt.person_id, Attempt.started_ms, Attempt.id)
        .execution_options(yield_per=ROWS_READ)
    )
    everybody = heapq.merge(rows, _with_events(session, rules), key=WHO)
    for (stage, person_id), group in groupby(everybody, key=WHO):
        said = book.of(person_id)
        played = [_played(rules, stage, row[1:], said) for row in group if not isinstance(row, _Present)]
        folded = fold_person(connection, rules, stage, person_id, played, said)
        lines = [each.live for each in folded if each.live.order_key]
        yield (stage, person_id), {(line.stage, line.period): line for line in lines}


class _Present(NamedTuple):
    """Somebody with an event, beside whose attempts stand or none at all."""

    stage: int
    person_id: int


def _with_events(session: Session, rules: Published) -> Iterator[_Present]:
    """Yield who has an event, for each stage whose rules give points for some, in the order of the record."""
    giving = [n for n, stage in enumerate(rules.document.stages) if stage.events]
    if not giving:
        return
    wanted = select(Event.person_id).where(Event.contest_id == rules.contest_id).distinct()
    people = session.scalars(wanted.order_by(Event.person_id)).all()
    for stage in giving:
        yield from (_Present(stage, person_id) for person_id in people)


def _played(rules: Published, stage_index: int, row: Sequence[Any], said: Said) -> Played:  # Any: columns
    """Return an attempt after corrections; `row`: its values, then paper and sheet where they are read."""
    stage, count = rules.document.stages[stage_index], len(record.PLAYED_COLUMNS)
    papers = {row[0]: (row[count], row[count + 1])} if len(row) > count else {}
    return said.corrected(played_of(stage, marked_again(rules, stage, row[:count], said, papers)))


def _stored(session: Session, rules: Published) -> Iterator[tuple[Person, Lines]]:
    rows = session.execute(
        select(*LIVE_COLUMNS)
        .where(Line.contest_id == rules.contest_id)
        .order_by(Line.stage % FROZEN_APART, Line.person_id)
        .execution_options(yield_per=ROWS_READ)
    )
    for who, group in groupby(rows, key=lambda row: (position_of(row.stage), row.person_id)):
        yield who, {(row.stage, row.period): live_line(row) for row in group if row.order_key}


class _Live:
    """Compares the live boards with the stored lines, a chunk at a time."""

    def __init__(self, platform: Platform, live: LiveBoards, rules: Published, session: Session) -> None:
        self.live, self.rules, self.session = live, rules, session
        self.epoch = platform.epoch_of(rules.contest_id)

    def differences(self) -> Iterator[tuple[tuple[object, ...], str]]:
        contest_id = self.rules.contest_id
        try:
            boards = self._stored_boards()
            for stage, period in sorted(self.live.boards(contest_id, self.epoch) - boards):
                yield ("board", stage, period), f"live stage {stage}, period {period!r}: nobody has a line"
            for stage, period in sorted(boards):
                yield from self._of_board(stage, period)
        except BoardMissing:
            yield ("live",), "live: Redis holds no boards of this contest; flask board rebuild builds them"
        except LiveUnavailable:
            yield ("live",), "live: Redis does not answer"

    def _stored_boards(self) -> set[tuple[int, str]]:
        wanted = select(Line.stage, Line.period).where(Line.contest_id == self.rules.contest_id).distinct()
        return {(stage, period) for stage, period in self.session.execute(wanted)}

    def _of_board(self, stage: int, period: str) -> Iterator[tuple[tuple[object, ...], str]]:
        boards = [BoardRef(self.rules.contest_id, self.epoch, stage, period, view) for view in View]
        where = f"live stage {stage}, period {period!r}"
        totals = UnitTotals(best_by_level(self.rules.document.stages[position_of(stage)]))
        count = kept = 0
        for lines in batches(self._lines(stage, period), ROWS_READ):
            count += len(lines)
            kept, records = self.live.records(boards[0], [line.person_id for line in lines])
            for line in lines:
                have = records.get(line.person_id)
                if _content(line) != _content(have) or have is None or have.version != line.version:
                    key = ("record", stage, period, line.person_id)
                    yield key, f"{where}, person {line.person_id}: {_shown(have)} instead of {_shown(line)}"
                if line.order_key:
                    totals.add(line.stats, line.units, line.parts)
        if kept != count:
            yield ("records", stage, period), f"{where}: {kept} records instead of {count}"
        for board in boards:
            yield from self._of_order(board, f"{where}, {board.view}")
            yield from self._of_units(board, f"{where}, {board.view}", totals)

    def _lines(self, stage: int, period: str) -> Iterator[LiveLine]:
        rows = self.session.execute(
            select(*LIVE_COLUMNS)
            .where(Line.contest_id == self.rules.contest_id, Line.stage == stage, Line.period == period)
            .order_by(Line.order_key, Line.person_id)
            .execution_options(yield_per=ROWS_READ)
        )
        return (live_line(row) for row in rows)

    def _of_order(self, board: BoardRef, where: str) -> Iterator[tuple[tuple[object, ...], str]]:
        """Yield the first position at which the sorted set is not the order of the lines, with its places."""
        style = self.rules.document.stages[position_of(board.stage)].places
        listed = (line for line in self._lines(board.stage, board.period) if line.order_key)
        places = standings.Places(style)
        key = ("order", board.stage, board.period, board.view)
        last: LiveLine | None = None
        place = 0
        for index, (want, have) in enumerate(zip_longest(listed, self.live.members(board))):
            if want is None or have != (want.order_key, want.person_id):
                yield key, f"{where}, position {index}: {have} instead of {_shown(want)}"
                return
            last, place = want, places.next(want.order_key)
        if last is not None:
            told = self.live.places(replace(board, places=style), [last.person_id])[last.person_id].place
            if told != place:
                yield key, f"{where}: the last place is {told} instead of {place}"

    def _of_units(
        self, board: BoardRef, where: str, totals: UnitTotals
    ) -> Iterator[tuple[tuple[object, ...], str]]:
        trees = self.rules.document.units.items()
        levels = {f"{tree}.{level}" for tree, each in trees for level in each.levels}
        for level in sorted(levels | totals.sums.keys()):
            wanted = totals.of(level)
            found = self.live.unit_sums(board, level, totals.best.get(level, 0))
            want, have = _nonzero(wanted), _nonzero(found)
            for unit in sorted(want.keys() | have.keys()):
                if want.get(unit) != have.get(unit):
                    key = ("units", board.stage, board.period, board.view, level, unit)
                    yield key, f"{where}, {level} {unit}: {have.get(unit)} instead of {want.get(unit)}"


def _nonzero(found: UnitSums) -> dict[int, tuple[dict[str, int], list[int]]]:
    """Return, by unit that has anybody, the sums and, where they are kept, the totals of the best."""
    kept = {
        unit: {name: value for name, value in stats.items() if value} for unit, stats in found.sums.items()
    }
    return {unit: (stats, list(found.best.get(unit, ()))) for unit, stats in kept.items() if stats}


def _content(line: LiveLine | None) -> tuple[object, ...] | None:
    """Return what a line says, None when it lists nobody."""
    if line is None or not line.order_key:
        return None
    return (line.order_key, dict(line.stats), dict(line.units), line.parts)


def _shown(line: LiveLine | None) -> str:
    if line is None or not line.order_key:
        return "nothing"
    return f"{line.order_key} {dict(line.stats)} {dict(line.units)} {line.parts or ''}"
