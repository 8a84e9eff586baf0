"""The fold: from a person's attempts to a line, from a line to its order key, from order keys to places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from math import lcm
from operator import attrgetter
from typing import NamedTuple

from quiz.rules.numbers import Exact, whole_times
from quiz.rules.parts import NO_LIMIT, Limit, Person, Stage


class Played(NamedTuple):
    """An attempt that is closed and accepted, as the fold sees it."""

    id: int
    person: int
    started_ms: int
    finished_ms: int
    period: str
    day: str
    score: Exact
    correct: int
    of: int
    points: Exact
    time_ms: int
    full: bool


class Earned(NamedTuple):
    """Points for an event, after its caps (P11)."""

    at_ms: int
    period: str
    day: str
    points: Exact
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A person's standing in a stage or one of its periods, as plain whole numbers."""

    total: int  # in the stage's smallest points
    time_ms: int
    reached_ms: int
    first_started_ms: int
    attempts: int  # accepted ones, counted or not
    full: int  # how many of them were all right


class Exactly(NamedTuple):
    """A person's standing before its total is rounded to the smallest point."""

    points: Exact
    time_ms: int
    reached_ms: int
    first_started_ms: int
    attempts: int
    full: int

    def line(self, stage: Stage) -> Line:
        """Return it with the total as a whole number of the stage's smallest points."""
        return Line(whole_total(stage, self.points), *self[1:])


def whole_total(stage: Stage, points: Exact) -> int:
    """Return points as a whole number of the stage's smallest points."""
    return whole_times(points, stage.point, stage.rounding)


def line(
    stage: Stage,
    played: Iterable[Played],
    period: str | None = None,
    earned: Iterable[Earned] = (),
    adjusted: Exact = 0,
) -> Line | None:
    """Fold a person's attempts into their line over the stage, or over one period; None without any.

    The order in which the attempts are given does not matter. `adjusted`: what the ledger adds to the total.
    Source: P10, P12 and their definitions.
    """
    found = Folding(stage.person, in_order(played), list(earned)).over(period, adjusted)
    return None if found is None else found.line(stage)


def in_order(played: Iterable[Played]) -> list[Played]:
    """Return attempts in the order in which they count: by their start, then by their id."""
    return sorted(played, key=STARTED)


STARTED = attrgetter("started_ms", "id")


class Folding:
    """Folds one person's attempts, in order, and events: over the stage and over each period.

    It reckons in whole numbers of the part of a point that all of them share: adding fractions costs many
    times more.
    """

    def __init__(self, person: Person, mine: Sequence[Played], earned: Sequence[Earned] = ()) -> None:
        self._parts = lcm(*(p.points.denominator for p in mine), *(e.points.denominator for e in earned))
        self._person, self._mine, self._earned = person, mine, earned
        if self._parts != 1:
            self._person = _capped_in_parts(person, self._parts)
            self._mine = [p._replace(points=_times(p.points, self._parts)) for p in mine]
            self._earned = [e._replace(points=_times(e.points, self._parts)) for e in earned]
        self._by_period = _by_period(self._mine)
        self._sums = period_sums(self._person, self._mine)

    @property
    def periods(self) -> set[str]:
        """The periods of the attempts and events."""
        return {*self._by_period, *(each.period for each in self._earned)}

    def over(self, period: str | None = None, adjusted: Exact = 0) -> Exactly | None:
        """Return what they come to over the stage, or over one period; None without any."""
        mine = self._mine if period is None else self._by_period.get(period, [])
        events = [e for e in self._earned if period is None or e.period == period]
        if not mine and not events:
            return None
        sums = added_up(self._person, self._sums_of(period), events)
        points = sums.points if self._parts == 1 else Fraction(sums.points, self._parts)
        return Exactly(
            points=points + adjusted,
            time_ms=sums.time_ms,
            reached_ms=sums.reached_ms,
            first_started_ms=mine[0].started_ms if mine else min(e.at_ms for e in events),
            attempts=len(mine),
            full=sum([p.full for p in mine]),
        )

    def _sums_of(self, period: str | None) -> list[PeriodSum]:
        if period is None:
            return self._sums
        if self._days_are_whole:
            return [each for each in self._sums if each.period == period]
        return period_sums(self._person, self._by_period.get(period, []))

    @cached_property
    def _days_are_whole(self) -> bool:
        """Whether no day lies in two periods: its first attempts are then the first of its period too."""
        days = {(each.day, each.period) for each in self._mine}
        return len(days) == len({day for day, _ in days})


