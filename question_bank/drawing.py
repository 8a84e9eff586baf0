"""Draws a paper from a pool: which questions, in which order, with which order of options."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import blake2b
from typing import Protocol

# Difficulty is the share of people expected to be right (难度系数, item difficulty of classical test theory):
# 1 is easiest. What an author declares stands for the middle of its third.
DECLARED = {"easy": Fraction(8, 10), "medium": Fraction(5, 10), "hard": Fraction(2, 10)}
WORD_BITS = 64


class Band(Protocol):
    """A band of difficulty, both ends included."""

    @property
    def least(self) -> Fraction:
        """Its lower end."""

    @property
    def most(self) -> Fraction:
        """Its upper end."""


class SectionRule(Protocol):
    """A section of a paper as the rules document has it."""

    @property
    def count(self) -> int:
        """How many questions."""

    @property
    def kinds(self) -> Collection[str]:
        """The kinds that may stand in it; empty: every kind."""

    @property
    def tags(self) -> Mapping[str, Collection[str]]:
        """By facet, values of which a question must have one; every facet named must be met."""

    @property
    def difficulty(self) -> Band | None:
        """The band of difficulty; None: every difficulty, undeclared too."""


class PaperRule(Protocol):
    """A paper as the rules document has it."""

    @property
    def sections(self) -> Sequence[SectionRule]:
        """Its sections, in order."""

    @property
    def draw(self) -> str:
        """One of fixed, random, unseen, daily; the caller chooses the seed accordingly."""

    @property
    def shuffle(self) -> Collection[str]:
        """What is shuffled for each attempt: questions, options."""


@dataclass(frozen=True)
class Candidate:
    """A question as the drawing of papers sees it."""

    id: int
    kind: str
    tags: Mapping[str, Sequence[str]]
    difficulty: str | None  # as declared
    option_count: int = 4
    keeps_order: bool = False  # its options are never shuffled


@dataclass(frozen=True)
class Drawn:
    """One question of a drawn paper."""

    candidate_id: int
    section_index: int
    option_order: tuple[int, ...]  # positions of the options as written, in the order shown


@dataclass(frozen=True)
class Shortfall:
    """A section that a pool cannot fill together with the others."""

    section: int
    wanted: int
    available: int


class Stream:
    """Whole numbers that follow from a seed alone, on every version of Python and every machine.

    The blake2b digests of "seed/0", "seed/1", … are read as big-endian words of 64 bits.
    """

    def __init__(self, seed: str) -> None:
        self._words = _words(seed)

    def below(self, bound: int) -> int:
        """Return the next number, uniform from 0 to `bound` − 1."""
        most = (1 << WORD_BITS) // bound * bound  # a word from here on would favour small numbers
        return next(word for word in self._words if word < most) % bound

    def shuffled(self, items: Iterable[int]) -> list[int]:
        """Return the items in random order (Fisher and Yates, from the end)."""
        order = list(items)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order


class Pool:
    """Questions that may be drawn; finds each section's once and keeps them. Never changes."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self.candidates = tuple(candidates)
        self.by_id = {candidate.id: candidate for candidate in self.candidates}
        self._groups: dict[object, tuple[_Group, ...]] = {}

    def matching(self, section: SectionRule) -> list[Candidate]:
        """Return the candidates that may stand in a section, in their order."""
        return [candidate for candidate in self.candidates if _fits(section, candidate)]

    def groups(self, sections: Sequence[SectionRule]) -> tuple[_Group, ...]:
        """Return the candidates divided by the sections they may stand in, without those that fit none."""
        name = tuple(_name(section) for section in sections)
        if name not in self._groups:
            self._groups[name] = self._divided(sections)
        return self._groups[name]

    def _divided(self, sections: Sequence[SectionRule]) -> tuple[_Group, ...]:
        members: dict[tuple[int, ...], list[int]] = {}
        for candidate in self.candidates:
            fitting = tuple(i for i, section in enumerate(sections) if _fits(section, candidate))
            members.setdefault(fitting, []).append(candidate.id)
        return tuple(_Group(fitting, tuple(ids)) for fitting, ids in members.items() if fitting)


def draw(
    paper: PaperRule, pool: Pool, seed: str, *, order_seed: str = "", seen: Collection[int] = ()
) -> list[Drawn]:
    """Return the questions of a paper: each section filled, no question twice, the same for the same seeds.

    `seed` decides which questions, `order_seed` (default: `seed`) how they and their options are ordered.
    `seen`: ids that a paper of unseen questions takes only when no others are left.
    Every question that fits has the same chance; a paper that can be filled is filled (see `_Places`).
    Raises ValueError when the pool cannot fill it; `shortfalls` says so beforehand.
    """
    avoided = frozenset(seen) if paper.draw == "unseen" else frozenset()
    places = _filled(pool.groups(paper.sections), [s.count for s in paper.sections], Stream(seed), avoided)
    if not places.full:
        raise ValueError("the pool cannot fill the paper")
    order = Stream(f"{order_seed or seed}/order")
    drawn = []
    for index, taken in enumerate(places.taken):
        ids = order.shuffled(sorted(taken)) if "questions" in paper.shuffle else sorted(taken)
        drawn += [Drawn(i, index, _option_order(pool.by_id[i], paper, order)) for i in ids]
    return drawn


