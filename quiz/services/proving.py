"""The proof that a contest's boards are right: fold of the record = stored lines = live boards."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, zip_longest
from operator import attrgetter, itemgetter
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.live import BoardMissing, BoardRef, LiveBoards, LiveLine, LiveUnavailable, View
from quiz.models import record
from quiz.models.play import Attempt, Line, Result
from quiz.models.rewards import Event
from quiz.rules import standings
from quiz.rules.publicity import FROZEN_APART, position_of
from quiz.rules.standings import Played
from quiz.services.closing import Folded, fold_person, over_all_stages, played_in_row
from quiz.services.corrected import Book, book_of
from quiz.services.lines import LIVE_COLUMNS, batches, live_line
from quiz.services.platform import Platform
from quiz.services.proving_parts import Totals, differing_parts, differing_units
from quiz.services.published import Published, in_force

TRIES = 3  # while people answer, Redis is ahead of what was read from SQL: what is wrong stays wrong
MOST_TOLD = 200  # differences; more say nothing new
ROWS_READ = 1_000  # at a time: memory is bounded
WHO = attrgetter("person_id")

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
    """Yield the fold of the whole record, person by person: from attempts, results, events and ledger.

    After the stages it is read once more, as many streams side by side, for the boards beside them.
    """
    connection = session.connection()
    book = book_of(connection, rules.contest_id)
    stages = range(len(rules.document.stages))
    for stage in stages:
        for person_id, played in _played_in(session, rules, book, stage):
            said = book.of(person_id)
            folded = fold_person(connection, rules, stage, person_id, played, said)
            yield (stage, person_id), _named(folded)
    if not rules.document.boards:
        return
    in_stages = [_numbered(n, _played_in(session, rules, book, n)) for n in stages]
    for person_id, group in groupby(heapq.merge(*in_stages, key=itemgetter(0)), key=itemgetter(0)):
        found = {n: played for _, n, played in group}
        folded = over_all_stages(connection, rules, person_id, book.of(person_id), found)
        yield (len(stages), person_id), _named(folded)


def _numbered(
    stage: int, people: Iterator[tuple[int, list[Played]]]
) -> Iterator[tuple[int, int, list[Played]]]:
    return ((person_id, stage, played) for person_id, played in people)


def _named(folded: Sequence[Folded]) -> Lines:
    return {(each.live.stage, each.live.period): each.live for each in folded if each.live.order_key}


def _played_in(
    session: Session, rules: Published, book: Book, stage: int
) -> Iterator[tuple[int, list[Played]]]:
    """Yield everybody who has an attempt, or an event that may count, in a stage, in order of their ids."""
    wanted = select(*record.PLAYED_COLUMNS)
    if book.corrects_keys:
        wanted = wanted.add_columns(Attempt.paper, Result.sheet)
    rows = session.execute(
        wanted.join(Result, Result.attempt_id == Attempt.id)
        .where(Attempt.contest_id == rules.contest_id, Attempt.stage == stage, Attempt.practice.is_(False))
        .order_by(Attempt.person_id, Attempt.started_ms, Attempt.id)
        .execution_options(yield_per=ROWS_READ)
    )
    everybody = heapq.merge(rows, _with_events(session, rules, stage), key=WHO)
    for person_id, group in groupby(everybody, key=WHO):
        said = book.of(person_id)
        yield (
            person_id,
            [played_in_row(rules, stage, row, said) for row in group if not isinstance(row, _Present)],
        )


class _Present(NamedTuple):
    """Somebody with an event, beside whose attempts stand or none at all."""

    person_id: int


def _with_events(session: Session, rules: Published, stage: int) -> Iterator[_Present]:
    """Yield who has an event, where the stage's rules give points for some, in the order of the record."""
    if not rules.document.stages[stage].events:
        return
    wanted = select(Event.person_id).where(Event.contest_id == rules.contest_id).distinct()
    for person_id in session.scalars(wanted.order_by(Event.person_id)):
        yield _Present(person_id)


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
        totals = Totals(self.rules.document, position_of(stage))
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
                    totals.add(line)
        if kept != count:
            yield ("records", stage, period), f"{where}: {kept} records instead of {count}"
        for board in boards:
            yield from self._of_order(board, f"{where}, {board.view}")
            yield from differing_units(self.live, board, f"{where}, {board.view}", totals)
            yield from differing_parts(self.live, board, f"{where}, {board.view}", totals)

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
        style = self.rules.board_stages[position_of(board.stage)].places
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


def _content(line: LiveLine | None) -> tuple[object, ...] | None:
    """Return what a line says, None when it lists nobody."""
    if line is None or not line.order_key:
        return None
    return (line.order_key, dict(line.stats), dict(line.units), line.parts)


def _shown(line: LiveLine | None) -> str:
    if line is None or not line.order_key:
        return "nothing"
    return f"{line.order_key} {dict(line.stats)} {dict(line.units)} {line.parts or ''}"
