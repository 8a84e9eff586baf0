"""What each question of an attempt came to, from what was received for it, and when the rules ended it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from question_bank.marking import marked
from quiz.rules import course, redo, scoring, sheet, timing
from quiz.rules.course import Step
from quiz.rules.document import Stage
from quiz.rules.parts import NOTHING
from quiz.rules.redo import Rounds
from quiz.rules.sheet import Counted, Paper, Received
from quiz.services.published import Published
from quiz.services.received import AttemptRow, stage_of


class Marks(NamedTuple):
    """The marks of an attempt; of a run only of what was asked."""

    taken: Sequence[Taken]
    unasked: Sequence[Fraction]  # what the questions are worth that a run did not reach
    ended_ms: int | None  # when the rules ended it
    counts: bool = True  # False: the page was left, and the rules make that nothing

    def marked(self, stage: Stage, level: str) -> scoring.Marked:
        """Return what the attempt came to."""
        if not self.counts:
            return scoring.Marked(NOTHING, NOTHING, 0, len(self.taken) + len(self.unasked), False)
        return scoring.mark(stage, [each.answer for each in self.taken], level, self.unasked)

    @property
    def sheet(self) -> list[list[object]]:
        """What the result keeps: by question its version, what was given, its rightness, its time.

        An answer that came too late is wrong without options, whatever the key becomes. A last false says
        that nothing of it counts.
        """
        more = [] if self.counts else [False]
        return [[each.version_id, each.chosen, each.kept_right, each.answer.ms, *more] for each in self.taken]

    def spent(self, stage: Stage) -> list[int]:
        """Return the time of each question."""
        unanswered = timing.unanswered_ms(stage)
        return [unanswered if each.answer.right is None else each.answer.ms for each in self.taken]


class Taken(NamedTuple):
    """One question that was asked."""

    step: Step
    version_id: int
    chosen: Sequence[str]
    answer: scoring.Answer

    @property
    def kept_right(self) -> str | None:
        """The rightness as text."""
        return None if self.answer.right is None else str(self.answer.right)


def marks(rules: Published, row: AttemptRow, received: Sequence[Received], now_ms: int = 0) -> Marks:
    """Return the marks of an attempt as they follow from what was received.

    `now_ms`: the moment that decides whether the open question's own time is over.
    """
    stage, paper = stage_of(rules, row), Paper.parse(row.seed, row.paper)
    if redo.asks_again(stage):
        asked = redo.steps(paper.count, rounds_of(rules, row, received).last, received)
    else:
        asked = course.steps(stage, paper.count, row.started_ms, received, now_ms)
    taken = [_taken(rules, stage, paper, step) for step in asked]
    stopped_ms = course.stopped_ms(stage, paper.count, [(each.step, each.answer.right) for each in taken])
    leavings = sheet.leavings(received)
    ends = [ms for ms in (stopped_ms, course.left_ms(stage, leavings)) if ms is not None]
    unasked = [stage.paper.sections[slot.section].points for slot in paper.slots[len(taken) :]]
    return Marks(taken, unasked, min(ends, default=None), not course.counts_nothing(stage, leavings))


def counted(rules: Published, row: AttemptRow, received: Sequence[Received]) -> Mapping[int, Counted]:
    """Return, by question, the answer that counts."""
    stage = stage_of(rules, row)
    if redo.asks_again(stage):
        return rounds_of(rules, row, received).last
    return sheet.counted(received, course.is_final(stage))


def rounds_of(rules: Published, row: AttemptRow, received: Sequence[Received]) -> Rounds:
    """Return an attempt round by round, where what is not right comes again.

    By the keys that were frozen: a correction afterwards asks nobody again.
    """
    stage, paper = stage_of(rules, row), Paper.parse(row.seed, row.paper)

    def is_right(n: int, response: tuple[str, ...]) -> bool:
        return _taken(rules, stage, paper, Step(n, response)).answer.right == 1

    return Rounds(paper.count, is_right, received)


def ended_ms(rules: Published, row: AttemptRow, received: Sequence[Received], now_ms: int = 0) -> int | None:
    """Return when the rules ended an attempt, None while they have not; see `marks`."""
    stage = stage_of(rules, row)
    can_end = course.is_run(stage) or course.watches(stage)
    return marks(rules, row, received, now_ms).ended_ms if can_end else None


def _taken(rules: Published, stage: Stage, paper: Paper, step: Step) -> Taken:
    slot = paper.slots[step.n - 1]
    question = rules.questions[slot.version_id]
    points = stage.paper.sections[slot.section].points
    if step.is_late:
        return Taken(step, slot.version_id, [], scoring.Answer(NOTHING, step.ms, points))
    chosen = paper.given(step.n, step.response)
    right = marked(question, chosen, stage.marking.multiple)
    return Taken(step, slot.version_id, chosen, scoring.Answer(right, step.ms, points))
