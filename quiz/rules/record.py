"""The record of one stage of a case: which attempts were accepted, what they came to, and people's lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import lcm

from quiz.errors import QuizError
from quiz.rules import earning, eligibility, quota, scoring, standings, timing
from quiz.rules.case import AttemptRow, Case, PersonRow
from quiz.rules.corrections import Corrections
from quiz.rules.earning import Happened
from quiz.rules.eligibility import Facts
from quiz.rules.extra_time import extended
from quiz.rules.parts import Document, Stage
from quiz.rules.standings import Earned, Line, Played
from quiz.rules.trees import Forest


@dataclass(frozen=True)
class Refused:
    """An attempt that could not start."""

    row: AttemptRow
    because: str  # a code


@dataclass(frozen=True)
class Accepted:
    """An attempt that could start, and what it came to."""

    row: AttemptRow
    played: Played


class Record:
    """One stage of a recorded contest."""

    def __init__(self, document: Document, stage: Stage, case: Case) -> None:
        self.document, self.case = document, case
        self.corrections = Corrections(case.ledger)
        self.forest = Forest(document, case)
        self._happened: dict[str, list[Happened]] = defaultdict(list)
        for event in case.events:
            self._happened[event.person].append(Happened(event.at_ms, event.kind))
        self.refused: list[Refused] = []
        self.accepted: dict[str, list[Accepted]] = defaultdict(list)
        for row in self._admitted(stage):
            self.accepted[row.person].append(Accepted(row, self._played(stage, row)))
        self.stage = replace(stage, point=self._point(stage))

    def people(self) -> list[str]:
        """Return who has an accepted attempt or an event that counts, and is not disqualified."""
        found = {person for person in self.accepted if self.attempts_of(person)}
        found |= {person for person in self._happened if self._earned(self.stage, person)}
        return sorted(person for person in found if not self.corrections.person_is_out(person))

    def attempts_of(self, person: str, with_void: bool = False) -> list[Accepted]:
        """Return a person's accepted attempts, in order of their start."""
        return [
            each
            for each in self.accepted.get(person, ())
            if with_void or not self.corrections.attempt_is_void(each.row.name)
        ]

    def events_of(self, person: str) -> Sequence[Happened]:
        """Return a person's events."""
        return self._happened.get(person, ())

    def group(self, person: str) -> str:
        """Return the group a person belongs to, "" without one."""
        row = self.case.people.get(person)
        return row.group if row is not None else ""

    def unit_of(self, person: str, of: str) -> str | None:
        """Return the path of a person's unit on a level ("tree.level")."""
        row = self.case.people.get(person)
        return self.forest.unit_of(row, of) if row is not None else None

    @cached_property
    def periods(self) -> list[str]:
        """The periods with an attempt, in order."""
        return sorted({each.played.period for p in self.people() for each in self.attempts_of(p)})

    def lines(self, period: str | None) -> dict[str, Line]:
        """Return the lines of everybody over the stage, or over one period."""
        found = {person: self._line(self.stage, person, period) for person in self.people()}
        return {person: line for person, line in found.items() if line is not None}

    def total(self, person: str) -> Fraction:
        """Return a person's total over the stage, in points."""
        line = self._line(self.stage, person, None)
        return line.total * self.stage.point if line is not None else Fraction(0)

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

    def _line(self, stage: Stage, person: str, period: str | None) -> Line | None:
        played = [each.played for each in self.attempts_of(person)]
        added = self.corrections.added_to(person) if period is None else Fraction(0)
        return standings.line(stage, played, period, self._earned(stage, person), added)

    def _earned(self, stage: Stage, person: str) -> list[Earned]:
        earned = earning.earned(stage, self.events_of(person))
        return (
            [replace(e, points=Fraction(0)) for e in earned] if self.corrections.is_zero(person) else earned
        )

    def _admitted(self, stage: Stage) -> Iterator[AttemptRow]:
        """Yield the attempts that could start, in order of their start (then id), and note the others."""
        earlier: dict[str, list[AttemptRow]] = defaultdict(list)
        mine = [row for row in self.case.attempts if self._stage_of(row).name == stage.name]
        for row in sorted(mine, key=lambda a: (a.started_ms, a.id)):
            try:
                eligibility.check(self.document.people, facts_of(self.case.people.get(row.person)))
                spent = [
                    quota.Earlier(e.started_ms, e.scene)
                    for e in earlier[row.person]
                    if not self._given_back(stage, e, row.started_ms)
                ]
                added = earning.added(stage, self.events_of(row.person), row.started_ms)
                quota.may_start(stage, spent, row.started_ms, row.scene or None, added)
            except QuizError as error:
                self.refused.append(Refused(row, error.code))
                continue
            earlier[row.person].append(row)
            yield row

    def _stage_of(self, row: AttemptRow) -> Stage:
        """Return an attempt's stage: as written, else the one that runs, else the last that ran."""
        stages = self.document.stages
        if row.stage:
            return next((stage for stage in stages if stage.name == row.stage), stages[0])
        begun = [stage for stage in stages if stage.calendar.opens_ms <= row.started_ms]
        running = [stage for stage in begun if row.started_ms < stage.calendar.closes_ms]
        return [*running, *begun[::-1], *stages][0]

    def _given_back(self, stage: Stage, row: AttemptRow, at_ms: int) -> bool:
        return stage.integrity.quota_back and self.corrections.attempt_is_void(row.name, at_ms)

    def _played(self, stage: Stage, row: AttemptRow) -> Played:
        stage = self._with_extra_time(stage, row.person)
        marked = scoring.mark(stage, answers(stage, row))
        limit = timing.limit_ms(stage, row.started_ms)
        return Played(
            id=row.id,
            person=0,
            started_ms=row.started_ms,
            finished_ms=row.finished_ms if limit is None else min(row.finished_ms, limit),
            period=timing.period_of(stage, row.started_ms, row.scene or None),
            day=timing.day_of(stage, row.started_ms),
            score=marked.score,
            correct=marked.correct,
            of=marked.of,
            points=self.corrections.points(row.name, row.person, marked.points),
            time_ms=timing.time_ms(stage, row.started_ms, row.finished_ms, limit, row.ms),
            full=marked.full,
        )

    def _with_extra_time(self, stage: Stage, person: str) -> Stage:
        row = self.case.people.get(person)
        return extended(stage, row.extra) if row is not None else stage

    def _point(self, stage: Stage) -> Fraction:
        """Return the smallest point: as stated, else one that divides every total of this record."""
        if stage.point_stated:
            return stage.point
        self.stage = stage
        if self._whole_already(stage):
            return Fraction(1)
        totals = []
        for person in self.people():
            played = sorted((a.played for a in self.attempts_of(person)), key=lambda p: (p.started_ms, p.id))
            earned, added = self._earned(stage, person), self.corrections.added_to(person)
            totals.append(standings.fold(stage.person, played, earned).points + added)
            for period in {p.period for p in played}:
                within = [p for p in played if p.period == period]
                totals.append(standings.fold(stage.person, within).points)
        return Fraction(1, lcm(1, *(total.denominator for total in totals)))

    def _whole_already(self, stage: Stage) -> bool:
        """Return whether nothing in this record could make a fraction."""
        person, out = stage.person, self.corrections
        points = [each.played.points for mine in self.accepted.values() for each in mine]
        points += [event.points for event in stage.events.values()]
        points += list(out.adjusted.values())
        is_mean = "mean" in (person.within_period, person.across_periods)
        return not is_mean and all(each.denominator == 1 for each in points)


def facts_of(row: PersonRow | None) -> Facts:
    """Return what a roster tells of somebody; nobody who is not in it is on it."""
    if row is None:
        return Facts(on_roster=False)
    return Facts(
        groups=(row.group,) if row.group else (),
        ages=None if row.age is None else (row.age, row.age),
        grade=row.grade,
        registered_ms=row.registered_ms,
    )


def answers(stage: Stage, row: AttemptRow) -> list[scoring.Answer]:
    """Return the answers as marking wants them: what came too late is wrong, what is missing is blank."""
    worth = [section.points for section in stage.paper.sections for _ in range(section.count)]
    limit, clock = timing.limit_ms(stage, row.started_ms), stage.clock
    received, found = row.started_ms, []
    for n, (right, ms) in enumerate(zip(row.answers, row.ms, strict=True)):
        received += ms
        late = limit is not None and received > limit + clock.grace_ms
        late = late or (clock.per_question_ms is not None and ms > clock.per_question_ms + clock.grace_ms)
        points = worth[n] if n < len(worth) else Fraction(0)
        found.append(scoring.Answer(Fraction(0) if late and right is not None else right, ms, points))
    return found + [scoring.Answer(None, 0, points) for points in worth[len(found) :]]
