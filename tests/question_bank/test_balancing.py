"""Balanced papers: equally hard, as hard as the questions are on the whole, and everything can be drawn."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction
from random import Random
from statistics import mean, pstdev

import pytest

from question_bank.balancing import strata
from question_bank.drawing import Candidate, Pool, draw
from tests.question_bank.papers import Paper, Section, ids, starter

PAPERS = 200


def calibrated(count: int) -> Pool:
    """Questions whose shares of right answers spread as item banks of this field do."""
    chance = Random(2026)
    return Pool(
        [
            Candidate(
                n, "single", {}, None, calibrated=Fraction(min(98, max(5, round(chance.gauss(58, 20)))), 100)
            )
            for n in range(count)
        ]
    )


def right(facility: Fraction, ability: float) -> float:
    """Return the chance of a person of this ability, 0 being average (Rasch, 1960)."""
    hardness = math.log((1 - facility) / facility)
    return 1 / (1 + math.exp(hardness - ability))


def spread(paper: Paper, pool: Pool, ability: float) -> float:
    """Return by how much the expected score of one person differs between papers (SD)."""
    facilities = {c.id: c.facility or Fraction(1, 2) for c in pool.candidates}
    return pstdev(
        sum(right(facilities[i], ability) for i in ids(draw(paper, pool, f"{seed}")))
        for seed in range(PAPERS)
    )


@pytest.mark.parametrize("ability", [-1.0, 0.0, 1.0])
def test_the_same_person_may_expect_the_same_score_within_a_quarter_of_blind_drawing(ability: float) -> None:
    pool = calibrated(400)

    blind = spread(Paper([Section(20)]), pool, ability)
    balanced = spread(Paper([Section(20)], balance=True), pool, ability)

    assert blind > 0.6
    assert balanced < blind / 4


@pytest.mark.parametrize("cover", [(), ("criterion",)])
def test_declared_difficulties_are_divided_alike_in_every_paper(cover: tuple[str, ...]) -> None:
    pool = starter()
    paper = Paper([Section(12, ["single"]), Section(20)], balance=True, cover=cover)

    divided = {
        tuple(sorted(Counter(pool.by_id[i].difficulty for i in ids(draw(paper, pool, f"{seed}"))).items()))
        for seed in range(50)
    }

    assert len(divided) == 1


def test_a_balanced_paper_is_as_hard_as_the_questions_on_the_whole() -> None:
    pool = calibrated(400)
    paper = Paper([Section(20)], balance=True)

    drawn = [i for seed in range(PAPERS) for i in ids(draw(paper, pool, f"{seed}"))]
    facility = {c.id: c.facility or Fraction(0) for c in pool.candidates}

    assert abs(mean(facility[i] for i in drawn) - mean(facility.values())) < Fraction(1, 50)
    assert set(drawn) == set(pool.by_id)


def test_the_few_hard_questions_are_drawn_too() -> None:
    words = ["easy"] * 60 + ["medium"] * 38 + ["hard"] * 2
    pool = Pool([Candidate(n, "single", {}, word) for n, word in enumerate(words)])

    papers = [ids(draw(Paper([Section(10)], balance=True), pool, f"{seed}")) for seed in range(50)]

    assert {tuple(sorted(Counter(words[i] for i in paper).items())) for paper in papers} == {
        (("easy", 6), ("hard", 1), ("medium", 3))
    }


def test_bands_hold_alike_questions_together_and_give_the_whole_section() -> None:
    facilities = {n: Fraction(n // 3, 10) for n in range(30)}

    bands = strata(facilities, 7, 5)

    assert sum(band.count for band in bands) == 7
    assert sorted(i for band in bands for i in band.ids) == list(range(30))
    assert all(
        len({n // 3 for n in band.ids} & {n // 3 for n in other.ids}) == 0
        for band in bands
        for other in bands
        if band is not other
    )


def test_balance_gives_way_where_sections_leave_no_choice() -> None:
    rows = [Candidate(n, "single", {"topic": ("水",)}, "easy") for n in range(4)]
    rows += [Candidate(n, "single", {"topic": ("火",)}, "hard") for n in range(4, 6)]
    paper = Paper([Section(4, tags={"topic": ["水"]}), Section(2)], balance=True)

    assert sorted(ids(draw(paper, Pool(rows), "seed"))) == list(range(6))
