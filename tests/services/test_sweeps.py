"""What a serving process does by itself: it closes and deletes while the clock can be believed."""

from __future__ import annotations

import pytest

from quiz.services import accounts, play, retention
from quiz.services.platform import Actor, Platform
from quiz.sweeps import DAY_S, SETTLED_S, TRUSTED_S, ClockWatch, retain_daily, sweep
from tests.support import contests as cast
from tests.support.clock import MovedClock


class Monotonic:
    """A monotonic clock that tests move."""

    def __init__(self) -> None:
        self.at_s = 1_000.0

    def __call__(self) -> float:
        return self.at_s


@pytest.fixture
def monotonic() -> Monotonic:
    return Monotonic()


@pytest.fixture
def watch(clock: MovedClock, monotonic: Monotonic) -> ClockWatch:
    return ClockWatch(clock.now_ms, monotonic)


def both(clock: MovedClock, monotonic: Monotonic, seconds: float) -> None:
    """Let the same time pass on both clocks."""
    clock.move(seconds=seconds)
    monotonic.at_s += seconds


def test_a_clock_that_runs_is_believed(clock: MovedClock, monotonic: Monotonic, watch: ClockWatch) -> None:
    for _ in range(5):
        both(clock, monotonic, 30)
        clock.move(milliseconds=100)  # drift

        assert not watch.is_unsettled()


@pytest.mark.parametrize("jump_s", [3, -3, 3600, -3600])
def test_a_clock_that_jumps_is_not_believed_until_it_has_settled(
    clock: MovedClock, monotonic: Monotonic, watch: ClockWatch, jump_s: int
) -> None:
    clock.move(seconds=jump_s)

    at_once = watch.is_unsettled()
    both(clock, monotonic, SETTLED_S - 1)
    soon = watch.is_unsettled()
    both(clock, monotonic, 1)
    settled = not watch.is_unsettled()

    assert (at_once, soon, settled) == (True, True, True)
    assert watch.jump_ms == jump_s * 1000


def test_no_attempt_is_closed_by_a_clock_that_jumped(
    platform: Platform, clock: MovedClock, monotonic: Monotonic, watch: ClockWatch
) -> None:
    cast.fill_bank(platform, clock.now_ms())
    cast.add_units(platform, clock.now_ms())
    contest_id = cast.publish(platform, cast.rules(), clock.now_ms())
    person_id = cast.join(platform, "小明", clock.now_ms())
    attempt_id = cast.begin(platform, contest_id, person_id, clock.now_ms())

    clock.move(hours=1)
    sweep(platform, watch, full=False)
    again = cast.begin(platform, contest_id, person_id, clock.now_ms())
    jumped = play.outcome_of(platform, attempt_id, person_id)
    clock.move(hours=-1)
    sweep(platform, watch, full=False)
    both(clock, monotonic, SETTLED_S)
    sweep(platform, watch, full=False)
    set_right = play.outcome_of(platform, attempt_id, person_id)
    both(clock, monotonic, 400)
    sweep(platform, watch, full=False)
    over = play.outcome_of(platform, attempt_id, person_id)

    assert again == attempt_id
    assert jumped is None
    assert set_right is None
    assert over is not None


def test_what_is_over_is_deleted_once_a_day_by_a_clock_that_ran_for_an_hour(
    platform: Platform, clock: MovedClock, monotonic: Monotonic, watch: ClockWatch
) -> None:
    accounts.invite_organizer(platform, "新来的", Actor(None, clock.now_ms()))

    clock.move(days=60)
    watch.is_unsettled()
    both(clock, monotonic, TRUSTED_S - 1)
    by_a_clock_that_jumped = retain_daily(platform, watch)
    kept = due(platform, clock)
    both(clock, monotonic, 1)
    done, again = retain_daily(platform, watch), retain_daily(platform, watch)
    left = due(platform, clock)
    both(clock, monotonic, DAY_S)
    next_day = retain_daily(platform, watch)

    assert (by_a_clock_that_jumped, kept) == (False, 1)
    assert (done, again, left) == (True, False, 0)
    assert next_day


def due(platform: Platform, clock: MovedClock) -> int:
    """Return how much is to be deleted now."""
    return sum(retention.retain(platform, Actor(None, clock.now_ms()), does=False).values())
