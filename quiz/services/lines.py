"""Stored lines as the live boards want them."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import Any

import orjson

from quiz.live import LiveLine, Parts, UnitSums
from quiz.models.play import Line
from quiz.rules.kept import GROUP, MOMENT, Pick, in_orders

UNITS_KEPT = 4_096  # texts taken apart once: people of one street and school share them
STEPS = 5_000  # in one call: Redis does nothing else for so long, about 5 ms
OF_A_LINE = 15  # steps for the places of a person; each number that is added to a unit is one more


LIVE_COLUMNS = (  # what the live boards want of a line
    Line.stage,
    Line.period,
    Line.person_id,
    Line.version,
    Line.order_key,
    Line.stats,
    Line.units,
    Line.parts,
)


def live_line(values: Sequence[Any]) -> LiveLine:  # Any: the values of LIVE_COLUMNS
    """Return a stored line, read by `LIVE_COLUMNS`, as the live boards want it."""
    stage, period, person_id, version, order_key, stats, units, parts = values
    kept = (orjson.loads(stats), _units_of(units), parts_of(parts))
    return LiveLine(stage, period, person_id, version, order_key, *kept)


@lru_cache(maxsize=UNITS_KEPT)
def _units_of(text: str) -> Mapping[str, int]:
    units: dict[str, int] = orjson.loads(text)
    return MappingProxyType(units)


def parts_of(text: str) -> Parts:
    """Read what a line that was divided by a move adds to each unit."""
    if text == "{}":
        return {}
    return {
        level: {int(unit): stats for unit, stats in units.items()}
        for level, units in orjson.loads(text).items()
    }


def batches(lines: Iterable[LiveLine], size: int) -> Iterator[list[LiveLine]]:
    """Yield lines in groups of so many."""
    rest = iter(lines)
    while group := list(islice(rest, size)):
        yield group


def calls(lines: Iterable[LiveLine]) -> Iterator[list[LiveLine]]:
    """Yield lines in groups of one call each: the more each adds to units, the fewer."""
    group, steps = list[LiveLine](), 0
    for line in lines:
        group.append(line)
        units = len(line.units) + sum(map(len, line.parts.values()))
        steps += OF_A_LINE + units * len(line.stats)
        if steps >= STEPS:
            yield group
            group, steps = [], 0
    if group:
        yield group


class UnitTotals:
    """Adds up, line by line, what the units of every level come to.

    `picks`: level → what is picked of the orders in which its units keep people.
    """

    def __init__(self, picks: Mapping[str, Sequence[Pick]]) -> None:
        self.picks = {level: dict(asked) for level, asked in picks.items() if asked}
        self.kinds = {
            level: {order.partition("/")[0] for order in asked} for level, asked in self.picks.items()
        }
        self.sums: dict[str, dict[int, dict[str, int]]] = {}
        self.picked: dict[str, dict[str, dict[int, list[int]]]] = {}

    def add(self, stats: Mapping[str, int], units: Mapping[str, int], parts: Parts) -> None:
        """Count one person on a board for their units, or part by part for those they moved between."""
        group = units.get(GROUP)
        for level, unit in units.items():
            if level not in parts and level != GROUP:
                self._add(level, unit, stats, group)
        for level, by_unit in parts.items():
            for unit, part in by_unit.items():
                self._add(level, unit, part, group)

    def _add(self, level: str, unit: int, stats: Mapping[str, int], group: int | None) -> None:
        sums = self.sums.setdefault(level, {}).setdefault(unit, {})
        for name, value in stats.items():
            if not name.startswith(MOMENT):
                sums[name] = sums.get(name, 0) + value
        for order, value in in_orders(self.kinds.get(level, ()), stats, group):
            if order in self.picks[level]:
                of_unit = self.picked.setdefault(level, {}).setdefault(order, {})
                of_unit[unit] = _first(self.picks[level][order], [*of_unit.get(unit, ()), value])

    def of(self, level: str) -> UnitSums:
        """Return what the units of a level come to so far."""
        return UnitSums(self.sums.get(level, {}), self.picked.get(level, {}))


def _first(count: int, numbers: list[int]) -> list[int]:
    """Return so many of the highest, or of the lowest where negative."""
    return heapq.nlargest(count, numbers) if count > 0 else heapq.nsmallest(-count, numbers)
