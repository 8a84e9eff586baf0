"""A contest of several stages as a page: all that run side by side can be chosen and started."""

from __future__ import annotations

import pytest
from flask import Flask

from quiz.services.platform import Platform
from tests.support import contests as cast
from tests.support.clock import MovedClock
from tests.support.pages import Reader

RULES = """
title: 多种玩法
timezone: Asia/Shanghai
stages:
  - name: 日常赛
    calendar: {opens: "2026-03-02 08:00", closes: "2026-03-08 20:00"}
    paper: {sections: [{count: 1}]}
    quota: {limit: {total: 1}}
    person: {within_period: best}
    order: [total, time]
    boards: [{name: 日常榜, of: people}]
    awards: [{name: 晋级, board: 日常榜, top: 1, to: 决赛}]
  - name: 专题赛
    calendar: {opens: "2026-03-02 08:00", closes: "2026-03-04 20:00"}
    paper: {sections: [{count: 2}]}
    person: {within_period: best}
    order: [total, time]
    boards: [{name: 专题榜, of: people}]
  - name: 决赛
    calendar: {opens: "2026-03-10 08:00", closes: "2026-03-11 20:00"}
    paper: {sections: [{count: 2}]}
    person: {within_period: best}
    order: [total, time]
    boards: [{name: 决赛榜, of: people}]
"""


@pytest.fixture
def contest_id(platform: Platform, clock: MovedClock) -> int:
    cast.fill_bank(platform, clock.now_ms())
    return cast.publish(platform, RULES, clock.now_ms())


@pytest.fixture
def reader(app: Flask) -> Reader:
    found = Reader(app)
    found.open("/sign-in")
    found.send("/sign-in/new", nickname="小红", next="/")
    found.send("/me/code", next="/")
    return found


def test_stages_that_run_side_by_side_can_both_be_started(contest_id: int, reader: Reader) -> None:
    assert "日常赛 进行中 专题赛 进行中 决赛 未开始 日常赛 开始答题 不计时" in reader.open(
        f"/contests/{contest_id}"
    )

    text = reader.open(f"/contests/{contest_id}?stage=1")
    assert "专题赛 开始答题 不计时，可以慢慢答。 题目 2 题" in text
    reader.send(f"/contests/{contest_id}/start", stage=1, key="k1")
    reader.send(f"{reader.address}/hand-in")

    assert "专题赛 · 第 1 次" in reader.open(f"/contests/{contest_id}")


def test_a_stage_to_come_counts_down_while_another_runs(contest_id: int, reader: Reader) -> None:
    text = reader.open(f"/contests/{contest_id}?stage=2")

    assert "3月10日 08:00 开始" in text
    assert "多种玩法 进行中" in text


def test_a_stage_that_is_over_says_so_while_another_runs(
    contest_id: int, reader: Reader, clock: MovedClock
) -> None:
    clock.set("2026-03-05 12:00")

    assert "专题赛 这个阶段已经结束。" in reader.open(f"/contests/{contest_id}?stage=1")


def test_who_is_not_in_a_final_reads_so_instead_of_a_button(
    contest_id: int, reader: Reader, clock: MovedClock
) -> None:
    clock.set("2026-03-10 12:00")

    text = reader.open(f"/contests/{contest_id}")

    assert "决赛 这个阶段只有晋级者可以参加，您不在已确认的晋级名单里。 题目 2 题" in text


@pytest.mark.parametrize("asked", ["9", "-1", "x", "٣", "99999999999"])
def test_a_stage_that_does_not_exist_is_the_one_that_runs(
    contest_id: int, reader: Reader, asked: str
) -> None:
    assert "日常赛 开始答题 不计时" in reader.open(f"/contests/{contest_id}?stage={asked}")
