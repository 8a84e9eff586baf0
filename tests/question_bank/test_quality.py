"""How a question proved itself: figures that are right by eye, by hand, and by what others published."""

from __future__ import annotations

from dataclasses import astuple
from fractions import Fraction
from math import sqrt

import pytest

from question_bank.quality import Answers, Response, facts, median_ms, of_test

# the law school test of Bock & Lieberman (1970): people with each pattern 00000 to 11111
LSAT6 = "3 6 2 11 1 1 3 4 1 8 0 16 0 3 2 15 10 29 14 81 3 28 15 80 16 56 21 173 11 61 28 298"
PATTERNS = [(f"{pattern:05b}", count) for pattern, count in enumerate(map(int, LSAT6.split()))]


def answered(*rows: tuple[str, float, float], at_min: int = 0) -> Answers:
    """Return answers from rows (letters chosen, mark, rest), one a minute where `at_min` is not zero."""
    found = Answers()
    for n, (chosen, mark, rest) in enumerate(rows):
        found.add(Response(tuple(chosen), mark, rest, at_ms=n * at_min * 60_000))
    return found


def test_the_facilities_of_lsat6_are_those_that_were_published():
    attempts = [
        {str(i): int(bit) for i, bit in enumerate(pattern)}
        for pattern, count in PATTERNS
        for _ in range(count)
    ]

    found = facts(attempts, {str(i): 1 for i in range(5)})

    assert [round(each.facility or 0, 3) for each in found.values()] == [0.924, 0.709, 0.553, 0.763, 0.870]


def test_a_question_is_held_against_the_rest_of_the_attempt_without_itself():
    attempts = [{"a": 0, "b": 1}, {"a": 2, "b": 3}, {"a": 4, "b": 2}]  # b is the rest of a

    found = facts(attempts, {"a": 4, "b": 4})["a"]

    # deviations of a: -2 0 2, of b: -1 1 0; the sum of products is 2, sorted 4; those of squares are 8 and 2
    assert found.count == 3
    assert found.facility == 0.5
    assert found.sd == 0.5  # of the marks 2, the most is 4
    assert found.index == pytest.approx(100 * 2 / sqrt(8 * 2))
    assert found.efficiency == pytest.approx(100 * 2 / 4)


def test_where_nothing_varies_there_is_no_discrimination():
    same_marks = facts([{"a": 1, "b": 0}, {"a": 1, "b": 1}], {"a": 1})["a"]
    same_rests = facts([{"a": 1, "b": 1}, {"a": 0, "b": 1}], {"a": 1})["a"]

    assert (same_marks.sd, same_marks.index, same_marks.efficiency) == (0.0, None, None)
    assert (same_rests.sd, same_rests.index, same_rests.efficiency) == (sqrt(0.5), None, None)


def test_equal_shares_that_no_float_can_hold_do_not_vary():
    thirds = [{"a": Fraction(1, 3), "b": n} for n in range(6)]

    assert facts(thirds, {"a": 1})["a"].index is None


def test_a_question_worth_nothing_and_one_that_nobody_saw_have_no_figures():
    found = facts([{"a": 0}], {"a": 0, "b": 1})

    assert (found["a"].facility, found["b"].facility, found["b"].count) == (None, None, 0)


def test_one_answer_has_a_facility_and_no_deviation():
    found = facts([{"a": 1, "b": 1}], {"a": 1})["a"]

    assert (found.facility, found.sd, found.index) == (1.0, None, None)


def test_counted_answers_give_the_same_figures_as_a_table_of_marks():
    attempts = [{"a": n % 2, "b": n * n % 7, "c": n % 5} for n in range(40)]
    counted = Answers()
    for each in attempts:
        counted.add(Response((), each["a"], each["b"] + each["c"]))

    assert astuple(counted.figures(()).facts) == pytest.approx(astuple(facts(attempts, {"a": 1})["a"]))


