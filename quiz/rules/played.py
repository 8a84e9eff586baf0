"""From an attempt as it was sent to what it came to: late answers, answers given again, marks, time."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache, partial
from itertools import accumulate

from quiz.rules import course, timing
from quiz.rules.beside import Sheet
from quiz.rules.case import OUTCOMES
from quiz.rules.case_rows import AttemptRow
from quiz.rules.corrections import Keys
from quiz.rules.numbers import Exact, plain
from quiz.rules.parts import Award, Stage
from quiz.rules.scoring import MOST_REMEMBERED, Came, Marker, in_level, worth_of
from quiz.rules.standings import Played

Given = tuple[Sequence[Exact | None], Sequence[int]]  # rightness and time of each answer


class Reader:
    """Marks the attempts of one stage, under the clock of one kind of people."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        worth = [section.points for section in stage.paper.sections for _ in range(section.count)]
        self._worths, self._of = worth, len(worth)
        self._marker = Marker(stage, worth)
        self._has_levels = stage.flow.levels is not None
        self._worth = lru_cache(maxsize=MOST_REMEMBERED)(partial(_worth, stage.award))  # many are alike

    def played(self, row: AttemptRow, keys: Keys | None = None) -> Played:
        """Return what an attempt came to, before corrections of its points; `keys`: corrected ones."""
        stage, started, of = self.stage, row.started_ms, self._of
        limit, left_ms = timing.limit_ms(stage, started), ended_by_leaving_ms(stage, row)
        row = row if left_ms is None else _until(row, left_ms)
        if row.stored is not None:
            came = self._stored(row)
        elif keys and row.sheet is not None:
            came, of = self._marked_again(row, row.sheet, keys, limit)
        else:
            came = self._marker.attempt(*self.given(row, limit))
        if left_ms is not None and stage.clock.leaving == "zero":
            came = NOTHING_CAME
        points = in_level(stage, row.scene, came.score, came.points) if self._has_levels else came.points
        if row.duel and stage.award.duel is not None:
            points += plain(stage.award.duel[OUTCOMES.index(row.duel)])
        if came is NOTHING_CAME:
            points = 0
        time_ms = row.stored.time_ms if row.stored is not None else row.time_ms
        return Played(
            id=row.id,
            person=0,
            started_ms=started,
            finished_ms=row.finished_ms if limit is None else min(row.finished_ms, limit),
            period=timing.period_of(stage, started, row.scene or None),
            day=timing.day_of(stage, started),
            score=came.score,
            correct=came.correct,
            of=of,
            points=points,
            time_ms=timing.time_ms(stage, started, row.finished_ms, limit, self._asked(row))
            if time_ms is None
            else time_ms,
            full=came.full,
        )

    def _asked(self, row: AttemptRow) -> Sequence[int]:
        """Return the times of the answers that are read: all where questions come again, else the paper's."""
        return row.ms if self.stage.flow.redo == "until_right" else row.ms[: self._of]

    def given(self, row: AttemptRow, limit_ms: int | None) -> Given:
        """Return one answer for each question that was shown; what came too late is wrong."""
        answers = self._in_time(row, limit_ms)
        if self.stage.flow.redo == "until_right":
            return _last_given(answers, row.ms, self._of)
        return answers[: self._of], row.ms[: self._of]

    def _marked_again(self, row: AttemptRow, sheet: Sheet, keys: Keys, limit: int | None) -> tuple[Came, int]:
        """Return what an attempt comes to by corrected keys, and of how many questions."""
        rule, found = self.stage.marking.multiple, list[Exact | None]()
        for n, (right, chosen) in enumerate(zip(row.answers, sheet.chosen, strict=False)):
            corrected = keys.get(sheet.questions[n]) if n < len(sheet.questions) else None
            came_late = right is not None and not chosen  # wrong, whatever the key becomes
            if corrected is None or came_late:
                again = right
            else:
                again = corrected[0].right(chosen, corrected[1], rule)
            found.append(again if again is None else plain(Fraction(again)))
        given, times = self.given(row._replace(answers=tuple(found)), limit)
        named = [keys.get(question, (None,))[0] for question in sheet.questions]
        kept = [n for n in range(len(given)) if not (n < len(named) and (key := named[n]) and key.is_out)]
        all_have = {n for n, key in enumerate(named) if key is not None and key.is_for_all}
        answers = [1 if n in all_have else given[n] for n in kept]
        ms = [
            times[n] if sheet.chosen[n] or n not in all_have else timing.unanswered_ms(self.stage)
            for n in kept
        ]
        worth = [each for n, each in enumerate(self._worths) if n in kept or n >= len(given)]
        return Marker(self.stage, worth).attempt(answers, ms), len(worth)

    def _in_time(self, row: AttemptRow, limit_ms: int | None) -> Sequence[Exact | None]:
        clock = self.stage.clock
        longest = None if clock.per_question_ms is None else clock.per_question_ms + clock.grace_ms
        until = None if limit_ms is None else limit_ms + clock.grace_ms
        if (until is None or row.started_ms + sum(row.ms) <= until) and (
            longest is None or max(row.ms, default=0) <= longest
        ):
            return row.answers
        received, found = row.started_ms, list[Exact | None]()
        for right, ms in zip(row.answers, row.ms, strict=True):
            received += ms
            late = (until is not None and received > until) or (longest is not None and ms > longest)
            found.append(0 if late and right is not None else right)
        return found

    def _stored(self, row: AttemptRow) -> Came:
        """Return a result on record with what it is worth by the rules."""
        kept = row.stored
        assert kept is not None  # asked only where it is
        above, below = kept.score.numerator, kept.score.denominator
        points = self._worth(above, below, kept.correct, kept.done, kept.full)
        return Came(kept.score, points, kept.correct, kept.full)


def _worth(award: Award, above: int, below: int, correct: int, done: bool, full: bool) -> Exact:
    return plain(worth_of(award, plain(Fraction(above, below)), correct, done, full))


NOTHING_CAME = Came(0, 0, 0, False)


def ended_by_leaving_ms(stage: Stage, row: AttemptRow) -> int | None:
    """Return when leaving the page ended an attempt, None where it did not. Source: P5 `leaving`."""
    if not row.left:
        return None
    return course.left_ms(stage, [row.started_ms + ms for ms in row.left])


def _until(row: AttemptRow, left_ms: int) -> AttemptRow:
    """Return an attempt as it was when leaving the page ended it."""
    came = sum(row.started_ms + ms <= left_ms for ms in accumulate(row.ms))
    finished_ms = min(row.finished_ms, left_ms)
    return row._replace(finished_ms=finished_ms, answers=row.answers[:came], ms=row.ms[:came])


def _last_given(answers: Sequence[Exact | None], ms: Sequence[int], of: int) -> Given:
    """Return the last answer to each question where wrong ones come again.

    First the paper once, then in the paper's order what is not right yet, again and again. Source: R42.
    """
    found, taken = list(answers[:of]), list(ms[:of])
    at = len(found)
    while at < len(answers):
        again = [n for n, right in enumerate(found) if right != 1]
        if not again:
            break
        for n in again[: len(answers) - at]:
            found[n], taken[n] = answers[at], ms[at]
            at += 1
    return found, taken
