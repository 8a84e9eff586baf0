"""Difficulties estimated from answers, held against a published analysis and against known truth."""

import math

import numpy as np
import pytest

from question_bank.calibration import calibrate

# Law School Admission Test, section 6 (Bock & Lieberman, 1970): people with each pattern 00000 to 11111
LSAT6 = "3 6 2 11 1 1 3 4 1 8 0 16 0 3 2 15 10 29 14 81 3 28 15 80 16 56 21 173 11 61 28 298"


def lsat6() -> tuple[list[int], list[int], list[bool]]:
    patterns = [n for n, people in enumerate(map(int, LSAT6.split())) for _ in range(people)]
    rows = [
        (p, item, bool(pattern >> (4 - item) & 1)) for p, pattern in enumerate(patterns) for item in range(5)
    ]
    people, items, right = zip(*rows, strict=True)
    return list(people), list(items), list(right)


def test_the_law_school_test_comes_out_as_published() -> None:
    found = calibrate(*lsat6())

    assert found.slope == pytest.approx(0.7551, abs=1e-4)
    assert found.difficulties == pytest.approx([-3.6153, -1.3224, -0.3176, -1.7301, -2.7802], abs=1e-4)
    assert found.log_likelihood == pytest.approx(-2466.938, abs=1e-3)


def test_the_order_of_the_answers_does_not_matter() -> None:
    people, items, right = map(np.asarray, lsat6())
    shuffled = np.random.default_rng(1).permutation(people.size)

    found, again = (
        calibrate(people, items, right),
        calibrate(people[shuffled], items[shuffled], right[shuffled]),
    )

    assert again.difficulties == pytest.approx(found.difficulties, abs=1e-9)


def simulated(seed: int, people: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return true difficulties of 200 questions, and 20 answers a person to questions drawn at random."""
    random = np.random.default_rng(seed)
    difficulties, abilities = random.normal(size=200), random.normal(size=people)
    person = np.repeat(np.arange(people), 20)
    item = np.concatenate([random.choice(200, 20, replace=False) for _ in range(people)])
    right = random.random(person.size) < 1 / (1 + np.exp(-(abilities[person] - difficulties[item])))
    return difficulties, person, item, right


def test_difficulties_are_found_again_from_one_tenth_of_all_answers() -> None:
    truth, person, item, right = simulated(seed=3, people=5_000)

    found = calibrate(person, item, right)

    assert found.slope == pytest.approx(1, abs=0.05)
    assert math.sqrt(np.mean((found.difficulties - truth) ** 2)) < 0.14
    assert np.sqrt(np.mean(((found.difficulties - truth) / found.errors) ** 2)) == pytest.approx(1, abs=0.2)


def test_the_expected_share_is_that_of_an_average_public_whoever_answered() -> None:
    truth, person, item, right = simulated(seed=4, people=5_000)
    able = (np.bincount(person[right], minlength=5_000) > 10)[person] | (
        item > 0
    )  # only they answer question 0

    found = calibrate(person[able], item[able], right[able])

    asked_of_the_able = right[able & (item == 0)].mean()
    share = found.shares[0]
    expected = np.mean(1 / (1 + np.exp(-(np.random.default_rng(0).normal(size=100_000) - truth[0]))))
    assert abs(share - expected) < abs(asked_of_the_able - expected)


def test_a_question_that_all_or_none_got_right_has_no_finite_difficulty() -> None:
    people, items, right = lsat6()
    people += [0, 1, 0, 1]
    items += [5, 5, 7, 7]
    right += [True, True, False, False]

    found = calibrate(people, items, right)

    assert found.difficulties[5] == -math.inf
    assert math.isnan(found.difficulties[6])
    assert found.difficulties[7] == math.inf
    assert found.shares[[5, 7]].tolist() == [1, 0]
    assert found.difficulties[0] == pytest.approx(-3.6153, abs=1e-4)


def test_no_answer_at_all_gives_nothing() -> None:
    found = calibrate([], [], [])

    assert found.difficulties.size == 0


def test_questions_that_agree_wholly_have_difficulties_too() -> None:
    people, items = np.repeat(np.arange(32), 3), np.tile(np.arange(3), 32)

    found = calibrate(people, items, people % 4 > 0)

    assert found.slope == 5.0
    assert found.shares == pytest.approx([0.75] * 3, abs=0.03)  # the grid of abilities is that coarse
