"""Naming one's unit: found by a few letters, and what a change means told before it is chosen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from quiz.services import accounts
from quiz.services.accounts import UnitRow
from quiz.services.platform import Actor, Platform
from tests.support import contests as cast
from tests.support.clock import MovedClock
from tests.support.pages import Reader

LOCK = "  region: {levels: [district, street], lock: {changes: 1, within_days: 2}, points: follow}"


@pytest.fixture
def reader(app: Flask, platform: Platform, clock: MovedClock) -> Reader:
    now = clock.now_ms()
    cast.fill_bank(platform, now)
    cast.add_units(platform, now, ("渝中区/解放碑街道", "渝中区/大坪街道"))
    text = cast.rules().replace("  region: {levels: [district, street]}", LOCK)
    cast.publish(platform, text, now)
    return Reader(app)


def test_what_holds_for_all_trees_of_units_is_told_once(
    reader: Reader, platform: Platform, clock: MovedClock
) -> None:
    accounts.load_units(
        platform, "school", [UnitRow("S", "人民小学", "school", "")], Actor(None, clock.now_ms())
    )
    both = "{region: {levels: [district, street]}, school: {levels: [school]}}"
    text = cast.rules().replace("units:\n  region: {levels: [district, street]}", f"units: {both}")
    cast.publish(platform, text.replace("测试赛", "两树赛"), clock.now_ms())

    page = reader.open("/sign-in")

    assert page.count("“两树赛”：选好以后可以更换。") == 1
    assert "所在街道或社区 · “测试赛”：" in page


def test_what_a_change_means_is_told_before_and_after_the_choice(reader: Reader, clock: MovedClock) -> None:
    page = reader.open("/sign-in")
    assert "“测试赛”：选好以后最多可以更换 1 次。只能在选好后的 2 天内更换。" in page
    assert "以前得的分也算到新单位" in page

    reader.send("/sign-in/new", nickname="小明", next="/", **{"find-region": "jfb"})
    page = reader.open("/me/units")
    assert "渝中区/解放碑街道" in page
    assert "您最晚可以改到 2026-03-04。" in page

    clock.move(seconds=timedelta(days=3).total_seconds())
    page = reader.open("/me/units")
    assert "已经锁定" in page
    assert 'name="find-region"' not in (reader.page.get_data(as_text=True) if reader.page else "")
