"""The proof of what live boards add up, rank and divide: units, and the parts of divided boards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from quiz.live import BoardRef, LiveBoards, LiveLine, UnitSums
from quiz.rules import standings
from quiz.rules.across import board_stages
from quiz.rules.document import Document
from quiz.services.lines import UnitTotals
from quiz.services.unit_board import needs, picks_by_level

AT_ONCE = 1_000  # people of a part looked up in one call

Differing = Iterator[tuple[tuple[object, ...], str]]  # what differs, how
Sums = Mapping[
    int, tuple[dict[str, int], dict[str, list[int]]]
]  # by unit: sums, what is picked of each order


class Totals:
    """What the stored lines of a stage and period come to: for everybody and for each part that is kept."""

    def __init__(self, document: Document, stage: int) -> None:
        self.document, self.stage = document, board_stages(document)[stage]
        kept = needs(document)
        self.places = self.stage.places
        self.divisions = sorted(each for n, each in kept.orders if n == stage)
        self.levels = {
            each: sorted(of for n, of, by in kept.sums if n == stage and by == each)
            for each in self.divisions
        }
        self.whole = UnitTotals(picks_by_level(document, self.stage))
        self.parts: dict[str, UnitTotals] = {}  # by "each=unit"
        self.people: Counter[str] = Counter()

    def add(self, line: LiveLine) -> None:
        """Count somebody on the board, for everybody and for the parts they stand in."""
        self.whole.add(line.stats, line.units, line.parts)
        for each in self.divisions:
            if each in line.units:
                home = f"{each}={line.units[each]}"
                self.people[home] += 1
                if self.levels[each]:
                    self._of(each, home).add(line.stats, line.units, line.parts)

    def _of(self, each: str, home: str) -> UnitTotals:
        if home not in self.parts:
            self.parts[home] = UnitTotals(picks_by_level(self.document, self.stage, each))
        return self.parts[home]

    def all_levels(self) -> list[str]:
        """Return every level of the document's units, and those that somebody stands on."""
        levels = {f"{tree}.{level}" for tree, each in self.document.units.items() for level in each.levels}
        return sorted(levels | self.whole.sums.keys())


def differing_units(live: LiveBoards, board: BoardRef, where: str, totals: Totals) -> Differing:
    """Yield the units whose live sums or kept orders are not what the lines come to."""
    yield from _differing(live, board, where, totals.whole, totals.all_levels())


def differing_parts(live: LiveBoards, board: BoardRef, where: str, totals: Totals) -> Differing:
    """Yield the parts of divided boards whose people, order or units are not those of the lines."""
    for home in sorted(live.homes(board) | totals.people.keys()):
        part, each = replace(board, home=home, places=totals.places), home.partition("=")[0]
        yield from _differing_order(live, part, f"{where}, {home}", totals.people[home])
        if totals.levels.get(each):
            of = totals.parts.get(home) or UnitTotals({})
            yield from _differing(live, part, f"{where}, {home}", of, totals.levels[each])


def _differing_order(live: LiveBoards, part: BoardRef, where: str, count: int) -> Differing:
    """Yield whoever stands in a part and is not at home there, or by another key; and who is missing."""
    key, members = ("order", part.stage, part.period, part.view, part.home), live.members(part)
    each, _, unit = part.home.partition("=")
    found, last, place, places = 0, 0, 0, standings.Places(part.places)
    while some := list(islice(members, AT_ONCE)):
        _, records = live.records(part, [person_id for _, person_id in some])
        for order_key, person_id in some:
            record = records.get(person_id)
            if record is None or record.order_key != order_key or record.units.get(each) != int(unit):
                yield key, f"{where}: person {person_id} does not stand there with {order_key}"
                return
            found, last, place = found + 1, person_id, places.next(order_key)
    if found != count:
        yield key, f"{where}: {found} people instead of {count}"
    elif last and (told := live.places(part, [last])[last].place) != place:
        yield key, f"{where}: the last place is {told} instead of {place}"


def _differing(
    live: LiveBoards, board: BoardRef, where: str, totals: UnitTotals, levels: Sequence[str]
) -> Differing:
    for level in levels:
        want = _nonzero(totals.of(level))
        have = _nonzero(live.unit_sums(board, level, list(totals.picks.get(level, {}).items())))
        for unit in sorted(want.keys() | have.keys()):
            if want.get(unit) != have.get(unit):
                key = ("units", board.stage, board.period, board.view, board.home, level, unit)
                yield key, f"{where}, {level} {unit}: {have.get(unit)} instead of {want.get(unit)}"


def _nonzero(found: UnitSums) -> Sums:
    """Return, by unit that has anybody, the sums and what was picked of the orders that are kept."""
    kept = {
        unit: {name: value for name, value in stats.items() if value} for unit, stats in found.sums.items()
    }
    return {
        unit: (stats, {order: list(of[unit]) for order, of in sorted(found.picked.items()) if unit in of})
        for unit, stats in kept.items()
        if stats
    }
