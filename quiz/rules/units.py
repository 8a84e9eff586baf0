"""Unit boards (P13): what each person adds to their unit, and the formulas that make values of the sums."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil
from typing import Any, NamedTuple, Protocol, TypeVar

from quiz.rules.numbers import digits_of_point, fixed, rounded, shortest
from quiz.rules.parts import Board, Stage, Term
from quiz.rules.standings import Line, Places, reached_together

Sums = Mapping[str, int]  # what people add to a unit, added up: `contribution` by its names
PASSED = "passed:"  # + a threshold: how many people have at least that total


def contribution(stage: Stage, line: Line) -> dict[str, int]:
    """Return what one person's line adds to the sums of their units: whole numbers that are simply added.

    `zero_…` counts those whose total is 0, so that a board can leave them out; `total` is in smallest points.
    """
    return counting(stage)(line)


def counting(stage: Stage) -> Callable[[Line], dict[str, int]]:
    """Return what makes the contribution of each of many lines."""
    thresholds = {f"{PASSED}{least}": ceil(least / stage.point) for least in _thresholds(stage)}

    def contribution(line: Line) -> dict[str, int]:
        scored, full = line.total != 0, int(line.full > 0)
        found = {
            "people": 1,
            "attempts": line.attempts,
            "total": line.total,
            "full": full,
            "zero_people": int(not scored),
            "zero_attempts": 0 if scored else line.attempts,
            "zero_full": 0 if scored else full,
        }
        for name, least in thresholds.items():
            found[name] = int(line.total >= least)
        return found

    return contribution


def passed_key(board: Board, term: Term) -> str:
    """Return under which name the sums count who passed by a term's threshold, or the board's."""
    return f"{PASSED}{passing(board, term)}"


def passing(board: Board, term: Term) -> Fraction | None:
    """Return from which total somebody has passed: the term's threshold, or the board's."""
    return term.pass_at if term.pass_at is not None else board.pass_at


def added(contributions: Iterable[Sums]) -> dict[str, int]:
    """Add up contributions."""
    found: dict[str, int] = {}
    for each in contributions:
        for name, number in each.items():
            found[name] = found.get(name, 0) + number
    return found


@dataclass(frozen=True)
class Facts:
    """What has to be known of a unit beside its sums."""

    enrolled: int | None = None  # dated denominator
    children: int | None = None  # units one level below
    children_joined: int = 0  # of them, with somebody who counts
    totals: Sequence[int] = ()  # of its people, only for metrics in `NEED_PEOPLE`
    group_bests: Sequence[int] = ()  # the best total of each group, for group_best_sum
    together: Together | None = None  # only for boards ordered by time, reached, first_started


@dataclass(frozen=True)
class Together:
    """The lines of a unit's people taken together, as one person's stages are."""

    time_ms: int  # all times added up
    reached_ms: int  # when the last of those who have points reached their total
    first_started_ms: int  # when the first of them started

    @classmethod
    def of(cls, board: Board, lines: Sequence[Line]) -> Together | None:
        """Return it for the people who count on a board; None where nobody does."""
        found = [line for line in lines if board.zero_scorers == "in" or line.total]
        if not found:
            return None
        return cls(
            sum(line.time_ms for line in found),
            reached_together(found),
            min(line.first_started_ms for line in found),
        )


@dataclass(frozen=True)
class Row:
    """One unit on a board."""

    place: int | None  # None: below the board
    value: int | str
    people: int
    attempts: int
    enrolled: int | None
    metrics: Mapping[str, int | str] = field(default_factory=dict)  # the inputs of the formula, by name
    because: str | None = None  # why it is below the board: least_people, not_enrolled
    measured: Measured | None = None  # what its value was made of


class _Sortable(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...  # Any: ids of one kind, compared among themselves


Id = TypeVar("Id", bound=_Sortable)


def table(
    stage: Stage, board: Board, of_units: Mapping[Id, tuple[Sums, Facts]]
) -> tuple[list[tuple[Id, Row]], list[tuple[Id, Row]]]:
    """Return the units on a board in order with their places, and those below it with the reason.

    Units without people (their sum of `people` is 0) are on neither. Equal units share a place, listed by id.
    """
    found = {unit: measured(stage, board, sums, facts) for unit, (sums, facts) in of_units.items()}
    return placed(stage, board, {unit: each for unit, each in found.items() if each.people})


def placed(
    stage: Stage, board: Board, of_units: Mapping[Id, Measured]
) -> tuple[list[tuple[Id, Row]], list[tuple[Id, Row]]]:
    """Apply a board's formula to measured units; see `table`."""
    on: list[tuple[Id, Measured, str | None]] = []
    below: list[tuple[Id, Measured, str | None]] = []
    for unit in sorted(of_units):
        measured = of_units[unit]
        because = _kept_off(board, measured)
        (below if because else on).append((unit, measured, because))
    on.sort(key=lambda each: tuple(-number for number in _ordered_by(stage, board, each[1])))
    places = Places(stage.places)
    rows = [
        (unit, _row(stage, board, measured, places.next(_ordered_by(stage, board, measured)), None))
        for unit, measured, _ in on
    ]
    return rows, [(unit, _row(stage, board, measured, None, because)) for unit, measured, because in below]


