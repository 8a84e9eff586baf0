"""What is said about papers before a contest opens."""

from __future__ import annotations

from fractions import Fraction

import pytest

from question_bank.drawing import Candidate, Pool
from question_bank.supply import MOST_PAPERS, supply
from tests.question_bank.papers import Paper, Section, starter

ONE = [Fraction(1)]


def questions(count: int) -> Pool:
    return Pool([Candidate(n, "single", {}, ("easy", "hard")[n % 2]) for n in range(count)])


def test_papers_of_unseen_questions_repeat_nothing_until_the_pool_is_through() -> None:
    found = supply(Paper([Section(5)], draw="unseen"), questions(23), ONE, "1")

    assert found.papers == 4
    assert found.available == (23,)


def test_random_papers_repeat_sooner_and_fixed_ones_at_once() -> None:
    assert supply(Paper([Section(5)]), questions(23), ONE, "1").papers < 4
    assert supply(Paper([Section(5)], draw="fixed"), questions(1000), ONE, "1").papers == 1
    assert supply(Paper([Section(5)], draw="unseen"), questions(1000), ONE, "1").papers == MOST_PAPERS


def test_the_spread_is_told_beside_what_blind_drawing_would_give() -> None:
    found = supply(Paper([Section(10)], balance=True), questions(100), [Fraction(2)], "1")

    assert (found.spread.mean, found.spread.deviation) == (10.0, 0.0)
    assert found.spread.blind == pytest.approx(1.8, abs=0.3)  # 2 points × √10 × 0.3 × √(90/99)


def test_exposure_is_the_share_of_papers_in_which_a_question_stands() -> None:
    found = supply(Paper([Section(5)]), questions(50), ONE, "1")

    assert found.exposure.mean == pytest.approx(0.1)
    assert 0.1 < found.exposure.most < 0.2
    assert found.exposure.never == 0


def test_a_rare_value_that_must_be_covered_is_seen_in_the_exposure_and_soon_used_up() -> None:
    rows = [Candidate(n, "single", {"criterion": ("1",)}, None) for n in range(60)]
    rows += [Candidate(n, "single", {"criterion": ("2",)}, None) for n in range(60, 62)]
    found = supply(Paper([Section(5)], draw="unseen", cover=["criterion"]), Pool(rows), ONE, "1")

    assert found.papers <= 2
    assert found.exposure.most > 0.4
    assert found.undeclared == 62


def test_the_same_seed_says_the_same() -> None:
    paper = Paper([Section(50)], cover=["criterion"], balance=True)

    assert supply(paper, starter(), ONE, "1") == supply(paper, starter(), ONE, "1")