def test_an_answer_without_a_rest_counts_for_the_facility_alone():
    found = Answers()
    found.add(Response(("A",), 1, None))
    found.add(Response(("B",), 0, 0.5))

    figures = found.figures("AB")

    assert (figures.facts.facility, figures.facts.index) == (0.5, None)
    assert ([each.count for each in figures.options], figures.thirds) == ([1, 1], (0, 1, 0))


def test_options_are_counted_by_thirds_of_the_rest():
    figures = answered(("A", 0, 1), ("B", 0, 2), ("A", 0, 3), ("C", 1, 4), ("C", 1, 5), ("C", 1, 6)).figures(
        "ABC"
    )

    assert figures.thirds == (2, 2, 2)
    assert [(each.option, each.count, each.thirds) for each in figures.options] == [
        ("A", 2, (1, 1, 0)),
        ("B", 1, (1, 0, 0)),
        ("C", 3, (0, 1, 2)),
    ]


def test_equal_rests_lie_in_the_same_third():
    figures = answered(*[("A", 1, 1)] * 2, *[("A", 1, 2)] * 6, ("A", 1, 3)).figures("A")

    assert figures.thirds == (2, 6, 1)


def test_choosing_the_right_option_goes_with_the_rest_as_the_mark_does():
    figures = answered(("A", 0, 1), ("B", 1, 2), ("A", 0, 2), ("B", 1, 5)).figures("AB")

    assert figures.facts.index is not None
    assert figures.options[1].correlation == pytest.approx(figures.facts.index / 100)
    assert figures.options[0].correlation == pytest.approx(-figures.facts.index / 100)


def test_what_was_left_out_is_counted():
    assert answered(("", 0, 1), ("A", 1, 2), ("", 0, 3)).figures("A").omitted == 2


def test_the_median_of_times_is_told_to_a_tenth_of_a_second():
    found = Answers()
    for ms in (9_000, 1_049, 3_210):
        found.add(Response(("A",), 1, 1, ms))

    assert found.figures("A").median_ms == 3_200
    assert median_ms({}) is None


def test_marks_that_rise_among_people_of_the_same_rest_are_a_drift():
    rising = answered(*[("A", int(n >= 50), 7) for n in range(100)], at_min=1).figures("A").drift

    # minutes 0 … 99 against 50 zeros and 50 ones: a slope of 0.015 a minute, times 99
    assert rising is not None
    assert rising.rise == pytest.approx(0.015 * 99, rel=1e-3)
    assert rising.score > 8


def test_abler_people_later_on_are_no_drift():
    abler = answered(
        *[("A", n % 2, 1) for n in range(50)], *[("A", int(n % 10 > 0), 9) for n in range(50)], at_min=1
    ).figures("A")

    assert abler.drift is not None
    assert abs(abler.drift.score) < 1


def test_without_time_between_answers_there_is_no_drift():
    assert answered(("A", 0, 1), ("A", 1, 1)).figures("A").drift is None


def test_a_test_whose_items_agree_wholly_is_wholly_reliable():
    found = of_test([(0, 1), (2, 1), (4, 1)], [[(0, 1), (1, 1), (2, 1)]] * 2)

    assert (found.attempts, found.mean, found.sd) == (3, 2.0, 2.0)
    assert (found.alpha, found.error) == (1.0, 0.0)


def test_the_reliability_of_lsat6_is_low():
    totals = [(pattern.count("1"), count) for pattern, count in PATTERNS]
    items = [[(int(pattern[i]), count) for pattern, count in PATTERNS] for i in range(5)]

    found = of_test(totals, items)

    assert found.mean == pytest.approx(3.819)
    assert found.alpha == pytest.approx(0.295, abs=5e-4)
    assert found.error == pytest.approx((found.sd or 0) * sqrt(1 - (found.alpha or 0)))


def test_one_item_or_one_attempt_has_no_reliability():
    assert of_test([(1, 1), (2, 1)], [[(1, 1), (2, 1)]]).alpha is None
    assert of_test([(1, 1)], [[(1, 1)]] * 2).sd is None