@dataclass(frozen=True)
class Input:
    """One input of a unit's value on its way: part ÷ whole → figure → cap → rounding → × weight."""

    term: Term
    figure: Fraction | None  # None: not known
    capped: Fraction | None
    rounded: Fraction | None
    product: Fraction | None
    part: Fraction | None = None  # of a quotient: what is divided, and by what
    whole: Fraction | None = None
    addends: tuple[Fraction, ...] = ()  # of a sum of the best: each of them
    pass_at: Fraction | None = None  # from which total somebody has passed


@dataclass(frozen=True)
class Measured:
    """The exact inputs of a board's formula for one unit."""

    people: int
    attempts: int
    enrolled: int | None
    inputs: Mapping[Term, Input]

    @property
    def is_known(self) -> bool:
        """Whether every input is known."""
        return all(each.figure is not None for each in self.inputs.values())


@dataclass(frozen=True)
class _Unit:
    stage: Stage
    board: Board
    sums: Sums
    facts: Facts

    def _without_zero(self, name: str) -> int:
        out = self.sums.get(f"zero_{name}", 0) if self.board.zero_scorers == "out" else 0
        return self.sums.get(name, 0) - out

    @property
    def people(self) -> int:
        return self._without_zero("people")

    @property
    def attempts(self) -> int:
        return self._without_zero("attempts")

    @property
    def total(self) -> Fraction:
        return self.sums.get("total", 0) * self.stage.point

    def passed(self, term: Term) -> int:
        return self.sums.get(passed_key(self.board, term), 0)

    def best(self, count: int) -> tuple[Fraction, ...]:
        return self.points(sorted(self.facts.totals, reverse=True)[:count])

    def points(self, totals: Iterable[int]) -> tuple[Fraction, ...]:
        return tuple(total * self.stage.point for total in totals)


Number = Fraction | int | None
Counted = Callable[[_Unit, Term], Number]


class Metric(NamedTuple):
    """What a metric is: a number; a quotient of two, perhaps in percent; or the sum of several."""

    part: Counted = lambda u, _: None
    whole: Counted | None = None  # what it is divided by
    times: int = 1
    addends: Callable[[_Unit, Term], tuple[Fraction, ...]] | None = None

    def figure(self, unit: _Unit, term: Term) -> Figure:
        """Return it for a unit with the numbers it is made of."""
        if self.addends is not None:
            addends = self.addends(unit, term)
            return Figure(sum(addends, Fraction(0)), addends=addends)
        part = _fraction(self.part(unit, term))
        if self.whole is None:
            return Figure(part)
        whole = _fraction(self.whole(unit, term))
        number = self.times * part / whole if part is not None and whole else None
        return Figure(number, part, whole)


class Figure(NamedTuple):
    """A metric of a unit with the numbers it is made of; None: not known."""

    number: Fraction | None
    part: Fraction | None = None
    whole: Fraction | None = None
    addends: tuple[Fraction, ...] = ()


def _fraction(number: Number) -> Fraction | None:
    return None if number is None else Fraction(number)


def _people(unit: _Unit, _term: Term) -> Number:
    return unit.people


def _total(unit: _Unit, _term: Term) -> Number:
    return unit.total


def _enrolled(unit: _Unit, _term: Term) -> Number:
    return unit.facts.enrolled


METRICS: Mapping[str, Metric] = {
    "people": Metric(_people),
    "attempts": Metric(lambda u, _: u.attempts),
    "scorers": Metric(lambda u, _: u.sums.get("people", 0) - u.sums.get("zero_people", 0)),
    "enrolled": Metric(_enrolled),
    "sum": Metric(_total),
    "mean": Metric(_total, _people),
    "mean_per_enrolled": Metric(_total, _enrolled),
    "participation_rate": Metric(_people, _enrolled, 100),
    "child_units_rate": Metric(lambda u, _: u.facts.children_joined, lambda u, _: u.facts.children, 100),
    "pass_rate": Metric(lambda u, term: u.passed(term), _people, 100),
    "full_mark_rate": Metric(lambda u, _: u._without_zero("full"), _people, 100),
    "best": Metric(addends=lambda u, _: u.best(1)),
    "top_sum": Metric(addends=lambda u, term: u.best(term.top or u.board.top or 1)),
    "group_best_sum": Metric(addends=lambda u, _: u.points(u.facts.group_bests)),
    "total": Metric(_total),
    "time": Metric(lambda u, _: u.facts.together.time_ms if u.facts.together else None),
    "reached": Metric(lambda u, _: u.facts.together.reached_ms if u.facts.together else None),
    "first_started": Metric(lambda u, _: u.facts.together.first_started_ms if u.facts.together else None),
}
SMALLER_FIRST: Mapping[str, str] = {  # stand by the smaller number; under which name a row shows them
    "time": "time_ms",
    "reached": "reached_ms",
    "first_started": "first_started_ms",
}
NEED_PEOPLE = frozenset({"best", "top_sum", "group_best_sum"})  # cannot be added up from sums
NEED_TOP = frozenset({"top_sum"})
NEED_ENROLMENT = frozenset({"enrolled", "participation_rate", "mean_per_enrolled"})
COUNTS = frozenset({"people", "attempts", "scorers", "enrolled", *SMALLER_FIRST})  # always whole
IN_POINTS = frozenset(
    {"sum", "total", "best", "top_sum", "group_best_sum"}
)  # multiples of the smallest point


