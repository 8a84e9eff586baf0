"""Both sides of every boundary in time."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from quiz.rules import timing
from quiz.rules.timing import Phase, moment_ms
from tests.rules.documents import calendar, stage

ZONE = "Asia/Shanghai"


def at(text: str, zone: str = ZONE) -> int:
    return moment_ms(zone, text)


# "before 09:00 running 10:00 over": a phase, the moment at which the next begins, the next phase.
TIMELINES: dict[str, tuple[dict[str, Any], str]] = {
    "one window to the end of a day": (
        calendar(),
        "coming > 2024-07-01 08:00 > open > 2024-08-01 00:00 > over",
    ),
    "a gap in it": (
        calendar(gaps=[{"opens": "2024-07-10 00:00", "closes": "2024-07-10 06:00"}]),
        (
            "coming > 2024-07-01 08:00 > open > 2024-07-10 00:00 > paused > 2024-07-10 06:00 > open"
            " > 2024-08-01 00:00 > over"
        ),
    ),
    "hours on some days": (
        calendar(closes="2024-07-05 24:00", hours=[{"days": ["mon", "wed"], "from": "11:30", "to": "12:30"}]),
        (
            "coming > 2024-07-01 11:30 > open > 2024-07-01 12:30 > paused > 2024-07-03 11:30 > open"
            " > 2024-07-03 12:30 > over"
        ),
    ),
    "hours that end at midnight": (
        calendar(closes="2024-07-02 24:00", hours=[{"from": "20:00", "to": "24:00"}]),
        (
            "coming > 2024-07-01 20:00 > open > 2024-07-02 00:00 > paused > 2024-07-02 20:00 > open"
            " > 2024-07-03 00:00 > over"
        ),
    ),
    "two hours that touch are one": (
        calendar(
            opens="2024-07-01 00:00",
            closes="2024-07-01 24:00",
            hours=[{"from": "09:00", "to": "10:00"}, {"from": "10:00", "to": "11:00"}],
        ),
        "coming > 2024-07-01 09:00 > open > 2024-07-01 11:00 > over",
    ),
    "a gap at the opening": (
        calendar(gaps=[{"opens": "2024-07-01 08:00", "closes": "2024-07-01 09:00"}]),
        "coming > 2024-07-01 09:00 > open > 2024-08-01 00:00 > over",
    ),
}


@pytest.mark.parametrize(("named", "line"), TIMELINES.values(), ids=TIMELINES)
def test_a_phase_ends_at_its_moment_and_not_a_millisecond_before(named: dict[str, Any], line: str) -> None:
    of = stage(calendar=named)
    names, moments = line.split(" > ")[::2], [at(m) for m in line.split(" > ")[1::2]]

    for (before, after), moment in zip(pairwise(names), moments, strict=True):
        assert timing.phase(of, moment - 1).name == before
        assert timing.phase(of, moment).name == after


@pytest.mark.parametrize(("named", "line"), TIMELINES.values(), ids=TIMELINES)
def test_a_phase_tells_when_the_next_begins(named: dict[str, Any], line: str) -> None:
    of = stage(calendar=named)
    names, moments = line.split(" > ")[::2], [at(m) for m in line.split(" > ")[1::2]]

    for name, moment in zip(names[:-1], moments, strict=True):
        told = timing.phase(of, moment - 1)
        assert told == Phase(name, moment)
    assert timing.phase(of, moments[-1]) == Phase("over", None)


def test_24_00_is_the_end_of_that_day() -> None:
    assert at("2024-10-09 24:00") == at("2024-10-10 00:00")


DAYS = {
    "at the last millisecond": ("00:00", "2024-07-01 24:00", -1, "2024-07-01"),
    "at midnight": ("00:00", "2024-07-01 24:00", 0, "2024-07-02"),
    "before a day that begins at four": ("04:00", "2024-07-02 04:00", -1, "2024-07-01"),
    "when a day begins at four": ("04:00", "2024-07-02 04:00", 0, "2024-07-02"),
}


@pytest.mark.parametrize(("begins", "moment", "ms", "day"), DAYS.values(), ids=DAYS)
def test_a_moment_belongs_to_the_day_that_has_begun(begins: str, moment: str, ms: int, day: str) -> None:
    of = stage(calendar=calendar(day_begins=begins))

    assert timing.day_of(of, at(moment) + ms) == day
    assert timing.period_of(of, at(moment) + ms) == day


PERIODS = {
    "sunday is the end of the week": ("week", "2024-07-07 23:59", "2024-07-01"),
    "monday begins the next": ("week", "2024-07-08 00:00", "2024-07-08"),
    "the last of a month": ("month", "2024-07-31 23:59", "2024-07-01"),
    "the first of the next": ("month", "2024-08-01 00:00", "2024-08-01"),
    "no periods": ("none", "2024-07-07 23:59", ""),
}


@pytest.mark.parametrize(("period", "moment", "name"), PERIODS.values(), ids=PERIODS)
def test_a_period_is_named_by_its_first_day(period: str, moment: str, name: str) -> None:
    of = stage(calendar=calendar(period=period))

    assert timing.period_of(of, at(moment)) == name


def test_a_week_whose_days_begin_at_four_begins_on_monday_at_four() -> None:
    of = stage(calendar=calendar(period="week", day_begins="04:00"))

    assert timing.period_of(of, at("2024-07-08 03:59")) == "2024-07-01"
    assert timing.period_of(of, at("2024-07-08 04:00")) == "2024-07-08"


def test_a_scene_is_the_period_whatever_the_day() -> None:
    of = stage(calendar=calendar(period="scene", scenes=["校园", "职场"]))

    assert timing.period_of(of, at("2024-07-08 03:59"), "职场") == "职场"


def test_in_a_zone_with_summer_time_the_days_keep_to_the_wall_clock() -> None:
    # Berlin, 2024-10-27: 25 hours; 2024-03-31: 23 hours and no 02:30.
    zone = "Europe/Berlin"
    window = {"opens": "2024-10-26 00:00", "closes": "2024-10-28 24:00", "period": "day"}
    of = stage({"timezone": zone}, calendar=window)

    assert at("2024-10-27 24:00", zone) - at("2024-10-27 00:00", zone) == 25 * 3_600_000
    assert timing.day_of(of, at("2024-10-27 24:00", zone) - 1) == "2024-10-27"
    assert timing.day_of(of, at("2024-10-27 24:00", zone)) == "2024-10-28"


def test_a_moment_that_summer_time_leaves_out_does_not_exist() -> None:
    with pytest.raises(ValueError, match="does not exist"):
        at("2024-03-31 02:30", "Europe/Berlin")


def test_daily_hours_stay_on_the_wall_clock_through_a_change_to_winter_time() -> None:
    zone = "Europe/Berlin"
    window = {
        "opens": "2024-10-26 00:00",
        "closes": "2024-10-28 24:00",
        "hours": [{"from": "09:00", "to": "10:00"}],
    }
    of = stage({"timezone": zone}, calendar=window)

    for day in ("26", "27", "28"):
        assert timing.phase(of, at(f"2024-10-{day} 09:00", zone) - 1).name != "open"
        assert timing.phase(of, at(f"2024-10-{day} 09:00", zone)).name == "open"
        assert timing.phase(of, at(f"2024-10-{day} 10:00", zone)).name != "open"


def test_an_attempt_ends_with_its_own_clock_even_after_the_close() -> None:
    of = stage(calendar=calendar(at_close="finish"), clock={"per_attempt_s": 600})

    assert timing.deadline_ms(of, at("2024-07-31 23:59")) == at("2024-08-01 00:09")


def test_a_close_that_cuts_ends_the_attempt() -> None:
    of = stage(calendar=calendar(at_close="cut"), clock={"per_attempt_s": 600})

    assert timing.deadline_ms(of, at("2024-07-31 23:59")) == at("2024-07-31 24:00")
    assert timing.deadline_ms(of, at("2024-07-31 23:00")) == at("2024-07-31 23:10")


def test_a_close_that_cuts_is_also_that_of_the_days_hours() -> None:
    hours = [{"from": "11:30", "to": "12:30"}]
    of = stage(calendar=calendar(at_close="cut", hours=hours), clock={"per_attempt_s": 600})

    assert timing.deadline_ms(of, at("2024-07-02 12:25")) == at("2024-07-02 12:30")


def test_without_any_clock_an_attempt_is_closed_after_a_day() -> None:
    assert timing.deadline_ms(stage(), at("2024-07-02 12:00")) == at("2024-07-03 12:00")


def test_with_a_clock_per_question_ten_minutes_away_cost_only_the_open_question() -> None:
    of = stage(clock={"per_question_s": 60})
    started = at("2024-07-02 12:00")

    last = timing.question_deadline_ms(of, started + 60_000 + 600_000, timing.deadline_ms(of, started))

    assert last == started + 60_000 + 600_000 + 60_000


def test_a_question_ends_with_the_attempt_where_that_comes_first() -> None:
    of = stage(clock={"per_question_s": 30, "per_attempt_s": 60})

    assert timing.question_deadline_ms(of, 50_000, 60_000) == 60_000
    assert timing.question_deadline_ms(of, 20_000, 60_000) == 50_000


def test_the_time_of_an_attempt_is_at_most_its_limit() -> None:
    of = stage(clock={"per_attempt_s": 60})

    assert timing.time_ms(of, 1_000, 41_234, 61_000, [1, 2]) == 40_234
    assert timing.time_ms(of, 1_000, 75_000, 61_000, [1, 2]) == 60_000


def test_the_time_of_the_questions_is_their_sum() -> None:
    of = stage(clock={"per_question_s": 20, "time": "questions"})

    assert timing.time_ms(of, 0, 60_000, None, [4_000, 5_001, 7]) == 9_008


def test_a_question_without_an_answer_took_its_whole_limit() -> None:
    assert timing.unanswered_ms(stage(clock={"per_question_s": 20, "time": "questions"})) == 20_000
    assert timing.unanswered_ms(stage(clock={"per_attempt_s": 600})) == 0


GRACE = {
    "an attempt": ({"per_attempt_s": 600}, 15_000),
    "a question": ({"per_question_s": 30}, 0),
    "both": ({"per_question_s": 30, "per_attempt_s": 600}, 0),
    "as stated": ({"per_question_s": 30, "grace_s": 1}, 1_000),
    "none stated": ({"per_attempt_s": 600, "grace_s": 0}, 0),
}


@pytest.mark.parametrize(("clock", "grace_ms"), GRACE.values(), ids=GRACE)
def test_grace_is_15_seconds_for_an_attempt_and_none_for_a_question(
    clock: dict[str, Any], grace_ms: int
) -> None:
    assert stage(clock=clock).clock.grace_ms == grace_ms
