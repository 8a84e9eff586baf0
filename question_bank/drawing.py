"""Draws a paper from a pool: which questions, in which order, with which order of options."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from question_bank.balancing import UNDECLARED, strata
from question_bank.covering import MOST_TRIED, Cover, Covering, Patience, stand_in
from question_bank.places import Group, Lots, Parts, Places, Urn, Value
from question_bank.question import ALWAYS_SHUFFLED, USUAL_KINDS
from question_bank.streams import Stream
from question_bank.together import (
    STEPS_IN_A_DRAW,
    TRIED_IN_A_DRAW,
    Bundle,
    Search,
    Singles,
    bundle_groups,
)
from question_bank.wanted import PaperRule, SectionRule

# Difficulty is the share of people expected to be right (难度系数, item difficulty of classical test theory):
# 1 is easiest. What an author declares stands for the middle of its third.
DECLARED = {"easy": Fraction(8, 10), "medium": Fraction(5, 10), "hard": Fraction(2, 10)}
MOST_BANDS = 10  # of difficulty in a section: tenths brought the spread to a quarter when it was tried


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
    material: str = ""  # names what it asks about with other candidates, which are drawn with it; "": nothing
    turn: int = 0  # among those of its material

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
    bundles: Mapping[int, Bundle]  # by the question that leads it; only those that fit
    singles: Singles
    needs_bundles: bool  # whether single questions cannot fill or cover the paper

    @property
    def possible(self) -> bool:
        """Whether a paper can be drawn by this plan."""
        return self.first is not None and _filled(self, Stream(""), {}).full

    def can_be_filled(self, places: Places) -> bool:
        """Whether single questions can fill what is left of the places."""
        return self.singles.lacking(places) == 0

    @property
    def fullest(self) -> Places:
        """As many places as could be filled at once."""
        if not self.needs_bundles:
            return _filled(self, Stream(""), {})
        search = Search(Cover.of((), ()), self.singles, self.counts)
        search.completed(list(self.bundles.values()))
        return _filled(replace(self, first=search.least_lacking, needs_bundles=False), Stream(""), {})

    def begun(self, stream: Stream, seen: Mapping[int, int]) -> Places | None:
        """Return the places that a draw begins with: with the materials it cannot do without, by chance.

        Those that were seen less often go first.
        """
        if not self.needs_bundles or self.first is None:
            return self.first
        new = Urn(Group((), [lead for lead in self.bundles if lead not in seen]))
        leads = [new.take(stream.below(new.left)) for _ in range(min(new.left, TRIED_IN_A_DRAW))]
        if len(leads) < TRIED_IN_A_DRAW:
            known = stream.shuffled(lead for lead in self.bundles if lead in seen)
            leads += sorted(known, key=seen.__getitem__)
        search = Search(self.cover, self.singles, self.counts)
        return search.completed([self.bundles[lead] for lead in leads], STEPS_IN_A_DRAW) or self.first


class Pool:
    """Questions that may be drawn; prepares the plan of each paper once and keeps it. Never changes."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self.candidates = tuple(candidates)
        self.by_id = {candidate.id: candidate for candidate in self.candidates}
        self._plans: dict[object, Plan] = {}

    @cached_property
    def materials(self) -> list[list[Candidate]]:
        """The candidates that are drawn together, in their order."""
        found: dict[str, list[Candidate]] = {}
        for candidate in self.candidates:
            if candidate.material:
                found.setdefault(candidate.material, []).append(candidate)
        return [sorted(each, key=lambda c: (c.turn, c.id)) for each in found.values() if len(each) > 1]

    def matching(self, section: SectionRule) -> list[Candidate]:
        """Return the candidates that may stand in a section, in their order."""
        return [candidate for candidate in self.candidates if _fits(section, candidate)]

    def plan(self, paper: PaperRule) -> Plan:
        """Return how a paper is drawn: balanced as finely as the other conditions let it be."""
        name = (tuple(_name(s) for s in paper.sections), tuple(sorted(paper.cover)), paper.balance)
        if name not in self._plans:
            self._plans[name] = self._planned(paper)
        return self._plans[name]

    def asked_in(self, sections: Iterable[SectionRule]) -> set[int]:
        """Return what may stand in one of these sections, nothing of a material that cannot whole."""
        ids = {candidate.id for section in sections for candidate in self.matching(section)}
        for each in self.materials:
            members = {candidate.id for candidate in each}
            if not members <= ids:
                ids -= members
        return ids

    def plain_plan(self, sections: Sequence[SectionRule], needed: frozenset[Value] = frozenset()) -> Plan:
        """Return how a paper of these sections that must hold these values is drawn, unbalanced."""
        parts = [
            _Part(n, section.count, frozenset(c.id for c in self.matching(section)), region)
            for n, (section, region) in enumerate(zip(sections, _regions(sections), strict=True))
        ]
        return self._of_parts(parts, needed)

    def one_by_one(self) -> Pool:
        """Return the same questions, none of which goes together with another."""
        return Pool(replace(candidate, material="") for candidate in self.candidates)

    def _planned(self, paper: PaperRule) -> Plan:
        needed = frozenset(values_to_cover(paper, self))
        bands = MOST_BANDS if paper.balance else 1
        while bands > 1:
            parts = [
                part
                for n, region in enumerate(_regions(paper.sections))
                for part in self._bands(n, paper.sections[n], region, bands)
            ]
            plan = self._of_parts(parts, needed)
            if plan.possible:
                return plan
            bands //= 2
        return self.plain_plan(paper.sections, needed)

    def _bands(self, n: int, section: SectionRule, region: int, most: int) -> list[_Part]:
        facilities = {c.id: UNDECLARED if c.facility is None else c.facility for c in self.matching(section)}
        if len(facilities) < section.count:
            return [_Part(n, section.count, frozenset(facilities), region)]
        return [_Part(n, band.count, band.ids, region) for band in strata(facilities, section.count, most)]

    def _of_parts(self, parts: Sequence[_Part], needed: frozenset[Value]) -> Plan:
        fitting: dict[int, list[int]] = {}
        for n, part in enumerate(parts):
            for candidate_id in part.ids:
                fitting.setdefault(candidate_id, []).append(n)
        bundles = [self._bundle(each, parts, fitting, needed) for each in self.materials]
        bundled = frozenset(i for bundle in bundles for i in bundle.ids)
        groups = self._groups(fitting, needed, bundled)
        counts = tuple(part.count for part in parts)
        cover = Cover.of(groups, needed)
        first = cover.completed(Places(counts), cover.by_value.keys(), Patience(MOST_TRIED))
        bundles = [bundle for bundle in bundles if bundle.ways]
        singles = Singles(_counted(groups), bundled)
        needs_bundles = bool(bundles) and (first is None or singles.lacking(Places(counts)) > 0)
        if needs_bundles:
            first = Search(cover, singles, counts).completed(bundles)
        groups = (*groups, *bundle_groups(bundles))
        return Plan(
            counts,
            tuple(part.section for part in parts),
            groups,
            Lots(groups),
            cover,
            first,
            {bundle.lead: bundle for bundle in bundles},
            singles,
            needs_bundles,
        )

    def _groups(
        self, fitting: Mapping[int, Sequence[int]], needed: frozenset[Value], bundled: Collection[int]
    ) -> tuple[Group, ...]:
        """Divide those drawn one by one by the parts they may stand in and what they cover."""
        members: dict[tuple[Parts, frozenset[Value]], list[int]] = {}
        facets = {facet for facet, _value in needed}
        for candidate in self.candidates:
            if candidate.id in fitting and candidate.id not in bundled:
                covers = frozenset(_values(candidate, facets)) & needed
                members.setdefault((tuple(fitting[candidate.id]), covers), []).append(candidate.id)
        return tuple(Group(parts_of, tuple(ids), covers) for (parts_of, covers), ids in members.items())

    def _bundle(
        self,
        members: Sequence[Candidate],
        parts: Sequence[_Part],
        fitting: Mapping[int, Sequence[int]],
        needed: frozenset[Value],
    ) -> Bundle:
        """Return questions that go together; all of them stand in one region of the paper."""
        facets = {facet for facet, _value in needed}
        ways = []
        for region in sorted({part.region for part in parts}):
            way = tuple(tuple(n for n in fitting.get(c.id, ()) if parts[n].region == region) for c in members)
            places = Places([part.count for part in parts])
            if all(way) and places.place_all([(c.id, each) for c, each in zip(members, way, strict=True)]):
                ways.append(way)
        covers = frozenset(value for c in members for value in _values(c, facets)) & needed
        return Bundle(tuple(c.id for c in members), tuple(ways), covers)


