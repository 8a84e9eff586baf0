"""What pages and the JSON interface tell of papers: at the desk before the opening, to everybody after."""

from __future__ import annotations

import hashlib

import pytest
from flask import Flask

from quiz.rules.papers import Frozen
from quiz.services import contests
from quiz.services.platform import Actor, Platform
from tests.support import contests as ready
from tests.support.clock import MovedClock
from tests.support.desk import Visitor
from tests.support.pages import Reader

RULES = ready.rules().replace("period: day", "period: day, after_close: practice")


@pytest.fixture
def filled(platform: Platform, clock: MovedClock) -> Platform:
    """A platform with eight questions and two streets, an hour before the test contest opens."""
    clock.set("2026-03-02 07:00")
    ready.fill_bank(platform, clock.now_ms())
    ready.add_units(platform, clock.now_ms())
    return platform


def test_the_desk_tells_how_equal_papers_are_before_they_are_published(
    filled: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    text = RULES.replace("[{count: 4}]", "[{count: 4, points: 2}], draw: unseen, balance: true")
    contest_id = contests.create(filled, text, "contest", Actor(None, clock.now_ms()))

    said = organizer.open(f"/desk/contests/{contest_id}/publish")

    assert "各组可抽的题 8 题" in said
    assert "预期平均得分 4.00 分" in said
    assert "各卷相差（标准差） 0.00 分" in said
    assert "做几份才遇到重复的题 2 份" in said
    assert "有 8 道题没有标难度" in said
    assert "答到第 3 次时会再次遇到" in said


def test_the_desk_names_the_value_that_cannot_be_covered(
    filled: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    text = RULES.replace("[{count: 4}]", "[{count: 4}], cover: [criterion]")
    contest_id = contests.create(filled, text, "contest", Actor(None, clock.now_ms()))

    assert "没有一道题标注了“criterion”" in organizer.open(f"/desk/contests/{contest_id}")


def test_everybody_sees_the_hash_before_the_opening_and_the_seed_after_the_close(
    app: Flask, filled: Platform, clock: MovedClock
) -> None:
    contest_id = ready.publish(filled, RULES, clock.now_ms())
    visitor = Reader(app)

    before = visitor.client.get(f"/api/v1/contests/{contest_id}").json["papers"]
    page = visitor.open(f"/contests/{contest_id}")
    clock.set("2026-03-08 20:00")
    after = visitor.client.get(f"/api/v1/contests/{contest_id}").json["papers"]
    file = Frozen.parse(visitor.client.get(f"/api/v1/contests/{contest_id}/papers").get_data(as_text=True))

    assert before["seed"] is None
    assert before["seed_sha256"] in page
    assert before["pool_sha256"] in page
    assert hashlib.sha256(after["seed"].encode()).hexdigest() == before["seed_sha256"]
    assert after["seed"] in visitor.open(f"/contests/{contest_id}")
    assert (file.seed, file.pool_sha256) == (after["seed"], before["pool_sha256"])


def test_questions_and_rules_are_not_told_while_the_contest_runs(
    app: Flask, filled: Platform, clock: MovedClock
) -> None:
    contest_id = ready.publish(filled, RULES, clock.now_ms())

    told = Reader(app).client.get(f"/api/v1/contests/{contest_id}/papers").json

    assert set(told) == {"version", "rules_sha256", "pool_sha256", "seed_sha256", "seed"}


def test_after_the_close_a_contest_goes_on_as_practice(
    app: Flask, filled: Platform, clock: MovedClock
) -> None:
    contest_id = ready.publish(filled, RULES, clock.now_ms())
    clock.set("2026-03-09 08:00")
    reader = Reader(app)
    reader.open("/sign-in")
    reader.send("/sign-in/new", nickname="晚来的", next="/")
    reader.send("/me/code", next="/")

    page = reader.open(f"/contests/{contest_id}")
    reader.send(f"/contests/{contest_id}/start", stage=0, key="k1")
    handed_in = reader.send(f"{reader.address}/hand-in")

    assert "现在是赛后练习：不计分，不上榜，次数不限。" in page
    assert "这是赛后练习，不计分，不上榜。" in handed_in
