"""Draws a paper from a pool: which questions, in which order, with which order of options."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import blake2b
from typing import Protocol

from question_bank.balancing import UNDECLARED, strata
from question_bank.covering import MOST_TRIED, Cover, Covering, Patience, stand_in
from question_bank.places import Group, Lots, Places, Value
from question_bank.question import ALWAYS_SHUFFLED, USUAL_KINDS

# Difficulty is the share of people expected to be right (难度系数, item difficulty of classical test theory):
# 1 is easiest. What an author declares stands for the middle of its third.
DECLARED = {"easy": Fraction(8, 10), "medium": Fraction(5, 10), "hard": Fraction(2, 10)}
WORD_BITS = 64
MOST_BANDS = 10  # of difficulty in a section: tenths brought the spread to a quarter when it was tried


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
    def cover(self) -> Collection[str]:
        """The facets of which every value must occur."""

    @property
    def balance(self) -> bool:
        """Whether papers are to be equally hard."""

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
    calibrated: Fraction | None = None  # the share of people right as measured; before `difficulty`

    @property
    def facility(self) -> Fraction | None:
        """The share of people expected to be right, None where nobody has said."""
        if self.calibrated is not None:
            return self.calibrated
        return None if self.difficulty is None else DECLARED[self.difficulty]


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


@dataclass(frozen=True)
class Plan:
    """How a paper is drawn from a pool: its parts, who may stand in them, and what must be covered.

    Parts are the sections, divided into bands of difficulty where papers are balanced.
    """

    counts: tuple[int, ...]
    section_of: tuple[int, ...]  # by part
    groups: tuple[Group, ...]
    lots: Lots  # of the groups
    cover: Cover
    first: Places | None  # places with a stand-in for each value to be covered; None: they cannot be

    @property
    def possible(self) -> bool:
        """Whether a paper can be drawn by this plan."""
        return self.first is not None and _filled(self, Stream(""), {}).full


class Pool:
    """Questions that may be drawn; prepares the plan of each paper once and keeps it. Never changes."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self.candidates = tuple(candidates)
        self.by_id = {candidate.id: candidate for candidate in self.candidates}
        self._plans: dict[object, Plan] = {}

    def matching(self, section: SectionRule) -> list[Candidate]:
        """Return the candidates that may stand in a section, in their order."""
        return [candidate for candidate in self.candidates if _fits(section, candidate)]

    def plan(self, paper: PaperRule) -> Plan:
        """Return how a paper is drawn: balanced as finely as the other conditions let it be."""
        name = (tuple(_name(s) for s in paper.sections), tuple(sorted(paper.cover)), paper.balance)
        if name not in self._plans:
            self._plans[name] = self._planned(paper)
        return self._plans[name]

    def plain_plan(self, sections: Sequence[SectionRule], needed: frozenset[Value] = frozenset()) -> Plan:
        """Return how a paper of these sections that must hold these values is drawn, unbalanced."""
        parts = [
            _Part(n, section.count, frozenset(c.id for c in self.matching(section)))
            for n, section in enumerate(sections)
        ]
        return self._of_parts(parts, needed)

    def _planned(self, paper: PaperRule) -> Plan:
        needed = frozenset(values_to_cover(paper, self))
        bands = MOST_BANDS if paper.balance else 1
        while bands > 1:
            parts = [
                part for n, section in enumerate(paper.sections) for part in self._bands(n, section, bands)
            ]
            plan = self._of_parts(parts, needed)
            if plan.possible:
                return plan
            bands //= 2
        return self.plain_plan(paper.sections, needed)

    def _bands(self, n: int, section: SectionRule, most: int) -> list[_Part]:
        facilities = {c.id: UNDECLARED if c.facility is None else c.facility for c in self.matching(section)}
        if len(facilities) < section.count:
            return [_Part(n, section.count, frozenset(facilities))]
        return [_Part(n, band.count, band.ids) for band in strata(facilities, section.count, most)]

    def _of_parts(self, parts: Sequence[_Part], needed: frozenset[Value]) -> Plan:
        groups = self._groups(parts, needed)
        counts = tuple(part.count for part in parts)
        cover = Cover.of(groups, needed)
        first = cover.completed(Places(counts), cover.by_value.keys(), Patience(MOST_TRIED))
        return Plan(counts, tuple(part.section for part in parts), groups, Lots(groups), cover, first)

    def _groups(self, parts: Sequence[_Part], needed: frozenset[Value]) -> tuple[Group, ...]:
        """Divide the candidates by the parts they may stand in and what they cover, but not who fit none."""
        fitting: dict[int, list[int]] = {}
        for n, part in enumerate(parts):
            for candidate_id in part.ids:
                fitting.setdefault(candidate_id, []).append(n)
        members: dict[tuple[tuple[int, ...], frozenset[Value]], list[int]] = {}
        facets = {facet for facet, _value in needed}
        for candidate in self.candidates:
            if candidate.id in fitting:
                covers = frozenset(_values(candidate, facets)) & needed
                members.setdefault((tuple(fitting[candidate.id]), covers), []).append(candidate.id)
        return tuple(Group(parts_of, tuple(ids), covers) for (parts_of, covers), ids in members.items())


