"""What the ledger says, as the fold wants it: of one person, or person by person of a whole contest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, or_, select

from quiz.models import record
from quiz.models.ledger import Ledger
from quiz.rules import rekeyed, scoring, timing
from quiz.rules.case_rows import LedgerRow
from quiz.rules.corrections import Corrections
from quiz.rules.document import Stage
from quiz.rules.numbers import Exact, plain
from quiz.rules.rekeyed import Rekeyed
from quiz.rules.sheet import Paper
from quiz.rules.standings import Played
from quiz.services.published import Published
from quiz.services.received import AttemptRow


class Booked(NamedTuple):
    """One row of the ledger, as `models.record.LEDGER_COLUMNS` reads it."""

    id: int
    at_ms: int
    do: str
    because: str
    attempt_id: int | None = None
    person_id: int | None = None
    unit_id: int | None = None
    version_id: int | None = None
    key: str | None = None
    points: str | None = None
    n: int | None = None  # which question of a paper it is, for whoever looks at that paper

    @property
    def rekeyed(self) -> Rekeyed | None:
        """How its question is marked from now on; None where it names no question."""
        return None if self.key is None else rekeyed.stored(self.key)

    @property
    def row(self) -> LedgerRow:
        """The row as the rules read it; ids are its names."""
        of_person = self.person_id if self.attempt_id is None else None
        return LedgerRow(
            at_ms=self.at_ms,
            actor="",
            do=self.do,
            because=self.because,
            attempt=_name(self.attempt_id),
            person=_name(of_person),
            unit=_name(self.unit_id),
            points=Fraction(self.points) if self.points is not None else None,
        )


class Said:
    """What the ledger of a contest says: rows in the order they were booked."""

    def __init__(self, rows: Iterable[Booked] = ()) -> None:
        self.rows = sorted(rows, key=lambda row: (row.at_ms, row.id))

    @cached_property
    def corrections(self) -> Corrections:
        """What it comes to for attempts, people and units."""
        return Corrections(row.row for row in self.rows if row.version_id is None)

    @cached_property
    def keys(self) -> Mapping[int, Sequence[rekeyed.Dated]]:
        """Version of a question → since when it is marked how, in order."""
        found: dict[int, list[rekeyed.Dated]] = defaultdict(list)
        for row in self.rows:
            if row.version_id is not None and row.rekeyed is not None:
                found[row.version_id].append((row.at_ms, row.rekeyed))
        return found

    def key_of(self, stage: Stage, version_id: int, finished_ms: int) -> Rekeyed | None:
        """Return the correction by which an attempt is marked; None: by the key that was frozen."""
        keeps = stage.integrity.corrected_key == "keep"
        return rekeyed.in_force(self.keys.get(version_id, ()), keeps, finished_ms)

    def until(self, ms: int) -> Said:
        """Return what it said before a moment; itself, where nothing was booked since."""
        before = [row for row in self.rows if row.at_ms < ms]
        return self if len(before) == len(self.rows) else Said(before)

    def is_void(self, attempt_id: int, at_ms: int | None = None) -> bool:
        """Return whether an attempt counts for nothing, in the end or as it was at a moment."""
        return self.corrections.attempt_is_void(str(attempt_id), at_ms)

    def about(self, attempt_id: int, paper: Paper) -> tuple[Booked, ...]:
        """Return the rows a person is told of at one of their attempts: of it, of them, of its questions."""
        numbers = {slot.version_id: n for n, slot in enumerate(paper.slots, 1)} if self.keys else {}
        return tuple(
            row._replace(n=numbers.get(row.version_id or 0))
            for row in self.rows
            if (row.version_id in numbers if row.version_id else row.attempt_id in (None, attempt_id))
        )

    def counting(self, person_id: int, played: Iterable[Played]) -> list[Played]:
        """Return the attempts that count, none of a person who is out."""
        if self.corrections.person_is_out(str(person_id)):
            return []
        return [each for each in played if not self.is_void(each.id)]

    def corrected(self, played: Played) -> Played:
        """Return an attempt worth what it is worth after corrections."""
        if not self.corrections.rows:
            return played
        points = self.corrections.points(str(played.id), str(played.person), Fraction(played.points))
        return played if points == played.points else played._replace(points=points)


NOTHING_SAID = Said()


def said_of(connection: Connection, contest_id: int, person_id: int) -> Said:
    """Return what the ledger says of one person, of their attempts and of questions."""
    rows = record.LEDGER_OF_PERSON.run(connection, contest_id=contest_id, person_id=person_id)
    return Said(Booked(*row) for row in rows) if rows else NOTHING_SAID


def said_by_contest(connection: Connection, person_id: int, contests: Iterable[int]) -> dict[int, Said]:
    """Return what the ledgers of these contests say of one person and of questions, by contest."""
    rows = connection.execute(
        select(Ledger.contest_id, *record.LEDGER_COLUMNS)
        .where(
            Ledger.contest_id.in_(sorted(set(contests))),
            or_(Ledger.person_id == person_id, Ledger.version_id.is_not(None)),
        )
        .order_by(Ledger.id)
    )
    found: dict[int, list[Booked]] = defaultdict(list)
    for contest_id, *row in rows:
        found[contest_id].append(Booked(*row))
    return {contest_id: Said(booked) for contest_id, booked in found.items()}


class Book:
    """The whole ledger of a contest, person by person."""

    def __init__(self, rows: Iterable[Booked]) -> None:
        self.of_units: list[Booked] = []
        self.of_questions: list[Booked] = []
        self.of_people: dict[int, list[Booked]] = defaultdict(list)
        for row in rows:
            if row.version_id is not None:
                self.of_questions.append(row)
            elif row.person_id is not None:
                self.of_people[row.person_id].append(row)
            else:
                self.of_units.append(row)

    @property
    def corrects_keys(self) -> bool:
        """Whether the key of any question was corrected."""
        return bool(self.of_questions)

    def of(self, person_id: int) -> Said:
        """Return what it says of a person; see `said_of`."""
        rows = self.of_people.get(person_id, ())
        return Said([*rows, *self.of_questions]) if rows or self.of_questions else NOTHING_SAID

    @cached_property
    def people_out(self) -> dict[int, str]:
        """The people who are disqualified, with the reason of each."""
        out = Corrections(
            row.row for rows in self.of_people.values() for row in rows if not row.attempt_id
        ).out
        return {int(name): row.because for (_kind, name), row in out.items()}

    @cached_property
    def units_out(self) -> dict[int, str]:
        """The units that are disqualified by name, with the reason of each."""
        out = Corrections(row.row for row in self.of_units).out
        return {int(name): row.because for (_kind, name), row in out.items()}


def book_of(connection: Connection, contest_id: int, people: Sequence[int] | None = None) -> Book:
    """Return the whole ledger of a contest, or what it says of some people and of questions."""
    wanted = select(*record.LEDGER_COLUMNS).where(Ledger.contest_id == contest_id).order_by(Ledger.id)
    if people is not None:
        wanted = wanted.where(or_(Ledger.person_id.in_(people), Ledger.version_id.is_not(None)))
    return Book(Booked(*row) for row in connection.execute(wanted))


Values = Sequence[Any]  # Any: models.record.PLAYED_COLUMNS
SCENE, SCORE, POINTS, CORRECT, OF, FULL = (
    [column.key for column in record.PLAYED_COLUMNS].index(name)
    for name in ("scene", "score", "points", "correct", "of", "full")
)


ENTRY = 4  # version, options chosen, rightness, time; see services.marking


def marked_again(
    rules: Published, stage: Stage, values: Values, said: Said, papers: Mapping[int, tuple[str, str]]
) -> Values:
    """Return an attempt's values marked by the corrected keys, from the answers that are on record.

    `papers`: attempt → its paper and its sheet; one that is absent stays as it was marked.
    """
    paper, sheet = papers.get(values[0], ("", ""))
    if not sheet:
        return values
    slots = Paper.parse("", paper).slots
    keys = {version: said.key_of(stage, version, values[3]) for version in said.keys}
    if not any(keys.get(slot.version_id) for slot in slots):
        return values
    kept = orjson.loads(sheet)
    if any(len(entry) > ENTRY for entry in kept[:1]):  # nothing of it counts
        return values
    answers = [
        _answer(rules, stage, slot.section, entry, key)
        for slot, entry in zip(slots, kept, strict=False)  # a run keeps what was asked
        if not ((key := keys.get(slot.version_id)) and key.is_out)
    ]
    unasked = [
        stage.paper.sections[slot.section].points
        for slot in slots[len(kept) :]
        if not ((key := keys.get(slot.version_id)) and key.is_out)
    ]
    marked = scoring.mark(stage, answers, values[SCENE], unasked)
    found = list(values)
    found[SCORE], found[POINTS] = marked.score, marked.points
    found[CORRECT], found[OF], found[FULL] = marked.correct, marked.of, marked.full
    return found


def with_corrected_keys(connection: Connection, rules: Published, row: AttemptRow) -> Published:
    """Return the rules with the keys by which a closed attempt is marked: for looking back at it."""
    said = said_of(connection, rules.contest_id, row.person_id)
    if not said.keys:
        return rules
    stage, finished_ms = rules.document.stages[row.stage], row.finished_ms or 0
    keys = {version: said.key_of(stage, version, finished_ms) for version in said.keys}
    return replace(rules, rekeyed={version: key for version, key in keys.items() if key is not None})


def papers_of(
    connection: Connection, contest_id: int, stage_index: int, person_id: int, said: Said
) -> dict[int, tuple[str, str]]:
    """Return paper and sheet of a person's closed attempts in a stage; nothing while no key was corrected."""
    if not said.keys:
        return {}
    rows = record.SHEETS.run(connection, contest_id=contest_id, stage=stage_index, person_id=person_id)
    return {attempt_id: (paper, sheet) for attempt_id, paper, sheet in rows}


def _answer(
    rules: Published, stage: Stage, section: int, entry: Sequence[Any], key: Rekeyed | None
) -> scoring.Answer:
    version_id, chosen, right, ms = entry
    points = stage.paper.sections[section].points
    came_late = right is not None and not chosen
    if key is None or (came_late and not key.is_for_all):
        return scoring.Answer(None if right is None else _exactly(right), ms, points)
    if key.is_for_all and not chosen:
        ms = timing.unanswered_ms(stage)
    options = len(rules.questions[version_id].options)
    return scoring.Answer(key.right(chosen, options, stage.marking.multiple), ms, points)


@lru_cache(maxsize=1_024)  # a recount reads few shares millions of times
def _exactly(text: str) -> Exact:
    return plain(Fraction(text))


def _name(number: int | None) -> str | None:
    return None if number is None else str(number)
