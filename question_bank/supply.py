"""What a pool is good for before a contest opens: how equal papers are, how soon it is used up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import sqrt

from question_bank.balancing import UNDECLARED
from question_bank.drawing import Drawn, Pool, draw
from question_bank.wanted import PaperRule, SectionRule

PAPERS = 200  # drawn to see how they differ
PEOPLE = 5  # who take one paper after the other until something repeats
MOST_PAPERS = 30  # that one of them takes


@dataclass(frozen=True)
class Spread:
    """What one person of average ability may expect of different papers, in points."""

    mean: float
    deviation: float  # the standard deviation between papers
    least: float
    most: float
    blind: float  # the standard deviation if questions were drawn without balance


@dataclass(frozen=True)
class Exposure:
    """In how many of all papers a question stands, from 0 to 1."""

    mean: float
    most: float
    most_id: int  # the question that stands in the most
    never: int  # questions that stood in none of the papers drawn


@dataclass(frozen=True)
class Supply:
    """What is known about the papers of one stage before it opens."""

    available: tuple[int, ...]  # by section, the questions that may stand in it
    papers: int  # a person can take before a question comes again: `MOST_PAPERS` means at least so many
    spread: Spread
    exposure: Exposure
    undeclared: int  # questions without a difficulty: they count as medium


@dataclass(frozen=True)
class _Paper:
    """A paper of the rules that is drawn in another way."""

    sections: Sequence[SectionRule]
    draw: str
    cover: Sequence[str]
    balance: bool
    shuffle: Sequence[str] = ()


def supply(
    paper: PaperRule, pool: Pool, points: Sequence[Fraction], seed: str, count: int = PAPERS
) -> Supply:
    """Return what a pool is good for, from `count` papers drawn by the seed; the same for the same seed.

    `points`: by section, what a right answer gives.
    Raises ValueError when the pool cannot fill the paper.
    """
    plain = _Paper(tuple(paper.sections), "random", tuple(paper.cover), paper.balance)
    papers = [draw(plain, pool, f"{seed}/{n}") for n in range(count)]
    blind = [draw(replace(plain, balance=False), pool, f"{seed}/{n}") for n in range(count)]
    fitting = [{c.id for c in pool.matching(section)} for section in paper.sections]
    everything = set().union(*fitting)
    return Supply(
        available=tuple(len(ids) for ids in fitting),
        papers=min(
            _papers_before_repeat(replace(plain, draw=paper.draw), pool, f"{seed}/{n}") for n in range(PEOPLE)
        ),
        spread=_spread(papers, blind, pool, points),
        exposure=_exposure(papers, everything),
        undeclared=sum(pool.by_id[i].facility is None for i in everything),
    )


def expected(paper: Sequence[Drawn], pool: Pool, points: Sequence[Fraction]) -> Fraction:
    """Return the points that a person of average ability may expect of a paper."""
    return sum((points[d.section_index] * _facility(pool, d.candidate_id) for d in paper), Fraction(0))


def _facility(pool: Pool, candidate_id: int) -> Fraction:
    found = pool.by_id[candidate_id].facility
    return UNDECLARED if found is None else found


def _spread(
    papers: Sequence[Sequence[Drawn]],
    blind: Sequence[Sequence[Drawn]],
    pool: Pool,
    points: Sequence[Fraction],
) -> Spread:
    scores = [float(expected(paper, pool, points)) for paper in papers]
    return Spread(
        mean=sum(scores) / len(scores),
        deviation=_deviation(scores),
        least=min(scores),
        most=max(scores),
        blind=_deviation([float(expected(paper, pool, points)) for paper in blind]),
    )


def _deviation(scores: Sequence[float]) -> float:
    mean = sum(scores) / len(scores)
    return sqrt(sum((score - mean) ** 2 for score in scores) / len(scores))


def _exposure(papers: Sequence[Sequence[Drawn]], everything: set[int]) -> Exposure:
    times: Mapping[int, int] = Counter(d.candidate_id for paper in papers for d in paper)
    most_id = max(times, key=lambda i: (times[i], -i))
    return Exposure(
        mean=sum(times.values()) / len(papers) / len(everything),
        most=times[most_id] / len(papers),
        most_id=most_id,
        never=len(everything - set(times)),
    )


def _papers_before_repeat(paper: PaperRule, pool: Pool, seed: str) -> int:
    if paper.draw == "fixed":
        return 1
    seen: set[int] = set()
    for number in range(MOST_PAPERS):
        drawn = {d.candidate_id for d in draw(paper, pool, f"{seed}/{number}", seen=seen)}
        if drawn & seen:
            return number
        seen |= drawn
    return MOST_PAPERS
