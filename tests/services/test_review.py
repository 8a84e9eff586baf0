"""What a person is shown: nothing before the rules allow it, and what was shown decides what still counts."""

from __future__ import annotations

import pytest

from quiz.services import play
from quiz.services.platform import Platform
from tests.support import contests as cast
from tests.support.clock import MovedClock, ms
from tests.support.statements import statements

AFTER_CLOSE = "2026-03-08 20:05:16"  # the close, the longest attempt, its grace, a second


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


@pytest.fixture
def person_id(platform: Platform, now: int) -> int:
    cast.fill_bank(platform, now)
    cast.add_units(platform, now)
    return cast.join(platform, "小刚", now)


def started(platform: Platform, person_id: int, now: int, **shows: str) -> int:
    return cast.begin(platform, cast.publish(platform, cast.rules(**shows), now), person_id, now)


def test_nothing_is_shown_while_an_attempt_is_open(platform: Platform, person_id: int, now: int) -> None:
    attempt_id = started(platform, person_id, now)

    saved = play.save(platform, cast.batch(platform, attempt_id, now, cast.answer(platform, attempt_id, 1)))
    sheet = play.sheet_of(platform, attempt_id, person_id, now)

    assert saved.shown == {}
    assert sheet.shown == {}


def test_right_or_wrong_is_shown_after_the_attempt_and_nothing_more(
    platform: Platform, person_id: int, now: int
) -> None:
    attempt_id = started(platform, person_id, now)
    answers = [cast.answer(platform, attempt_id, 1), cast.answer(platform, attempt_id, 2, right=False)]
    play.finish(platform, cast.batch(platform, attempt_id, now, *answers))

    shown = play.review(platform, attempt_id, person_id, now + 1).shown

    assert {n: r.rightness for n, r in shown.items()} == {1: 1, 2: 0, 3: 0, 4: 0}
    assert {r.key for r in shown.values()} == {None}
    assert {r.explanation for r in shown.values()} == {None}


def test_keys_and_explanations_wait_until_nobody_can_be_answering(
    platform: Platform, person_id: int, now: int
) -> None:
    attempt_id = started(platform, person_id, now)
    play.finish(platform, cast.batch(platform, attempt_id, now))

    at_the_close = play.review(platform, attempt_id, person_id, ms("2026-03-08 20:00:01")).shown
    after = play.review(platform, attempt_id, person_id, ms(AFTER_CLOSE)).shown

    assert at_the_close[1].key is None
    assert after[1].key == cast.response(platform, attempt_id, 1)
    assert after[1].explanation.startswith("解析")


def test_where_nothing_is_shown_after_an_attempt_nothing_is(
    platform: Platform, person_id: int, now: int
) -> None:
    attempt_id = started(platform, person_id, now, attempt="nothing")
    play.finish(platform, cast.batch(platform, attempt_id, now))

    assert play.review(platform, attempt_id, person_id, now + 1).shown == {}


def test_in_practice_each_answer_is_explained_at_once(platform: Platform, person_id: int, now: int) -> None:
    attempt_id = started(platform, person_id, now, answer="explanation", attempt="explanation")
    wrong = cast.answer(platform, attempt_id, 1, right=False)

    saved = play.save(platform, cast.batch(platform, attempt_id, now, wrong))

    assert saved.shown[1].rightness == 0
    assert saved.shown[1].key == cast.response(platform, attempt_id, 1)
    assert saved.shown[1].explanation.startswith("解析")


def test_in_practice_the_first_answer_is_final(platform: Platform, person_id: int, now: int) -> None:
    attempt_id = started(platform, person_id, now, answer="key", attempt="explanation")
    wrong = cast.answer(platform, attempt_id, 1, right=False)
    play.save(platform, cast.batch(platform, attempt_id, now, wrong))

    changed = cast.answer(platform, attempt_id, 1, seq=2)
    other = play.save(platform, cast.batch(platform, attempt_id, now + 1, changed))
    elsewhere = play.save(platform, cast.batch(platform, attempt_id, now + 1, changed, device="d2"))
    again = play.save(platform, cast.batch(platform, attempt_id, now + 2, wrong))
    finished = play.finish(platform, cast.batch(platform, attempt_id, now + 3))

    assert other.admission.refused == elsewhere.admission.refused == {1: "answered"}
    assert other.shown == {}
    assert again.admission.saved == {1: 1}
    assert again.shown[1].rightness == 0
    assert finished.outcome.correct == 0


def test_two_answers_to_one_question_in_one_batch_cannot_try_both(
    platform: Platform, person_id: int, now: int
) -> None:
    attempt_id = started(platform, person_id, now, answer="key", attempt="key")
    both = [cast.answer(platform, attempt_id, 1, right=False), cast.answer(platform, attempt_id, 1, seq=2)]

    saved = play.save(platform, cast.batch(platform, attempt_id, now, *both))
    finished = play.finish(platform, cast.batch(platform, attempt_id, now + 1))

    assert saved.admission.saved == {1: 1}
    assert saved.admission.refused == {1: "answered"}
    assert finished.outcome.correct == 0


def test_an_answer_in_practice_costs_two_statements(platform: Platform, person_id: int, now: int) -> None:
    attempt_id = started(platform, person_id, now, answer="explanation", attempt="explanation")
    play.save(platform, cast.batch(platform, attempt_id, now, cast.answer(platform, attempt_id, 1)))
    sent = cast.batch(platform, attempt_id, now, cast.answer(platform, attempt_id, 2, seq=2))

    with statements(platform.store.engine) as seen:
        play.save(platform, sent)

    assert len(seen) == 2
