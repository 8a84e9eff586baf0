"""A whole stage read from the database as `quiz.rules.replay` reads a recorded one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, select
from sqlalchemy.orm import Session

from quiz.live import View
from quiz.models import record
from quiz.models.accounts import About, Enrolment, Unit
from quiz.models.play import Attempt, Line, Result
from quiz.models.rewards import Event
from quiz.rules import eligibility, standings, timing
from quiz.rules.across import Across
from quiz.rules.case import Case
from quiz.rules.case_rows import UnitRow
from quiz.rules.corrections import Corrections
from quiz.rules.draws import Try
from quiz.rules.earning import Happened
from quiz.rules.numbers import Exact, plain
from quiz.rules.parts import Board, Document
from quiz.rules.record import Record
from quiz.rules.runs import Run
from quiz.rules.shared import Shared
from quiz.rules.tables import Row, Tables
from quiz.rules.trees import Forest
from quiz.services import board_parts, unit_board
from quiz.services.belonging import unit_ids
from quiz.services.board_reading import BoardId, Reading, Wanted
from quiz.services.closing import played_of
from quiz.services.corrected import Book, book_of, marked_again
from quiz.services.platform import Platform
from quiz.services.published import Published
from quiz.services.trying import Tried, tried_rows
from quiz.services.unit_board import stored_sums

ROWS_READ = 1_000
DIGITS = 12  # names are numbers with leading zeros: in order of the numbers


def named(number: int) -> str:
    """Return the name under which a person or a unit is folded."""
    return f"{number:0{DIGITS}d}"


def runs(platform: Platform, session: Session, rules: Published, tried: Tried | None = None) -> list[Run]:
    """Return all stages folded, and, where something stands beside them, what folds all of them.

    `tried`: a correction as if it were booked.
    """
    whole = _Whole(session.connection(), rules, tried)
    found = [StoredRecord(whole, n) for n in range(len(rules.document.stages))]
    records: list[Record | Across] = [*found]
    if _has_across(rules.document):
        records.append(Across(rules.document, found))
    return [Run(_Tables(platform, session, whole, each, n)) for n, each in enumerate(records)]


class UnitNamed(NamedTuple):
    """A unit with its path."""

    id: int
    tree: str
    path: str


def _has_across(document: Document) -> bool:
    return bool(document.boards or document.draws or document.awards)


class _Forest(Forest):
    """The units of the platform, each called by its number."""

    def __init__(self, document: Document, case: Case, units: Sequence[UnitNamed]) -> None:
        super().__init__(document, case)
        self.numbers = {(unit.tree, unit.path): unit.id for unit in units if unit.tree in document.units}
        for tree, path in self.numbers:
            self.paths[tree].add(path)

    def names(self, of: str) -> Mapping[str, str]:
        """Return the name of each unit of a level, by path."""
        tree, _ = self.depth(of)
        return {path: named(self.numbers[tree, path]) for path in self.of_level(of)}


class _Whole(Shared):
    """What all stages of a contest share."""

    def __init__(self, connection: Connection, rules: Published, tried: Tried | None) -> None:
        self.connection, self.rules, self.tried = connection, rules, tried
        book = book_of(connection, rules.contest_id)
        self.book: Book = book if tried is None else tried.booked(book)
        units = [UnitNamed(*row) for row in connection.execute(select(Unit.id, Unit.tree, Unit.path))]
        self.units = {unit.id: unit for unit in units}
        sizes = connection.execute(select(Enrolment.unit_id, Enrolment.enrolled, Enrolment.as_of))
        rows = tuple(
            UnitRow(self.units[unit].tree, self.units[unit].path, enrolled, as_of)
            for unit, enrolled, as_of in sizes
        )
        self.document, self.case = rules.document, Case("", units=rows)
        self.corrections = Corrections(())  # what the ledger says is in the lines already
        self.forest = _Forest(rules.document, self.case, units)
        self.happened = self._happened()

    @cached_property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """What rosters mark people as, of those of whom they say anything."""
        rows = self.connection.execute(select(About.person_id, About.groups).where(About.groups != "[]"))
        return {named(person): tuple(orjson.loads(groups)) for person, groups in rows}

    def _happened(self) -> dict[str, list[Happened]]:
        found: dict[str, list[Happened]] = {}
        for person_id, at_ms, kind in self.connection.execute(
            select(Event.person_id, Event.at_ms, Event.kind)
            .where(Event.contest_id == self.rules.contest_id)
            .order_by(Event.person_id, Event.at_ms, Event.id)
        ):
            found.setdefault(named(person_id), []).append(Happened(at_ms, kind))
        return found


class StoredRecord(Record):
    """One stage of a running contest: its lines as they are stored, its attempts after corrections."""

    def __init__(self, whole: _Whole, position: int) -> None:
        super().__init__(whole, whole.document.stages[position])
        self.whole, self.position = whole, position
        self._lines_of: dict[str | None, dict[str, standings.Line]] = {}
        self._units_of: dict[str, Mapping[str, int]] = {}
        self.lines(None)

    def people(self) -> list[str]:
        """Return who stands on the boards of the stage."""
        return sorted(self.lines(None))

    def lines(self, period: str | None) -> dict[str, standings.Line]:
        """Return the lines of everybody over the stage, or over one period."""
        if period not in self._lines_of:
            self._lines_of[period] = self._read(period or "")
        return self._lines_of[period]

    def total(self, person: str) -> Fraction:
        """Return a person's total over the stage, in points."""
        line = self.lines(None).get(person)
        return line.total * self.stage.point if line is not None else Fraction(0)

    def tries(self, person: str, with_void: bool = False) -> list[Try]:
        """Return a person's attempts as draws and prizes see them, in order of their start."""
        return [each for each in self._all_tries.get(person, ()) if with_void or not each.void]

    def group(self, person: str) -> str:
        """Return the group a person belongs to, "" without one."""
        return eligibility.group_of(self.document.people, self.whole.groups.get(person, ())) or ""

    def groups(self, person: str) -> Sequence[str]:
        """Return all that a roster marks a person as."""
        return self.whole.groups.get(person, ())

    def unit_of(self, person: str, of: str) -> str | None:
        """Return the path of a person's unit on a level."""
        unit = self._units_of.get(person, {}).get(of)
        return self.whole.units[unit].path if unit is not None else None

    @cached_property
    def periods(self) -> list[str]:
        """The periods with an attempt that counts, in order."""
        names = self.whole.connection.scalars(
            select(Line.period).where(*self._here, Line.period != "", Line.order_key > "").distinct()
        )
        tried = self.whole.tried.lines if self.whole.tried is not None else {}
        more = [period for stage, period in tried if stage == self.position and period]
        among = [n for n in {*names, *more} if any(line.attempts for line in self.lines(n).values())]
        return timing.in_order(self.stage, among)

    @cached_property
    def units_out(self) -> set[tuple[str, str]]:
        """Disqualified units, as tree and path: by the ledger, or with a person who is out."""
        numbers = set(self.whole.book.units_out)
        takes = self.stage.integrity.person_out_takes
        if takes is not None:
            units = [
                unit_ids(self.whole.connection, self.whole.rules.document, person)
                for person in self.whole.book.people_out
            ]
            numbers |= {each[takes] for each in units if takes in each}
        return {(self.whole.units[n].tree, self.whole.units[n].path) for n in numbers}

    @property
    def _here(self) -> Sequence[ColumnElement[bool]]:
        return (Line.contest_id == self.whole.rules.contest_id, Line.stage == self.position)

    def _read(self, period: str) -> dict[str, standings.Line]:
        found: dict[str, standings.Line] = {}
        for person_id, totals, units in self.whole.connection.execute(
            select(Line.person_id, Line.totals, Line.units)
            .where(*self._here, Line.period == period, Line.order_key > "")
            .execution_options(yield_per=ROWS_READ)
        ):
            found[named(person_id)] = standings.Line(**orjson.loads(totals))
            if not period:
                self._units_of[named(person_id)] = orjson.loads(units)
        if self.whole.tried is not None:
            for person_id, line in self.whole.tried.of(self.position, period).items():
                found.pop(named(person_id), None)
                if line.order_key:
                    found[named(person_id)] = standings.Line(**orjson.loads(line.totals))
                    self._units_of[named(person_id)] = orjson.loads(line.units)
        return found

    @cached_property
    def _all_tries(self) -> dict[str, list[Try]]:
        book, stage = self.whole.book, self.stage
        wanted = select(*record.PLAYED_COLUMNS, Attempt.paper, Result.sheet)
        if not book.corrects_keys:
            wanted = select(*record.PLAYED_COLUMNS)
        found: dict[str, list[Try]] = {}
        count = len(record.PLAYED_COLUMNS)
        for row in self.whole.connection.execute(
            wanted.join(Result, Result.attempt_id == Attempt.id)
            .where(
                Attempt.contest_id == self.whole.rules.contest_id,
                Attempt.stage == self.position,
                Attempt.practice.is_(False),
            )
            .order_by(Attempt.person_id, Attempt.started_ms, Attempt.id)
            .execution_options(yield_per=ROWS_READ)
        ):
            if timing.is_practice(stage, row.started_ms):
                continue
            said = book.of(row.person_id)
            papers = {row.id: (str(row[count]), str(row[count + 1]))} if book.corrects_keys else {}
            played = played_of(stage, marked_again(self.whole.rules, stage, row[:count], said, papers))
            found.setdefault(named(row.person_id), []).append(
                Try(
                    played.day,
                    played.period,
                    _exact(played.score),
                    played.correct,
                    played.full,
                    played.started_ms,
                    said.is_void(played.id),
                    self.passed_level(played),
                )
            )
        return found


