"""The places of a paper and the questions that may stand in them: who can be placed together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Value = tuple[str, str]  # a facet and one of its values
Parts = tuple[int, ...]  # of a paper, in which a question may stand
Way = tuple[Parts, ...]  # of questions that go together, the parts of each


@dataclass(frozen=True)
class Group:
    """Candidates that may stand in exactly these parts of a paper and cover exactly these values."""

    parts: Parts
    ids: Sequence[int]
    values: frozenset[Value] = frozenset()  # of those that a paper must hold
    ways: tuple[Way, ...] = ()  # where each id leads questions that go together: how these may stand


class Urn:
    """A group as it is drawn from without putting back; costs memory only for what was drawn."""

    def __init__(self, group: Group) -> None:
        self._ids = group.ids
        self._moved: dict[int, int] = {}
        self.left = len(group.ids)

    def take(self, position: int) -> int:
        """Remove and return the id at a position below `left`."""
        self.left -= 1
        taken = self._moved.get(position, position)
        self._moved[position] = self._moved.get(self.left, self.left)
        return self._ids[taken]


class Lots:
    """Groups whose candidates are drawn in one random order; the next is found without walking over all.

    `_sums` is a Fenwick tree of how many candidates are left (Fenwick, 1994).
    """

    def __init__(self, groups: Sequence[Group]) -> None:
        self.groups = groups
        self.left = sum(len(group.ids) for group in groups)
        self._urns: dict[int, Urn] = {}
        self._sums = [0] * (len(groups) + 1)
        for n, group in enumerate(groups):
            self._sums[n + 1] += len(group.ids)
            above = (n + 1) + (n + 1 & -(n + 1))
            if above < len(self._sums):
                self._sums[above] += self._sums[n + 1]

    def again(self) -> Lots:
        """Return the same groups, all candidates still to be drawn; call it before the first is taken."""
        other = Lots(())
        other.groups, other.left = self.groups, self.left
        other._sums = list(self._sums)
        return other

    def take(self, position: int) -> tuple[int, int]:
        """Remove and return the candidate at a position below `left`, and the number of its group."""
        n, step = 0, 1 << len(self._sums).bit_length()
        while step := step >> 1:
            if n + step < len(self._sums) and self._sums[n + step] <= position:
                n += step
                position -= self._sums[n]
        urn = self._urns.get(n) or self._urns.setdefault(n, Urn(self.groups[n]))
        self._less(n, 1)
        return urn.take(position), n

    def drop(self, n: int) -> None:
        """Draw no more from a group of which one was taken."""
        self._less(n, self._urns[n].left)

    def _less(self, n: int, by: int) -> None:
        self.left -= by
        n += 1
        while n < len(self._sums):
            self._sums[n] -= by
            n += n & -n


class Places:
    """The places of a paper, filled one candidate at a time without ever giving a filled place up.

    A candidate is placed when a place is free in one of its parts, or can be made free by moving others
    to other parts of theirs: an augmenting path. The sets of candidates that can be placed together are
    the independent sets of a transversal matroid (Edmonds and Fulkerson, 1965). So taking candidates in any
    order, each that can still be placed, fills as many places as any choice could; a candidate that cannot
    be placed now never can later, nor can another one with the same parts; and taking unseen ones first
    uses as many of them as possible.
    """

    def __init__(self, counts: Sequence[int]) -> None:
        self.counts = counts
        self.taken: list[dict[int, tuple[int, ...]]] = [{} for _ in counts]  # id → the parts it may stand in
        self.free = sum(counts)

    @property
    def full(self) -> bool:
        """Whether no place is free."""
        return self.free == 0

    def copy(self) -> Places:
        """Return the same places, to be filled in another way."""
        other = Places(self.counts)
        other.taken, other.free = [dict(part) for part in self.taken], self.free
        return other

    def place(self, candidate_id: int, parts: tuple[int, ...]) -> bool:
        """Find a place for a candidate, moving others where needed; False if there is none."""
        moves: dict[int, tuple[int, int] | None] = dict.fromkeys(parts)  # part → who comes, from where
        queue = list(parts)
        for part in queue:
            if len(self.taken[part]) < self.counts[part]:
                self._move(part, moves, candidate_id, parts)
                self.free -= 1
                return True
            for placed, others in self.taken[part].items():
                for other in others:
                    if other not in moves:
                        moves[other] = (placed, part)
                        queue.append(other)
        return False

    def place_all(self, members: Sequence[tuple[int, Parts]]) -> bool:
        """Find places for candidates that go together; False, where too few are, leaves as many free."""
        for n, (candidate_id, parts) in enumerate(members):
            if not self.place(candidate_id, parts):
                for placed, _ in members[:n]:
                    self.remove(placed)
                return False
        return True

    def holds(self, candidate_id: int) -> bool:
        """Return whether a candidate has a place."""
        return any(candidate_id in part for part in self.taken)

    def part_of(self, candidate_id: int) -> int:
        """Return the part that a placed candidate stands in."""
        return next(n for n, part in enumerate(self.taken) if candidate_id in part)

    def remove(self, candidate_id: int) -> None:
        """Free the place of a candidate."""
        del self.taken[self.part_of(candidate_id)][candidate_id]
        self.free += 1

    def _move(
        self,
        free: int,
        moves: Mapping[int, tuple[int, int] | None],
        candidate_id: int,
        parts: tuple[int, ...],
    ) -> None:
        while (move := moves[free]) is not None:
            placed, left = move
            self.taken[free][placed] = self.taken[left].pop(placed)
            free = left
        self.taken[free][candidate_id] = parts
