"""Attempts for the examples of a rules page: such as people can reach, marked and folded as in a contest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from quiz.rules import scoring, standings
from quiz.rules.parts import Stage
from quiz.rules.scoring import Answer, Marked
from quiz.rules.standings import Line, Played

MOST_ATTEMPTS = 3  # in an example: as many as a reader adds up at a glance
EVERY_NUMBER = 60  # questions: an example of a longer paper tries twenty of the numbers that can be right
TRIED = 20
WRONG_AT = 3  # the question that is answered wrongly in an example
SHARES = (Fraction(4, 5), Fraction(3, 5), Fraction(1))  # of the questions right: three usual people


@dataclass(frozen=True)
class Example:
    """A person's attempts: what each is worth, by period, and what they come to."""

    rounds: tuple[tuple[Fraction, ...], ...]
    total: Fraction


def right(stage: Stage, number: int) -> Marked:
    """Return what an attempt comes to whose first so many questions are right at once, the others wrong."""
    worth = _worth(stage)
    return scoring.mark(stage, [Answer(Fraction(n < number), 0, each) for n, each in enumerate(worth)])


def one_wrong(stage: Stage) -> Marked:
    """Return what an attempt comes to with one wrong answer and everything else right at once."""
    worth = _worth(stage)
    return scoring.mark(stage, [Answer(Fraction(n != WRONG_AT), 0, each) for n, each in enumerate(worth, 1)])


def _worth(stage: Stage) -> list[Fraction]:
    return [section.points for section in stage.paper.sections for _ in range(section.count)]


def possible(stage: Stage) -> list[Fraction]:
    """Return what an attempt can be worth, from everything wrong to everything right."""
    if stage.award.duel is not None:
        return sorted(set(stage.award.duel))
    if stage.flow.redo == "until_right":
        return [right(stage, stage.paper.count).points]
    marks = _marks(stage)
    if stage.flow.levels is None:
        return [each.points for each in marks]
    return [_at_level(stage, "1", each) for each in marks]


def _marks(stage: Stage) -> list[Marked]:
    """Return what attempts come to, from everything wrong to everything right."""
    most = stage.paper.count
    numbers = range(most + 1) if most <= EVERY_NUMBER else (most * n // TRIED for n in range(TRIED + 1))
    return [right(stage, number) for number in numbers]


def usual(stage: Stage) -> tuple[Fraction, ...]:
    """Return what three attempts are worth: two good ones and a full one; different where they can be."""
    found = possible(stage)
    most = len(found) - 1
    picked = (found[-(-4 * most // 5)], found[3 * most // 5], found[most])
    different = sorted(set(found))
    if len(set(picked)) < min(len(different), 2):
        return (different[-1], different[0], different[len(different) // 2])
    return picked


def of_person(stage: Stage, cumulative: bool = True) -> Example | None:
    """Return an example of a person's attempts; None where there is only one, or nothing to add up."""
    found = _of_levels(stage) if stage.flow.levels is not None else _rounds(stage, usual(stage))
    if not cumulative:
        found = found[:1]
    played = [each for n, points in enumerate(found) for each in _played(stage, n, points)]
    if len(played) < 2 or not any(each.points for each in played):
        return None
    return Example(found, _folded(stage, played).total * stage.point)


def _rounds(stage: Stage, worths: Sequence[Fraction]) -> tuple[tuple[Fraction, ...], ...]:
    """Return what attempts are worth, by period: as many as the quota allows."""
    limit = stage.quota.limit
    spans = [limit.per_period, limit.total, limit.per_day if _one_day(stage) else None]
    most = min([MOST_ATTEMPTS, *(span for span in spans if span is not None)])
    if stage.calendar.period == "none":
        return (tuple(worths[:most]),)
    if limit.total is not None:
        most = max(1, min(most, limit.total - 1))
    return (tuple(worths[:most]), (max(worths),)) if limit.total != 1 else (tuple(worths[:1]),)


def _one_day(stage: Stage) -> bool:
    """Return whether the attempts of one period are of one day."""
    counted = stage.person.counted
    by_day = stage.person.cap.per_day is not None or (counted is not None and counted.of == "day")
    return stage.calendar.period == "day" or by_day


def _of_levels(stage: Stage) -> tuple[tuple[Fraction, ...], ...]:
    """Return attempts at the first two levels as `again` allows them: a failed one first where it can be."""
    levels = stage.flow.levels
    assert levels is not None  # asked before
    marks = _marks(stage)

    passed = [[m for m in marks if scoring.passes(stage, level, m.score)] for level in ("1", "2")]
    failed = [m for m in marks if not scoring.passes(stage, "1", m.score)]
    if not all(passed):
        return ((),)
    first, second = passed[0][len(passed[0]) // 2], passed[1][-1]
    tries = [_at_level(stage, "1", first)]
    if levels.again == "always":
        tries.append(_at_level(stage, "1", passed[0][-1]))
    elif levels.again == "failed" and failed:
        tries.insert(0, _at_level(stage, "1", failed[-1]))
    return tuple(tries), (_at_level(stage, "2", second),)


def _at_level(stage: Stage, level: str, marked: Marked) -> Fraction:
    return Fraction(scoring.in_level(stage, level, marked.score, marked.points))


def _played(stage: Stage, number: int, worths: Sequence[Fraction]) -> Iterator[Played]:
    """Yield a period's attempts as the fold sees them: all of one day, ten minutes apart."""
    for n, points in enumerate(worths):
        at_ms = (1000 * number + 10 * n) * 60_000
        period = f"{number}" if stage.calendar.period != "none" else ""
        yield Played(
            number * 10 + n,
            0,
            at_ms,
            at_ms + 60_000,
            period,
            f"{number}",
            points,
            0,
            1,
            points,
            60_000,
            False,
        )


def _folded(stage: Stage, played: Sequence[Played]) -> Line:
    line = standings.line(stage, played)
    assert line is not None  # there are attempts
    return line


def people(stage: Stage) -> list[Line]:
    """Return the lines of four people with one attempt each: all right, two usual ones, nothing right."""
    found = possible(stage)
    good, fair, _ = usual(stage)
    worths = [found[-1], good, fair, found[0]]
    lines = [_folded(stage, list(_played(stage, 0, [each]))) for each in sorted(worths, reverse=True)]
    return [
        Line(one.total, one.time_ms, one.reached_ms, one.first_started_ms, 1, int(n == 0))
        for n, one in enumerate(lines)
    ]
