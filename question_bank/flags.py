"""What in a question's figures calls for a person: one small function a flag, its threshold beside it.

A flag says that somebody should look, never that a question is bad. Nothing is flagged by what chance does
in a few answers: shares and correlations have to stand `SURE` standard errors off. docs/bank.md lists them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

from question_bank.quality import Figures
from question_bank.question import Question

FEWEST = 30  # answers, before anything but exposure is said
SURE = 2.0  # standard errors
EASY = 0.95  # facility
WEAK = 20.0  # discrimination index, below which Moodle calls a question very weak
RISE, UNLIKELY = 0.1, 4.0  # of the facility, and standard deviations: thousands of questions are looked at
MOST_CONTESTS, MOST_MEETINGS = 5, 3.0  # contests that asked it, times a person met it on average


@dataclass(frozen=True)
class Exposure:
    """How often a question was seen."""

    attempts: int = 0
    people: int = 0
    contests: int = 0

    @property
    def meetings(self) -> float:
        """How often a person who met it met it."""
        return self.attempts / self.people if self.people else 0.0


def flags(question: Question, figures: Figures, exposure: Exposure) -> tuple[str, ...]:
    """Return the names of the flags that stand, in the order of FLAGS."""
    return tuple(name for name, stands in FLAGS.items() if stands(question, figures, exposure))


def wrong_key(question: Question, figures: Figures, _exposure: Exposure) -> bool:
    """Return whether there is a wrong option that looks right to the able."""
    return bool(misleading(question, figures))


def misleading(question: Question, figures: Figures) -> tuple[str, ...]:
    """Return the wrong options that the able choose more than a right one, and the abler the more."""
    right = [each for each in figures.options if each.option in question.key]
    if figures.facts.count < FEWEST or not right:
        return ()
    least = min(right, key=lambda each: each.thirds[2])
    certain = SURE / sqrt(figures.facts.count)
    return tuple(
        each.option
        for each in figures.options
        if each.option not in question.key
        and each.thirds[2] > least.thirds[2]
        and each.correlation is not None
        and each.correlation > max(certain, least.correlation or 0)
    )


def too_easy(_question: Question, figures: Figures, _exposure: Exposure) -> bool:
    """Return whether nearly everybody is right."""
    facility = figures.facts.facility
    return figures.facts.count >= FEWEST and facility is not None and facility >= EASY


def too_hard(question: Question, figures: Figures, _exposure: Exposure) -> bool:
    """Return whether people are right less often than by guessing."""
    facility, count = figures.facts.facility, figures.facts.count
    if count < FEWEST or facility is None:
        return False
    by_luck = guessing(question)
    return facility < by_luck - SURE * sqrt(by_luck * (1 - by_luck) / count)


def not_discriminating(_question: Question, figures: Figures, _exposure: Exposure) -> bool:
    """Return whether the able are hardly more often right than the others, however the chance fell."""
    index, count = figures.facts.index, figures.facts.count
    return count >= FEWEST and index is not None and index + 100 * SURE / sqrt(count) < WEAK


def too_often_seen(_question: Question, _figures: Figures, exposure: Exposure) -> bool:
    """Return whether many contests asked it, or the same people met it again and again."""
    often = exposure.people >= FEWEST and exposure.meetings >= MOST_MEETINGS
    return exposure.contests >= MOST_CONTESTS or often


def drifting(_question: Question, figures: Figures, _exposure: Exposure) -> bool:
    """Return whether people of the same rest are ever more often right: it may have leaked."""
    drift = figures.drift
    if drift is None or figures.facts.count < FEWEST:
        return False
    return drift.rise >= RISE and drift.score >= UNLIKELY


def guessing(question: Question) -> float:
    """Return the chance of being right by guessing among all choices there are; 0 where nothing is chosen."""
    many = len(question.options)
    if not question.key or not many:
        return 0.0
    return 1 / many if question.kind in ("single", "true_false") else 1 / (2**many - 1)


FLAGS: dict[str, Callable[[Question, Figures, Exposure], bool]] = {
    "wrong_key": wrong_key,
    "drifting": drifting,
    "too_hard": too_hard,
    "not_discriminating": not_discriminating,
    "too_easy": too_easy,
    "too_often_seen": too_often_seen,
}