@dataclass(frozen=True)
class _Part:
    """A section, or one band of its difficulties."""

    section: int
    count: int
    ids: frozenset[int]


def draw(
    paper: PaperRule, pool: Pool, seed: str, *, order_seed: str = "", seen: Iterable[int] = ()
) -> list[Drawn]:
    """Return the questions of a paper: each section filled, no question twice, the same for the same seeds.

    `seed` decides which questions, `order_seed` (default: `seed`) how they and their options are ordered.
    `seen`: ids, once for each time a person saw them; a paper of unseen questions takes those that were seen
    less often first.
    Every question that fits has the same chance but for what must be covered and balanced; a paper that can
    be filled is filled (see `Places`). Raises ValueError when the pool cannot fill it; `shortfalls` and
    `uncovered` say so beforehand.
    """
    plan = pool.plan(paper)
    places = _filled(plan, Stream(seed), Counter(seen) if paper.draw == "unseen" else {})
    if plan.first is None or not places.full:
        raise ValueError("the pool cannot fill the paper")
    taken: list[list[int]] = [[] for _ in paper.sections]
    for part, ids in enumerate(places.taken):
        taken[plan.section_of[part]] += ids
    order = Stream(f"{order_seed or seed}/order")
    drawn = []
    for index, section in enumerate(taken):
        ids_shown = order.shuffled(sorted(section)) if "questions" in paper.shuffle else sorted(section)
        drawn += [Drawn(i, index, _option_order(pool.by_id[i], paper, order)) for i in ids_shown]
    return drawn


def shortfalls(sections: Sequence[SectionRule], pool: Pool) -> list[Shortfall]:
    """Return the sections that cannot be filled, all sections being filled at once as far as possible."""
    places = _filled(pool.plain_plan(sections), Stream(""), {})
    return [
        Shortfall(index, section.count, len(places.taken[index]))
        for index, section in enumerate(sections)
        if len(places.taken[index]) < section.count
    ]


def values_to_cover(paper: PaperRule, pool: Pool) -> list[Value]:
    """Return what every paper must hold: each value of the facets to be covered that the pool has.

    A value counts only if some section admits it: a section may name the values of a facet itself.
    """
    found = {value for c in pool.candidates for value in _values(c, paper.cover)}
    return sorted(
        (facet, value)
        for facet, value in found
        if any(facet not in s.tags or value in s.tags[facet] for s in paper.sections)
    )


def uncovered(paper: PaperRule, pool: Pool) -> list[Value]:
    """Return the values that no paper can hold beside all others; empty when every paper holds all."""
    plan = pool.plain_plan(paper.sections, frozenset(values_to_cover(paper, pool)))
    return [] if plan.first is not None else plan.cover.impossible(plan.counts)


