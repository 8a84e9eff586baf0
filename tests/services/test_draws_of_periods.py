"""Draws by periods, draws beside the stages, and prizes of theirs that pass on."""

from __future__ import annotations

import pytest

from quiz.rules.document import load
from quiz.rules.redraws import read, repeated
from quiz.services import boards, contests, draws, play, redrawing
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published, in_force
from quiz.services.redrawing import Unclaimed
from tests.support import contests as cast
from tests.support import standing
from tests.support.clock import MovedClock, ms

WEEKLY = """    draws:
      - name: 每期抽奖
        entries: [{for: attempt}]
        wins: {total: 1}
        prizes: [{name: 书, stock: 1}]
        drawn: per_period
    boards:
"""
SECOND = """
  - name: 决赛
    calendar: {opens: "2026-03-10 08:00", closes: "2026-03-11 20:00"}
    paper: {sections: [{count: 4}]}
    clock: {per_attempt_s: 300}
    quota: {limit: {total: 1}}
    person: {within_period: best}
    order: [total, time]
    boards: [{name: 决赛榜, of: people}]
"""
BESIDE = """draws:
  - {name: 总抽奖, entries: [{for: attempt, at_least: {total: 5}}], prizes: [{name: 大奖, stock: 1}]}
stages:
"""
RULES = cast.rules().replace("    boards:\n", WEEKLY).replace("stages:\n", BESIDE) + SECOND


@pytest.fixture
def rules(platform: Platform, clock: MovedClock) -> Published:
    cast.fill_bank(platform, clock.now_ms())
    cast.add_units(platform, clock.now_ms())
    found = in_force(platform, cast.publish(platform, RULES, clock.now_ms()))
    boards.catch_up_all(platform, clock.now_ms(), full=True)
    return found


@pytest.fixture
def people(platform: Platform, rules: Published, clock: MovedClock) -> list[int]:
    """Three people with an attempt on each of two days; only the first has 5 points over all stages."""
    found = [cast.join(platform, name, clock.now_ms()) for name in "甲乙丙"]
    for day in ("2026-03-02 09:00", "2026-03-03 09:00"):
        for n, person_id in enumerate(found):
            standing.finish(platform, rules, person_id, 3 - n, ms(day) + n * 60_000)
    return found


def hold(platform: Platform, rules: Published, number: int, now_ms: int) -> draws.Next:
    coming = draws.next_of(platform, rules, number)
    assert coming is not None
    draws.hold(platform, rules, number, coming.drawing.digest, Actor(None, now_ms))
    return coming


def said_again(platform: Platform, rules: Published, number: int) -> dict[str, list]:  # type: ignore[type-arg]  # JSON
    """Return what anybody gets who repeats a draw from what is published."""
    seed = draws.shown_one(platform, rules, number).seed
    passed = read(draws.published_redraws(platform, rules, number))
    document = load(contests.text_in_force(platform, rules.contest_id))
    return dict(repeated(document, draws.published_list(platform, rules, number), seed or "", passed))  # type: ignore[arg-type]


def test_every_period_is_drawn_after_it_and_a_prize_passes_to_who_may_still_win(
    platform: Platform, rules: Published, people: list[int]
) -> None:
    now = ms("2026-03-12 20:00")
    assert hold(platform, rules, 0, now).drawing.occasion == "2026-03-02"
    assert hold(platform, rules, 0, now).drawing.occasion == "2026-03-03"
    assert draws.next_of(platform, rules, 0) is None
    first, second = draws.shown_one(platform, rules, 0).done
    (lost,), (other,) = first.winners, second.winners
    assert lost.person_id != other.person_id

    wanted = Unclaimed("2026-03-02", lost.code, lost.entry, "逾期未领")
    win = redrawing.pass_on(platform, rules, 0, wanted, Actor(None, now))

    assert win is not None
    assert draws.codes_of(rules, ({*people} - {lost.person_id, other.person_id}).pop())[0] == (
        "每期抽奖",
        win.code,
    )
    found = said_again(platform, rules, 0)
    assert [each["wins"][0]["code"] for each in found["drawings"]] == [lost.code, other.code]
    assert [each["to"]["code"] for each in found["redraws"]] == [win.code]


def test_a_draw_beside_the_stages_takes_its_entries_from_all_and_waits_for_the_last(
    platform: Platform, rules: Published, people: list[int], clock: MovedClock
) -> None:
    clock.set("2026-03-10 09:00")
    attempt_id = play.start(platform, people[1], play.Start(rules.contest_id, 1), clock.now_ms())
    answers = [cast.answer(platform, attempt_id, n) for n in (1, 2)]
    play.finish(platform, cast.batch(platform, attempt_id, clock.now_ms() + 1, *answers))

    coming = draws.next_of(platform, rules, 1)
    assert coming is not None
    assert not coming.is_ready(clock.now_ms())
    assert {coming.people[h.code]: h.entries for h in coming.drawing.holders} == {people[0]: 2, people[1]: 3}

    hold(platform, rules, 1, ms("2026-03-11 20:00"))

    shown = draws.shown_one(platform, rules, 1)
    assert shown.seed is not None
    (drawing,) = said_again(platform, rules, 1)["drawings"]
    assert drawing["wins"][0]["code"] == shown.done[0].winners[0].code
