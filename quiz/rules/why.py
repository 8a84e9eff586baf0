"""Why this place: every number that led to a person's place, as data.

Nothing is reckoned here a second time: the parts come from the functions that fold (`standings`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from fractions import Fraction
from typing import Any

from quiz.rules import standings, units
from quiz.rules.numbers import Exact, shortest
from quiz.rules.parts import Stage
from quiz.rules.standings import ORDER_KEYS, Earned, Line, PeriodSum, Played


@dataclass(frozen=True)
class Deed:
    """A person's accepted attempt, as it was marked and as corrections left it."""

    played: Played
    marked: Exact  # its points before corrections
    name: str = ""  # what the ledger calls it
    void: bool = False


@dataclass(frozen=True)
class Correction:
    """What the ledger says of a person, of one of their attempts, or of a question they were asked."""

    at_ms: int
    do: str
    because: str
    points: Exact | None = None
    attempt: str = ""  # as the ledger calls it; "" for the person
    is_key: bool = False  # the key of a question was corrected


@dataclass(frozen=True)
class Uncounted:
    """Something that counts for nothing: when it was, and what or why."""

    at_ms: int
    what: str
    period: str = ""
    is_a_start: bool = False  # nothing was answered: the first of its day that was refused for this reason


@dataclass(frozen=True)
class Deeds:
    """What a person did in a stage."""

    attempts: Sequence[Deed] = ()
    earned: Sequence[Earned] = ()
    adjusted: Exact = 0  # what the ledger adds to the person's total
    corrections: Sequence[Correction] = ()
    refused: Sequence[Uncounted] = ()  # attempts, by the code of the reason
    practised: Sequence[Uncounted] = ()
    beyond: Sequence[Uncounted] = ()  # events beyond their caps, by kind


@dataclass(frozen=True)
class Standing:
    """A row of a board of people."""

    place: int | None  # None: below the board, disqualified
    who: str
    line: Line


@dataclass(frozen=True)
class OneAttempt:
    """What an attempt gave, and why it counts or not."""

    number: int  # among the attempts of the stage, in order of their start
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
class OneDay:
    """What the attempts of a day come to, before and after the cap of a day."""

    day: str
    added_up: Exact
    points: Exact


@dataclass(frozen=True)
class OnePeriod:
    """What the chosen attempts of a period come to."""

    period: str
    attempts: tuple[int, ...]  # numbers of those that were chosen
    added_up: Exact  # or their mean
    days: tuple[OneDay, ...]  # where a day has a cap
    points: Exact  # after the caps of a day and of the period
    time_ms: int
    counts: bool  # it is among those that make up the total


@dataclass(frozen=True)
class OneEvent:
    """An event that counts."""

    at_ms: int
    kind: str
    period: str
    points: Exact


@dataclass(frozen=True)
class OneStage:
    """How a person's total in a stage, or in one of its periods, came about."""

    stage: str
    attempts: tuple[OneAttempt, ...]
    periods: tuple[OnePeriod, ...]
    within: str  # how the attempts of a period make its points
    across: str  # how the periods make the total
    from_periods: Exact  # the periods that count, put together
    from_attempts: Exact  # after the cap in all
    events: tuple[OneEvent, ...]
    from_events: Exact
    adjusted: Exact
    exact: Exact  # all of it, before it is rounded to the smallest point
    point: Exact
    total: int | str  # as a board shows it
    time_ms: int
    corrections: tuple[Correction, ...]
    refused: tuple[Uncounted, ...]
    practised: tuple[Uncounted, ...]
    beyond: tuple[Uncounted, ...]

    @property
    def stands(self) -> bool:
        """Whether anything in it counts: who has nothing stands on no board."""
        return bool(self.events) or any(each.because != "void" for each in self.attempts)


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
    place: int | None
    total: int | str  # as the board shows it
    stages: tuple[OneStage, ...]  # several on a board beside the stages: their totals added up
    keys: tuple[OneKey, ...]  # numbers as the order compares them: totals in smallest points, milliseconds
    above: str | None  # who stands before
    below: str | None
    decided: str | None  # the first key in which the one above differs; None: equal, or nobody above
    decided_below: str | None


Neighbours = tuple[Standing | None, Standing | None]  # the row above and the row below on the board
NOBODY: Neighbours = (None, None)


