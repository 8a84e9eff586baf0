"""Why this place on boards of every kind: frozen, divided, beside the stages."""

from __future__ import annotations

import pytest

from quiz.rules.saying import filled_in
from quiz.rules.why import Why
from quiz.rules.why_units import WhyUnit
from quiz.services import play, results, why
from quiz.services.board_reading import BoardId, Wanted
from quiz.services.platform import Platform
from quiz.services.published import Published, in_force
from tests.support import contests as cast
from tests.support import standing
from tests.support.clock import MovedClock, ms

RULES = """
title: 两个阶段
timezone: Asia/Shanghai
units:
  region: {levels: [district, street]}
boards:
  - {name: 总榜, of: people}
  - {name: 街道总榜, of: region.street, order: [mean]}
stages:
  - name: 初赛
    calendar: {opens: "2026-03-02 08:00", closes: "2026-03-04 20:00"}
    paper: {sections: [{count: 4}]}
    person: {within_period: best}
    order: [total, time]
    boards:
      - {name: 初赛榜, of: people, frozen_from: "2026-03-03 00:00"}
      - {name: 各街道, of: people, each: region.street}
  - name: 决赛
    calendar: {opens: "2026-03-05 08:00", closes: "2026-03-08 20:00"}
    paper: {sections: [{count: 4}]}
    person: {within_period: sum}
    order: [total, time]
    boards:
      - {name: 决赛榜, of: people}
"""
FROZEN, DIVIDED, WHOLE, STREETS = BoardId(0, 0), BoardId(0, 1), BoardId(2, 0), BoardId(2, 1)


@pytest.fixture
def rules(platform: Platform, clock: MovedClock) -> Published:
    cast.fill_bank(platform, clock.now_ms())
    cast.add_units(platform, clock.now_ms())
    return in_force(platform, cast.publish(platform, RULES, clock.now_ms()))


@pytest.fixture
def people(platform: Platform, rules: Published, clock: MovedClock) -> dict[str, int]:
    """Three of two streets in the first stage, two of them in the second."""
    streets = {"甲": "P", "乙": "Q", "丙": "P"}
    found = {name: standing.join(platform, name, clock.now_ms(), street) for name, street in streets.items()}
    for stage, moment, name, right in (
        (0, "2026-03-02 10:00", "甲", 3),
        (0, "2026-03-02 10:00", "乙", 2),
        (0, "2026-03-02 11:00", "丙", 1),
        (0, "2026-03-03 10:00", "乙", 4),
        (1, "2026-03-05 10:00", "甲", 4),
        (1, "2026-03-05 11:00", "甲", 2),
        (1, "2026-03-05 10:00", "丙", 4),
    ):
        finish(platform, clock, rules, (stage, found[name]), right, ms(moment))
    standing.catch_up(platform, clock.now_ms())
    return found


def finish(
    platform: Platform, clock: MovedClock, rules: Published, who: tuple[int, int], right: int, at_ms: int
) -> None:
    stage, person_id = who
    clock.at_ms = at_ms
    attempt = play.start(platform, person_id, play.Start(rules.contest_id, stage), at_ms)
    answers = [cast.answer(platform, attempt, n) for n in range(1, right + 1)]
    play.finish(platform, cast.batch(platform, attempt, at_ms + 60_000, *answers))


def told(
    platform: Platform,
    rules: Published,
    board: BoardId,
    at: str,
    me: int | None = None,
    unit: int | None = None,
) -> tuple[why.Explained, list[str]]:
    found = why.of_board(platform, rules, Wanted(board, me=me), ms(at), unit)
    return found, [filled_in(each) for passage in found.passages for each in passage.sentences]


def test_a_frozen_board_is_explained_by_what_was_on_record_before(
    platform: Platform, rules: Published, people: dict[str, int]
) -> None:
    frozen, _ = told(platform, rules, FROZEN, "2026-03-04 10:00", people["乙"])
    thawed, _ = told(platform, rules, FROZEN, "2026-03-04 21:00", people["乙"])

    assert isinstance(frozen.why, Why)
    assert isinstance(thawed.why, Why)
    assert (frozen.why.place, frozen.why.total, len(frozen.why.stages[0].attempts)) == (2, 2, 1)
    assert (thawed.why.place, thawed.why.total, len(thawed.why.stages[0].attempts)) == (1, 4, 2)
    assert not frozen.is_behind


def test_the_neighbours_on_a_divided_board_are_those_of_ones_own_part(
    platform: Platform, rules: Published, people: dict[str, int]
) -> None:
    found, _ = told(platform, rules, DIVIDED, "2026-03-04 21:00", people["丙"])

    assert isinstance(found.why, Why)
    assert (found.part, found.why.place, found.why.above) == ("P", 2, "甲")


def test_a_place_over_all_stages_adds_up_the_stages(
    platform: Platform, rules: Published, people: dict[str, int]
) -> None:
    found, sentences = told(platform, rules, WHOLE, "2026-03-06 10:00", people["甲"])

    assert isinstance(found.why, Why)
    assert [(each.stage, each.total) for each in found.why.stages] == [("初赛", 3), ("决赛", 6)]
    assert (found.why.place, found.why.total, found.why.below) == (1, 9, "丙")
    assert "各阶段相加：初赛 3 分 + 决赛 6 分 = 9 分。" in sentences
    assert "第 1 次 4 分 + 第 2 次 2 分 = 6 分。" in sentences
    assert not found.is_behind


def test_a_street_over_all_stages_is_explained_too(
    platform: Platform, rules: Published, people: dict[str, int]
) -> None:
    row = results.page(platform, rules, Wanted(STREETS), ms("2026-03-06 10:00")).rows[0]

    found, sentences = told(platform, rules, STREETS, "2026-03-06 10:00", None, row.id)

    assert isinstance(found.why, WhyUnit)
    assert (found.why.who, found.why.place, found.why.value) == ("P", 1, "7")
    assert "人均分：总分之和 14 ÷ 参加的 2 人 = 7。" in sentences
