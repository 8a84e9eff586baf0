"""Why this place of a unit: every number that led to it, as data, from the formula's own steps (`units`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quiz.rules import units
from quiz.rules.numbers import Exact
from quiz.rules.parts import Board, Stage


@dataclass(frozen=True)
class OneInput:
    """One input of a unit's value on its way: part ÷ whole → figure → cap → rounding → × weight."""

    metric: str
    name: str  # under which a row shows it
    part: Exact | None  # of a quotient: what is divided, and by what
    whole: Exact | None
    addends: tuple[Exact, ...]  # of a sum of the best: each of them
    figure: Exact | None  # None: not known
    cap: Exact | None
    capped: Exact | None
    round: int | None  # digits
    rounded: Exact | None
    weight: Exact
    product: Exact | None
    pass_at: Exact | None = None


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
    people: int
    attempts: int
    enrolled: int | None
    inputs: tuple[OneInput, ...]
    is_formula: bool  # else the inputs are compared one after the other
    exact: Exact | None  # the formula's sum before it is rounded
    round: int | None  # to so many digits
    rounding: str
    value: int | str  # as the board shows it
    metrics: Mapping[str, int | str]  # as its row shows them
    above: NextUnit | None
    below: NextUnit | None
    reason: str = ""  # of a disqualification


@dataclass(frozen=True)
class Ranked:
    """A unit's row on a board."""

    who: str
    place: int | None
    value: int | str
    metrics: Mapping[str, int | str]
    because: str | None = None
    reason: str = ""

    @classmethod
    def of(cls, who: str, row: units.Row) -> Ranked:
        """Return it from the row that the formula made."""
        return cls(who, row.place, row.value, row.metrics, row.because)


def why_unit(
    stage: Stage,
    board: Board,
    measured: units.Measured,
    own: Ranked,
    neighbours: tuple[Ranked | None, Ranked | None] = (None, None),
) -> WhyUnit:
    """Return what led to a unit's place on a board; `measured`: from which `units.placed` made its row."""
    inputs = tuple(
        _input(name, measured.inputs[term])
        for name, term in units.named(units.terms_of(board))
        if term in measured.inputs
    )
    formula = board.value
    return WhyUnit(
        who=own.who,
        place=own.place,
        because=own.because,
        people=measured.people,
        attempts=measured.attempts,
        enrolled=measured.enrolled,
        inputs=inputs,
        is_formula=formula is not None,
        exact=units.exact_value(board, measured)
        if formula is not None and measured.inputs and measured.is_known
        else None,
        round=formula.round if formula is not None else None,
        rounding=stage.rounding,
        value=own.value,
        metrics=own.metrics,
        above=_next(neighbours[0]),
        below=_next(neighbours[1]),
        reason=own.reason,
    )


def _input(name: str, each: units.Input) -> OneInput:
    term = each.term
    return OneInput(
        metric=term.metric,
        name=name,
        part=each.part,
        whole=each.whole,
        addends=each.addends,
        figure=each.figure,
        cap=term.cap,
        capped=each.capped,
        round=term.round,
        rounded=each.rounded,
        weight=term.weight,
        product=each.product,
        pass_at=each.pass_at if term.metric == "pass_rate" else None,
    )


def _next(ranked: Ranked | None) -> NextUnit | None:
    if ranked is None or ranked.place is None:
        return None
    return NextUnit(ranked.who, ranked.place, ranked.value, ranked.metrics)
