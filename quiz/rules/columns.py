"""Everybody's lines over one span in columns of numbers: a fifth of the memory of one value a person."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from quiz.rules.parts import Stage
from quiz.rules.standings import Exactly, Line, whole_total


class Column:
    """Whole numbers, eight bytes each as long as all of them fit."""

    def __init__(self) -> None:
        self.numbers: array[int] | list[int] = array("q")

    def add(self, numbers: Sequence[int]) -> None:
        """Put more numbers below."""
        try:
            self.numbers.extend(numbers if isinstance(numbers, array) else array("q", numbers))
        except OverflowError:
            self.numbers = [*self.numbers, *numbers]


class Columns:
    """Lines before their totals are rounded, by person."""

    def __init__(self) -> None:
        self._people: list[str] = []
        self._columns = [Column() for _ in range(len(Exactly._fields) + 1)]  # points as a fraction are two
        self._waiting: list[tuple[str, Exactly]] = []  # to be put below, many at once

    def add(self, person: str, line: Exactly) -> None:
        """Put a person below."""
        self._waiting.append((person, line))

    def take_in(self, other: Columns) -> None:
        """Put other people below."""
        self._people += other.people
        for mine, theirs in zip(self._packed(), other._packed(), strict=True):
            mine.add(theirs.numbers)

    @property
    def people(self) -> list[str]:
        """Everybody's ids, in the order in which they came."""
        self._packed()
        return self._people

    def denominator(self) -> int:
        """Return the least number of parts of a point of which all totals are whole numbers."""
        return lcm(*set(self._packed()[1].numbers))

    def lines(self, stage: Stage) -> dict[str, Line]:
        """Return everybody's line, in order of their ids."""
        rows = zip(self.people, *(column.numbers for column in self._packed()), strict=True)
        return {
            person: Line(whole_total(stage, above if below == 1 else Fraction(above, below)), *rest)
            for person, above, below, *rest in sorted(rows)
        }

    def __getstate__(self) -> dict[str, object]:
        self._packed()
        return self.__dict__

    def _packed(self) -> list[Column]:
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            self._people += [person for person, _ in waiting]
            lines = [line for _, line in waiting]
            self._columns[0].add([line.points.numerator for line in lines])
            self._columns[1].add([line.points.denominator for line in lines])
            _, *others = zip(*lines, strict=True)
            for column, numbers in zip(self._columns[2:], others, strict=True):
                column.add(numbers)
        return self._columns
