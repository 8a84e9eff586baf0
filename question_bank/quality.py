"""How a question proved itself: facility, discrimination, what was chosen by whom, drift over time.

The figures are Moodle's (question/engine/statistics.php): denominators are n-1, a discrimination index is
100 x the correlation of a question's mark with the rest of the attempt, the discriminative efficiency 100 x
their covariance by the largest that the same marks and rests could have. None where nothing varies.
Answers are kept as counts, so that memory grows with the different values and not with the answers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from math import sqrt
from typing import NamedTuple

Number = int | float | Fraction
Weighed = Sequence[tuple[float, int]]  # a value and how often it is there
Paired = Sequence[tuple[float, float, int]]  # two values and how often they are there together
Thirds = tuple[int, int, int]
TICK_MS = 100  # times are told apart by so much
MINUTE_MS = 60_000  # moments likewise


class Response(NamedTuple):
    """What one person did with one question."""

    chosen: tuple[str, ...]  # options; none: left out
    mark: Number  # share of the most that could be had
    rest: Number | None  # what the attempt came to without it; None: nothing to hold it against
    taken_ms: int | None = None
    at_ms: int = 0


@dataclass(frozen=True)
class Facts:
    """How the marks of a question lie, as shares of the most, and how they go with the rest."""

    count: int
    facility: float | None
    sd: float | None
    index: float | None  # discrimination index, -100 to 100
    efficiency: float | None  # discriminative efficiency, at most 100


@dataclass(frozen=True)
class Drift:
    """How marks change over time among people of the same rest."""

    rise: float  # from the first to the last answer, as share of the most, along a straight line
    score: float  # in standard deviations of what chance does


@dataclass(frozen=True)
class OptionFigures:
    """Who chose an option."""

    option: str
    count: int
    thirds: Thirds  # of them in the lower, middle and upper third of the rest
    correlation: float | None  # of choosing it with the rest


@dataclass(frozen=True)
class Figures:
    """What the answers to one question say of it."""

    facts: Facts
    omitted: int
    median_ms: int | None
    thirds: Thirds  # how many answers lie in each third of the rest
    options: tuple[OptionFigures, ...]
    drift: Drift | None


@dataclass(frozen=True)
class TestFacts:
    """How the totals of a test lie, and how far its items agree."""

    attempts: int
    mean: float | None
    sd: float | None
    alpha: float | None  # Cronbach's; None for fewer than two items or where nothing varies
    error: float | None  # standard error of a total: sd x the root of (1 - alpha)


def facts(attempts: Sequence[Mapping[str, Number]], most: Mapping[str, Number]) -> dict[str, Facts]:
    """Return the figures of each question of `most` from the marks of attempts, by question.

    `most`: question → the most its mark can be. The rest of an attempt is its total without that mark.
    """
    totals = [sum(marks.values()) for marks in attempts]
    found = {}
    for question, highest in most.items():
        asked = [(marks[question], n) for n, marks in enumerate(attempts) if question in marks and highest]
        pairs = [(float(mark) / float(highest), float(totals[n] - mark), 1) for mark, n in asked]
        found[question] = _facts(pairs)
    return found


def of_test(totals: Weighed, items: Iterable[Weighed]) -> TestFacts:
    """Return how a test did from its totals and from the marks of each of its items."""
    count, mean, square = _moments(totals)
    squares = [_moments(each)[2] for each in items]
    if count < 2 or not square or len(squares) < 2:
        return TestFacts(count, mean, sqrt(square / (count - 1)) if count > 1 else None, None, None)
    sd, many = sqrt(square / (count - 1)), len(squares)
    alpha = many / (many - 1) * (1 - sum(squares) / square)
    return TestFacts(count, mean, sd, alpha, sd * sqrt(1 - alpha))


class Answers:
    """The answers to one question, as counts."""

    def __init__(self) -> None:
        # what was chosen, mark, rest → answers, their minutes, the squares of those, first and last minute
        self._cells: dict[tuple[tuple[str, ...], Number, Number | None], list[int]] = {}
        self.times: Counter[int] = Counter()  # in ticks

    def add(self, response: Response) -> None:
        """Count one answer."""
        chosen, mark, rest, taken_ms, at_ms = response
        minute, square = at_ms // MINUTE_MS, (at_ms // MINUTE_MS) ** 2
        cell = self._cells.get((chosen, mark, rest))
        if cell is None:
            self._cells[(chosen, mark, rest)] = [1, minute, square, minute, minute]
        else:
            cell[0] += 1
            cell[1] += minute
            cell[2] += square
            cell[3] = min(cell[3], minute)
            cell[4] = max(cell[4], minute)
        if taken_ms is not None:
            self.times[taken_ms // TICK_MS] += 1

    def figures(self, options: Sequence[str]) -> Figures:
        """Return the figures; `options`: ids in the order in which they are told."""
        cells = [(chosen, mark, rest, cell[0]) for (chosen, mark, rest), cell in self._cells.items()]
        third_of = _thirds_of([(float(rest), n) for _c, _m, rest, n in cells if rest is not None])
        placed = [(chosen, float(rest), n) for chosen, _m, rest, n in cells if rest is not None]
        alone = [(float(mark), n) for _c, mark, rest, n in cells if rest is None]
        return Figures(
            facts=_facts(
                [(float(mark), float(rest), n) for _c, mark, rest, n in cells if rest is not None], alone
            ),
            omitted=sum(n for chosen, _m, _r, n in cells if not chosen),
            median_ms=median_ms(self.times),
            thirds=_by_third(third_of, [(rest, n) for _c, rest, n in placed]),
            options=tuple(
                OptionFigures(
                    option,
                    sum(n for chosen, _m, _r, n in cells if option in chosen),
                    _by_third(third_of, [(rest, n) for chosen, rest, n in placed if option in chosen]),
                    _correlation([(float(option in chosen), rest, n) for chosen, rest, n in placed]),
                )
                for option in options
            ),
            drift=self._drift(),
        )

    def _drift(self) -> Drift | None:
        """Add up, over people of the same rest, how marks go with time, and what chance would make of it.

        Source: N. Mantel, Journal of the American Statistical Association 58 (1963), the test of a trend.
        """
        strata: dict[Number | None, list[Number]] = defaultdict(lambda: [0, 0, 0, 0, 0, 0])
        for (_chosen, mark, rest), (n, minutes, squared, _first, _last) in self._cells.items():
            more = (n, n * mark, n * mark * mark, minutes, squared, minutes * mark)
            strata[rest] = [sum(each) for each in zip(strata[rest], more, strict=True)]
        together = spread = chance = 0.0
        for count, marks, mark_squares, times, time_squares, products in strata.values():
            if count > 1:  # whole numbers until they are small: minutes since 1970 are large
                of_time = float(count * time_squares - times * times) / float(count)
                of_mark = float(count * mark_squares - marks * marks) / float(count)
                together += float(count * products - marks * times) / float(count)
                spread += of_time
                chance += of_mark * of_time / float(count - 1)
        if not chance > 0:
            return None
        first, last = (pick(cell[i] for cell in self._cells.values()) for pick, i in ((min, 3), (max, 4)))
        return Drift(together / spread * (last - first), together / sqrt(chance))


def median_ms(times: Mapping[int, int]) -> int | None:
    """Return the median of times that are counted by tick; None without any."""
    left = (sum(times.values()) + 1) // 2
    for tick in sorted(times):
        left -= times[tick]
        if left <= 0:
            return tick * TICK_MS
    return None


def _facts(pairs: Paired, alone: Weighed = ()) -> Facts:
    """Return the figures of marks with their rests; those `alone` have nothing to be held against."""
    count, mean, square = _moments([*((mark, n) for mark, _rest, n in pairs), *alone])
    marks, rests = [(mark, n) for mark, _r, n in pairs], [(rest, n) for _m, rest, n in pairs]
    index, best = _correlation(pairs), _covaried(list(_sorted_together(marks, rests)))
    efficiency = 100 * _covaried(pairs) / best if index is not None and best else None
    return Facts(
        count,
        mean,
        sqrt(square / (count - 1)) if count > 1 else None,
        None if index is None else 100 * index,
        efficiency,
    )


def _moments(values: Weighed) -> tuple[int, float | None, float]:
    """Return how many there are, their mean, and the sum of the squares around it."""
    count = sum(n for _value, n in values)
    if not count:
        return 0, None, 0.0
    if len({value for value, n in values if n}) == 1:  # exactly none: a mean of equal floats may be off
        return count, values[0][0], 0.0
    mean = sum(value * n for value, n in values) / count
    return count, mean, sum((value - mean) ** 2 * n for value, n in values)


def _covaried(pairs: Paired) -> float:
    """Return the sum of the products around the means."""
    count = sum(n for _x, _y, n in pairs)
    if not count:
        return 0.0
    of_x, of_y = sum(x * n for x, _y, n in pairs) / count, sum(y * n for _x, y, n in pairs) / count
    return sum((x - of_x) * (y - of_y) * n for x, y, n in pairs)


def _correlation(pairs: Paired) -> float | None:
    _count, _mean, of_x = _moments([(x, n) for x, _y, n in pairs])
    _count, _mean, of_y = _moments([(y, n) for _x, y, n in pairs])
    return _covaried(pairs) / sqrt(of_x * of_y) if of_x and of_y else None


def _sorted_together(left: Weighed, right: Weighed) -> Iterator[tuple[float, float, int]]:
    """Yield the pairs that two columns make when each is sorted upwards."""
    others = chain(sorted(right))
    other, room = 0.0, 0
    for value, wanted in sorted(left):
        count = wanted
        while count:
            if not room:
                other, room = next(others)
            taken = min(count, room)
            yield value, other, taken
            count, room = count - taken, room - taken


def _thirds_of(rests: Weighed) -> dict[float, int]:
    """Return in which third each rest lies: where the middle of its people lies; equals stay together."""
    counts: Counter[float] = Counter()
    for rest, n in rests:
        counts[rest] += n
    found, before, count = {}, 0, sum(counts.values())
    for rest in sorted(counts):
        found[rest] = min(3 * (2 * before + counts[rest]) // (2 * count), 2)
        before += counts[rest]
    return found


def _by_third(third_of: Mapping[float, int], rests: Weighed) -> Thirds:
    found = [0, 0, 0]
    for rest, n in rests:
        found[third_of[rest]] += n
    return found[0], found[1], found[2]
