"""What answers are worth: marking (P5, P6) gives the attempt's score, the award (P8) its points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from quiz.rules.numbers import added_up
from quiz.rules.parts import Award, Marking, SpeedLine, Stage


@dataclass(frozen=True)
class Answer:
    """One answer as marking sees it."""

    right: Fraction | None  # 1 right, 0 wrong, between for a share; None: blank
    ms: int  # from the question's opening to the receipt of the answer
    points: Fraction = Fraction(1)  # what the section gives for a right answer


@dataclass(frozen=True)
class Marked:
    """What an attempt came to."""

    score: Fraction  # the sum of the answers' points
    points: Fraction  # what the attempt is worth to the person
    correct: int
    of: int
    full: bool  # every question right
    per_answer: tuple[Fraction, ...] = ()  # the points of each answer, for showing


def mark(stage: Stage, answers: Sequence[Answer]) -> Marked:
    """Mark an attempt: the answers' points, their sum within its range, and the award for it.

    Answers that came too late have to be given as wrong or blank. Source: P6, P7 `stop`, P8.
    """
    counting = _until_first_wrong(answers) if stage.flow.stop == "first_wrong" else list(answers)
    points = _after_streak(stage.marking, counting)
    points = _with_last(stage.marking, counting, points, len(answers))
    score = added_up(points)
    if stage.marking.range is not None:
        score = max(stage.marking.range.least, min(stage.marking.range.most, score))
    correct = sum(a.right == 1 for a in counting)
    full = correct == len(answers) > 0
    done = all(a.right is not None for a in answers)
    award = points_for(stage.award, Fraction(correct) if stage.award.source == "correct" else score)
    if done and stage.award.completed is not None:
        award += stage.award.completed
    if full and stage.award.perfect is not None:
        award += stage.award.perfect
    return Marked(score, award, correct, len(answers), full, tuple(points))


def points_for(award: Award, reached: Fraction) -> Fraction:
    """Return what a score or count of right answers is worth, without the bonuses. Source: P8.

    With steps: the highest step reached (its number included), else `below`; with `each`: so much for each;
    with only `completed`, nothing beside it; otherwise the number itself.
    """
    if award.steps:
        return next((s.points for s in award.steps if reached >= s.at_least), award.below)
    if award.each is not None:
        return award.each * reached
    return Fraction(0) if award.completed is not None else reached


def highest_score(stage: Stage) -> Fraction:
    """Return the score of an attempt in which everything is right at once."""
    answers = [Answer(Fraction(1), 0, s.points) for s in stage.paper.sections for _ in range(s.count)]
    return mark(stage, answers).score


def _until_first_wrong(answers: Sequence[Answer]) -> list[Answer]:
    wrong = next((n for n, a in enumerate(answers) if a.right != 1), len(answers))
    return list(islice(answers, wrong + 1))


def _worth(marking: Marking, answer: Answer) -> Fraction:
    if answer.right is None:
        return marking.blank
    if answer.right == 0:
        return marking.wrong
    return answer.right * _speed(marking, answer)


def _speed(marking: Marking, answer: Answer) -> Fraction:
    match marking.speed:
        case None:
            return answer.points
        case SpeedLine() as line:
            spent = Fraction(min(answer.ms, line.over_ms), line.over_ms)
            return line.start + (line.end - line.start) * spent
        case steps:
            return next((s.points for s in steps if answer.ms <= s.within_ms), Fraction(0))


def _after_streak(marking: Marking, answers: Sequence[Answer]) -> list[Fraction]:
    """Return each answer's points, multiplied by its place in a row of right answers. Source: R38."""
    points, row = [], 0
    for answer in answers:
        row = row + 1 if answer.right == 1 else 0
        worth = _worth(marking, answer)
        if marking.streak is not None and row:
            k = row if marking.streak.most is None else min(row, marking.streak.most)
            worth *= 1 + (k - 1) * marking.streak.grow
        points.append(worth)
    return points


def _with_last(
    marking: Marking, answers: Sequence[Answer], points: list[Fraction], of: int
) -> list[Fraction]:
    """Apply what a right last answer does: doubles itself, or doubles the others and adds nothing itself."""
    if marking.last_right is None or len(answers) < of or not answers or answers[-1].right != 1:
        return points
    if marking.last_right == "double_itself":
        return [*points[:-1], 2 * points[-1]]
    return [*(2 * p for p in points[:-1]), Fraction(0)]
