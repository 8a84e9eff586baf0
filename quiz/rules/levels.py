"""Gated levels as one person finds them: which are passed, which can be started, the best so far (P7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quiz.errors import QuizError
from quiz.rules import quota, timing
from quiz.rules.numbers import Exact
from quiz.rules.parts import Stage
from quiz.rules.quota import Added, Spent
from quiz.rules.scoring import passes
from quiz.rules.standings import Played


@dataclass(frozen=True)
class Level:
    """One level of a stage, as it stands for a person."""

    name: str  # "1", "2", …
    is_passed: bool
    best: Exact | None  # the most points of an attempt at it; None: never finished
    refusal: QuizError | None  # what starting it now would be refused with


def levels_of(stage: Stage, played: Sequence[Played], spent: Spent, now_ms: int, extra: Added) -> list[Level]:
    """Return the levels of a stage in order, none where it has none; `played`: the attempts that count."""
    return [
        Level(
            name,
            any(passes(stage, name, each.score) for each in played if each.period == name),
            max((each.points for each in played if each.period == name), default=None),
            _refusal(stage, spent, now_ms, name, extra),
        )
        for name in quota.levels(stage)
    ]


def next_of(levels: Sequence[Level]) -> Level | None:
    """Return the level to go on with, whose refusal is that of the stage; None without levels.

    The first that can be started and is not passed, else any that can be started, else the first not passed.
    """
    return min(levels, key=lambda level: (level.refusal is not None, level.is_passed), default=None)


def _refusal(stage: Stage, spent: Spent, now_ms: int, name: str, extra: Added) -> QuizError | None:
    if timing.is_practice(stage, now_ms):
        return None
    try:
        quota.may_start(stage, spent, now_ms, name, extra)
    except QuizError as refusal:
        return refusal
    return None
