"""Whether somebody may start now, and how many attempts are left."""

from __future__ import annotations

import pytest

from quiz.errors import Closed, InvalidInput, NotNow, QuizError, QuotaUsed
from quiz.rules.parts import Stage
from quiz.rules.quota import Earlier, left, may_start
from quiz.rules.timing import moment_ms
from tests.rules.documents import calendar, stage


def at(text: str) -> int:
    return moment_ms("Asia/Shanghai", text)


def refusal(of: Stage, earlier: list[Earlier], now: str, scene: str | None = None) -> QuizError:
    with pytest.raises(QuizError) as refused:
        may_start(of, earlier, at(now), scene)
    return refused.value


def test_before_the_opening_one_is_told_when_it_opens() -> None:
    told = refusal(stage(), [], "2024-07-01 07:59")

    assert isinstance(told, NotNow)
    assert told.details == {"opens_at": at("2024-07-01 08:00")}


def test_outside_the_hours_one_is_told_when_they_begin_again() -> None:
    of = stage(calendar=calendar(hours=[{"from": "11:30", "to": "12:30"}]))

    told = refusal(of, [], "2024-07-02 12:30")

    assert (told.code, told.details["opens_at"]) == ("not_open", at("2024-07-03 11:30"))


def test_at_24_00_of_the_last_day_it_is_closed() -> None:
    assert may_start(stage(), [], at("2024-07-31 24:00") - 1) is None
    assert isinstance(refusal(stage(), [], "2024-07-31 24:00"), Closed)


def test_the_fourth_attempt_of_a_day_is_refused_and_the_next_day_begins_anew() -> None:
    of = stage(quota={"limit": {"per_day": 3}})
    three = [Earlier(at(f"2024-07-02 0{hour}:00")) for hour in (1, 2, 3)]

    told = refusal(of, three, "2024-07-02 23:59")

    assert isinstance(told, QuotaUsed)
    assert told.details == {"span": "per_day", "most": 3}
    assert told.text == "今天的 3 次答题机会已经用完，明天再来。"
    assert may_start(of, three, at("2024-07-03 00:00")) is None
    last = [Earlier(at(f"2024-07-31 0{hour}:00")) for hour in (1, 2, 3)]
    assert refusal(of, last, "2024-07-31 23:59").text == "今天的 3 次答题机会已经用完。"
    assert left(of, three, at("2024-07-03 00:00")).now == 3


def test_the_day_of_the_quota_begins_when_the_rules_say() -> None:
    of = stage(calendar=calendar(day_begins="04:00"), quota={"limit": {"per_day": 1}})

    refusal(of, [Earlier(at("2024-07-02 22:00"))], "2024-07-03 03:59")
    assert may_start(of, [Earlier(at("2024-07-02 22:00"))], at("2024-07-03 04:00")) is None


def test_a_limit_in_all_outlives_the_days() -> None:
    of = stage(quota={"limit": {"per_day": 2, "total": 3}})
    earlier = [Earlier(at(f"2024-07-0{day} 10:00")) for day in (2, 3, 4)]

    assert refusal(of, earlier, "2024-07-05 10:00").details["span"] == "total"


def test_each_scene_has_its_own_attempts() -> None:
    of = stage(calendar=calendar(period="scene", scenes=["校园", "职场"]), quota={"limit": {"per_period": 1}})
    earlier = [Earlier(at("2024-07-02 10:00"), "校园")]

    assert refusal(of, earlier, "2024-07-02 11:00", "校园").code == "quota"
    assert may_start(of, earlier, at("2024-07-02 11:00"), "职场") is None


def test_a_scene_that_does_not_exist_cannot_be_chosen() -> None:
    of = stage(calendar=calendar(period="scene", scenes=["校园", "职场"]))

    assert isinstance(refusal(of, [], "2024-07-02 11:00", "家里"), InvalidInput)
    assert isinstance(refusal(of, [], "2024-07-02 11:00"), InvalidInput)


def test_one_scene_a_day() -> None:
    of = stage(
        calendar=calendar(period="scene", scenes=["校园", "职场"]),
        quota={"limit": {"per_day": 3}, "scenes_per_day": 1},
    )
    earlier = [Earlier(at("2024-07-02 10:00"), "校园")]

    assert refusal(of, earlier, "2024-07-02 11:00", "职场").code == "quota"
    assert may_start(of, earlier, at("2024-07-02 11:00"), "校园") is None
    assert may_start(of, earlier, at("2024-07-03 11:00"), "职场") is None
