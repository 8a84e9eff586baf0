"""What the rules show a person of their answers, and when: right or wrong, the key, the explanation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from question_bank.attached import Medium
from question_bank.marking import marked
from question_bank.question import Question
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
    response: tuple[str, ...]  # option ids of the attempt, texts of gaps
    rightness: Fraction | None = None  # 0 to 1, 0 for a blank
    key: tuple[str, ...] | None = None  # option ids of the attempt; by place where it has places
    explanation: str | None = None
    media: tuple[Medium, ...] = ()  # of the question, for the explanation
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
    corrected = rules.rekeyed.get(slot.version_id)
    rule, right, key = stage.marking.multiple, None, None
    if shown >= LEVELS.index("right_or_wrong"):
        chosen = paper.given(n, response)
        right = (
            marked(question, chosen, rule)
            if corrected is None
            else corrected.right(chosen, len(question.options), rule)
        ) or Fraction(0)
    if shown >= LEVELS.index("key"):
        key = _key(question, paper, n, corrected, response)
    explanation = question.explanation if shown >= LEVELS.index("explanation") else None
    counts = "" if corrected is None or corrected.has_key or not shown else corrected.text
    return Reviewed(n, tuple(response), right, key, explanation, question.media, counts)


def explained(question: Question, paper: Paper, response: Sequence[str]) -> Reviewed:
    """Return a question that is practised, the only one of a paper, with all there is to tell of it."""
    right = marked(question, paper.given(1, response)) or Fraction(0)
    key = _key(question, paper, 1, None, response)
    return Reviewed(1, tuple(response), right, key, question.explanation, question.media)


def _key(
    question: Question, paper: Paper, n: int, corrected: Rekeyed | None, response: Sequence[str]
) -> tuple[str, ...]:
    """Return what is right in the attempt's own ids; of a gap the best of its answers."""
    key = corrected if corrected is not None and corrected.has_key else Rekeyed.of(question)
    if key.gaps:
        return tuple(gap.accepted[0].text for gap in key.gaps)
    ids = dict(zip((question.options[i].id for i in paper.slots[n - 1].order), paper.ids(n), strict=True))
    if key.orders:
        return tuple(ids[letter] for letter in key.order_for(paper.given(n, response)))
    is_right = frozenset().union(*key.keys)
    return tuple(option for letter, option in ids.items() if letter in is_right)


def while_open(rules: Published, stage: Stage, paper: Paper, n: int, response: Sequence[str]) -> Reviewed:
    """Return an answered question with as much as is shown while the attempt runs.

    A question that comes again keeps its key and its explanation until it is right.
    """
    shown = reviewed(rules, stage, paper, n, response, stage.flow.show.after_answer)
    if redo.asks_again(stage) and shown.rightness != 1:
        return replace(shown, key=None, explanation=None)
    return shown