def _values(candidate: Candidate, facets: Iterable[str]) -> Iterator[Value]:
    return ((facet, value) for facet in facets for value in candidate.tags.get(facet, ()))


def _filled(plan: Plan, stream: Stream, seen: Mapping[int, int]) -> Places:
    """Fill the places from all groups in one random order, those seen more often later."""
    covering = Covering(plan.cover, plan.first or Places(plan.counts))
    _take_by_turns(plan.lots.again(), covering, stream, seen)
    for held in covering.standing_in:
        if covering.is_needless(held):
            covering.places.remove(stand_in(held))
        else:
            group, candidate_id = _chosen(covering, held, stream, seen)
            covering.realise(held, candidate_id, group)
    if not covering.full:  # places that were kept for stand-ins have kept others out
        covering.try_all_again()
        rest = [Group(g.parts, _left(g, covering.places), g.values) for g in plan.groups]
        _take_by_turns(Lots([group for group in rest if group.ids]), covering, stream, seen)
    return covering.places


def _chosen(covering: Covering, held: int, stream: Stream, seen: Mapping[int, int]) -> tuple[Group, int]:
    """Return who takes the place of a stand-in: by chance, among those seen the fewest times."""
    fitting = [(g, i) for g in covering.alternatives(held) for i in _left(g, covering.places)]
    if seen:
        least = min(seen.get(i, 0) for _, i in fitting)
        fitting = [(g, i) for g, i in fitting if seen.get(i, 0) == least]
    return fitting[stream.below(len(fitting))]


def _left(group: Group, places: Places) -> list[int]:
    return [i for i in group.ids if not any(i in places.taken[part] for part in group.parts)]


def _take_by_turns(lots: Lots, covering: Covering, stream: Stream, seen: Mapping[int, int]) -> None:
    for times in sorted({0, *seen.values()}):
        if covering.full or covering.is_settled:
            return
        lots = _take(lots, covering, stream, {i for i, n in seen.items() if n > times})


def _take(lots: Lots, covering: Covering, stream: Stream, avoided: Collection[int]) -> Lots:
    """Place candidates in random order until nothing more can be placed; returns those that were avoided."""
    aside: dict[tuple[tuple[int, ...], frozenset[Value]], list[int]] = {}
    while lots.left and not (covering.full or covering.is_settled):
        candidate_id, n = lots.take(stream.below(lots.left))
        group = lots.groups[n]
        if candidate_id in avoided:
            aside.setdefault((group.parts, group.values), []).append(candidate_id)
        elif not covering.place(candidate_id, group):
            lots.drop(n)
    return Lots([Group(parts, ids, values) for (parts, values), ids in aside.items()])


def _option_order(candidate: Candidate, paper: PaperRule, order: Stream) -> tuple[int, ...]:
    as_written = range(candidate.option_count)
    if candidate.kind not in ALWAYS_SHUFFLED and ("options" not in paper.shuffle or candidate.keeps_order):
        return tuple(as_written)
    return tuple(order.shuffled(as_written))


def _fits(section: SectionRule, candidate: Candidate) -> bool:
    if candidate.kind not in (section.kinds or USUAL_KINDS):
        return False
    band = section.difficulty
    if band is not None:
        facility = candidate.facility
        if facility is None or not band.least <= facility <= band.most:
            return False
    return all(
        not set(wanted).isdisjoint(candidate.tags.get(facet, ())) for facet, wanted in section.tags.items()
    )


def _name(section: SectionRule) -> object:
    tags = tuple(sorted((facet, tuple(sorted(values))) for facet, values in section.tags.items()))
    band = section.difficulty
    return section.count, tuple(sorted(section.kinds)), tags, band and (band.least, band.most)


def _words(seed: str) -> Iterator[int]:
    block = 0
    while True:
        digest = blake2b(f"{seed}/{block}".encode()).digest()
        yield from (int.from_bytes(digest[i : i + 8], "big") for i in range(0, len(digest), 8))
        block += 1
