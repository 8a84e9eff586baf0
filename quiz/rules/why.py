"""Why this place: every number that led to a person's or a unit's place, as data and as sentences.

Nothing is reckoned here a second time: the parts come from the functions that fold (`standings`, `units`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from fractions import Fraction
from typing import Any

from quiz.rules import standings, units
from quiz.rules.numbers import Exact, plain, rounded, shortest
from quiz.rules.parts import Board, Stage
from quiz.rules.standings import ORDER_KEYS, Earned, Line, PeriodSum, Played


@dataclass(frozen=True)
class Deed:
    """A person's accepted attempt, as it was marked and as corrections left it."""

    played: Played
    marked: Exact  # its points before corrections
    name: str = ""  # what the ledger calls it
    void: bool = False


@dataclass(frozen=True)
class Deeds:
    """What a person did in a stage."""

    attempts: Sequence[Deed] = ()
    earned: Sequence[Earned] = ()
    adjusted: Exact = 0  # what the ledger adds to the person's total
    refused: Sequence[tuple[int, str]] = ()  # when it started, and the code of the reason
    practised: Sequence[int] = ()  # when they started


@dataclass(frozen=True)
class Standing:
    """A row of a board of people."""

    place: int
    who: str
    line: Line


@dataclass(frozen=True)
class OneAttempt:
    """What an attempt gave, and why it counts or not."""

    name: str
    started_ms: int
    finished_ms: int
    period: str
    score: Exact
    marked: Exact
    points: Exact  # after corrections
    time_ms: int
    counts: bool
    because: str  # counts, void, beyond_first, not_best, not_last, not_first, other_period


@dataclass(frozen=True)
class OnePeriod:
    """What the counting attempts of a period come to."""

    period: str
    added_up: Exact  # or their mean
    points: Exact  # after the caps of a day and of the period
    time_ms: int
    counts: bool  # it is among those that make up the total


@dataclass(frozen=True)
class OneKey:
    """One key of the order with the neighbours' values; None: there is no neighbour."""

    key: str
    own: int
    above: int | None
    below: int | None


@dataclass(frozen=True)
class Why:
    """Everything that led to a person's place."""

    who: str
    place: int
    attempts: tuple[OneAttempt, ...]
    periods: tuple[OnePeriod, ...]
    across: str  # how the periods make the total
    from_periods: Exact  # the periods that count, put together
    from_attempts: Exact  # after the cap in all
    events: int  # that gave points
    from_events: Exact
    adjusted: Exact
    exact: Exact  # all of it, before it is rounded to the smallest point
    total: int | str  # as the board shows it
    time_ms: int
    keys: tuple[OneKey, ...]
    above: str | None  # who stands before
    below: str | None
    decided: str | None  # the first key in which the one above differs; None: equal, or nobody above
    refused: tuple[tuple[int, str], ...] = ()
    practised: tuple[int, ...] = ()


def why_person(
    stage: Stage,
    deeds: Deeds,
    own: Standing,
    neighbours: tuple[Standing | None, Standing | None] = (None, None),
    period: str | None = None,
) -> Why:
    """Return what led to a person's place over the stage, or over one period.

    `neighbours`: the row above and the row below on the board.
    """
    attempts = [each for each in deeds.attempts if period is None or each.played.period == period]
    earned = [each for each in deeds.earned if period is None or each.period == period]
    mine = standings.in_order(each.played for each in attempts if not each.void)
    person = stage.person
    every, kept = standings.sums_of_periods(person, mine)
    put_together: Exact = sum(each.points for each in kept)
    if person.across_periods == "mean" and kept:
        put_together = plain(Fraction(put_together, len(kept)))
    most = person.cap.total
    from_attempts = put_together if most is None else min(put_together, most)
    from_events: Exact = sum(each.points for each in earned)
    adjusted = deeds.adjusted if period is None else 0
    above, below = neighbours
    keys = tuple(_key(name, own, above, below) for name in stage.order)
    return Why(
        who=own.who,
        place=own.place,
        attempts=tuple(_attempts(stage, attempts, mine, every, kept)),
        periods=tuple(_period(stage, each, kept) for each in every),
        across=person.across_periods,
        from_periods=put_together,
        from_attempts=from_attempts,
        events=sum(bool(each.points) for each in earned),
        from_events=from_events,
        adjusted=adjusted,
        exact=from_attempts + from_events + adjusted,
        total=units.total_shown(stage, own.line.total),
        time_ms=sum(each.time_ms for each in kept),
        keys=keys,
        above=None if above is None else above.who,
        below=None if below is None else below.who,
        decided=next((k.key for k in keys if k.above is not None and k.above != k.own), None),
        refused=tuple(deeds.refused),
        practised=tuple(deeds.practised),
    )


