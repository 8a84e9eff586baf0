"""What answers are worth: marking (P5, P6) gives the attempt's score, the award (P8) its points."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from quiz.rules.numbers import Exact, plain
from quiz.rules.parts import AtLeast, Award, Marking, SpeedLine, SpeedStep, Stage, Streak

MOST_REMEMBERED = 65_536  # results of attempts; many are alike


@dataclass(frozen=True)
class Answer:
    """One answer as marking sees it."""

    right: Exact | None  # 1 right, 0 wrong, between for a share; None: blank
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


def mark(
    stage: Stage, answers: Sequence[Answer], level: str = "", unasked: Sequence[Fraction] = ()
) -> Marked:
    """Mark an attempt: the answers' points, their sum within its range, and the award for it.

    Answers that came too late have to be given as wrong or blank. `level`: where the stage has levels.
    `unasked`: what the questions are worth that a run did not reach. Source: P6, P7 `stop` and `levels`, P8.
    """
    marker = Marker(stage, [*(answer.points for answer in answers), *unasked])
    found = marker.attempt([answer.right for answer in answers], [answer.ms for answer in answers])
    points = in_level(stage, level, found.score, found.points) if level else found.points
    return Marked(Fraction(found.score), Fraction(points), found.correct, marker.of, found.full)


class Came(NamedTuple):
    """What an attempt came to, as the fold wants it; whole numbers are integers."""

    score: Exact
    points: Exact
    correct: int
    full: bool


class Marker:
    """Marks many attempts at one paper.

    Worths are whole numbers of the smallest part that all of them share, so that everything but shares of
    multiple choice is reckoned in integers, exactly.
    """

    def __init__(self, stage: Stage, worth: Sequence[Fraction]) -> None:
        self.stage, self.of, self._worths = stage, len(worth), worth
        self._grow = stage.marking.streak.grow if stage.marking.streak is not None else Fraction(0)
        self._factors = self._growing(stage.marking.streak, len(worth))
        self._has_shares = stage.marking.multiple != "all_or_nothing"
        self._in_parts(lcm(*(number.denominator for number in _numbers(stage.marking, worth))))

    def _growing(self, streak: Streak | None, longest: int) -> list[int]:
        """Return by what a right answer is multiplied, by its place in a row of them, in parts of `grow`."""
        parts, grow = self._grow.denominator, self._grow.numerator
        most = streak.most or longest if streak is not None else 1
        return [parts + max(0, min(row, most) - 1) * grow for row in range(longest + 1)]

    def _in_parts(self, parts: int) -> None:
        """Reckon in so many parts of a point."""
        marking = self.stage.marking
        self._parts, self._scale = parts, parts * self._grow.denominator
        self._wrong, self._blank = self._scaled(marking.wrong), self._scaled(marking.blank)
        self._right = [self._scaled(each) for each in self._worths]
        self._quick = self._by_time(marking.speed)
        limits = marking.range
        self._range = None if limits is None else (self._scaled(limits.least), self._scaled(limits.most))
        self._known: dict[tuple[int, int, bool], Came] = {}

    def attempt(self, given: Sequence[Exact | None], ms: Sequence[int]) -> Came:
        """Return what an attempt came to; `given`: rightness of each answer, None for a blank.

        What is missing at the end is blank; after a run that stopped it was never shown and is nothing.
        """
        counting = self._counting(given)
        are_right = [right == 1 for right in counting]
        score = sum(self._with_last(are_right, self._after_streak(are_right, self._worth(counting, ms))))
        if self._range is not None:
            score = max(self._range[0], min(self._range[1], score))
        correct = sum(are_right)
        done = len(counting) == self.of and None not in counting
        known = self._known.get((score, correct, done))
        if known is None:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            known = self._known[score, correct, done] = self._came(score, correct, done)
        return known

    def _counting(self, given: Sequence[Exact | None]) -> list[Exact | None]:
        match self.stage.flow.stop:
            case "first_wrong":
                wrong = next((n for n, right in enumerate(given) if right != 1), len(given))
                return list(given[: wrong + 1])
            case "time":
                return list(given)
        return [*given, *[None] * (self.of - len(given))]

    def _worth(self, given: Sequence[Exact | None], ms: Sequence[int]) -> list[int]:
        """Return each answer's own points."""
        rights: Iterable[int] = self._right
        if self._quick is not None:
            rights = map(self._quick, [*ms, *[0] * (len(given) - len(ms))])
        wrong, blank, found = self._wrong, self._blank, []
        for right, worth in zip(given, rights, strict=False):
            if right is None:
                found.append(blank)
            elif right == 1:
                found.append(worth)
            elif right == 0 or not self._has_shares:
                found.append(wrong)
            elif worth % right.denominator:
                self._in_parts(self._parts * right.denominator)
                return self._worth(given, ms)
            else:
                found.append(worth // right.denominator * right.numerator)
        return found

    def _after_streak(self, are_right: Sequence[bool], points: list[int]) -> list[int]:
        """Return points multiplied by the answer's place in a row of right ones. Source: R38."""
        streak = self.stage.marking.streak
        if streak is None:
            return points
        found, row, parts, factors = [], 0, self._grow.denominator, self._factors
        for is_right, worth in zip(are_right, points, strict=True):
            row = row + 1 if is_right else 0
            found.append(worth // parts * factors[row] if row > 1 else worth)
        return found

    def _with_last(self, are_right: Sequence[bool], points: list[int]) -> list[int]:
        """Apply what a right last answer does: doubles itself, or doubles the others and adds nothing."""
        last = self.stage.marking.last_right
        if last is None or len(are_right) < self.of or not are_right or not are_right[-1]:
            return points
        if last == "double_itself":
            return [*points[:-1], 2 * points[-1]]
        return [*(2 * each for each in points[:-1]), 0]

    def _came(self, scaled: int, correct: int, done: bool) -> Came:
        score, full = Fraction(scaled, self._scale), correct == self.of > 0
        points = worth_of(self.stage.award, score, correct, done, full)
        return Came(plain(score), plain(points), correct, full)

    def _by_time(self, speed: tuple[SpeedStep, ...] | SpeedLine | None) -> Callable[[int], int] | None:
        """Return what gives a right answer's points for its time, where time decides."""
        match speed:
            case None:
                return None
            case SpeedLine() as line:
                start, over = self._scaled(line.start), line.over_ms
                slope = self._scaled((line.end - line.start) / over)
                return lambda ms: start + slope * (ms if ms < over else over)
        steps = [(step.within_ms, self._scaled(step.points)) for step in speed]
        return lambda ms: next((points for within, points in steps if ms <= within), 0)

    def _scaled(self, number: Fraction) -> int:
        return number.numerator * self._scale // number.denominator  # without a rest


def worth_of(award: Award, score: Exact, correct: int, done: bool, full: bool) -> Exact:
    """Return the points an attempt is worth; `done`: every question was answered. Source: P8."""
    points = points_for(award, correct if award.source == "correct" else score)
    if done and award.completed is not None:
        points += award.completed
    if full and award.perfect is not None:
        points += award.perfect
    return points


def points_for(award: Award, reached: Exact) -> Exact:
    """Return what a score or count of right answers is worth, without the bonuses. Source: P8.

    With steps: the highest step reached (its number included), else `below`; with `each`: so much for each;
    with only `completed` or `duel`, nothing beside it; otherwise the number itself.
    """
    if award.steps:
        return next((s.points for s in award.steps if reached >= s.at_least), award.below)
    if award.each is not None:
        return award.each * reached
    return Fraction(0) if award.completed is not None or award.duel is not None else reached


def passes(stage: Stage, level: str, score: Exact) -> bool:
    """Return whether a score passes a level; its number is included. Source: P7 `levels`, R38."""
    levels = stage.flow.levels
    return levels is not None and score >= levels.passes[int(level) - 1]


def opens_what_counts(gate: AtLeast, score: Exact, correct: int) -> bool:
    """Return whether a practice opens what counts; its number is included. Source: P7, R11."""
    return {"score": score, "correct": correct}[gate.what] >= gate.number


def in_level(stage: Stage, level: str, score: Exact, points: Exact) -> Exact:
    """Return what an attempt at a level is worth: a failed one what the rules say, if they do."""
    levels = stage.flow.levels
    if levels is None or levels.failed_gives is None or passes(stage, level, score):
        return points
    return plain(levels.failed_gives)


def highest_score(stage: Stage) -> Fraction:
    """Return the score of an attempt in which everything is right at once."""
    worth = [section.points for section in stage.paper.sections for _ in range(section.count)]
    return Fraction(Marker(stage, worth).attempt([1] * len(worth), [0] * len(worth)).score)


def _numbers(marking: Marking, worth: Sequence[Fraction]) -> Iterator[Fraction]:
    """Yield every number of which the sum of an attempt is made, and its bounds."""
    yield from (marking.wrong, marking.blank)
    if marking.range is not None:
        yield from (marking.range.least, marking.range.most)
    match marking.speed:
        case None:
            yield from worth
        case SpeedLine() as line:
            yield from (line.start, (line.end - line.start) / line.over_ms)
        case steps:
            yield from (step.points for step in steps)
