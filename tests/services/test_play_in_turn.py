"""A clock per question: the server opens each question, and only the open one can be lost."""

from __future__ import annotations

import orjson
import pytest

from quiz.models.play import Result
from quiz.services import play
from quiz.services.platform import Platform
from tests.support import contests as cast
from tests.support.clock import MovedClock
from tests.support.statements import statements


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


@pytest.fixture
def person_id(platform: Platform, now: int) -> int:
    return cast.join(platform, "小红", now)


@pytest.fixture
def attempt_id(platform: Platform, person_id: int, now: int) -> int:
    """An attempt at four questions of twenty seconds each, no grace."""
    cast.fill_bank(platform, now)
    cast.add_units(platform, now)
    contest_id = cast.publish(platform, cast.rules(clock="{per_question_s: 20}"), now)
    return cast.begin(platform, contest_id, person_id, now)


def send(
    platform: Platform, attempt_id: int, at_ms: int, n: int, right: bool = True, seq: int = 1
) -> play.Saved:
    given = cast.answer(platform, attempt_id, n, right, seq)
    return play.save(platform, cast.batch(platform, attempt_id, at_ms, given))


def test_the_first_question_opens_with_the_attempt(
    platform: Platform, attempt_id: int, person_id: int, now: int
) -> None:
    sheet = play.sheet_of(platform, attempt_id, person_id, now)

    assert sheet.open == play.Open(1, now, now + 20_000)


def test_an_answer_opens_the_next_question(platform: Platform, attempt_id: int, now: int) -> None:
    saved = send(platform, attempt_id, now + 5_000, 1)

    assert saved.admission.saved == {1: 1}
    assert saved.open == play.Open(2, now + 5_000, now + 25_000)


def test_the_limit_of_a_question_is_inclusive(platform: Platform, attempt_id: int, now: int) -> None:
    in_time = send(platform, attempt_id, now + 20_000, 1)
    late = send(platform, attempt_id, now + 40_001, 2, seq=2)

    assert in_time.admission.saved == {1: 1}
    assert late.admission.refused == {2: "too_late"}
    assert late.open == play.Open(3, now + 40_001, now + 60_001)


def test_there_is_no_going_back_and_no_looking_ahead(platform: Platform, attempt_id: int, now: int) -> None:
    send(platform, attempt_id, now + 1, 1)

    back = send(platform, attempt_id, now + 2, 1, right=False, seq=2)
    ahead = send(platform, attempt_id, now + 3, 3, seq=3)

    assert back.admission.refused == {1: "question_closed"}
    assert ahead.admission.refused == {3: "question_not_open"}
    assert ahead.open is not None
    assert ahead.open.n == 2


def test_a_lost_reply_is_acknowledged_again_and_tells_the_open_question(
    platform: Platform, attempt_id: int, now: int
) -> None:
    send(platform, attempt_id, now + 1_000, 1)

    again = send(platform, attempt_id, now + 9_000, 1)

    assert again.admission.saved == {1: 1}
    assert again.open == play.Open(2, now + 1_000, now + 21_000)


def test_ten_minutes_without_network_cost_the_open_question_only(
    platform: Platform, attempt_id: int, person_id: int, now: int
) -> None:
    send(platform, attempt_id, now + 1_000, 1)
    back = now + 601_000

    sheet = play.sheet_of(platform, attempt_id, person_id, back)
    send(platform, attempt_id, back + 1_000, 3, seq=2)
    send(platform, attempt_id, back + 2_000, 4, seq=3)
    finished = play.finish(platform, cast.batch(platform, attempt_id, back + 3_000))

    assert sheet.open == play.Open(3, back, back + 20_000)
    assert (finished.outcome.correct, finished.outcome.of) == (3, 4)


def test_reloading_opens_no_further_question(
    platform: Platform, attempt_id: int, person_id: int, now: int
) -> None:
    send(platform, attempt_id, now + 1_000, 1)
    for second in (2, 3, 4):
        sheet = play.sheet_of(platform, attempt_id, person_id, now + second * 1_000)

    assert sheet.open == play.Open(2, now + 1_000, now + 21_000)


def test_after_the_last_question_nothing_is_open(platform: Platform, attempt_id: int, now: int) -> None:
    for n in (1, 2, 3, 4):
        last = send(platform, attempt_id, now + n * 1_000, n, seq=n)

    again = send(platform, attempt_id, now + 5_000, 4, seq=4)

    assert last.open is None
    assert again.open is None
    assert again.admission.saved == {4: 4}


def test_the_times_of_answers_are_the_servers_own(
    platform: Platform, attempt_id: int, person_id: int, now: int
) -> None:
    send(platform, attempt_id, now + 3_000, 1)
    send(platform, attempt_id, now + 10_000, 2, seq=2)
    play.finish(platform, cast.batch(platform, attempt_id, now + 11_000))

    assert answer_times(platform, attempt_id) == [3_000, 7_000, 0, 0]


def test_an_answer_in_turn_costs_two_statements(platform: Platform, attempt_id: int, now: int) -> None:
    send(platform, attempt_id, now + 1_000, 1)
    second = cast.batch(platform, attempt_id, now + 2_000, cast.answer(platform, attempt_id, 2, seq=2))
    again = cast.batch(platform, attempt_id, now + 3_000, cast.answer(platform, attempt_id, 2, seq=2))

    with statements(platform.store.engine) as seen:
        play.save(platform, second)
    with statements(platform.store.engine) as seen_again:
        play.save(platform, again)

    assert len(seen) == 2
    assert len(seen_again) <= 2


def answer_times(platform: Platform, attempt_id: int) -> list[int]:
    with platform.store.reading() as session:
        return [kept[3] for kept in orjson.loads(session.get_one(Result, attempt_id).sheet)]
