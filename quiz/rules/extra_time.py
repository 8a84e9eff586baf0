"""Extra time that one person has been granted: seconds, or a factor, on the clock that the rules set."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from quiz.rules.parts import Clock, Stage

SECONDS = re.compile(r"\d{1,5}")
FACTOR = re.compile(r"[x×*](\d{1,2}(?:\.\d{1,3})?)")
PERCENT = re.compile(r"\+?(\d{1,3})%")
TIMES = ("x", "×", "倍")  # after a factor
MOST = Fraction(10)  # a factor


def read(text: str) -> str:
    """Return extra time as it is kept: "300" seconds more, "*5/4" times as long, "" for none.

    Understood are 300, ×1.25, 1.25x and 25% (more). Raises ValueError.
    """
    typed = "".join(text.split()).casefold()
    typed = f"x{typed[:-1]}" if typed.endswith(TIMES) else typed
    if SECONDS.fullmatch(typed):
        return str(int(typed)) if int(typed) else ""
    factor = Fraction(1)
    if found := FACTOR.fullmatch(typed):
        factor = Fraction(found[1])
    elif found := PERCENT.fullmatch(typed):
        factor = 1 + Fraction(int(found[1]), 100)
    elif typed:
        raise ValueError(text)
    if not 1 <= factor <= MOST:
        raise ValueError(text)
    return "" if factor == 1 else f"*{factor}"


@lru_cache(maxsize=256)  # of clocks, of which there are few
def _longer(clock: Clock, extra: str) -> Clock:
    attempt, question = clock.per_attempt_ms, clock.per_question_ms
    if extra.startswith("*"):
        factor = Fraction(extra[1:])
        return replace(
            clock, per_attempt_ms=_times(attempt, factor), per_question_ms=_times(question, factor)
        )
    more = int(extra) * 1000
    if attempt is not None:
        return replace(clock, per_attempt_ms=attempt + more)
    return clock if question is None else replace(clock, per_question_ms=question + more)


def extended(stage: Stage, extra: str) -> Stage:
    """Return a stage with the clock that a person has: seconds go to the attempt, or to each question.

    A factor lengthens both. The close of the contest stays where it is.
    """
    return replace(stage, clock=_longer(stage.clock, extra)) if extra else stage


def _times(ms: int | None, factor: Fraction) -> int | None:
    return None if ms is None else int(ms * factor)
