"""Contests that are over keep their final boards, awards and rules at an address that lasts."""

from __future__ import annotations

import pytest
from flask import Flask

from quiz.services import boards
from quiz.services.platform import Platform
from tests.support import contests as cast
from tests.support.clock import MovedClock
from tests.support.pages import Reader
from tests.support.servers import round_trips
from tests.support.statements import statements
from tests.web.test_play import begin, resident

__all__ = ["resident"]  # a fixture

HIDDEN = "order: [sum], public: {to: organizers}}"


@pytest.fixture
def contest(resident: Reader, platform: Platform) -> int:
    """A contest of a week in which the resident has taken part."""
    rules = cast.rules().replace("order: [sum]}", HIDDEN)
    rules = rules.replace("    boards:", "    integrity: {notice_days: 5}\n    boards:")
    contest_id = cast.publish(platform, rules, platform.clock.now_ms())
    resident.send(f"{begin(resident, contest_id)}/hand-in")
    boards.catch_up_all(platform, platform.clock.now_ms(), full=True)
    return contest_id


def test_a_contest_that_is_over_is_listed_by_year_with_what_everybody_may_see_of_it(
    app: Flask, contest: int, clock: MovedClock
) -> None:
    stranger = Reader(app)
    assert "测试赛" not in stranger.open("/past")
    assert stranger.client.get(f"/past/{contest}").headers["Location"] == f"/contests/{contest}"

    clock.move(days=30)

    assert "2026 年 测试赛 2026年3月2日 至 2026年3月8日" in stranger.open("/past")
    text = stranger.open(f"/past/{contest}")
    assert "公示期已于 3月13日 20:00 结束。" in text
    assert "最终排名 个人 个人 名次 名称 积分 1 解放碑小王" in text
    assert "街道 名次" not in text  # for the organizers alone
    assert "当时的规则 第 1 版" in text
    assert "最终排名、获奖名单和规则" in stranger.open(f"/contests/{contest}")


def test_nobody_is_told_how_often_they_may_answer_what_is_over(
    resident: Reader, contest: int, clock: MovedClock
) -> None:
    before = resident.open(f"/contests/{contest}")
    clock.move(days=7)

    after = resident.open(f"/contests/{contest}")

    assert "还可以答" in before
    assert "比赛已经结束" in after
    assert "还可以答" not in after


def test_the_page_of_a_past_contest_reads_its_boards_once_a_minute(
    app: Flask, contest: int, clock: MovedClock, platform: Platform, valkey: str
) -> None:
    clock.move(days=30)
    stranger = Reader(app)
    stranger.open(f"/past/{contest}")

    with statements(platform.store.engine) as asked:
        trips = round_trips(valkey, lambda: stranger.open(f"/past/{contest}"))

    assert (len(asked), trips) == (1, 0)  # which rules are in force