@dataclass(frozen=True)
class _Part:
    """A section, or one band of its difficulties."""

    section: int
    count: int
    ids: frozenset[int]
    region: int  # sections that follow each other and give equal points


def draw(
    paper: PaperRule, pool: Pool, seed: str, *, order_seed: str = "", seen: Iterable[int] = ()
) -> list[Drawn]:
    """Return the questions of a paper: each section filled, no question twice, the same for the same seeds.

    `seed` decides which questions, `order_seed` (default: `seed`) how they and their options are ordered.
    `seen`: ids, once for each time a person saw them; a paper of unseen questions takes those that were seen
    less often first.
    Every question that fits has the same chance but for what must be covered and balanced; a paper that can
    be filled is filled (see `Places`). Questions of one material come all or none and follow each other, in
    the first section that has one of them. Raises ValueError when the pool cannot fill it; `shortfalls` and
    `uncovered` say so beforehand.
    """
    plan = pool.plan(paper)
    places = _filled(plan, Stream(seed), Counter(seen) if paper.draw == "unseen" else {})
    if plan.first is None or not places.full:
        raise ValueError("the pool cannot fill the paper")
    section_of = {i: plan.section_of[part] for part, ids in enumerate(places.taken) for i in ids}
    order = Stream(f"{order_seed or seed}/order")
    drawn = []
    for units in _units(plan, section_of, len(paper.sections)):
        shown = order.shuffled(sorted(units)) if "questions" in paper.shuffle else sorted(units)
        for i in (i for unit in shown for i in units[unit]):
            drawn.append(Drawn(i, section_of[i], _option_order(pool.by_id[i], paper, order)))
    return drawn


