"""Stored lines as the live boards want them."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

import orjson

from quiz.live import LiveLine, Parts, UnitSums
from quiz.models.play import Line

BATCH = 200  # lines in one call: Redis does nothing else for so long, about 15 ms


def live_line(row: Line) -> LiveLine:
    """Return a stored line as the live boards want it."""
    return LiveLine(
        row.stage,
        row.period,
        row.person_id,
        row.version,
        row.order_key,
        orjson.loads(row.stats),
        orjson.loads(row.units),
        parts_of(row.parts),
    )


def parts_of(text: str) -> Parts:
    """Read what a line that was divided by a move adds to each unit."""
    if text == "{}":
        return {}
    return {
        level: {int(unit): stats for unit, stats in units.items()}
        for level, units in orjson.loads(text).items()
    }


def batches(lines: Iterable[LiveLine], size: int = BATCH) -> Iterator[list[LiveLine]]:
    """Yield lines in groups of one call."""
    rest = iter(lines)
    while group := list(islice(rest, size)):
        yield group


class UnitTotals:
    """Adds up, line by line, what the units of every level come to.

    `best`: level → how many of the best totals are kept of each of its units.
    """

    def __init__(self, best: Mapping[str, int]) -> None:
        self.best = best
        self.sums: dict[str, dict[int, dict[str, int]]] = {}
        self.totals: dict[str, dict[int, list[int]]] = {}

    def add(self, stats: Mapping[str, int], units: Mapping[str, int], parts: Parts) -> None:
        """Count one person on a board for their units, or part by part for those they moved between."""
        for level, unit in units.items():
            if level not in parts:
                self._add(level, unit, stats)
        for level, by_unit in parts.items():
            for unit, part in by_unit.items():
                self._add(level, unit, part)

    def _add(self, level: str, unit: int, stats: Mapping[str, int]) -> None:
        sums = self.sums.setdefault(level, {}).setdefault(unit, {})
        for name, value in stats.items():
            sums[name] = sums.get(name, 0) + value
        if level in self.best:
            kept = self.totals.setdefault(level, {})
            kept[unit] = heapq.nlargest(self.best[level], [*kept.get(unit, ()), stats["total"]])

    def of(self, level: str) -> UnitSums:
        """Return what the units of a level come to so far."""
        return UnitSums(self.sums.get(level, {}), self.totals.get(level, {}))