def terms_of(board: Board) -> tuple[Term, ...]:
    """Return the inputs of a unit board: its formula's terms, or the metrics of its order."""
    own = board.value.terms if board.value is not None else ()
    return own or tuple(Term(metric, Fraction(1)) for metric in board.order)


def named(terms: Sequence[Term]) -> Iterator[tuple[str, Term]]:
    """Yield under which name a row shows each input: the metric, and where it is there twice, its threshold.

    Source: R17, whose schools have two rates of passing.
    """
    seen: set[str] = set()
    for term in terms:
        name = SMALLER_FIRST.get(term.metric, term.metric)
        apart = term.pass_at if term.pass_at is not None else term.top
        yield (f"{name}:{apart}" if name in seen else name), term
        seen.add(name)


def measured(stage: Stage, board: Board, sums: Sums, facts: Facts) -> Measured:
    """Return the inputs of a board's formula for one unit; without people it has none."""
    unit = _Unit(stage, board, sums, facts)
    inputs: dict[Term, Input] = {}
    if unit.people:
        for term in terms_of(board):
            step = prepared(stage, term, METRICS[term.metric].figure(unit, term))
            inputs[term] = replace(step, pass_at=passing(board, term))
    return Measured(unit.people, unit.attempts, facts.enrolled, inputs)


def prepared(stage: Stage, term: Term, figure: Figure) -> Input:
    """Return a term's input: capped, then rounded, then weighted. Source: P13, switches 7 and 8."""
    number = figure.number
    if number is None:
        return Input(term, None, None, None, None, figure.part, figure.whole)
    capped = number if term.cap is None else min(number, term.cap)
    round_to = capped if term.round is None else rounded(capped, term.round, stage.rounding)
    return Input(term, number, capped, round_to, round_to * term.weight, *figure[1:])


def exact_value(board: Board, measured: Measured) -> Fraction:
    """Return what the products of a formula come to before the sum is rounded."""
    return sum((measured.inputs[term].product or Fraction(0) for term in terms_of(board)), Fraction(0))


def _kept_off(board: Board, measured: Measured) -> str | None:
    if measured.people < board.least_people:
        return "least_people"
    return None if measured.is_known else "not_enrolled"


def _ordered_by(stage: Stage, board: Board, measured: Measured) -> tuple[Fraction, ...]:
    """Return the numbers a unit is ordered by, the higher first."""
    if board.value is None:
        numbers = [measured.inputs[term].rounded or Fraction(0) for term in terms_of(board)]
        return tuple(-n if name in SMALLER_FIRST else n for n, name in zip(numbers, board.order, strict=True))
    value = exact_value(board, measured)
    return (value if board.value.round is None else rounded(value, board.value.round, stage.rounding),)


def _row(stage: Stage, board: Board, measured: Measured, place: int | None, because: str | None) -> Row:
    terms = terms_of(board)
    shown = {
        name: _shown(stage, term, number)
        for name, term in named(terms)
        if (number := measured.inputs[term].rounded) is not None
    }
    if not measured.is_known:
        value: int | str = ""
    elif board.value is None:
        value = shown[SMALLER_FIRST.get(terms[0].metric, terms[0].metric)]
    else:
        (number,) = _ordered_by(stage, board, measured)
        value = shortest(number) if board.value.round is None else fixed(number, board.value.round)
    return Row(place, value, measured.people, measured.attempts, measured.enrolled, shown, because, measured)


def _shown(stage: Stage, term: Term, number: Fraction) -> int | str:
    if term.round is not None:
        return fixed(number, term.round)
    if term.metric in IN_POINTS:
        return points_shown(stage, number)
    return int(number) if term.metric in COUNTS else shortest(number)


def total_shown(stage: Stage, total: int) -> int | str:
    """Return a total in smallest points as it is printed."""
    parts = stage.point.denominator
    if parts == 1 and stage.point.numerator == 1:
        return total
    if not stage.point_stated:
        return points_shown(stage, total * stage.point)
    points, rest = divmod(abs(total), parts)  # a stated point is 0.1 or 0.01
    return f"{'-' if total < 0 else ''}{points}.{rest:0{len(str(parts)) - 1}}"


def points_shown(stage: Stage, number: Fraction) -> int | str:
    """Return points as they are printed: whole numbers, or text with the digits of the smallest point."""
    if stage.point_stated and stage.point != 1:
        return fixed(number, digits_of_point(stage.point))
    return int(number) if number.denominator == 1 else shortest(number)


def _thresholds(stage: Stage) -> list[Fraction]:
    found = {
        passing(board, term)
        for board in stage.boards
        if board.of != "people"
        for term in terms_of(board)
        if term.metric == "pass_rate"
    }
    return sorted(threshold for threshold in found if threshold is not None)
