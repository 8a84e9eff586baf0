"""What `flask bank stats` prints."""

from __future__ import annotations

from collections.abc import Iterator

from quiz.errors import N_
from quiz.services.quality_reading import Overview
from quiz.web.language import said


def lines(found: Overview) -> Iterator[str]:
    """Yield what an analysis found: sentences, then tables with tabs of the stages and of the flags.

    A stage: contest, number, attempts, mean and deviation of totals, Cronbach's alpha, standard error.
    """
    values = {"attempts": found.attempts, "answers": found.answers, "questions": found.questions}
    yield said(N_("分析了 %(attempts)s 次答题、%(answers)s 个作答，涉及 %(questions)s 道题。"), values)
    if found.calibrated:
        yield said(N_("%(count)s 道题有校准的难度。"), {"count": found.calibrated})
    for each in found.stages:
        facts = each.facts
        figures = [_told(value) for value in (facts.mean, facts.sd, facts.alpha, facts.error)]
        yield "\t".join((found.titles[each.contest_id], f"{each.stage + 1}", f"{facts.attempts}", *figures))
    for flag, count in found.flagged.items():
        yield f"{flag}\t{count}"


def _told(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
