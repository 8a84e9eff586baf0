"""How an attempt goes: all questions at once or one after the other, and when the rules themselves end it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from quiz.rules import sheet
from quiz.rules.numbers import Exact
from quiz.rules.parts import Stage
from quiz.rules.sheet import Received


class Step(NamedTuple):
    """What became of one question that was asked."""

    n: int
    response: tuple[str, ...] = ()  # none: blank
    is_late: bool = False  # it came after its time: wrong, whatever it says
    ms: int = 0  # from the question's opening to the receipt of the answer
    through_ms: int = 0  # when the question was done with; 0 where nothing followed from it


def is_run(stage: Stage) -> bool:
    """Return whether what is never reached is nothing, neither blank nor wrong. Source: P7 `stop`."""
    return stage.flow.stop != "end"


def is_in_turn(stage: Stage) -> bool:
    """Return whether the server opens one question after the other."""
    return stage.clock.per_question_ms is not None or is_run(stage)


def is_final(stage: Stage) -> bool:
    """Return whether the first answer to a question stays."""
    return is_in_turn(stage) or stage.flow.show.after_answer != "nothing"


def watches(stage: Stage) -> bool:
    """Return whether it matters that the page is left. Source: P5 `leaving`."""
    return stage.clock.leaving != "nothing"


def most_leavings(stage: Stage) -> int:
    """Return which leaving of the page ends an attempt."""
    return stage.clock.strikes or 1


def left_ms(stage: Stage, leavings: Sequence[int]) -> int | None:
    """Return the leaving that ended an attempt; `leavings`: all moments at which the page was left, in order.

    Source: P5 `leaving`, `strikes` (R18, R20, R48).
    """
    most = most_leavings(stage)
    return leavings[most - 1] if watches(stage) and len(leavings) >= most else None


def counts_nothing(stage: Stage, leavings: Sequence[int]) -> bool:
    """Return whether an attempt is worth nothing because the page was left."""
    return stage.clock.leaving == "zero" and left_ms(stage, leavings) is not None


def steps(
    stage: Stage, of: int, started_ms: int, received: Sequence[Received], now_ms: int = 0
) -> list[Step]:
    """Return what became of the questions that count: of a run those that were asked, else all of them.

    `now_ms`: the moment that decides whether the open question's own time is over.
    """
    given = sheet.counted(received, is_final(stage))
    late = sheet.too_late(received)
    opened = sheet.openings(started_ms, received)
    found: list[Step] = []
    for n in range(1, of + 1):
        mine = given.get(n) or late.get(n)
        if mine is not None:
            ms = mine.received_ms - opened[n] if n in opened else 0
            found.append(Step(n, mine.response, n not in given, ms, mine.received_ms))
        elif not is_run(stage) or n + 1 in opened:
            found.append(Step(n, through_ms=opened.get(n + 1, 0)))
        else:
            own_ms = stage.clock.per_question_ms
            if own_ms is not None and n in opened and now_ms > opened[n] + own_ms + stage.clock.grace_ms:
                found.append(Step(n, through_ms=opened[n] + own_ms))
            break
    return found


def stopped_ms(stage: Stage, of: int, taken: Sequence[tuple[Step, Exact | None]]) -> int | None:
    """Return when a run ended by itself: with its paper, or at the first answer that was not right.

    `taken`: each question that was asked, with its rightness.
    """
    if not is_run(stage):
        return None
    if stage.flow.stop == "first_wrong":
        for step, right in taken:
            if right != 1:
                return step.through_ms
    return taken[-1][0].through_ms if len(taken) == of else None
