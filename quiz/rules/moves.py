"""Who belonged to which unit when, as a case tells it: dated memberships, changes that the lock refuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from quiz.errors import NotAllowed
from quiz.rules.belonging import Member, check_change, counts_for, of_level, unit_at
from quiz.rules.beside import MoveRow
from quiz.rules.case import Case
from quiz.rules.case_rows import PersonRow
from quiz.rules.numbers import Exact
from quiz.rules.parts import Document, Stage
from quiz.rules.standings import Earned, Exactly, Folding, Played
from quiz.rules.trees import has_units

Units = Mapping[str, str]  # tree → path


class Own(NamedTuple):
    """What somebody has in a stage: attempts and events that count, and what the ledger adds."""

    person: str
    played: Sequence[Played]
    earned: Sequence[Earned]
    added: Exact


class Homes:
    """The memberships of a case in force: a change that the lock of its tree forbids is none.

    For whoever has rows in moves.csv for a tree they stand in place of the column of people.csv.
    """

    def __init__(self, document: Document, case: Case) -> None:
        self.document = document
        self.closes_ms = max(stage.calendar.closes_ms for stage in document.stages)
        self.people = case.people
        self.members: dict[str, dict[str, list[Member[str]]]] = {}  # person → tree → since when
        self.refused: list[MoveRow] = []
        self.told = {tree for row in case.people.values() for tree in row.paths}  # trees
        for row in case.moves:
            if row.tree in document.units:
                self._add(row, case.published_ms)
                self.told.add(row.tree)

    def settled(self, case: Case) -> Case:
        """Return the case with everybody in the unit that they belong to at its close."""
        people = dict(case.people)
        for person, trees in self.members.items():
            row = people.get(person, PersonRow(person))
            present = {tree: unit_at(members, self.closes_ms) or "" for tree, members in trees.items()}
            people[person] = replace(row, paths={**row.paths, **present})
        return replace(case, people=people)

    def has_named(self, person: str, tree: str) -> bool:
        """Return whether somebody has a unit of a tree, whatever counts for it."""
        row, members = self.people.get(person), self.members.get(person, {}).get(tree)
        if members:
            return any(member.unit for member in members)
        return row is not None and bool(row.paths.get(tree))

    def moved(self, person: str) -> list[str]:
        """Return the levels ("tree.level") on which somebody was in different units."""
        return [
            f"{tree}.{level}"
            for tree, members in self.members.get(person, {}).items()
            if has_units(self.document, tree, self.people.get(person))
            for depth, level in enumerate(self.document.units[tree].levels, 1)
            if len({_above(member.unit, depth) for member in members}) > 1
        ]

    def unit_at(self, person: str, of: str, ms: int) -> str | None:
        """Return the unit of a level that somebody belonged to at a moment; None where no row tells."""
        tree = of.split(".")[0]
        if not has_units(self.document, tree, self.people.get(person)):
            return None
        return _above(unit_at(self._of_level(person, of), ms), self._depth(of))

    def divided(self, stage: Stage, of: str, own: Own, period: str | None) -> dict[str, Exactly]:
        """Return what each unit of a level gets of somebody; nothing where all counts for the present one.

        Each unit gets the fold of what counts for it; the last attempt or event takes what the ledger adds.
        """
        played, earned, last = self._at_home(of, own, period)
        present = _above(unit_at(self.members[own.person][of.split(".")[0]], self.closes_ms), self._depth(of))
        if {*played, *earned} <= {present}:
            return {}
        found: dict[str, Exactly] = {}
        for unit in dict.fromkeys([*played, *earned]):
            folding = Folding(stage.person, played.get(unit, ()), earned.get(unit, ()))
            exactly = folding.over(period, own.added if unit == last else 0)
            if unit is not None and exactly is not None:
                found[unit] = exactly
        return found

    def _at_home(
        self, of: str, own: Own, period: str | None
    ) -> tuple[dict[str | None, list[Played]], dict[str | None, list[Earned]], str | None]:
        """Return attempts and events by the unit they count for, and that of the last one."""
        tree = of.split(".")[0]
        members, depth = self._of_level(own.person, of), self._depth(of)

        def home(ms: int) -> str | None:
            return _above(counts_for(self.document.units[tree], members, ms, self.closes_ms), depth)

        played: dict[str | None, list[Played]] = {}
        earned: dict[str | None, list[Earned]] = {}
        moments = []
        for attempt in own.played:
            if period in (None, attempt.period):
                played.setdefault(home(attempt.started_ms), []).append(attempt)
                moments.append(attempt.started_ms)
        for event in own.earned:
            if period in (None, event.period):
                earned.setdefault(home(event.at_ms), []).append(event)
                moments.append(event.at_ms)
        return played, earned, home(max(moments, default=0))

    def _of_level(self, person: str, of: str) -> list[Member[str]]:
        members, depth = self.members.get(person, {}).get(of.split(".")[0], ()), self._depth(of)
        return of_level(members, self.closes_ms, lambda unit: _above(unit, depth) is not None)

    def _depth(self, of: str) -> int:
        tree, level = of.split(".")
        return self.document.units[tree].levels.index(level) + 1

    def _add(self, row: MoveRow, published_ms: int) -> None:
        mine = self.members.setdefault(row.person, {}).setdefault(row.tree, [])
        is_change = bool(mine) and not row.because
        if is_change:
            lock, zone = self.document.units[row.tree].lock, self.document.timezone
            try:
                check_change(lock, zone, mine, published_ms, row.since_ms)
            except NotAllowed:
                self.refused.append(row)
                return
        mine.append(Member(row.unit, row.since_ms, len(mine) + 1, is_change))


def _above(path: str | None, depth: int) -> str | None:
    parts = (path or "").split("/")
    return "/".join(parts[:depth]) if len(parts) >= depth and parts[0] else None
