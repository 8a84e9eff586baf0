"""What one person adds to their unit: its row on the board with them and without them.

Exact for every formula: the board is made twice, once from sums and orders without the person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from quiz.rules import kept, units
from quiz.rules.parts import Board, Stage
from quiz.rules.units import Facts, Measured, Row, Sums

ADD_UP = frozenset(
    {"people", "attempts", "scorers", "sum", "total", "time"}
)  # a person's part is a part of it

Units = Mapping[int, tuple[Sums, Facts]]


@dataclass(frozen=True)
class Share:
    """A unit's row on a board with one of its people and without them."""

    row: Row
    without: Row | None  # None: nobody would be left
    part: Fraction | None  # of the value, where the value adds up

    @property
    def moves_place(self) -> bool:
        """Whether the unit would stand elsewhere without them."""
        return self.without is not None and self.without.place != self.row.place


def share(stage: Stage, board: Board, of_units: Units, without: Units, unit: int) -> Share | None:
    """Return what a person adds to a unit; None where it has no row.

    `without`: the units as they would be without the person.
    """
    row = _row(stage, board, of_units, unit)
    if row is None:
        return None
    less = _row(stage, board, without, unit)
    return Share(row, less, _part(board, row.measured, less.measured if less is not None else None))


def _row(stage: Stage, board: Board, of_units: Units, unit: int) -> Row | None:
    listed, below = units.table(stage, board, of_units)
    return next((row for i, row in (*listed, *below) if i == unit), None)


def _part(board: Board, own: Measured | None, less: Measured | None) -> Fraction | None:
    """Return a person's part of the value: of a single number that adds up and is used as it is."""
    terms = units.terms_of(board)
    term = terms[0]
    is_plain = term.cap is None and term.round is None and term.weight == 1
    if term.metric not in ADD_UP or not is_plain or (board.value is not None and len(terms) > 1):
        return None
    figure = own.inputs[term].figure if own is not None else None
    rest = less.inputs[term].figure if less is not None else Fraction(0)
    return None if figure is None or rest is None else figure - rest


def sums_without(sums: Mapping[int, Sums], parts: Mapping[int, Sums]) -> dict[int, Sums]:
    """Return the sums of units without what a person adds to each; `parts`: by unit."""
    less = {
        unit: {name: number - part.get(name, 0) for name, number in sums[unit].items()}
        for unit, part in parts.items()
        if unit in sums
    }
    return {**sums, **less}


def picked_without(
    picked: Mapping[str, Mapping[int, Sequence[int]]], parts: Mapping[int, Sums], group: int | None
) -> dict[str, dict[int, Sequence[int]]]:
    """Return what was picked of the orders that units keep, without a person's own numbers.

    `picked` holds one more of each order than the board reads, so that it is right for those who are left.
    """
    found = {order: dict(of_units) for order, of_units in picked.items()}
    kinds = {order.partition("/")[0] for order in picked}
    for unit, part in parts.items():
        for order, number in kept.in_orders(kinds, part, group):
            numbers = list(found.get(order, {}).get(unit, ()))
            if number in numbers:
                numbers.remove(number)
                found[order][unit] = numbers
    return found
