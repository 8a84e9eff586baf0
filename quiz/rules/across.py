"""All stages of a contest taken together: what the boards, draws and awards beside the stages fold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import gcd, lcm

from quiz.rules import timing
from quiz.rules.draws import Try
from quiz.rules.earning import Happened
from quiz.rules.limits import Dated
from quiz.rules.parts import Calendar, Document, Stage
from quiz.rules.record import Record
from quiz.rules.standings import Line, reached_together


def as_stage(document: Document) -> Stage:
    """Return the stage that stands for all of them: the first one's order and places, no periods."""
    first = document.stages[0]
    whole = Calendar(
        zone=document.timezone,
        opens_ms=min(stage.calendar.opens_ms for stage in document.stages),
        closes_ms=max(stage.calendar.closes_ms for stage in document.stages),
        day_begins_min=first.calendar.day_begins_min,
    )
    return replace(
        first,
        name="",
        calendar=whole,
        boards=document.boards,
        draws=document.draws,
        awards=document.awards,
        point=common_point(stage.point for stage in document.stages),
        point_stated=all(stage.point_stated for stage in document.stages),
    )


def board_stages(document: Document) -> tuple[Stage, ...]:
    """Return the stages and, where boards stand beside them, last the one that stands for all of them."""
    return (*document.stages, as_stage(document)) if document.boards else document.stages


def common_point(points: Iterable[Fraction]) -> Fraction:
    """Return the largest point of which all are multiples."""
    found = list(points)
    return Fraction(gcd(*(p.numerator for p in found)), lcm(*(p.denominator for p in found)))


def combined(lines: Sequence[Line], points: Sequence[Fraction], point: Fraction) -> Line:
    """Return a person's line over all stages: what is counted added up, last reached, first started."""
    return Line(
        total=sum(int(line.total * own / point) for line, own in zip(lines, points, strict=True)),
        time_ms=sum(line.time_ms for line in lines),
        reached_ms=reached_together(lines),
        first_started_ms=min(line.first_started_ms for line in lines),
        attempts=sum(line.attempts for line in lines),
        full=sum(line.full for line in lines),
    )


class AllStages:
    """Puts a person's lines of the stages together, and what each unit gets where the person moved.

    `present`: level → the person's unit, which gets all of a stage in which they did not move on a level.
    """

    def __init__(self, present: Mapping[str, int], point: Fraction) -> None:
        self.present, self.point = present, point
        self.lines: list[Line] = []
        self.points: list[Fraction] = []
        self.of_units: list[Mapping[str, Mapping[int, Line]]] = []

    def add(self, stage: Stage, line: Line, of_units: Mapping[str, Mapping[int, Line]]) -> None:
        """Add what somebody has in one stage; `of_units`: of the levels on which they moved."""
        self.lines.append(line)
        self.points.append(stage.point)
        self.of_units.append(of_units)

    @property
    def line(self) -> Line | None:
        """The line over all of them; None without any."""
        return combined(self.lines, self.points, self.point) if self.lines else None

    @property
    def parts(self) -> dict[str, dict[int, Line]]:
        """What each unit gets, of the levels on which the person moved in some stage."""
        return {
            level: self._parts(level) for level in sorted({level for of in self.of_units for level in of})
        }

    def _parts(self, level: str) -> dict[int, Line]:
        found: dict[int, list[tuple[Line, Fraction]]] = {}
        for line, point, of_units in zip(self.lines, self.points, self.of_units, strict=True):
            here = {self.present[level]: line} if level in self.present else {}
            for unit, part in of_units.get(level, here).items():
                found.setdefault(unit, []).append((part, point))
        return {
            unit: combined([line for line, _ in each], [point for _, point in each], self.point)
            for unit, each in found.items()
        }


class Across:
    """The records of all stages, read like the record of one."""

    def __init__(self, document: Document, records: Sequence[Record]) -> None:
        self.document, self.records = document, records
        self.forest, self.case = records[0].forest, records[0].case
        self.stage = replace(as_stage(document), point=common_point(record.stage.point for record in records))
        self.refused: list[object] = []  # told by the stages
        self.periods: list[str] = []

    @property
    def units_out(self) -> set[tuple[str, str]]:
        """Units that are disqualified in any stage."""
        return {out for record in self.records for out in record.units_out}

    def people(self) -> list[str]:
        """Return everybody who stands in some stage."""
        return sorted({person for record in self.records for person in record.people()})

    def tries(self, person: str, with_void: bool = False) -> list[Try]:
        """Return a person's accepted attempts of all stages, in order of their start."""
        found = [each for record in self.records for each in record.tries(person, with_void)]
        return sorted(found, key=lambda each: each.started_ms)

    def events_of(self, person: str) -> Sequence[Happened]:
        """Return a person's events in all stages, each once, in order."""
        return sorted(
            {each for record in self.records for each in record.events_of(person)},
            key=lambda each: (each.at_ms, each.kind),
        )

    def people_of_events(self, kinds: Iterable[str]) -> list[str]:
        """Return who has an event of these kinds and is not disqualified, in order."""
        return sorted({who for record in self.records for who in record.people_of_events(kinds)})

    def people_of_tries(self) -> list[str]:
        """Return who has an accepted attempt, void or not, and is not disqualified, in order."""
        return sorted({who for record in self.records for who in record.people_of_tries()})

    def dated(self, happened: Happened) -> Dated:
        """Return to which day an event belongs; all stages are one period."""
        return Dated(timing.day_of(self.stage, happened.at_ms), "")

    def group(self, person: str) -> str:
        """Return the group a person belongs to."""
        return self.records[0].group(person)

    def groups(self, person: str) -> Sequence[str]:
        """Return all that a roster marks a person as."""
        return self.records[0].groups(person)

    def unit_of(self, person: str, of: str) -> str | None:
        """Return the path of a person's unit on a level."""
        return self.records[0].unit_of(person, of)

    def lines(self, _period: str | None) -> dict[str, Line]:
        """Return everybody's line over all stages."""
        mine: dict[str, list[tuple[Line, Fraction]]] = {}
        for record in self.records:
            for person, line in record.lines(None).items():
                mine.setdefault(person, []).append((line, record.stage.point))
        return {
            person: combined([line for line, _ in each], [point for _, point in each], self.stage.point)
            for person, each in mine.items()
        }

    def shares(self, of: str, _period: str | None) -> dict[str, dict[str, Line]]:
        """Return, for whoever moved on a level in some stage, what each unit gets of all stages."""
        found: dict[str, dict[str, list[tuple[Line, Fraction]]]] = {}
        divided = [record.shares(of, None) for record in self.records]
        people = {person for each in divided for person in each}
        for record, shares in zip(self.records, divided, strict=True):
            lines = record.lines(None) if people else {}
            for person in people & lines.keys():
                present = self.unit_of(person, of)
                here = {present: lines[person]} if present is not None else {}
                for unit, line in shares.get(person, here).items():
                    mine = found.setdefault(person, {}).setdefault(unit, [])
                    mine.append((line, record.stage.point))
        return {
            person: {
                unit: combined([line for line, _ in each], [point for _, point in each], self.stage.point)
                for unit, each in of_units.items()
            }
            for person, of_units in found.items()
        }

    def total(self, person: str) -> Fraction:
        """Return a person's total over all stages."""
        return sum((record.total(person) for record in self.records), Fraction(0))
