"""Papers that must hold every value of a facet: whether that can be done, and how a draw keeps it possible.

While a paper is drawn, places are kept for stand-ins: groups of which one question must still be taken for
the values that are not covered yet. A candidate is taken where it finds a place beside the stand-ins; those
that it makes needless give theirs up. See docs/decisions/0023-papers-that-cover-and-balance.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from question_bank.places import Group, Parts, Places, Value

MOST_TRIED = 3_000  # arrangements looked at before publication where one question must cover several values
MOST_REFUSED = 16  # candidates in a row, after which the stand-ins are replaced one by one
TRIED_IN_A_DRAW = 40  # the same while a paper is drawn, about 3 ms: there it only makes room for more chance


@dataclass
class Patience:
    """How many arrangements may still be tried."""

    left: int


@dataclass(frozen=True)
class Cover:
    """What must be covered, by which groups, and how many values one question may cover."""

    groups: Sequence[Group]
    by_value: Mapping[Value, Sequence[int]]  # value → groups that cover it
    parts: Mapping[Value, tuple[int, ...]]  # value → parts that these may stand in
    rank: Mapping[Value, int]  # value → its turn, the rarest first
    widest: int

    @classmethod
    def of(cls, groups: Sequence[Group], needed: Iterable[Value]) -> Cover:
        """Return the groups with the values that they cover."""
        by_value = {
            value: [n for n, group in enumerate(groups) if value in group.values] for value in sorted(needed)
        }
        parts = {
            value: tuple(sorted({part for n in covering for part in groups[n].parts}))
            for value, covering in by_value.items()
        }
        rarest = sorted(by_value, key=lambda value: (len(by_value[value]), value))
        rank = {value: n for n, value in enumerate(rarest)}
        return cls(groups, by_value, parts, rank, max((len(group.values) for group in groups), default=0))

    def completed(self, places: Places, uncovered: Collection[Value], patience: Patience) -> Places | None:
        """Return the places with a stand-in for every value that is uncovered, None where none was found.

        Exact where every question covers one value: then it is a matching of values with places. Where
        questions cover several, arrangements are tried one after the other, as long as patience lasts.
        """
        if not uncovered:
            return places
        if places.free * self.widest < len(uncovered):
            return None
        if patience.left <= 0:
            return None
        patience.left -= 1
        matched = self._matched(places, uncovered)
        if matched is not None or self.widest <= 1:
            return matched
        tried = set()
        for n in self._choices(uncovered):
            group = self.groups[n]
            kind = (group.parts, group.values.intersection(uncovered))
            if kind in tried:
                continue
            tried.add(kind)
            trial = places.copy()
            if trial.place(stand_in(n), group.parts):
                found = self.completed(trial, set(uncovered) - group.values, patience)
                if found is not None:
                    return found
        return None

    def impossible(self, counts: Sequence[int]) -> list[Value]:
        """Return values that cannot be covered: each with those before it; empty when all can together."""
        kept: set[Value] = set()
        lost = []
        for value in self.by_value:
            if self.completed(Places(counts), {*kept, value}, Patience(MOST_TRIED)) is None:
                lost.append(value)
            else:
                kept.add(value)
        return lost

    def _choices(self, uncovered: Collection[Value]) -> list[int]:
        """Return the groups that cover the value with the fewest of them, widest first."""
        value = min(uncovered, key=self.rank.__getitem__)
        return sorted(self.by_value[value], key=lambda n: (-len(self.groups[n].values & set(uncovered)), n))

    def _matched(self, places: Places, uncovered: Collection[Value]) -> Places | None:
        """Give every value a place of its own; the groups that stand in may then cover several of them."""
        trial = places.copy()
        values = sorted(uncovered, key=self.rank.__getitem__)
        for n, value in enumerate(values):
            if not trial.place(-1 - len(self.groups) - n, self.parts[value]):
                return None
        covered: set[Value] = set()
        for part, taken in enumerate(trial.taken):
            for held in [each for each in taken if each < -len(self.groups)]:
                value = values[-1 - len(self.groups) - held]
                trial.remove(held)
                if value not in covered:
                    covered |= self._stand_in(trial, value, part, uncovered)
        return trial

    def _stand_in(
        self, places: Places, value: Value, part: int, uncovered: Collection[Value]
    ) -> frozenset[Value]:
        """Let the widest group that covers a value and fits a part stand in there."""
        fitting = [n for n in self.by_value[value] if part in self.groups[n].parts]
        best = max(fitting, key=lambda n: (len(self.groups[n].values.intersection(uncovered)), -n))
        places.taken[part][stand_in(best)] = self.groups[best].parts
        places.free -= 1
        return self.groups[best].values


def stand_in(group: int) -> int:
    """Return the id that keeps a place for some question of a group; ids of questions are not negative."""
    return -1 - group


class Covering:
    """The places of a paper while it is drawn, with stand-ins for what is not covered yet."""

    def __init__(self, cover: Cover, first: Places, covered: Collection[Value] = ()) -> None:
        self.cover, self.places = cover, first.copy()
        self.uncovered = set(cover.by_value).difference(covered)
        self._patience = Patience(TRIED_IN_A_DRAW)
        self._in_a_row = 0  # candidates refused one after the other
        self._refused: dict[tuple[int, ...], list[set[Value]]] = {}  # parts → what refused ones would cover

    def place(self, candidate_id: int, group: Group) -> bool:
        """Take a candidate if the paper can be completed with it; False leaves all as it was."""
        new = self.uncovered & group.values
        refused = self._refused.setdefault(group.parts, [])
        self._in_a_row += 1
        if any(new <= other for other in refused):
            return False
        left = self.uncovered - new
        members = ((candidate_id, group.parts),)
        if self._beside(members, left) or self._anew(members, left):
            self.uncovered = left
            self._in_a_row = 0
            return True
        refused.append(new)
        return False

    def place_all(
        self,
        members: Sequence[tuple[int, Parts]],
        values: Collection[Value],
        can_be_filled: Callable[[Places], bool],
    ) -> bool:
        """Take candidates that go together if the paper can be completed then; False leaves all as it was.

        `values`: what they cover; `can_be_filled`: whether others can fill what is left.
        """
        before, left = self.places.copy(), self.uncovered.difference(values)
        self._in_a_row += 1
        if (self._beside(members, left) or self._anew(members, left)) and can_be_filled(self.places):
            self.uncovered = left
            self._in_a_row = 0
            return True
        self.places = before
        return False

    @property
    def full(self) -> bool:
        """Whether no place is free and nothing is uncovered."""
        return self.places.full and not self.uncovered

    @property
    def is_settled(self) -> bool:
        """Whether all free places are kept for stand-ins, and it has become rare that a candidate fits."""
        return self.places.full and self._in_a_row >= MOST_REFUSED

    def try_all_again(self) -> None:
        """Forget who was refused: stand-ins that kept them out are gone."""
        self._refused.clear()
        self._in_a_row = 0

    def is_needless(self, held: int) -> bool:
        """Return whether all that a stand-in would cover is covered."""
        return self.cover.groups[held].values.isdisjoint(self.uncovered)

    def alternatives(self, held: int) -> list[Group]:
        """Return the groups of which a question could take the place of a stand-in."""
        part, group = self.places.part_of(stand_in(held)), self.cover.groups[held]
        wanted = group.values & self.uncovered
        groups = [self.cover.groups[n] for n in self.cover.by_value[min(wanted)]]
        return [each for each in groups if part in each.parts and wanted <= each.values]

    def realise(self, held: int, candidate_id: int, group: Group) -> None:
        """Let a question of a group take the place of a stand-in."""
        part = self.places.part_of(stand_in(held))
        del self.places.taken[part][stand_in(held)]
        self.places.taken[part][candidate_id] = group.parts
        self.uncovered -= group.values

    @property
    def standing_in(self) -> list[int]:
        """The groups of which one question must still be taken."""
        return sorted(-1 - held for part in self.places.taken for held in part if held < 0)

    def _beside(self, members: Sequence[tuple[int, Parts]], left: Collection[Value]) -> bool:
        needless = []
        if len(left) < len(self.uncovered):
            groups = self.cover.groups
            needless = [n for n in self.standing_in if groups[n].values.isdisjoint(left)]
        before = [(stand_in(n), self.places.part_of(stand_in(n))) for n in needless]
        for held, _part in before:
            self.places.remove(held)
        if self.places.place_all(members):
            return True
        for held, part in before:
            self.places.taken[part][held] = self.cover.groups[-1 - held].parts
            self.places.free -= 1
        return False

    def _anew(self, members: Sequence[tuple[int, Parts]], left: Collection[Value]) -> bool:
        """Arrange the stand-ins anew around candidates that found no place beside them."""
        if self._patience.left <= 0:
            return False
        held = self.standing_in
        if not held or (self.places.free + len(held) - len(members)) * self.cover.widest < len(left):
            return False
        trial = self.places.copy()
        for n in held:
            trial.remove(stand_in(n))
        if not trial.place_all(members):
            return False
        found = self.cover.completed(trial, left, self._patience)
        if found is None:
            return False
        self.places = found
        return True
