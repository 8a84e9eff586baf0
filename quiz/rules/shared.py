"""What all stages of a case share: its corrections, units, events and who advanced."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

from quiz.rules.advancing import Advanced
from quiz.rules.case import Case
from quiz.rules.case_rows import AttemptRow
from quiz.rules.corrections import Corrections
from quiz.rules.earning import Happened
from quiz.rules.moves import Homes
from quiz.rules.parts import Document, Stage
from quiz.rules.trees import Forest


class Shared:
    """What all stages of a case share."""

    def __init__(self, document: Document, case: Case) -> None:
        self.document, self.homes = document, Homes(document, case)
        self.case = case = self.homes.settled(case)
        self.corrections = Corrections(case.ledger)
        self.forest = Forest(document, case)
        self.happened = _happened(case)
        self.advanced = Advanced()
        self._paths: dict[str, dict[str, str | None]] = {}

    def as_of(self, ms: int) -> Shared:
        """Return it with the ledger as it stood at a moment."""
        found = copy(self)
        found.corrections = Corrections(row for row in self.case.ledger if row.at_ms <= ms)
        return found

    def part(self, case: Case) -> Shared:
        """Return it with the attempts and events of only some people."""
        found = copy(self)
        found.case, found.happened = case, _happened(case)
        return found

    def people(self) -> list[str]:
        """Return who has an attempt or an event, in order."""
        return sorted({*self.case.attempts.people(), *self.happened})

    def of_stage(self, rows: Sequence[AttemptRow], stage: Stage) -> list[AttemptRow]:
        """Return the attempts that belong to a stage."""
        if len(self.document.stages) == 1:
            return list(rows)
        return [row for row in rows if self._stage_of(row).name == stage.name]

    def unit_of(self, person: str, of: str) -> str | None:
        """Return the path of a person's unit on a level ("tree.level")."""
        known = self._paths.setdefault(of, {})
        if person not in known:
            row = self.case.people.get(person)
            known[person] = self.forest.unit_of(row, of) if row is not None else None
        return known[person]

    def _stage_of(self, row: AttemptRow) -> Stage:
        """Return an attempt's stage: as written, else the one that runs, else the last that ran."""
        stages = self.document.stages
        if row.stage:
            return next((stage for stage in stages if stage.name == row.stage), stages[0])
        begun = [stage for stage in stages if stage.calendar.opens_ms <= row.started_ms]
        running = [stage for stage in begun if row.started_ms < stage.calendar.closes_ms]
        return [*running, *begun[::-1], *stages][0]


def _happened(case: Case) -> dict[str, list[Happened]]:
    found: dict[str, list[Happened]] = {}
    for event in case.events:
        found.setdefault(event.person, []).append(Happened(event.at_ms, event.kind))
    return found