class _Tables(Tables):
    """The boards of a running stage; those of units are told by what shows them."""

    def __init__(
        self, platform: Platform, session: Session, whole: _Whole, found: Record | Across, position: int
    ) -> None:
        super().__init__(found)
        self.platform, self.session, self.whole, self.position = platform, session, whole, position

    def rows(self, board: Board, period: str | None = None) -> list[Row]:
        """Return the rows of a whole board in order."""
        if board.of == "people":
            return super().rows(board, period)
        return self._listed(self._reading(board, period))

    def parts(self, board: Board, period: str | None = None) -> Mapping[str, list[Row]]:
        """Return a board's rows by group or unit, all of them under "" where it is not divided."""
        if board.of == "people" or board.each is None or board not in self.stage.boards:
            return super().parts(board, period)  # the last: divided by an award alone
        parts = board_parts.each_of(self._reading(board, period), self.session)
        return {str(part.part.number): self._listed(part) for part in parts if part.part is not None}

    def _reading(self, board: Board, period: str | None) -> Reading:
        wanted = Wanted(BoardId(self.position, self.stage.boards.index(board)), view=View.FULL)
        return Reading(self.platform, self.whole.rules, wanted, 0, period or "")

    def _listed(self, reading: Reading) -> list[Row]:
        session = self.session
        if self.whole.tried is not None:
            listed, _ = tried_rows(reading, session, self.whole.tried)
        else:
            listed, _ = unit_board.rows(
                reading, session, lambda level, picks: stored_sums(reading, session, level, picks)
            )
        return [{**row.values, "place": row.place, "who": named(row.id)} for row in listed]


def _exact(number: Exact) -> Exact:
    return plain(Fraction(number))
