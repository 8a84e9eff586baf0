"""The least time of an attempt: too early a hand-in is refused, and nothing is lost by it."""

from __future__ import annotations

import pytest

from quiz.errors import TooQuick
from quiz.services import play
from quiz.services.platform import Platform
from tests.support import contests as cast
from tests.support.clock import MovedClock

CLOCK = "{per_attempt_s: 300, at_least_s: 120}"


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


@pytest.fixture
def attempt_id(platform: Platform, now: int) -> int:
    cast.fill_bank(platform, now)
    cast.add_units(platform, now)
    contest_id = cast.publish(platform, cast.rules(clock=CLOCK), now)
    return cast.begin(platform, contest_id, cast.join(platform, "小急", now), now)


def test_a_hand_in_before_the_least_time_is_refused_and_its_answers_are_kept(
    platform: Platform, attempt_id: int, now: int
) -> None:
    early = cast.batch(platform, attempt_id, now + 119_999, cast.answer(platform, attempt_id, 1))

    with pytest.raises(TooQuick) as refused:
        play.finish(platform, early)
    finished = play.finish(platform, cast.batch(platform, attempt_id, now + 120_000))

    assert refused.value.details == {"may_finish": now + 120_000}
    assert (finished.outcome.correct, finished.outcome.time_ms) == (1, 120_000)


def test_what_the_clock_ends_was_not_too_quick(platform: Platform, now: int) -> None:
    cast.fill_bank(platform, now)
    cast.add_units(platform, now)
    text = cast.rules(clock=CLOCK).replace(
        'closes: "2026-03-08 20:00"', 'closes: "2026-03-02 09:01", at_close: cut'
    )
    contest_id = cast.publish(platform, text, now - 7_200_000)
    attempt_id = cast.begin(platform, contest_id, cast.join(platform, "小急", now), now)

    finished = play.finish(platform, cast.batch(platform, attempt_id, now + 60_000))

    assert finished.outcome.time_ms == 60_000


def test_an_attempt_that_nobody_hands_in_is_closed_by_the_server(
    platform: Platform, attempt_id: int, now: int
) -> None:
    with pytest.raises(TooQuick):
        play.finish(platform, cast.batch(platform, attempt_id, now + 1_000))

    assert play.close_overdue(platform, now + 400_000) == 1
