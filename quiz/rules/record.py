"""The record of one stage of a case: which attempts were accepted, what they came to, and people's lines.

It is told person by person; `rules.folding` tells it part by part and keeps no more than people's lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import NamedTuple

from quiz.errors import QuizError, TooQuick, UnitNeeded
from quiz.rules import earning, eligibility, quota, standings, timing
from quiz.rules.case import Case
from quiz.rules.case_rows import AttemptRow
from quiz.rules.columns import Columns
from quiz.rules.draws import Try
from quiz.rules.earning import Happened
from quiz.rules.extra_time import extended
from quiz.rules.limits import Dated
from quiz.rules.moves import Own
from quiz.rules.numbers import plain
from quiz.rules.parts import Document, Stage
from quiz.rules.played import Reader, ended_by_leaving_ms
from quiz.rules.scoring import opens_what_counts, passes
from quiz.rules.shared import Shared
from quiz.rules.standings import Earned, Exactly, Line, Played


class Refused(NamedTuple):
    """An attempt that could not start, or was handed in too soon."""

    row: AttemptRow
    because: str  # a code
    stage: str


class Accepted(NamedTuple):
    """An attempt that could start, and what it came to."""

    row: AttemptRow
    played: Played


@dataclass
class Story:
    """What one person did in a stage."""

    refused: list[Refused] = field(default_factory=list)
    practised: list[AttemptRow] = field(default_factory=list)  # before, or beside, what counts
    accepted: list[Accepted] = field(default_factory=list)  # in order of their start, void ones too
    earned: list[Earned] = field(default_factory=list)


Shares = dict[tuple[str, str], dict[str, Exactly]]  # person and level → unit → what counts for it


@dataclass
class Taken:
    """What a record has taken in of some people; it can be carried from one process to another."""

    refused: list[Refused] = field(default_factory=list)
    spans: dict[str | None, Columns] = field(default_factory=dict)  # of the stage (None) and its periods
    shares: dict[str | None, Shares] = field(default_factory=dict)  # of those who moved, likewise
    tries: dict[str, list[Try]] = field(default_factory=dict)
    periods: set[str] = field(default_factory=set)  # with an attempt

    def add(self, other: Taken) -> None:
        """Take in what was taken in of other people."""
        self.refused += other.refused
        self.tries.update(other.tries)
        self.periods |= other.periods
        for period, people in other.spans.items():
            self.spans.setdefault(period, Columns()).take_in(people)
        for period, mine in other.shares.items():
            self.shares.setdefault(period, {}).update(mine)


def records(document: Document, case: Case) -> list[Record]:
    """Return the records of all stages of a case; raises InvalidInput for a line that cannot be read."""
    return records_of(Shared(document, case))


def records_of(shared: Shared) -> list[Record]:
    """Return the records of all stages, with everybody of whom there is anything."""
    found = [Record(shared, stage) for stage in shared.document.stages]
    for person in shared.people():
        rows = shared.case.attempts.of(person)
        for record in found:
            record.add(person, shared.of_stage(rows, record.stage))
    for record in found:
        record.settle()
    return found


class Record:
    """One stage of a recorded contest: filled person by person, then settled."""

    def __init__(self, shared: Shared, stage: Stage) -> None:
        self.shared, self.stage = shared, stage
        self.document, self.case = shared.document, shared.case
        self.corrections, self.forest = shared.corrections, shared.forest
        self.taken = Taken()
        self._readers: dict[str, Reader] = {}  # by extra time
        self._refusals: dict[str, QuizError | None] = {}  # of who has been asked about
        self._counts_tries = bool(self._asks_for_tries())
        self._has_period_boards = any(board.over == "period" for board in stage.boards)

    def add(self, person: str, rows: Sequence[AttemptRow]) -> None:
        """Fold what one person did."""
        story, taken = self.story(person, rows), self.taken
        taken.refused += story.refused
        if self.corrections.person_is_out(person):
            return
        valid = [each for each in story.accepted if not self.corrections.attempt_is_void(each.row.name)]
        mine = [each.played for each in valid]
        folding = standings.Folding(self.stage.person, mine, story.earned)
        self._put(None, person, folding.over(None, self.corrections.added_to(person)))
        taken.periods.update([played.period for played in mine])
        periods = folding.periods if self._has_period_boards else ()
        for period in periods:
            self._put(period, person, folding.over(period))
        for of in self.shared.homes.moved(person):
            for span in (None, *periods):
                added = 0 if span else self.corrections.added_to(person)
                own = Own(person, mine, story.earned, added)
                shares = self.shared.homes.divided(self.stage, of, own, span)
                if shares:
                    taken.shares.setdefault(span, {})[person, of] = shares
        if self._counts_tries and story.accepted:
            taken.tries[person] = [self._try(each) for each in story.accepted]

    def shares(self, of: str, period: str | None) -> dict[str, dict[str, Line]]:
        """Return, for whoever moved on a level, the units for which something counts and the line of each."""
        return {
            person: {unit: exactly.line(self.stage) for unit, exactly in mine.items()}
            for (person, level), mine in self.taken.shares.get(period, {}).items()
            if level == of
        }

    def _put(self, period: str | None, person: str, found: Exactly | None) -> None:
        if found is not None:
            self.taken.spans.setdefault(period, Columns()).add(person, found)

    def settle(self) -> None:
        """Fix the smallest point: as stated, else the one that divides every total of this record."""
        if not self.stage.point_stated:
            denominators = [people.denominator() for people in self.taken.spans.values()]
            shares = [each for people in self.taken.shares.values() for each in people.values()]
            denominators += [exactly.points.denominator for each in shares for exactly in each.values()]
            self.stage = replace(self.stage, point=Fraction(1, lcm(1, *denominators)))

    def story(self, person: str, rows: Sequence[AttemptRow] | None = None) -> Story:
        """Return what a person did; `rows`: their attempts of this stage, read again where not given."""
        if rows is None:
            rows = self.shared.of_stage(self.case.attempts.of(person), self.stage)
        story = Story(earned=self._earned(person))
        row = self.case.people.get(person)
        reader = self._reader(row.extra if row is not None else "")
        admission = _Admission(self, person, reader)
        for attempt in sorted(rows, key=lambda each: (each.started_ms, each.id)):
            if attempt.refused:
                story.refused.append(Refused(attempt, attempt.refused, self.stage.name))
                continue
            try:
                counts = admission.admits(attempt)
            except QuizError as error:
                story.refused.append(Refused(attempt, error.code, self.stage.name))
                continue
            if counts is None:
                story.practised.append(attempt)
            else:
                story.accepted.append(Accepted(attempt, self._corrected(attempt, counts)))
        return story

    def keeps_out(self, person: str) -> QuizError | None:
        """Return why somebody may not start in this stage whenever they do, in the order of the keys."""
        homes, units = self.shared.homes, self.document.units
        needed = [tree for tree in units if units[tree].required and tree in homes.told]
        without = [tree for tree in (*needed, *self.stage.needs) if not homes.has_named(person, tree)]
        return self.refusal(person) or (UnitNeeded(tree=without[0]) if without else None)

    def check_advanced(self, row: AttemptRow) -> None:
        """Raise NotAllowed where somebody has not advanced to this stage when they start."""

        def unit_of(person: str, of: str) -> str | None:
            return self.shared.homes.unit_at(person, of, row.started_ms) or self.unit_of(person, of)

        self.shared.advanced.check(self.stage, row.person, row.started_ms, unit_of)

    def marked(self, row: AttemptRow) -> Played:
        """Return what an attempt came to before corrections."""
        person = self.case.people.get(row.person)
        return self._reader(person.extra if person is not None else "").played(row)

    def people(self) -> list[str]:
        """Return who has an accepted attempt or an event that counts, and is not disqualified."""
        return sorted(self._of(None).people)

    @property
    def refused(self) -> list[Refused]:
        """The attempts that were refused."""
        return self.taken.refused

    def tries(self, person: str, with_void: bool = False) -> list[Try]:
        """Return a person's accepted attempts as draws and prizes see them, in order of their start."""
        return [each for each in self.taken.tries.get(person, ()) if with_void or not each.void]

    def events_of(self, person: str) -> Sequence[Happened]:
        """Return a person's events while the stage ran; none of somebody who may not take part."""
        happened = self.shared.happened.get(person, ())
        if not happened or self.refusal(person) is not None:
            return ()
        return [each for each in happened if earning.is_inside(self.stage, each.at_ms)]

    def people_of_events(self, kinds: Iterable[str]) -> list[str]:
        """Return who has an event of these kinds and is not disqualified, in order."""
        return sorted(
            person
            for person in self.shared.happened
            if not self.corrections.person_is_out(person)
            and any(each.kind in kinds for each in self.events_of(person))
        )

    def people_of_tries(self) -> list[str]:
        """Return who has an accepted attempt, void or not, and is not disqualified, in order."""
        return sorted(who for who in self.taken.tries if not self.corrections.person_is_out(who))

    def refusal(self, person: str) -> QuizError | None:
        """Return why somebody may not take part at all."""
        if person not in self._refusals:
            row = self.case.people.get(person)
            self._refusals[person] = eligibility.refusal(self.document.people, row)
        return self._refusals[person]

    def dated(self, happened: Happened) -> Dated:
        """Return to which day and period of the stage an event belongs."""
        return Dated(timing.day_of(self.stage, happened.at_ms), timing.period_of(self.stage, happened.at_ms))

    def group(self, person: str) -> str:
        """Return the group a person belongs to, "" without one."""
        row = self.case.people.get(person)
        return row.group if row is not None else ""

    def groups(self, person: str) -> Sequence[str]:
        """Return all that a roster marks a person as."""
        row = self.case.people.get(person)
        return (row.group, *row.marks) if row is not None else ("",)

    def unit_of(self, person: str, of: str) -> str | None:
        """Return the path of a person's unit on a level ("tree.level")."""
        return self.shared.unit_of(person, of)

    @cached_property
    def periods(self) -> list[str]:
        """The periods with an attempt, in order."""
        return timing.in_order(self.stage, self.taken.periods)

    def lines(self, period: str | None) -> dict[str, Line]:
        """Return the lines of everybody over the stage, or over one period."""
        return self._of(period).lines(self.stage)

    def total(self, person: str) -> Fraction:
        """Return a person's total over the stage, in points."""
        found = self._whole.get(person)
        return found.total * self.stage.point if found is not None else Fraction(0)

    @cached_property
    def _whole(self) -> dict[str, Line]:
        return self.lines(None)

    def _of(self, period: str | None) -> Columns:
        return self.taken.spans.get(period) or Columns()

    @cached_property
    def units_out(self) -> set[tuple[str, str]]:
        """Disqualified units, as tree and path: by the ledger, or with a person who is out."""
        found = {self.forest.named(name) for name in self.corrections.units_out()}
        takes = self.stage.integrity.person_out_takes
        if takes is not None:
            for person in self.corrections.people_out():
                path = self.unit_of(person, takes)
                if path is not None:
                    found.add((takes.split(".")[0], path))
        return found

    def _asks_for_tries(self) -> Iterator[object]:
        for holder in (self.stage, self.document):
            yield from holder.draws
            yield from (prize for prize in holder.awards if prize.at_least is not None)

    def _reader(self, extra: str) -> Reader:
        if extra not in self._readers:
            self._readers[extra] = Reader(extended(self.stage, extra))
        return self._readers[extra]

    def _earned(self, person: str) -> list[Earned]:
        earned = earning.earned(self.stage, self.events_of(person)) if self.stage.events else []
        return [e._replace(points=0) for e in earned] if self.corrections.is_zero(person) else earned

    def _corrected(self, row: AttemptRow, played: Played) -> Played:
        if not self.corrections.rows:
            return played
        played = self._marked_again(row, played)
        points = self.corrections.points(row.name, row.person, played.points)
        return played if points == played.points else played._replace(points=plain(Fraction(points)))

    def _marked_again(self, row: AttemptRow, played: Played) -> Played:
        """Return an attempt by the keys that were corrected, where any were."""
        if row.sheet is None or not self.corrections.keys:
            return played
        keeps = self.stage.integrity.corrected_key == "keep"
        keys = self.corrections.marked_as(row.sheet.questions, keeps, played.finished_ms)
        person = self.case.people.get(row.person)
        return self._reader(person.extra if person is not None else "").played(row, keys) if keys else played

    def _try(self, each: Accepted) -> Try:
        played, is_void = each.played, self.corrections.attempt_is_void(each.row.name)
        return Try(
            played.day,
            played.period,
            played.score,
            played.correct,
            played.full,
            played.started_ms,
            is_void,
            self.passed_level(played),
        )

    def passed_level(self, played: Played) -> str:
        """Return the level that an attempt passed, with its stage; "" where it passed none."""
        is_passed = self.stage.flow.levels is not None and passes(self.stage, played.period, played.score)
        return f"{self.stage.name}/{played.period}" if is_passed else ""