def _key(name: str, own: Standing, above: Standing | None, below: Standing | None) -> OneKey:
    of = ORDER_KEYS[name].of
    return OneKey(
        name,
        of(own.line),
        None if above is None else of(above.line),
        None if below is None else of(below.line),
    )


NOT_CHOSEN = {"best": "not_best", "last": "not_last", "first": "not_first"}


def _attempts(
    stage: Stage,
    attempts: Sequence[Deed],
    mine: Sequence[Played],
    every: Sequence[PeriodSum],
    kept: Sequence[PeriodSum],
) -> Iterator[OneAttempt]:
    """Yield every attempt in order of its start with the reason for which it counts or not."""
    first = {played.id for played in standings.counted(stage.person, mine)}
    chosen = {played.id for period in every for played in period.chosen}
    counting = {played.id for period in kept for played in period.chosen}
    for each in sorted(attempts, key=lambda each: (each.played.started_ms, each.played.id)):
        played, because = each.played, "counts"
        if each.void:
            because = "void"
        elif played.id not in first:
            because = "beyond_first"
        elif played.id not in chosen:
            because = NOT_CHOSEN[stage.person.within_period]
        elif played.id not in counting:
            because = "other_period"
        yield OneAttempt(
            each.name,
            played.started_ms,
            played.finished_ms,
            played.period,
            played.score,
            each.marked,
            played.points,
            played.time_ms,
            because == "counts",
            because,
        )


def _period(stage: Stage, each: PeriodSum, kept: Sequence[PeriodSum]) -> OnePeriod:
    added_up: Exact = sum(played.points for played in each.chosen)
    if stage.person.within_period == "mean":
        added_up = plain(Fraction(added_up, len(each.chosen)))
    counts = any(each.period == other.period for other in kept)
    return OnePeriod(each.period, added_up, each.points, each.time_ms, counts)


@dataclass(frozen=True)
class OneInput:
    """One input of a unit's value on its way: figure → cap → rounding → × weight."""

    metric: str
    figure: Exact | None  # None: not known
    capped: Exact | None
    rounded: Exact | None
    weight: Exact
    product: Exact | None


@dataclass(frozen=True)
class NextUnit:
    """A unit beside another one on the board."""

    who: str
    place: int
    value: int | str
    metrics: Mapping[str, int | str]


@dataclass(frozen=True)
class WhyUnit:
    """Everything that led to a unit's place, or below the board."""

    who: str
    place: int | None
    because: str | None  # why it is below the board
    counts: Mapping[str, Exact | None]  # what the figures are computed from: people, enrolled, total …
    inputs: tuple[OneInput, ...]
    is_formula: bool  # else the inputs are compared one after the other
    exact: Exact | None  # the formula's sum before it is rounded
    value: int | str  # as the board shows it
    above: NextUnit | None
    below: NextUnit | None


Ranked = tuple[str, units.Row]  # who, and their row


def why_unit(
    stage: Stage,
    board: Board,
    counted: tuple[units.Sums, units.Facts],
    own: Ranked,
    neighbours: tuple[Ranked | None, Ranked | None] = (None, None),
) -> WhyUnit:
    """Return what led to a unit's place on a board; `counted`: from which `units.table` made its row."""
    sums, facts = counted
    inputs = tuple(_inputs(stage, board, sums, facts))
    products = [each.product for each in inputs]
    known = [product for product in products if product is not None]
    who, row = own
    return WhyUnit(
        who=who,
        place=row.place,
        because=row.because,
        counts={
            name: None if number is None else plain(number)
            for name, number in units.counts(stage, board, sums, facts).items()
        },
        inputs=inputs,
        is_formula=board.value is not None,
        exact=sum(known) if board.value is not None and len(known) == len(products) else None,
        value=row.value,
        above=_next(neighbours[0]),
        below=_next(neighbours[1]),
    )


def _inputs(stage: Stage, board: Board, sums: units.Sums, facts: units.Facts) -> Iterator[OneInput]:
    for term, number in units.figures(stage, board, sums, facts):
        if number is None:
            yield OneInput(term.metric, None, None, None, plain(term.weight), None)
            continue
        capped = number if term.cap is None else min(number, term.cap)
        round_to = capped if term.round is None else rounded(capped, term.round, stage.rounding)
        yield OneInput(
            term.metric,
            plain(number),
            plain(capped),
            plain(round_to),
            plain(term.weight),
            plain(round_to * term.weight),
        )


def _next(ranked: Ranked | None) -> NextUnit | None:
    if ranked is None or ranked[1].place is None:
        return None
    who, row = ranked
    return NextUnit(who, row.place or 0, row.value, row.metrics)


def as_data(value: object) -> Any:  # Any: JSON
    """Return any of this as plain JSON data; fractions are the shortest exact text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: as_data(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Fraction):
        return shortest(value)
    if isinstance(value, Mapping):
        return {name: as_data(each) for name, each in value.items()}
    return [as_data(each) for each in value] if isinstance(value, (list, tuple)) else value
