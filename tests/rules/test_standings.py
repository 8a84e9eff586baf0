"""The fold: one person's attempts to a line, lines to an order, an order to places."""

from __future__ import annotations

from dataclasses import asdict, replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.rules import standings, timing
from quiz.rules.building import build
from quiz.rules.parts import Stage
from quiz.rules.standings import Line, Places, Played
from tests.rules.documents import calendar, small, stage

START = timing.moment_ms("Asia/Shanghai", "2024-07-01 08:00")
HOUR, DAY = 3_600_000, 86_400_000
ORDERS = ["total", "time", "reached", "first_started", "attempts"]


def played(of: Stage, n: int, points: int | str, start_ms: int, time_ms: int = 60_000) -> Played:
    return Played(
        id=n,
        person=1,
        started_ms=start_ms,
        finished_ms=start_ms + time_ms,
        period=timing.period_of(of, start_ms),
        day=timing.day_of(of, start_ms),
        score=Fraction(points),
        correct=0,
        of=3,
        points=Fraction(points),
        time_ms=time_ms,
        full=False,
    )


def days(of: Stage, *each_day: list[int]) -> list[Played]:
    """Return attempts of an hour apart, worth so much, on consecutive days; the n-th takes n seconds."""
    found: list[Played] = []
    for day, points in enumerate(each_day):
        for hour, worth in enumerate(points):
            n = len(found) + 1
            found.append(played(of, n, worth, START + day * DAY + hour * HOUR, n * 1_000))
    return found


# person (P10), total, time in seconds: of attempts worth 3 7 5 on the first day and 6 2 on the second
PERSONS: dict[str, tuple[dict[str, Any], int, int]] = {
    "everything": ({}, 23, 15),
    "the best of all": ({"within_period": "best", "across_periods": "best"}, 7, 2),
    "the best of each day": ({"within_period": "best", "across_periods": "sum"}, 13, 6),
    "the last of each day": ({"within_period": "last", "across_periods": "sum"}, 7, 8),
    "the first of each day": ({"within_period": "first", "across_periods": "sum"}, 9, 5),
    "the first two of each day": ({"counted": {"first": 2, "of": "day"}}, 18, 12),
    "the best day": ({"across_periods": "best"}, 15, 6),
    "the latest day": ({"across_periods": "latest"}, 8, 9),
    "the best one of the days": ({"across_periods": {"sum_of_best": 1}}, 15, 6),
    "the mean of a day": ({"within_period": "mean"}, 9, 15),
    "capped by day": ({"cap": {"per_day": 10}}, 18, 15),
    "capped in all": ({"cap": {"total": 20}}, 20, 15),
    "capped by day and in all": ({"cap": {"per_day": 10, "total": 17}}, 17, 15),
}


@pytest.mark.parametrize(("person", "total", "seconds"), PERSONS.values(), ids=PERSONS)
def test_a_persons_total_and_time(person: dict[str, Any], total: int, seconds: int) -> None:
    of = stage(person=person)

    line = standings.line(of, days(of, [3, 7, 5], [6, 2]))

    assert line is not None
    assert (line.total, line.time_ms, line.attempts) == (total, seconds * 1_000, 5)


def test_the_line_of_a_period_looks_at_that_period_alone() -> None:
    of = stage()

    line = standings.line(of, days(of, [3, 7, 5], [6, 2]), "2024-07-02")

    assert line is not None
    assert (line.total, line.attempts, line.first_started_ms) == (8, 2, START + DAY)


def test_nobody_without_an_attempt_has_a_line() -> None:
    assert standings.line(stage(), []) is None
    assert standings.line(stage(), days(stage(), [3]), "2024-07-09") is None


def test_of_equal_bests_the_quicker_then_the_earlier_is_taken() -> None:
    of = stage(person={"within_period": "best", "across_periods": "best"})
    slow = played(of, 1, 8, START, 90_000)
    quick = played(of, 2, 8, START + HOUR, 60_000)
    later = played(of, 3, 8, START + 2 * HOUR, 60_000)

    line = standings.line(of, [later, slow, quick])

    assert line is not None
    assert (line.time_ms, line.reached_ms, line.first_started_ms) == (60_000, quick.finished_ms, START)


def test_a_total_is_reached_with_the_last_attempt_that_gave_points() -> None:
    of = stage()
    attempts = days(of, [3, 7], [0])

    line = standings.line(of, attempts)

    assert line is not None
    assert line.reached_ms == attempts[1].finished_ms


@pytest.mark.parametrize("across", ["sum", "mean"])
def test_an_attempt_above_the_cap_gave_nothing(across: str) -> None:
    of = stage(person={"cap": {"per_day": 10}, "across_periods": across})
    attempts = days(of, [3, 7, 5])

    line = standings.line(of, attempts)

    assert line is not None
    assert (line.total, line.reached_ms) == (10, attempts[1].finished_ms)


