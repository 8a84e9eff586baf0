"""Whether totals can be fractions: then a document has to state its smallest point and its rounding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from quiz.errors import N_, Fault
from quiz.rules.parts import Document, SpeedLine, Stage
from quiz.rules.reading import Source

MANY_OPTIONS = ("multiple", "indefinite", "fill", "order", "match")  # may be right in part


def unstated(source: Source, document: Document) -> list[Fault]:
    """Return a fault for each stage whose totals can be fractions and that states no smallest point."""
    sentence = N_('总分可能不是整数，请写上最小计分单位，如 point: "0.1"（总分按 rounding 取到这一单位）。')
    return [
        Fault(f"/stages/{n}", source.line(f"/stages/{n}"), "point_missing", sentence)
        for n, stage in enumerate(document.stages)
        if not stage.point_stated and totals_can_be_fractions(stage)
    ]


def totals_can_be_fractions(stage: Stage) -> bool:
    """Return whether a person's total can be other than a whole number of points."""
    if "mean" in (stage.person.within_period, stage.person.across_periods):
        return True
    given = [event.points for event in stage.events.values()]
    if stage.flow.levels is not None and stage.flow.levels.failed_gives is not None:
        given.append(stage.flow.levels.failed_gives)
    return not _all_whole(given) or _award_can(stage)


def _award_can(stage: Stage) -> bool:
    award = stage.award
    bonuses = (award.completed, award.perfect, *(award.duel or ()))
    if not _all_whole(bonus for bonus in bonuses if bonus is not None):
        return True
    if award.steps:
        return not _all_whole([award.below, *(step.points for step in award.steps)])
    if award.each is not None and award.each.denominator != 1:
        return True
    nothing_else = award.each is None and (award.completed is not None or award.duel is not None)
    return award.source == "score" and not nothing_else and _score_can(stage)


def _score_can(stage: Stage) -> bool:
    marking = stage.marking
    if marking.multiple != "all_or_nothing" and any(
        not section.kinds or set(section.kinds) & set(MANY_OPTIONS) for section in stage.paper.sections
    ):
        return True
    return not _all_whole(_worths(stage))


def _worths(stage: Stage) -> Iterator[Fraction]:
    """Yield every number of which a score is made; a line of speed makes all fractions between its ends."""
    marking = stage.marking
    yield from (marking.wrong, marking.blank)
    if marking.streak is not None:
        yield marking.streak.grow
    if marking.range is not None:
        yield from (marking.range.least, marking.range.most)
    match marking.speed:
        case None:
            yield from (section.points for section in stage.paper.sections)
        case SpeedLine() as line:
            yield from (line.start, (line.end - line.start) / line.over_ms)
        case steps:
            yield from (step.points for step in steps)


def _all_whole(numbers: Iterable[Fraction]) -> bool:
    return all(number.denominator == 1 for number in numbers)
