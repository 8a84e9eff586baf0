"""Questions of one material are drawn all or none: which groups fit a paper, and what can fill the rest.

See docs/decisions/0026-a-material-is-drawn-whole.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from question_bank.covering import Cover, Patience
from question_bank.places import Group, Parts, Places, Value, Way

# Steps of a search, about 10 µs each: a bundle that finds no place is one, one that finds places is ten.
MOST_STEPS = 50_000  # before publication
STEPS_IN_A_DRAW = 2_000  # then a draw takes what was found before publication
TRIED_IN_A_DRAW = 500  # bundles, chosen by chance
FILLER = -(10**12)  # from here down: ids that stand for any single question while it is tried what fits


@dataclass(frozen=True)
class Bundle:
    """The questions of one material, in their order; each of `ways` says in which parts each may stand."""

    ids: tuple[int, ...]
    ways: tuple[Way, ...]  # none: they can never stand in the paper together
    values: frozenset[Value]  # of those that a paper must hold

    @property
    def lead(self) -> int:
        """The first question, by which the whole is drawn."""
        return self.ids[0]


def bundle_groups(bundles: Iterable[Bundle]) -> list[Group]:
    """Return the bundles as they are drawn: those that fit alike together, each under the id of its lead."""
    alike: dict[tuple[tuple[Way, ...], frozenset[Value]], list[int]] = {}
    for bundle in bundles:
        alike.setdefault((bundle.ways, bundle.values), []).append(bundle.lead)
    return [
        Group(tuple(sorted({part for way in ways for part in way[0]})), tuple(leads), values, ways)
        for (ways, values), leads in alike.items()
    ]


@dataclass(frozen=True)
class Singles:
    """The questions that are drawn one by one: how many there are for each choice of parts."""

    counts: Mapping[Parts, int]
    bundled: Collection[int]  # the ids of all others

    def lacking(self, places: Places) -> int:
        """Return how many places stay free when single questions fill the others: 0 where they fill all.

        Exact, since what can be placed together is independent in a matroid (see `Places`): it does not
        matter which single questions stand there already.
        """
        trial = places.copy()
        if trial.full:
            return 0
        used = Counter(parts for part in places.taken for i, parts in part.items() if i not in self.bundled)
        filler = FILLER
        for parts, count in self.counts.items():
            for _ in range(count - used[parts]):
                filler -= 1
                if not trial.place(filler, parts):
                    break
        return trial.free


class Search:
    """Seeks bundles beside which single questions can fill and cover a paper.

    Bundles that fit alike are tried once at each step, those first that cover more, and one that fills
    nothing more than single questions could is left out: it never will (the rank of a matroid is
    submodular). Exact as long as patience lasts.
    """

    def __init__(self, cover: Cover, singles: Singles, counts: Sequence[int]) -> None:
        self._cover, self._singles, self._counts = cover, singles, counts
        self._left = 0
        self.least_lacking = Places(counts)  # the fullest arrangement that was seen

    def completed(self, bundles: Sequence[Bundle], most_steps: int = MOST_STEPS) -> Places | None:
        """Return places with the bundles that are needed, rather the earlier; None where none was found."""
        self._left = most_steps
        empty = Places(self._counts)
        self.least_lacking, self._least = empty, self._singles.lacking(empty)
        return self._beside(empty, frozenset(self._cover.by_value), bundles, self._least)

    def _beside(
        self, places: Places, uncovered: frozenset[Value], bundles: Sequence[Bundle], lacking: int
    ) -> Places | None:
        if lacking < self._least:
            self.least_lacking, self._least = places, lacking
        if not lacking:
            held = self._cover.completed(places, uncovered, Patience(self._left))
            if held is not None:
                return held
        if uncovered:
            bundles = sorted(bundles, key=lambda each: -len(each.values & uncovered))
        tried = set()
        for n, bundle in enumerate(bundles):
            if self._left <= 0:
                return None
            if (bundle.ways, bundle.values) in tried:
                continue
            tried.add((bundle.ways, bundle.values))
            for way in bundle.ways:
                found = self._with(bundle, way, places, uncovered, bundles[n + 1 :], lacking)
                if found is not None:
                    return found
        return None

    def _with(
        self,
        bundle: Bundle,
        way: Way,
        places: Places,
        uncovered: frozenset[Value],
        others: Sequence[Bundle],
        lacking: int,
    ) -> Places | None:
        self._left -= 1
        if not places.place_all(list(zip(bundle.ids, way, strict=True))):
            return None
        self._left -= 9
        trial = places.copy()
        for each in bundle.ids:
            places.remove(each)
        left, still = uncovered - bundle.values, self._singles.lacking(trial)
        if still >= lacking and left == uncovered:
            return None
        return self._beside(trial, left, others, still)
