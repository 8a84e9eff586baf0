"""A practice that opens what counts, as pages: the page leads to it, says what it came to, and goes on."""

from __future__ import annotations

import pytest
from flask import Flask

from quiz.services import boards
from quiz.services.platform import Platform
from tests.support import contests as cast
from tests.support.clock import MovedClock
from tests.support.pages import Reader

RULES = """
title: 先练后赛
timezone: Asia/Shanghai
stages:
  - name: 网络赛
    calendar: {opens: "2026-03-02 08:00", closes: "2026-03-08 20:00"}
    paper: {sections: [{count: 2, kinds: [single]}]}
    flow: {practice_first: {at_least: {correct: 2}}}
    quota: {limit: {total: 1}}
    person: {within_period: best}
    order: [total, time]
    boards:
      - {name: 个人, of: people}
"""


@pytest.fixture
def contest_id(platform: Platform, clock: MovedClock) -> int:
    cast.fill_bank(platform, clock.now_ms())
    contest_id = cast.publish(platform, RULES, clock.now_ms())
    boards.catch_up_all(platform, clock.now_ms(), full=True)
    return contest_id


@pytest.fixture
def reader(app: Flask) -> Reader:
    found = Reader(app)
    found.open("/sign-in")
    found.send("/sign-in/new", nickname="小红", next="/")
    found.send("/me/code", next="/")
    return found


def played(platform: Platform, reader: Reader, contest_id: int, right: int, key: str) -> str:
    reader.open(f"/contests/{contest_id}")
    reader.send(f"/contests/{contest_id}/start", stage=0, key=key)
    attempt_id = int(reader.address.rsplit("/", 1)[1])
    given = {f"q{n}": cast.response(platform, attempt_id, n, right=n <= right)[0] for n in (1, 2)}
    reader.send(f"/attempts/{attempt_id}/hand-in", **given)
    return reader.text


def test_the_page_says_that_a_practice_comes_first_and_leads_to_it(contest_id: int, reader: Reader) -> None:
    text = reader.open(f"/contests/{contest_id}")

    assert "练习中一次答对 2 题及以上就算通过" in text
    assert "开始练习" in text


def test_practices_use_nothing_until_one_is_passed_and_then_it_counts(
    platform: Platform, contest_id: int, reader: Reader
) -> None:
    failed = played(platform, reader, contest_id, 1, "a")
    passed = played(platform, reader, contest_id, 2, "b")
    board = reader.open(f"/contests/{contest_id}/boards/0-0")
    page = reader.open(f"/contests/{contest_id}")
    counted = played(platform, reader, contest_id, 1, "c")

    assert "练习还没有通过，再练一次" in failed
    assert "练习通过，可以正式答题了！" in passed
    assert "这次是练习，不计分，也不占答题次数。" in passed
    assert "0 人上榜" in board
    assert "开始答题" in page
    assert "第 2 次 · 练习" in page
    assert "个人 第 1 名" in counted
    assert "全部 1 次答题机会已经用完" in reader.open(f"/contests/{contest_id}")
    assert boards.verify(platform, contest_id) == []
