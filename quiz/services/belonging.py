"""The units a person has belonged to, as the fold of a contest wants them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import orjson
from sqlalchemy import Connection

from quiz.live import Parts
from quiz.models import record
from quiz.rules import standings
from quiz.rules.belonging import Member, counts_for, of_level, unit_at
from quiz.rules.document import Document, Stage
from quiz.rules.eligibility import group_of
from quiz.rules.kept import GROUP, asks_for_groups, stored
from quiz.rules.parts import NOTHING
from quiz.rules.standings import Earned, Line, Played

UnitIds = Mapping[str, int]  # "tree.level" → unit id, of the unit that was named and all above it
Members = Mapping[str, Sequence[Member[UnitIds]]]  # by tree

LinesOfUnits = Mapping[str, Mapping[int, Line]]  # level → unit id → what counts for it, folded

NOWHERE: UnitIds = {}


@dataclass(frozen=True)
class Own:
    """What somebody has in a stage: attempts and events that count, and what the ledger adds."""

    played: Sequence[Played]
    gained: Sequence[Earned] = ()
    added: Fraction = NOTHING


class Belonging:
    """A person's dated units, as one contest counts for them."""

    def __init__(
        self, document: Document, named: Members, group: int | None = None, known_ms: int | None = None
    ) -> None:
        self.document, self.named, self.group, self.known_ms = document, named, group, known_ms
        self.closes_ms = max(stage.calendar.closes_ms for stage in document.stages)

    def until(self, ms: int) -> Belonging:
        """Return the same as of a moment: no change at it or later is known."""
        found = Belonging(self.document, self.named, self.group, self.known_ms)
        found.closes_ms = min(self.closes_ms, ms - 1)
        return found

    @cached_property
    def members(self) -> Members:
        """The units that count: who is a guest until the close has none in a tree that keeps guests apart."""
        if self.known_ms is not None and self.known_ms <= self.closes_ms:
            return self.named
        apart = keeps_apart(self.document)
        return {tree: members for tree, members in self.named.items() if tree not in apart}

    @cached_property
    def present(self) -> dict[str, int]:
        """The units now, or at the close of the contest: what changed later changes nothing in it.

        Beside them, where boards ask for it, the number of the person's group.
        """
        found: dict[str, int] = {} if self.group is None else {GROUP: self.group}
        for tree in self.members:
            found.update(_at(self.members[tree], self.closes_ms))
        return found

    def lines(self, stage: Stage, own: Own, period: str | None) -> LinesOfUnits:
        """Return a person's line for each unit, on the levels where not all counts for the present one.

        Each unit gets the fold of what counts for it; the last attempt or event takes what the ledger adds.
        """
        if all(len(members) == 1 for members in self.members.values()):
            return {}
        found: dict[str, dict[int, Line]] = {}
        for level in self._levels:
            homes = self._homes(level, own, period)
            if set(homes) <= {self.present.get(level)}:
                continue
            lines = {
                unit: standings.line(stage, part.played, period, part.gained, part.added)
                for unit, part in homes.items()
            }
            found[level] = {
                unit: line for unit, line in lines.items() if unit is not None and line is not None
            }
        return {level: by_unit for level, by_unit in found.items() if by_unit}

    def _homes(self, level: str, own: Own, period: str | None) -> dict[int | None, Own]:
        """Return, by the unit of a level that it counts for, what a person has; None where it is none."""
        dated: list[tuple[int, Played | Earned]] = [(each.started_ms, each) for each in own.played]
        dated += [(each.at_ms, each) for each in own.gained]
        tree = level.partition(".")[0]
        members = of_level(self.members[tree], self.closes_ms, lambda units: level in units)
        mine: dict[int | None, list[Played | Earned]] = defaultdict(list)
        last: int | None = None
        for ms, each in sorted(dated, key=lambda found: found[0]):
            if period is None or each.period == period:
                at = counts_for(self.document.units.get(tree), members, ms, self.closes_ms)
                last = (at or NOWHERE).get(level)
                mine[last].append(each)
        return {
            unit: Own(
                [each for each in parts if isinstance(each, Played)],
                [each for each in parts if isinstance(each, Earned)],
                own.added if unit == last else NOTHING,
            )
            for unit, parts in mine.items()
        }

    @cached_property
    def _levels(self) -> list[str]:
        return sorted({level for members in self.members.values() for m in members for level in m.unit})


def contributed(stage: Stage, lines: LinesOfUnits) -> Parts:
    """Return what lines add to the units they are of."""
    return {
        level: {unit: stored(stage, line) for unit, line in by_unit.items()}
        for level, by_unit in lines.items()
    }


def belonging(connection: Connection, document: Document, person_id: int) -> Belonging:
    """Return the dated units of a person, and their group where boards ask for it: a statement more."""
    group = _group(connection, document, person_id) if asks_for_groups(document) else None
    return Belonging(
        document, members_of(connection, person_id), group, _known_ms(connection, document, person_id)
    )


def keeps_apart(document: Document) -> set[str]:
    """Return the trees in which guests have no unit."""
    return {name for name, tree in document.units.items() if tree.guests == "apart"}


def _known_ms(connection: Connection, document: Document, person_id: int) -> int | None:
    """Return since when a person is no guest, where the rules ask for it: a statement more."""
    if not keeps_apart(document):
        return None
    ((known_ms,),) = record.KNOWN.run(connection, person_id=person_id)
    return None if known_ms is None else int(known_ms)


def _group(connection: Connection, document: Document, person_id: int) -> int | None:
    """Return the number of a person's group as the rules list them, from 1; None without one."""
    ((_created, _on_roster, groups, *_),) = record.FACTS.run(connection, person_id=person_id)
    group = group_of(document.people, tuple(orjson.loads(groups or "[]")))
    return None if group is None else document.people.groups.index(group) + 1


def members_of(connection: Connection, person_id: int) -> Members:
    """Return the memberships of a person, by tree."""
    ids: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    rows: dict[tuple[str, int], tuple[int, bool]] = {}
    for tree, level, unit_id, since_ms, number, because in record.UNITS.run(connection, person_id=person_id):
        ids[tree, number][f"{tree}.{level}"] = unit_id
        rows[tree, number] = (since_ms, number > 1 and not because)
    found: dict[str, list[Member[UnitIds]]] = defaultdict(list)
    for (tree, number), (since_ms, is_change) in sorted(rows.items()):
        found[tree].append(Member(ids[tree, number], since_ms, number, is_change))
    return found


def unit_ids(connection: Connection, document: Document, person_id: int) -> dict[str, int]:
    """Return the units of a contest a person belongs to at present on every level, as "tree.level" → id."""
    found: dict[str, int] = {}
    known_ms = _known_ms(connection, document, person_id)
    belongs = Belonging(document, members_of(connection, person_id), known_ms=known_ms)
    for members in belongs.members.values():
        found.update(_at(members, max(member.since_ms for member in members)))
    return found


def _at(members: Sequence[Member[UnitIds]], ms: int) -> UnitIds:
    return unit_at(members, ms) or NOWHERE
