"""Unit boards (P13): what each person adds to their unit, and the formulas that make values of the sums."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import Any, Protocol, TypeVar

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
    passing = {f"{PASSED}{least}": ceil(least / stage.point) for least in _thresholds(stage)}

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
        for name, least in passing.items():
            found[name] = int(line.total >= least)
        return found

    return contribution


def passed_key(board: Board, term: Term) -> str:
    """Return under which name the sums count who passed by a term's threshold, or the board's."""
    return f"{PASSED}{term.pass_at if term.pass_at is not None else board.pass_at}"


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


class _Sortable(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...  # Any: ids of one kind, compared among themselves


Id = TypeVar("Id", bound=_Sortable)


def table(
    stage: Stage, board: Board, of_units: Mapping[Id, tuple[Sums, Facts]]
) -> tuple[list[tuple[Id, Row]], list[tuple[Id, Row]]]:
    """Return the units on a board in order with their places, and those below it with the reason.

    Units without people (their sum of `people` is 0) are on neither. Equal units share a place, listed by id.
    """
    found = {unit: _measured(stage, board, sums, facts) for unit, (sums, facts) in of_units.items()}
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
class Measured:
    """The exact inputs of a board's formula for one unit; None: not known."""

    people: int
    attempts: int
    enrolled: int | None
    inputs: Mapping[Term, Fraction | None]


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

    def per_cent(self, part: int, whole: int | None) -> Fraction | None:
        return Fraction(100 * part, whole) if whole else None

    def passed(self, term: Term) -> int:
        return self.sums.get(passed_key(self.board, term), 0)

    def highest(self, count: int) -> Fraction:
        return sum(sorted(self.facts.totals, reverse=True)[:count]) * self.stage.point


Metric = Callable[[_Unit, Term], "Fraction | int | None"]

METRICS: Mapping[str, Metric] = {
    "people": lambda u, _: u.people,
    "attempts": lambda u, _: u.attempts,
    "scorers": lambda u, _: u.sums.get("people", 0) - u.sums.get("zero_people", 0),
    "enrolled": lambda u, _: u.facts.enrolled,
    "sum": lambda u, _: u.total,
    "mean": lambda u, _: u.total / u.people,
    "mean_per_enrolled": lambda u, _: u.total / u.facts.enrolled if u.facts.enrolled else None,
    "participation_rate": lambda u, _: u.per_cent(u.people, u.facts.enrolled),
    "child_units_rate": lambda u, _: u.per_cent(u.facts.children_joined, u.facts.children),
    "pass_rate": lambda u, term: u.per_cent(u.passed(term), u.people),
    "full_mark_rate": lambda u, _: u.per_cent(u._without_zero("full"), u.people),
    "best": lambda u, _: u.highest(1),
    "top_sum": lambda u, term: u.highest(term.top or u.board.top or 1),
    "group_best_sum": lambda u, _: sum(u.facts.group_bests) * u.stage.point,
    "total": lambda u, _: u.total,
    "time": lambda u, _: u.facts.together.time_ms if u.facts.together else None,
    "reached": lambda u, _: u.facts.together.reached_ms if u.facts.together else None,
    "first_started": lambda u, _: u.facts.together.first_started_ms if u.facts.together else None,
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


def _measured(stage: Stage, board: Board, sums: Sums, facts: Facts) -> Measured:
    unit = _Unit(stage, board, sums, facts)
    inputs: dict[Term, Fraction | None] = {}
    if unit.people:
        for term, number in figures(stage, board, sums, facts):
            inputs[term] = None if number is None else prepared(stage, term, number)
    return Measured(unit.people, unit.attempts, facts.enrolled, inputs)


def figures(stage: Stage, board: Board, sums: Sums, facts: Facts) -> Iterator[tuple[Term, Fraction | None]]:
    """Yield the figure of every input before its cap and its rounding; None: not known."""
    unit = _Unit(stage, board, sums, facts)
    for term in terms_of(board):
        number = METRICS[term.metric](unit, term) if unit.people else None
        yield term, None if number is None else Fraction(number)


def counts(stage: Stage, board: Board, sums: Sums, facts: Facts) -> dict[str, Fraction | None]:
    """Return what figures are computed from, by name, as far as this board uses it."""
    unit, used = _Unit(stage, board, sums, facts), {term.metric for term in terms_of(board)}
    found: dict[str, Fraction | int | None] = {"people": unit.people}
    if used & {"sum", "total", "mean", "mean_per_enrolled"}:
        found["total"] = unit.total
    if used & NEED_ENROLMENT:
        found["enrolled"] = facts.enrolled
    if "child_units_rate" in used:
        found |= {"children": facts.children, "children_joined": facts.children_joined}
    if "full_mark_rate" in used:
        found["full"] = unit._without_zero("full")
    for term in terms_of(board):
        if term.metric == "pass_rate":
            found[passed_key(board, term)] = unit.passed(term)
    return {name: None if number is None else Fraction(number) for name, number in found.items()}


def prepared(stage: Stage, term: Term, number: Fraction) -> Fraction:
    """Return a term's input as it is weighted: capped, then rounded. Source: P13, switches 7 and 8."""
    if term.cap is not None:
        number = min(number, term.cap)
    return number if term.round is None else rounded(number, term.round, stage.rounding)


def _kept_off(board: Board, measured: Measured) -> str | None:
    if measured.people < board.least_people:
        return "least_people"
    return "not_enrolled" if any(number is None for number in measured.inputs.values()) else None


def _ordered_by(stage: Stage, board: Board, measured: Measured) -> tuple[Fraction, ...]:
    """Return the numbers a unit is ordered by, the higher first."""
    numbers = [measured.inputs[term] or Fraction(0) for term in terms_of(board)]
    if board.value is None:
        return tuple(-n if name in SMALLER_FIRST else n for n, name in zip(numbers, board.order, strict=True))
    value = sum((n * t.weight for n, t in zip(numbers, board.value.terms, strict=True)), Fraction(0))
    return (value if board.value.round is None else rounded(value, board.value.round, stage.rounding),)


def _row(stage: Stage, board: Board, measured: Measured, place: int | None, because: str | None) -> Row:
    terms = terms_of(board)
    shown = {
        name: _shown(stage, term, number)
        for name, term in named(terms)
        if (number := measured.inputs[term]) is not None
    }
    if None in measured.inputs.values():
        value: int | str = ""
    elif board.value is None:
        value = shown[SMALLER_FIRST.get(terms[0].metric, terms[0].metric)]
    else:
        (number,) = _ordered_by(stage, board, measured)
        value = shortest(number) if board.value.round is None else fixed(number, board.value.round)
    return Row(place, value, measured.people, measured.attempts, measured.enrolled, shown, because)


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
        term.pass_at if term.pass_at is not None else board.pass_at
        for board in stage.boards
        if board.of != "people"
        for term in terms_of(board)
        if term.metric == "pass_rate"
    }
    return sorted(threshold for threshold in found if threshold is not None)