def _units(plan: Plan, section_of: Mapping[int, int], count: int) -> list[dict[int, tuple[int, ...]]]:
    """Return, by section, what is put in order there: single questions, and those that stay together."""
    units: list[dict[int, tuple[int, ...]]] = [{} for _ in range(count)]
    for i, section in section_of.items():
        if i in plan.bundles:
            members = plan.bundles[i].ids
            units[min(section_of[each] for each in members)][i] = members
        elif i not in plan.singles.bundled:
            units[section][i] = (i,)
    return units


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


def _regions(sections: Sequence[SectionRule]) -> list[int]:
    """Return by section the first one of those around it that follow each other and give equal points.

    Within a region questions may change their places: what a place is worth stays.
    """
    regions: list[int] = []
    for n, section in enumerate(sections):
        regions.append(regions[-1] if n and sections[n - 1].points == section.points else n)
    return regions


def _counted(groups: Iterable[Group]) -> dict[Parts, int]:
    counts: dict[Parts, int] = {}
    for group in groups:
        counts[group.parts] = counts.get(group.parts, 0) + len(group.ids)
    return counts


def _values(candidate: Candidate, facets: Iterable[str]) -> Iterator[Value]:
    return ((facet, value) for facet in facets for value in candidate.tags.get(facet, ()))


def _filled(plan: Plan, stream: Stream, seen: Mapping[int, int]) -> Places:
    """Fill the places from all groups in one random order, those seen more often later."""
    begun = plan.begun(stream, seen) or Places(plan.counts)
    leads = plan.bundles if plan.needs_bundles else ()
    held = [plan.bundles[lead] for lead in leads if begun.holds(lead)]
    covering = Covering(plan.cover, begun, [value for bundle in held for value in bundle.values])
    _take_by_turns(plan, plan.lots.again(), covering, stream, seen)
    for n in covering.standing_in:
        if covering.is_needless(n):
            covering.places.remove(stand_in(n))
        else:
            group, candidate_id = _chosen(covering, n, stream, seen)
            covering.realise(n, candidate_id, group)
    if not covering.full:  # places that were kept for stand-ins have kept others out
        covering.try_all_again()
        rest = [replace(g, ids=_left(g, covering.places)) for g in plan.groups]
        _take_by_turns(plan, Lots([group for group in rest if group.ids]), covering, stream, seen)
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


def _take_by_turns(
    plan: Plan, lots: Lots, covering: Covering, stream: Stream, seen: Mapping[int, int]
) -> None:
    for times in sorted({0, *seen.values()}):
        if covering.full or covering.is_settled:
            return
        lots = _take(plan, lots, covering, stream, {i for i, n in seen.items() if n > times})


def _take(plan: Plan, lots: Lots, covering: Covering, stream: Stream, avoided: Collection[int]) -> Lots:
    """Place candidates in random order until nothing more can be placed; returns those that were avoided."""
    aside: dict[int, list[int]] = {}
    while lots.left and not (covering.full or covering.is_settled):
        candidate_id, n = lots.take(stream.below(lots.left))
        if candidate_id in avoided:
            aside.setdefault(n, []).append(candidate_id)
        elif not _placed(plan, covering, candidate_id, lots.groups[n]):
            lots.drop(n)
    return Lots([replace(lots.groups[n], ids=ids) for n, ids in aside.items()])


def _placed(plan: Plan, covering: Covering, candidate_id: int, group: Group) -> bool:
    """Take a candidate, with all that go together with it; False where nobody like it can be taken."""
    if not group.ways:
        return covering.place(candidate_id, group)
    if covering.places.holds(candidate_id):
        return True
    ids = plan.bundles[candidate_id].ids
    return any(
        covering.place_all(tuple(zip(ids, way, strict=True)), group.values, plan.can_be_filled)
        for way in group.ways
    )


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
    return section.count, section.points, tuple(sorted(section.kinds)), tags, band and (band.least, band.most)
