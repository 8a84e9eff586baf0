"""What the rules show a person of their answers, and when: right or wrong, the key, the explanation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from quiz.rules import redo, timing
from quiz.rules.document import Stage
from quiz.rules.rekeyed import Rekeyed
from quiz.rules.sheet import Paper
from quiz.services.published import Published

LEVELS = ("nothing", "right_or_wrong", "key", "explanation")  # each shows what the ones before it show


@dataclass(frozen=True)
class Reviewed:
    """One answered question with what may be shown of it; None: not yet, or not at all."""

    n: int
    response: tuple[str, ...]  # option ids of the attempt
    rightness: Fraction | None = None  # 0 to 1, 0 for a blank
    key: tuple[str, ...] | None = None  # option ids of the attempt
    explanation: str | None = None
    counts: str = ""  # everybody, nobody: who gets the points of a question that was corrected to that


def told(level: str) -> bool:
    """Return whether a level shows anything at all."""
    return level != "nothing"


def everybody_is_through_ms(stage: Stage) -> int:
    """Return the moment from which no attempt of the stage can be running any more."""
    calendar = stage.calendar
    if calendar.at_close == "cut":
        return calendar.closes_ms + stage.clock.grace_ms
    return timing.deadline_ms(stage, calendar.closes_ms) + stage.clock.grace_ms


def level_of(stage: Stage, is_finished: bool, now_ms: int) -> str:
    """Return the most that may be shown of an attempt now: what was shown once stays shown."""
    show = stage.flow.show
    levels = [show.after_answer]
    if is_finished:
        levels.append(show.after_attempt)
        if now_ms > everybody_is_through_ms(stage):
            levels.append(show.after_close)
    return max(levels, key=LEVELS.index)


def reviewed(
    rules: Published, stage: Stage, paper: Paper, n: int, response: Sequence[str], level: str
) -> Reviewed:
    """Return a question of a paper with as much as `level` shows of it."""
    shown = LEVELS.index(level)
    slot = paper.slots[n - 1]
    question = rules.questions[slot.version_id]
    corrected = rules.rekeyed.get(slot.version_id) or Rekeyed(frozenset({question.key}))
    right = None
    if shown >= LEVELS.index("right_or_wrong"):
        chosen = [question.options[i].id for i in paper.chosen(n, response)]
        right = corrected.right(chosen, len(question.options), stage.marking.multiple) or Fraction(0)
    key = None
    if shown >= LEVELS.index("key"):
        ids = zip(paper.ids(n), slot.order, strict=True)
        is_right = frozenset().union(*(corrected.keys or {question.key}))
        key = tuple(option for option, i in ids if question.options[i].id in is_right)
    explanation = question.explanation if shown >= LEVELS.index("explanation") else None
    counts = "" if corrected.keys or not shown else corrected.text
    return Reviewed(n, tuple(response), right, key, explanation, counts)


def while_open(rules: Published, stage: Stage, paper: Paper, n: int, response: Sequence[str]) -> Reviewed:
    """Return an answered question with as much as is shown while the attempt runs.

    A question that comes again keeps its key and its explanation until it is right.
    """
    shown = reviewed(rules, stage, paper, n, response, stage.flow.show.after_answer)
    if redo.asks_again(stage) and shown.rightness != 1:
        return replace(shown, key=None, explanation=None)
    return shown