def _times(points: Exact, parts: int) -> int:
    """Return points in so many parts; they are whole numbers of them."""
    return points.numerator * (parts // points.denominator)


@lru_cache(maxsize=256)  # of few persons' rules and few denominators
def _capped_in_parts(person: Person, parts: int) -> Person:
    cap = person.cap
    spans = (cap.per_day, cap.per_period, cap.total)
    return replace(person, cap=Limit(*(None if most is None else most * parts for most in spans)))


class Sums(NamedTuple):
    """What a person's attempts and events come to, exactly."""

    points: Exact
    time_ms: int
    reached_ms: int


def added_up(person: Person, periods: Sequence[PeriodSum], events: Sequence[Earned] = ()) -> Sums:
    """Combine periods and events into what a person has; not both empty. Source: P10."""
    kept = _across(person, periods)
    total = at_most(put_together(person, kept), person.cap.total)
    if events:
        total += sum([e.points for e in events])
    return Sums(total, sum([each.time_ms for each in kept]), _reached(person, kept, events))


def sums_of_periods(person: Person, mine: Sequence[Played]) -> tuple[list[PeriodSum], list[PeriodSum]]:
    """Return what a person has in each period, and those of them that make up the total. Source: P10."""
    periods = period_sums(person, mine)
    return periods, _across(person, periods)


def period_sums(person: Person, mine: Sequence[Played]) -> list[PeriodSum]:
    """Return what attempts, in order of their start, come to in each period. Source: P10."""
    return [_in_period(person, group) for group in _by_period(counted(person, mine)).values()]


def put_together(person: Person, kept: Sequence[PeriodSum]) -> Exact:
    """Return what the periods that make up the total come to before the cap of all. Source: P10."""
    total: Exact = sum(period.points for period in kept)
    return Fraction(total, len(kept)) if person.across_periods == "mean" and kept else total


def counted(person: Person, mine: Sequence[Played]) -> list[Played]:
    """Return the attempts that count, of `mine` in order of their start. Source: P10 `counted`."""
    if person.counted is None:
        return list(mine)
    seen: dict[str, int] = defaultdict(int)
    found = []
    for attempt in mine:
        span = attempt.day if person.counted.of == "day" else attempt.period
        seen[span] += 1
        if seen[span] <= person.counted.first:
            found.append(attempt)
    return found


class PeriodSum(NamedTuple):
    """What a person has in one period, and which attempts make it up."""

    period: str
    points: Exact  # after the caps of days and of the period
    chosen: list[Played]
    added_up: Exact  # the points of the chosen attempts together, or their mean
    time_ms: int
    ends_ms: int  # finish of the last chosen attempt
    last_started: tuple[int, int]  # start and id of the last attempt that counts


def _best(attempts: Sequence[Played]) -> list[Played]:
    """Return the best: higher points, then less time, then earlier finish."""
    return [min(attempts, key=lambda a: (-a.points, a.time_ms, a.finished_ms, a.started_ms, a.id))]


WITHIN: Mapping[str, Callable[[Sequence[Played]], list[Played]]] = {
    "best": _best,
    "last": lambda attempts: [attempts[-1]],
    "first": lambda attempts: [attempts[0]],
    "sum": list,
    "mean": list,
}


def _by_period(attempts: Iterable[Played]) -> dict[str, list[Played]]:
    found: dict[str, list[Played]] = {}
    for attempt in attempts:
        found.setdefault(attempt.period, []).append(attempt)
    return found


def _in_period(person: Person, attempts: Sequence[Played]) -> PeriodSum:
    chosen = WITHIN[person.within_period](attempts)
    added_up: Exact = sum([a.points for a in chosen])
    points = added_up
    if person.within_period == "mean":
        points = added_up = Fraction(added_up, len(chosen))
    elif person.cap.per_day is not None:
        points = sum(of_day for _day, _, of_day in days_of(person, chosen))
    last = attempts[-1]
    return PeriodSum(
        last.period,
        at_most(points, person.cap.per_period),
        chosen,
        added_up,
        sum([a.time_ms for a in chosen]),
        max([a.finished_ms for a in chosen]),
        (last.started_ms, last.id),
    )


def _across(person: Person, periods: Sequence[PeriodSum]) -> list[PeriodSum]:
    """Return the periods that make up the total."""
    if len(periods) < 2:
        return list(periods)
    best_first = sorted(periods, key=lambda p: (-p.points, p.time_ms, p.ends_ms))
    match person.across_periods:
        case "best":
            return best_first[:1]
        case "latest":
            return sorted(periods, key=lambda p: p.last_started)[-1:]
        case "sum_of_best":
            return best_first[: person.best_periods]
    return list(periods)


class _Capped:
    """Adds up points, at most so many of a day, of a period, and in all."""

    def __init__(self, cap: Limit) -> None:
        self.cap = cap
        self._days: dict[tuple[str, str], Exact] = {}
        self._periods: dict[str, Exact] = {}
        self._sum: Exact = 0

    def add(self, attempt: Played) -> None:
        """Add an attempt's points."""
        day = (attempt.period, attempt.day)
        had = self._days.get(day, 0)
        self._days[day] = had + attempt.points
        more = at_most(had + attempt.points, self.cap.per_day) - at_most(had, self.cap.per_day)
        before = self._periods.get(attempt.period, 0)
        self._periods[attempt.period] = before + more
        self._sum += at_most(before + more, self.cap.per_period) - at_most(before, self.cap.per_period)

    @property
    def in_all(self) -> Exact:
        """What is left of it after every cap."""
        return at_most(self._sum, self.cap.total)


def days_of(person: Person, chosen: Iterable[Played]) -> list[tuple[str, Exact, Exact]]:
    """Return the points of each day of attempts that make up one period, before and after the day's cap."""
    days: dict[str, Exact] = {}
    for attempt in chosen:
        days[attempt.day] = days.get(attempt.day, 0) + attempt.points
    return [(day, points, at_most(points, person.cap.per_day)) for day, points in days.items()]


def at_most(points: Exact, most: int | None) -> Exact:
    """Return points under a cap."""
    return points if most is None else min(points, most)


def _reached(person: Person, kept: Sequence[PeriodSum], events: Sequence[Earned]) -> int:
    """Return when the total was reached: at the last attempt or event that gave points.

    Where nothing gave points: at the first finish.
    """
    chosen = [attempt for period in kept for attempt in period.chosen]
    all_gave = _all_gave(person, kept, chosen)
    gave = [a.finished_ms for a in (chosen if all_gave else _under_caps(person, chosen)) if a.points]
    gave += [e.at_ms for e in events if e.points]
    return max(gave) if gave else min([a.finished_ms for a in chosen] + [e.at_ms for e in events])


def _all_gave(person: Person, kept: Sequence[PeriodSum], chosen: Sequence[Played]) -> bool:
    """Return whether no cap took the points of an attempt that has any."""
    if _cap_of_attempts(person) == NO_LIMIT:
        return True
    points = [period.points for period in kept]
    under_caps = points == [period.added_up for period in kept]
    return (
        under_caps
        and sum(points) == at_most(sum(points), _cap_of_attempts(person).total)
        and min([a.points for a in chosen], default=0) >= 0
    )


def _cap_of_attempts(person: Person) -> Limit:
    """Return the caps that can take an attempt's points; the cap of a mean takes nothing of one attempt."""
    if person.within_period == "mean":
        return NO_LIMIT
    return replace(person.cap, total=None) if person.across_periods == "mean" else person.cap


def _under_caps(person: Person, chosen: Sequence[Played]) -> list[Played]:
    """Return the attempts that raised, or lowered, what was left of the total under the caps."""
    found: list[Played] = []
    cap = _cap_of_attempts(person)
    so_far, had = _Capped(cap), at_most(0, cap.total)
    for attempt in sorted(chosen, key=lambda a: (a.finished_ms, a.id)):
        so_far.add(attempt)
        if so_far.in_all != had:
            found.append(attempt)
        had = so_far.in_all
    return found


def reached_together(lines: Iterable[Line]) -> int:
    """Return when the totals of several lines were reached together: with the last of those that have points.

    Where none has: at the first.
    """
    found = list(lines)
    with_points = [line.reached_ms for line in found if line.total]
    return max(with_points) if with_points else min(line.reached_ms for line in found)


class OrderKey(NamedTuple):
    """One key of an order (P12), with its one natural direction."""

    of: Callable[[Line], int]
    descending: bool
    digits: int  # of its hexadecimal text: wide enough for every value, and even (live packs bytes)


ORDER_KEYS: Mapping[str, OrderKey] = {
    "total": OrderKey(lambda line: line.total, descending=True, digits=14),
    "time": OrderKey(lambda line: line.time_ms, descending=False, digits=12),
    "reached": OrderKey(lambda line: line.reached_ms, descending=False, digits=12),
    "first_started": OrderKey(lambda line: line.first_started_ms, descending=False, digits=12),
    "attempts": OrderKey(lambda line: line.attempts, descending=False, digits=8),
}


def order(stage: Stage, line: Line) -> tuple[int, ...]:
    """Return the numbers by which a line is ordered; the smaller tuple stands higher."""
    keys = [ORDER_KEYS[name] for name in stage.order]
    return tuple([-key.of(line) if key.descending else key.of(line) for key in keys])


def order_key(stage: Stage, line: Line) -> str:
    """Return the same order as text of a fixed width: the smaller text, byte by byte, stands higher."""
    return "".join(
        _fixed_width(number, ORDER_KEYS[name].digits)
        for name, number in zip(stage.order, order(stage, line), strict=True)
    )


def _fixed_width(number: int, digits: int) -> str:
    middle = 16**digits // 2  # below it the negative numbers
    if not -middle <= number < middle:
        raise ValueError(f"{number} does not fit {digits} hexadecimal digits")
    return f"{number + middle:0{digits}x}"


@dataclass
class Places:
    """Gives places to rows that come in order: standard 1 2 2 4, dense 1 2 2 3, ordinal 1 2 3 4."""

    style: str
    _rows: int = field(default=0, init=False)
    _place: int = field(default=0, init=False)
    _last: object = field(default=None, init=False)

    def next(self, key: object) -> int:
        """Return the place of the next row; equal keys share one unless the style is ordinal."""
        self._rows += 1
        if self.style == "ordinal" or self._rows == 1 or key != self._last:
            self._place = self._place + 1 if self.style == "dense" else self._rows
        self._last = key
        return self._place
