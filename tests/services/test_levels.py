"""Levels played for real: what opens them, what closes them, what they are worth, after corrections too."""

from __future__ import annotations

import pytest

from question_bank.question import LETTERS
from quiz.errors import LevelClosed, QuotaUsed
from quiz.models.play import Attempt
from quiz.services import boards, ledger, play
from quiz.services.correcting import Correction
from quiz.services.platform import Actor, Platform
from quiz.services.published import in_force
from tests.support import contests as cast
from tests.support.clock import MovedClock

RULES = """
title: 闯关
timezone: Asia/Shanghai
units:
  region: {levels: [district, street]}
stages:
  - name: 闯关
    calendar: {opens: "2026-03-02 08:00", closes: "2026-03-08 20:00", period: level, after_close: practice}
    paper: {sections: [{count: 2, points: 10, kinds: [single]}]}
    flow: {levels: {pass: [10, 20], failed_gives: 1}}
    quota: {limit: {per_period: 2}}
    person: {within_period: best, across_periods: sum}
    order: [total, time]
    boards:
      - {name: 各关, of: people, over: period}
"""


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


@pytest.fixture
def contest_id(platform: Platform, now: int) -> int:
    cast.fill_bank(platform, now)
    cast.add_units(platform, now)
    contest_id = cast.publish(platform, RULES, now)
    boards.catch_up_all(platform, now, full=True)
    return contest_id


@pytest.fixture
def person_id(platform: Platform, contest_id: int, now: int) -> int:
    return cast.join(platform, "小红", now)


def begin(platform: Platform, contest_id: int, person_id: int, level: int, at_ms: int) -> int:
    return play.start(platform, person_id, play.Start(contest_id, 0, str(level)), at_ms)


def tried(
    platform: Platform, contest_id: int, person_id: int, level: int, right: int, at_ms: int
) -> play.Outcome:
    attempt_id = begin(platform, contest_id, person_id, level, at_ms)
    answers = [cast.answer(platform, attempt_id, n, right=n <= right) for n in (1, 2)]
    return play.finish(platform, cast.batch(platform, attempt_id, at_ms + 1_000, *answers)).outcome


def levels(platform: Platform, contest_id: int, person_id: int, at_ms: int) -> list[tuple[bool, str]]:
    """Return of each level whether it is passed, and what starting it would be refused with."""
    found = play.chances(platform, in_force(platform, contest_id), 0, person_id, at_ms).levels
    return [(level.is_passed, level.refusal.code if level.refusal else "") for level in found]


def book(platform: Platform, contest_id: int, attempt_id: int, do: str, at_ms: int) -> None:
    wanted = Correction("attempt", attempt_id, do, "核查")
    ledger.book(platform, contest_id, wanted, Actor(None, at_ms))


def test_a_level_opens_with_the_pass_of_the_one_before(
    platform: Platform, contest_id: int, person_id: int, now: int
) -> None:
    with pytest.raises(LevelClosed):
        begin(platform, contest_id, person_id, 2, now)
    failed = tried(platform, contest_id, person_id, 1, 0, now)
    with pytest.raises(LevelClosed):
        begin(platform, contest_id, person_id, 2, now + 2_000)
    passed = tried(platform, contest_id, person_id, 1, 1, now + 3_000)

    assert (failed.passed, failed.points, passed.passed, passed.points) == (False, 1, True, 10)
    assert levels(platform, contest_id, person_id, now + 5_000) == [(True, "level"), (False, "")]


def test_each_level_has_its_own_tries(platform: Platform, contest_id: int, person_id: int, now: int) -> None:
    tried(platform, contest_id, person_id, 1, 1, now)
    for second in (2, 4):
        tried(platform, contest_id, person_id, 2, 1, now + second * 1_000)

    with pytest.raises(QuotaUsed):
        begin(platform, contest_id, person_id, 2, now + 9_000)


def test_an_open_attempt_is_gone_on_with_whatever_level_is_asked_for(
    platform: Platform, contest_id: int, person_id: int, now: int
) -> None:
    attempt_id = begin(platform, contest_id, person_id, 1, now)

    assert begin(platform, contest_id, person_id, 2, now + 1_000) == attempt_id


def test_a_void_pass_opens_nothing_any_more_and_what_was_started_stays(
    platform: Platform, contest_id: int, person_id: int, now: int
) -> None:
    first = tried(platform, contest_id, person_id, 1, 2, now)
    second = tried(platform, contest_id, person_id, 2, 1, now + 2_000)
    book(platform, contest_id, first.attempt_id, "void", now + 5_000)

    with pytest.raises(LevelClosed):
        begin(platform, contest_id, person_id, 2, now + 6_000)
    assert levels(platform, contest_id, person_id, now + 6_000) == [(False, ""), (False, "level")]
    assert play.outcome_of(platform, second.attempt_id, person_id).is_void is False
    assert boards.verify(platform, contest_id) == []


def test_a_corrected_key_passes_or_fails_a_level_and_gives_its_points(
    platform: Platform, contest_id: int, person_id: int, now: int
) -> None:
    outcome = tried(platform, contest_id, person_id, 1, 0, now)
    version_id, wrong = chosen(platform, outcome.attempt_id)
    correction = Correction("question", version_id, "remark", "原答案有误", key=(wrong,))
    ledger.recount(platform, ledger.book(platform, contest_id, correction, Actor(None, now + 2_000)))

    corrected = play.outcome_of(platform, outcome.attempt_id, person_id)

    assert (corrected.passed, corrected.points) == (True, 10)
    assert levels(platform, contest_id, person_id, now + 3_000) == [(True, "level"), (False, "")]
    assert boards.verify(platform, contest_id) == []


def test_after_the_close_every_level_may_be_practised_and_opens_nothing(
    platform: Platform, contest_id: int, person_id: int, clock: MovedClock
) -> None:
    clock.at_ms += 7 * 86_400_000

    outcome = tried(platform, contest_id, person_id, 2, 2, clock.at_ms)

    assert outcome.passed
    assert levels(platform, contest_id, person_id, clock.at_ms + 9_000) == [(False, ""), (False, "")]


def chosen(platform: Platform, attempt_id: int) -> tuple[int, str]:
    """Return the first question of an attempt and the option that was chosen."""
    with platform.store.reading() as session:
        person_id = session.get_one(Attempt, attempt_id).person_id
    sheet = play.review(platform, attempt_id, person_id, platform.clock.now_ms())
    slot = sheet.paper.slots[0]
    (letter,) = sheet.paper.given(1, sheet.saved[1].response)
    position = LETTERS.index(letter)
    return slot.version_id, sheet.rules.questions[slot.version_id].options[position].id
