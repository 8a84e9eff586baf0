"""Leaving the page during an attempt: recorded once, told, and decided by the rules on the server."""

from __future__ import annotations

import pytest

from quiz.errors import AttemptFinished
from quiz.models.play import Receipt, Result
from quiz.services import play
from quiz.services.platform import Platform
from tests.support import contests as cast
from tests.support.clock import MovedClock
from tests.support.statements import statements


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


def begin(platform: Platform, now: int, clock: str) -> int:
    cast.fill_bank(platform, now)
    cast.add_units(platform, now)
    contest_id = cast.publish(platform, cast.rules(clock=clock), now)
    return cast.begin(platform, contest_id, cast.join(platform, "小离", now), now)


def leave(platform: Platform, attempt_id: int, at_ms: int, *seqs: int, device: str = "d1") -> play.Saved:
    return play.save(platform, cast.batch(platform, attempt_id, at_ms, device=device)._replace(leavings=seqs))


def result(platform: Platform, attempt_id: int) -> tuple[object, ...]:
    with platform.store.reading() as session:
        found = session.get_one(Result, attempt_id)
        return found.score, found.points, found.correct, found.time_ms, found.closed_by


STRIKES = "{per_attempt_s: 300, leaving: strike, strikes: 2}"
ENDS = "{per_attempt_s: 300, leaving: end}"
NOTHING = "{per_attempt_s: 300, leaving: zero}"


def test_the_last_strike_ends_the_attempt_with_what_was_saved(platform: Platform, now: int) -> None:
    attempt_id = begin(platform, now, STRIKES)
    play.save(platform, cast.batch(platform, attempt_id, now + 1, cast.answer(platform, attempt_id, 1)))

    first = leave(platform, attempt_id, now + 10_000, 5)
    second = leave(platform, attempt_id, now + 20_000, 9)

    assert (first.left, first.has_ended) == (1, False)
    assert (second.left, second.has_ended) == (2, True)
    assert result(platform, attempt_id) == ("1", "1", 1, 20_000, "rules")


def test_a_report_that_is_sent_again_is_the_same_leaving(platform: Platform, now: int) -> None:
    attempt_id = begin(platform, now, STRIKES)
    leave(platform, attempt_id, now + 10_000, 5)

    again = leave(platform, attempt_id, now + 11_000, 5)

    assert (again.left, again.has_ended) == (1, False)


def test_leaving_once_may_end_the_attempt_and_answers_that_came_with_it_count(
    platform: Platform, now: int
) -> None:
    attempt_id = begin(platform, now, ENDS)
    batch = cast.batch(platform, attempt_id, now + 10_000, cast.answer(platform, attempt_id, 1))

    saved = play.save(platform, batch._replace(leavings=(2,)))

    assert saved.has_ended
    assert result(platform, attempt_id) == ("1", "1", 1, 10_000, "rules")
    with pytest.raises(AttemptFinished):
        play.save(
            platform, cast.batch(platform, attempt_id, now + 11_000, cast.answer(platform, attempt_id, 2))
        )


def test_leaving_may_make_the_attempt_nothing(platform: Platform, now: int) -> None:
    attempt_id = begin(platform, now, NOTHING)
    play.save(platform, cast.batch(platform, attempt_id, now + 1, cast.answer(platform, attempt_id, 1)))

    leave(platform, attempt_id, now + 10_000, 2)

    assert result(platform, attempt_id) == ("0", "0", 0, 10_000, "rules")
    finished = play.finish(platform, cast.batch(platform, attempt_id, now + 20_000))
    assert (finished.outcome.points, finished.outcome.correct) == (0, 0)


def test_a_lost_network_is_no_leaving(platform: Platform, now: int) -> None:
    attempt_id = begin(platform, now, ENDS)

    late = cast.batch(
        platform, attempt_id, now + 290_000, cast.answer(platform, attempt_id, 1), device="other"
    )
    finished = play.finish(platform, late)

    assert finished.outcome.correct == 1


def test_what_the_rules_do_not_look_at_is_not_kept(platform: Platform, now: int) -> None:
    attempt_id = begin(platform, now, "{per_attempt_s: 300}")

    saved = leave(platform, attempt_id, now + 10_000, 5)

    assert (saved.left, saved.has_ended) == (0, False)
    with platform.store.reading() as session:
        assert session.query(Receipt).all() == []


def test_answers_may_be_changed_where_leaving_is_looked_at(platform: Platform, now: int) -> None:
    attempt_id = begin(platform, now, STRIKES)
    for seq, right in ((1, True), (2, False)):
        given = cast.answer(platform, attempt_id, 1, right, seq)
        play.save(platform, cast.batch(platform, attempt_id, now + seq, given))

    finished = play.finish(platform, cast.batch(platform, attempt_id, now + 3))

    assert finished.outcome.correct == 0


def test_a_report_costs_two_statements(platform: Platform, now: int) -> None:
    attempt_id = begin(platform, now, STRIKES)
    batch = cast.batch(platform, attempt_id, now + 10_000)._replace(leavings=(5,))

    with statements(platform.store.engine) as seen:
        play.save(platform, batch)

    assert len(seen) == 2