def test_a_fraction_is_rounded_to_the_smallest_point_once_at_the_end() -> None:
    thirds = [played(stage(), n, "1/3", START + n * HOUR) for n in range(5)]

    totals = {
        rounding: standings.line(stage({"point": "0.1", "rounding": rounding}), thirds)
        for rounding in ("half_up", "down")
    }

    assert {name: line.total for name, line in totals.items() if line} == {"half_up": 17, "down": 16}


ATTEMPTS = st.lists(
    st.tuples(
        st.integers(-20, 100), st.integers(0, 25 * DAY), st.integers(1, 600_000), st.sampled_from([1, 2, 3])
    ),
    min_size=1,
    max_size=12,
)
PERSON = st.fixed_dictionaries(
    {
        "within_period": st.sampled_from(["best", "last", "first", "sum", "mean"]),
        "across_periods": st.sampled_from(["best", "latest", "sum", "mean", {"sum_of_best": 2}]),
    },
    optional={
        "counted": st.fixed_dictionaries(
            {"first": st.integers(1, 3), "of": st.sampled_from(["day", "period"])}
        ),
        "cap": st.dictionaries(st.sampled_from(["per_day", "per_period", "total"]), st.integers(1, 150)),
    },
)


OF_PERIOD = {
    period: stage({"point": "0.01"}, calendar=calendar(period=period)) for period in ("none", "day", "week")
}


@settings(deadline=None)  # two cores may be busy with something else
@given(PERSON, ATTEMPTS, st.sampled_from(["none", "day", "week"]), st.randoms())
def test_the_order_of_arrival_changes_nothing(person: Any, rows: Any, period: str, random: Any) -> None:
    of = replace(OF_PERIOD[period], person=build(small(person=person)).stages[0].person)
    attempts = [
        played(of, n, f"{points}/{part}", START + at, ms) for n, (points, at, ms, part) in enumerate(rows)
    ]
    mixed = list(attempts)
    random.shuffle(mixed)

    assert standings.line(of, mixed) == standings.line(of, attempts)


LINES = st.builds(
    Line,
    total=st.integers(-(10**9), 10**12),
    time_ms=st.integers(0, 10**11),
    reached_ms=st.integers(0, 2**42),
    first_started_ms=st.integers(0, 2**42),
    attempts=st.integers(0, 10**6),
    full=st.just(0),
)
NEARLY = st.builds(  # lines that often agree in their first keys
    Line,
    total=st.integers(-1, 1),
    time_ms=st.integers(0, 2),
    reached_ms=st.integers(0, 2),
    first_started_ms=st.integers(0, 2),
    attempts=st.integers(0, 2),
    full=st.just(0),
)


@settings(deadline=None)  # two cores may be busy with something else
@given(st.permutations(ORDERS), st.one_of(LINES, NEARLY), st.one_of(LINES, NEARLY))
def test_order_keys_stand_as_the_numbers_stand(keys: list[str], one: Line, other: Line) -> None:
    of = replace(OF_PERIOD["day"], order=tuple(keys))
    texts = [standings.order_key(of, line).encode() for line in (one, other)]
    numbers = [standings.order(of, line) for line in (one, other)]

    assert len(texts[0]) == len(texts[1])
    assert (texts[0] < texts[1], texts[0] == texts[1]) == (numbers[0] < numbers[1], numbers[0] == numbers[1])


def test_the_higher_total_stands_first_and_of_equal_ones_the_quicker() -> None:
    of = stage(order=["total", "time"])
    line = Line(8, 150_000, 0, 0, 1, 0)

    keys = [
        standings.order_key(of, each)
        for each in (replace(line, total=9), line, replace(line, time_ms=150_001))
    ]

    assert keys == sorted(keys)
    assert len(set(keys)) == 3


def test_keys_have_one_width_up_to_the_largest_number_they_take() -> None:
    of = stage(order=["total"])
    largest = 16**14 // 2

    texts = [
        standings.order_key(of, Line(total, 0, 0, 0, 0, 0))
        for total in (largest, largest - 1, 0, 1 - largest)
    ]

    assert {len(text) for text in texts} == {14}
    assert texts == sorted(texts)


def test_a_number_too_large_for_its_key_is_refused_and_not_cut() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        standings.order_key(stage(order=["total"]), Line(10**17, 0, 0, 0, 0, 0))


def test_a_line_is_plain_whole_numbers() -> None:
    of = stage({"point": "0.1"})

    line = standings.line(of, [played(of, 1, "1/3", START)])

    assert line is not None
    assert {type(value) for value in asdict(line).values()} == {int}


STYLES = {"standard": [1, 2, 2, 4], "dense": [1, 2, 2, 3], "ordinal": [1, 2, 3, 4]}


@pytest.mark.parametrize(("style", "places"), STYLES.items(), ids=STYLES)
def test_equal_keys_share_a_place_as_the_style_says(style: str, places: list[int]) -> None:
    given_to = Places(style)

    assert [given_to.next(key) for key in "abbc"] == places