class _Admission:
    """Admits a person's attempts one after the other, in order of their start."""

    def __init__(self, record: Record, person: str, reader: Reader) -> None:
        self.record, self.reader, self.stage = record, reader, record.stage
        self.extra = earning.Extra(self.stage, record.events_of(person)) if self.stage.quota.extra else None
        self.opened_ms: int | None = None  # when a practice was passed
        self.before: list[tuple[AttemptRow, Played]] = []
        self.spent = quota.Spent(record.stage)
        self.corrected_meanwhile = bool(record.corrections.rows)
        self.refusal = record.keeps_out(person)
        self.is_for_some = record.shared.advanced.leads_to(record.stage)

    def admits(self, row: AttemptRow) -> Played | None:
        """Return what an attempt comes to, None where it is a practice; raises QuizError to refuse it."""
        stage = self.stage
        if self.is_for_some or self.refusal is not None:
            quota.opened(stage, row.started_ms)  # the calendar is asked first: P1 before P2, P3 and P15
        if self.refusal is not None:
            raise self.refusal
        if self.is_for_some:
            self.record.check_advanced(row)
        if self._practises(row):
            quota.opened(stage, row.started_ms)
            self._practise(row)
            return None
        added = self.extra.until(row.started_ms) if self.extra is not None else quota.NONE_ADDED
        quota.may_start(stage, self._spent(row.started_ms), row.started_ms, self._scene(row), added)
        too_quick = timing.is_too_quick(self.reader.stage, row.started_ms, row.finished_ms)
        if too_quick and ended_by_leaving_ms(stage, row) is None:
            raise TooQuick
        played = self.reader.played(row)
        self.before.append((row, played))
        self.spent.add(self._earlier(row, played))
        return played

    def _scene(self, row: AttemptRow) -> str | None:
        """Return the scene or level of an attempt; one that is told in a stage without any says nothing."""
        return row.scene or None if self.stage.calendar.period in ("scene", "level") else None

    def _practises(self, row: AttemptRow) -> bool:
        gated = self.stage.flow.practice_first is not None
        return row.practice or (gated and (self.opened_ms is None or self.opened_ms > row.started_ms))

    def _practise(self, row: AttemptRow) -> None:
        """A practice that reaches the threshold opens what counts, from when it was finished. Source: R11."""
        gate, played = self.stage.flow.practice_first, self.reader.played(row)
        if gate is not None and opens_what_counts(gate, played.score, played.correct):
            self.opened_ms = min(played.finished_ms, self.opened_ms or played.finished_ms)

    def _spent(self, at_ms: int) -> quota.Spent:
        """Return what was used before a moment; with a ledger, as it then stood."""
        if not self.corrected_meanwhile:
            return self.spent
        is_void, back = self.record.corrections.attempt_is_void, self.stage.integrity.quota_back
        void = {row.name for row, _ in self.before if is_void(row.name, at_ms)}
        kept = [
            each for each in self.before if not (back and (each[0].name in void or is_void(each[0].name)))
        ]
        return quota.Spent(
            self.stage,
            [
                earlier._replace(passed_ms=None) if row.name in void else earlier
                for row, earlier in ((row, self._earlier(row, played)) for row, played in kept)
            ],
        )

    def _earlier(self, row: AttemptRow, played: Played) -> quota.Earlier:
        levels = self.stage.flow.levels
        passed = levels is not None and passes(self.stage, row.scene, played.score)
        return quota.Earlier(row.started_ms, row.scene, played.finished_ms if passed else None)