def shortfalls(sections: Sequence[SectionRule], pool: Pool) -> list[Shortfall]:
    """Return the sections that cannot be filled, all sections being filled at once as far as possible."""
    places = _filled(pool.groups(sections), [s.count for s in sections], Stream(""), frozenset())
    return [
        Shortfall(index, section.count, len(places.taken[index]))
        for index, section in enumerate(sections)
        if len(places.taken[index]) < section.count
    ]


@dataclass(frozen=True)
class _Group:
    """Candidates that may stand in exactly these sections."""

    sections: tuple[int, ...]
    ids: Sequence[int]


class _Urn:
    """A group as it is drawn from without putting back; costs memory only for what was drawn."""

    def __init__(self, group: _Group) -> None:
        self.sections, self._ids = group.sections, group.ids
        self._moved: dict[int, int] = {}
        self.left = len(group.ids)

    def take(self, position: int) -> int:
        """Remove and return the id at a position below `left`."""
        self.left -= 1
        taken = self._moved.get(position, position)
        self._moved[position] = self._moved.get(self.left, self.left)
        return self._ids[taken]


class _Places:
    """The places of a paper, filled one candidate at a time without ever giving a filled place up.

    A candidate is placed when a place is free in one of its sections, or can be made free by moving others
    to other sections of theirs: an augmenting path. The sets of candidates that can be placed together are
    the independent sets of a transversal matroid (Edmonds and Fulkerson, 1965). So taking candidates in any
    order, each that can still be placed, fills as many places as any choice could; a candidate that cannot
    be placed now never can later, nor can another one with the same sections; and taking unseen ones first
    uses as many of them as possible.
    """

    def __init__(self, counts: Sequence[int]) -> None:
        self.counts = counts
        self.taken: list[dict[int, tuple[int, ...]]] = [
            {} for _ in counts
        ]  # id → the sections it may stand in
        self._free = sum(counts)

    @property
    def full(self) -> bool:
        """Whether no place is free."""
        return self._free == 0

    def place(self, candidate_id: int, sections: tuple[int, ...]) -> bool:
        """Find a place for a candidate, moving others where needed; False if there is none."""
        moves: dict[int, tuple[int, int] | None] = dict.fromkeys(sections)  # section → who comes, from where
        queue = list(sections)
        for section in queue:
            if len(self.taken[section]) < self.counts[section]:
                self._move(section, moves, candidate_id, sections)
                self._free -= 1
                return True
            for placed, others in self.taken[section].items():
                for other in others:
                    if other not in moves:
                        moves[other] = (placed, section)
                        queue.append(other)
        return False

    def _move(
        self,
        free: int,
        moves: Mapping[int, tuple[int, int] | None],
        candidate_id: int,
        sections: tuple[int, ...],
    ) -> None:
        while (move := moves[free]) is not None:
            placed, left = move
            self.taken[free][placed] = self.taken[left].pop(placed)
            free = left
        self.taken[free][candidate_id] = sections


def _filled(
    groups: Sequence[_Group], counts: Sequence[int], stream: Stream, avoided: frozenset[int]
) -> _Places:
    """Fill the places from all groups in one random order, those to be avoided last."""
    places = _Places(counts)
    aside = _take(groups, places, stream, avoided)
    if not places.full:
        _take(aside, places, stream, frozenset())
    return places


def _take(groups: Sequence[_Group], places: _Places, stream: Stream, avoided: frozenset[int]) -> list[_Group]:
    """Place candidates in random order until nothing more can be placed; returns those that were avoided."""
    urns = [_Urn(group) for group in groups]
    aside: dict[tuple[int, ...], list[int]] = {}
    while urns and not places.full:
        urn, position = _pick(urns, stream)
        candidate_id = urn.take(position)
        if candidate_id in avoided:
            aside.setdefault(urn.sections, []).append(candidate_id)
        elif not places.place(candidate_id, urn.sections):
            urns.remove(urn)
            continue
        if not urn.left:
            urns.remove(urn)
    return [_Group(sections, ids) for sections, ids in aside.items()]


def _pick(urns: Sequence[_Urn], stream: Stream) -> tuple[_Urn, int]:
    position = stream.below(sum(urn.left for urn in urns))
    for urn in urns:
        if position < urn.left:
            return urn, position
        position -= urn.left
    raise AssertionError("a position below the sum lies in one of the urns")


def _option_order(candidate: Candidate, paper: PaperRule, order: Stream) -> tuple[int, ...]:
    as_written = range(candidate.option_count)
    if "options" not in paper.shuffle or candidate.keeps_order:
        return tuple(as_written)
    return tuple(order.shuffled(as_written))


def _fits(section: SectionRule, candidate: Candidate) -> bool:
    if section.kinds and candidate.kind not in section.kinds:
        return False
    band = section.difficulty
    if band is not None:
        if candidate.difficulty is None:
            return False
        if not band.least <= DECLARED[candidate.difficulty] <= band.most:
            return False
    return all(
        not set(wanted).isdisjoint(candidate.tags.get(facet, ())) for facet, wanted in section.tags.items()
    )


def _name(section: SectionRule) -> object:
    tags = tuple(sorted((facet, tuple(sorted(values))) for facet, values in section.tags.items()))
    band = section.difficulty
    return tuple(sorted(section.kinds)), tags, band and (band.least, band.most)


def _words(seed: str) -> Iterator[int]:
    block = 0
    while True:
        digest = blake2b(f"{seed}/{block}".encode()).digest()
        yield from (int.from_bytes(digest[i : i + 8], "big") for i in range(0, len(digest), 8))
        block += 1
