"""Why this place on a board that is frozen."""

from __future__ import annotations

import pytest

from quiz.rules.why import Why
from quiz.services import play, why
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
stages:
  - name: 初赛
    calendar: {opens: "2026-03-02 08:00", closes: "2026-03-04 20:00"}
    paper: {sections: [{count: 4}]}
    person: {within_period: best}
    order: [total, time]
    boards:
      - {name: 初赛榜, of: people, frozen_from: "2026-03-03 00:00"}
  - name: 决赛
    calendar: {opens: "2026-03-05 08:00", closes: "2026-03-08 20:00"}
    paper: {sections: [{count: 4}]}
    person: {within_period: sum}
    order: [total, time]
    boards:
      - {name: 决赛榜, of: people}
"""
FROZEN = BoardId(0, 0)


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


def test_a_frozen_board_is_explained_by_what_was_on_record_before(
    platform: Platform, rules: Published, people: dict[str, int]
) -> None:
    wanted = Wanted(FROZEN, me=people["乙"])

    frozen = why.of_board(platform, rules, wanted, ms("2026-03-04 10:00"))
    thawed = why.of_board(platform, rules, wanted, ms("2026-03-04 21:00"))

    assert isinstance(frozen.why, Why)
    assert isinstance(thawed.why, Why)
    assert (frozen.why.place, frozen.why.total, len(frozen.why.stages[0].attempts)) == (2, 2, 1)
    assert (thawed.why.place, thawed.why.total, len(thawed.why.stages[0].attempts)) == (1, 4, 2)
    assert not frozen.is_behind