def why_person(
    stage: Stage, stages: Sequence[OneStage], own: Standing, neighbours: Neighbours = NOBODY
) -> Why:
    """Return what led to a person's place on a board; `stage` gives its order, `stages` its totals."""
    above, below = neighbours
    keys = tuple(_key(name, own, above, below) for name in stage.order)
    return Why(
        who=own.who,
        place=own.place,
        total=units.total_shown(stage, own.line.total),
        stages=tuple(stages),
        keys=keys,
        above=None if above is None else above.who,
        below=None if below is None else below.who,
        decided=next((k.key for k in keys if k.above is not None and k.above != k.own), None),
        decided_below=next((k.key for k in keys if k.below is not None and k.below != k.own), None),
    )


def one_stage(stage: Stage, deeds: Deeds, period: str | None = None) -> OneStage:
    """Return how a person's total over a stage, or over one period, came about."""
    numbers = {each.played.id: n for n, each in enumerate(_by_start(deeds.attempts), 1)}
    deeds = deeds if period is None else _within(deeds, period)
    person = stage.person
    mine = standings.in_order(each.played for each in deeds.attempts if not each.void)
    every, kept = standings.sums_of_periods(person, mine)
    put_together = standings.put_together(person, kept)
    from_attempts = standings.at_most(put_together, person.cap.total)
    from_events: Exact = sum(each.points for each in deeds.earned)
    exact = from_attempts + from_events + deeds.adjusted
    total = standings.whole_total(stage, exact)
    return OneStage(
        stage=stage.name,
        attempts=tuple(_attempts(stage, deeds.attempts, numbers, mine, (every, kept))),
        periods=tuple(_period(stage, each, kept, numbers) for each in every),
        within=person.within_period,
        across=person.across_periods,
        from_periods=put_together,
        from_attempts=from_attempts,
        events=tuple(OneEvent(e.at_ms, e.kind, e.period, e.points) for e in deeds.earned),
        from_events=from_events,
        adjusted=deeds.adjusted,
        exact=exact,
        point=stage.point,
        total=units.total_shown(stage, total),
        time_ms=sum(each.time_ms for each in kept),
        corrections=tuple(deeds.corrections),
        refused=tuple(deeds.refused),
        practised=tuple(deeds.practised),
        beyond=tuple(deeds.beyond),
    )


def _within(deeds: Deeds, period: str) -> Deeds:
    """Return what was done in a period; what the ledger adds to a person counts over the stage alone."""
    attempts = [each for each in deeds.attempts if each.played.period == period]
    names = {each.name for each in attempts}
    return Deeds(
        attempts,
        [each for each in deeds.earned if each.period == period],
        corrections=[
            each
            for each in deeds.corrections
            if each.attempt in names or (not each.attempt and each.do != "adjust")
        ],
        refused=[each for each in deeds.refused if each.period == period],
        practised=[each for each in deeds.practised if each.period == period],
        beyond=[each for each in deeds.beyond if each.period == period],
    )


def _by_start(attempts: Sequence[Deed]) -> list[Deed]:
    return sorted(attempts, key=lambda each: (each.played.started_ms, each.played.id))


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
    numbers: Mapping[int, int],
    mine: Sequence[Played],
    sums: tuple[Sequence[PeriodSum], Sequence[PeriodSum]],
) -> Iterator[OneAttempt]:
    """Yield every attempt in order of its start with the reason for which it counts or not."""
    every, kept = sums
    first = {played.id for played in standings.counted(stage.person, mine)}
    chosen = {played.id for period in every for played in period.chosen}
    counting = {played.id for period in kept for played in period.chosen}
    for each in _by_start(attempts):
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
            numbers[played.id],
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


def _period(
    stage: Stage, each: PeriodSum, kept: Sequence[PeriodSum], numbers: Mapping[int, int]
) -> OnePeriod:
    has_days = stage.person.cap.per_day is not None and stage.person.within_period != "mean"
    return OnePeriod(
        period=each.period,
        attempts=tuple(numbers[played.id] for played in each.chosen),
        added_up=each.added_up,
        days=tuple(OneDay(*day) for day in standings.days_of(stage.person, each.chosen)) if has_days else (),
        points=each.points,
        time_ms=each.time_ms,
        counts=any(each.period == other.period for other in kept),
    )


def as_data(value: object) -> Any:  # Any: JSON
    """Return any of this as plain JSON data; fractions are the shortest exact text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: as_data(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else shortest(value)
    if isinstance(value, Mapping):
        return {name: as_data(each) for name, each in value.items()}
    return [as_data(each) for each in value] if isinstance(value, (list, tuple)) else value
