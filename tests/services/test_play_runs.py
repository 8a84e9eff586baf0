"""Runs: the attempt that ends at the first wrong answer, the one that goes on until the clock ends."""

from __future__ import annotations

import orjson
import pytest

from quiz.errors import AttemptFinished
from quiz.models.play import Attempt, Receipt, Result
from quiz.services import ledger, play
from quiz.services.correcting import Correction
from quiz.services.platform import Actor, Platform
from tests.support import contests as cast
from tests.support.clock import MovedClock
from tests.support.statements import statements

RUN = cast.rules(answer="right_or_wrong").replace("flow: {", "flow: {stop: STOP, ")
FIRST_WRONG = RUN.replace("STOP", "first_wrong")
UNTIL_TIME = RUN.replace("STOP", "time")


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


@pytest.fixture
def person_id(platform: Platform, now: int) -> int:
    return cast.join(platform, "小跑", now)


def begin(platform: Platform, person_id: int, text: str, now: int) -> int:
    cast.fill_bank(platform, now)
    cast.add_units(platform, now)
    return cast.begin(platform, cast.publish(platform, text, now), person_id, now)


def send(
    platform: Platform, attempt_id: int, at_ms: int, n: int, right: bool = True, response: object = None
) -> play.Saved:
    given = cast.answer(platform, attempt_id, n, right, n)
    if response is not None:
        given = given._replace(response=response)
    return play.save(platform, cast.batch(platform, attempt_id, at_ms, given))


def result(platform: Platform, attempt_id: int) -> tuple[object, ...]:
    """Return score, right answers, questions of the paper, time, who closed it, questions on record."""
    with platform.store.reading() as session:
        found = session.get_one(Result, attempt_id)
        kept = orjson.loads(found.sheet)
        return found.score, found.correct, found.of, found.time_ms, found.closed_by, len(kept)


def test_the_next_question_is_told_only_after_the_answer_was_received(
    platform: Platform, person_id: int, now: int
) -> None:
    attempt_id = begin(platform, person_id, FIRST_WRONG, now)

    first = play.sheet_of(platform, attempt_id, person_id, now)
    ahead = send(platform, attempt_id, now + 1_000, 3)
    second = send(platform, attempt_id, now + 2_000, 1)

    assert first.open == play.Open(1, now, None)
    assert ahead.admission.refused == {3: "question_not_open"}
    assert second.open == play.Open(2, now + 2_000, None)
    assert second.shown[1].rightness == 1


def test_the_first_wrong_answer_ends_the_attempt_at_its_receipt(
    platform: Platform, person_id: int, now: int
) -> None:
    attempt_id = begin(platform, person_id, FIRST_WRONG, now)
    send(platform, attempt_id, now + 5_000, 1)

    wrong = send(platform, attempt_id, now + 9_000, 2, right=False)

    assert (wrong.has_ended, wrong.open) == (True, None)
    assert result(platform, attempt_id) == ("1", 1, 4, 9_000, "rules", 2)
    with pytest.raises(AttemptFinished):
        send(platform, attempt_id, now + 10_000, 3)


def test_handing_in_after_the_wrong_answer_gives_the_outcome(
    platform: Platform, person_id: int, now: int
) -> None:
    attempt_id = begin(platform, person_id, FIRST_WRONG, now)
    send(platform, attempt_id, now + 5_000, 1, right=False)

    finished = play.finish(platform, cast.batch(platform, attempt_id, now + 60_000))

    assert (finished.outcome.finished_ms, finished.outcome.correct) == (now + 5_000, 0)


def test_an_end_that_was_not_closed_at_once_is_found_in_the_record(
    platform: Platform, person_id: int, now: int
) -> None:
    attempt_id = begin(platform, person_id, FIRST_WRONG, now)
    wrong = cast.batch(platform, attempt_id, now + 5_000, cast.answer(platform, attempt_id, 1, right=False))
    platform.writer.run_together(play._save_all, (platform, wrong))  # the process ends before it closes

    sheet = play.sheet_of(platform, attempt_id, person_id, now + 50_000)

    assert sheet.row.finished_ms == now + 5_000
    assert result(platform, attempt_id) == ("0", 0, 4, 5_000, "rules", 1)


def test_an_empty_answer_ends_a_run_until_the_first_wrong(
    platform: Platform, person_id: int, now: int
) -> None:
    attempt_id = begin(platform, person_id, FIRST_WRONG, now)

    skipped = send(platform, attempt_id, now + 5_000, 1, response=())

    assert skipped.has_ended
    assert result(platform, attempt_id) == ("0", 0, 4, 5_000, "rules", 1)


def test_a_run_that_is_all_right_ends_with_its_paper(platform: Platform, person_id: int, now: int) -> None:
    attempt_id = begin(platform, person_id, FIRST_WRONG, now)

    saved = [send(platform, attempt_id, now + n * 1_000, n) for n in (1, 2, 3, 4)]

    assert [each.has_ended for each in saved] == [False, False, False, True]
    assert result(platform, attempt_id) == ("4", 4, 4, 4_000, "rules", 4)


def test_where_a_questions_own_time_is_over_the_run_ended_then(
    platform: Platform, person_id: int, now: int
) -> None:
    text = FIRST_WRONG.replace("per_attempt_s: 300", "per_question_s: 20")
    attempt_id = begin(platform, person_id, text, now)
    send(platform, attempt_id, now + 5_000, 1)

    sheet = play.sheet_of(platform, attempt_id, person_id, now + 600_000)

    assert sheet.row.finished_ms == now + 25_000
    assert result(platform, attempt_id) == ("1", 1, 4, 25_000, "rules", 2)


def test_what_the_clock_cuts_off_is_nothing_in_a_run(platform: Platform, person_id: int, now: int) -> None:
    negative = UNTIL_TIME.replace("clock:", "marking: {wrong: -1, blank: -1}\n    clock:")
    attempt_id = begin(platform, person_id, negative, now)
    send(platform, attempt_id, now + 5_000, 1)
    send(platform, attempt_id, now + 9_000, 2, right=False)

    play.close_overdue(platform, now + 400_000)

    assert result(platform, attempt_id) == ("0", 1, 4, 300_000, "server", 2)


def test_an_empty_answer_is_a_blank_and_the_run_until_the_clock_goes_on(
    platform: Platform, person_id: int, now: int
) -> None:
    attempt_id = begin(platform, person_id, UNTIL_TIME, now)

    skipped = send(platform, attempt_id, now + 5_000, 1, response=())
    send(platform, attempt_id, now + 6_000, 2)
    finished = play.finish(platform, cast.batch(platform, attempt_id, now + 300_000))

    assert skipped.open == play.Open(2, now + 5_000, None)
    assert (finished.outcome.correct, finished.outcome.of) == (1, 4)


def test_only_questions_that_came_up_are_looked_back_at(platform: Platform, person_id: int, now: int) -> None:
    attempt_id = begin(platform, person_id, UNTIL_TIME, now)
    send(platform, attempt_id, now + 5_000, 1)
    play.finish(platform, cast.batch(platform, attempt_id, now + 300_000))

    assert sorted(play.review(platform, attempt_id, person_id, now + 300_001).shown) == [1, 2]


def test_an_answer_in_a_run_costs_two_statements(platform: Platform, person_id: int, now: int) -> None:
    attempt_id = begin(platform, person_id, UNTIL_TIME, now)
    batch = cast.batch(platform, attempt_id, now + 2_000, cast.answer(platform, attempt_id, 1))

    with statements(platform.store.engine) as seen:
        play.save(platform, batch)

    assert len(seen) == 2


# --- answers that came too late (P5)

NEGATIVE = cast.rules().replace("clock:", "marking: {wrong: -1}\n    clock:")
GRACE_OVER_MS = 315_001


def test_an_answer_after_the_grace_is_wrong(platform: Platform, person_id: int, now: int) -> None:
    attempt_id = begin(platform, person_id, NEGATIVE, now)
    play.save(platform, cast.batch(platform, attempt_id, now + 1, cast.answer(platform, attempt_id, 1)))

    late = cast.answer(platform, attempt_id, 2, seq=2)
    finished = play.finish(platform, cast.batch(platform, attempt_id, now + GRACE_OVER_MS, late))

    assert finished.admission.refused == {2: "too_late"}
    assert (finished.outcome.score, finished.outcome.correct) == (0, 1)


def test_a_late_change_leaves_the_answer_that_came_in_time(
    platform: Platform, person_id: int, now: int
) -> None:
    attempt_id = begin(platform, person_id, NEGATIVE, now)
    play.save(platform, cast.batch(platform, attempt_id, now + 1, cast.answer(platform, attempt_id, 1)))

    late = cast.answer(platform, attempt_id, 1, right=False, seq=2)
    finished = play.finish(platform, cast.batch(platform, attempt_id, now + GRACE_OVER_MS, late))

    assert (finished.outcome.score, finished.outcome.correct) == (1, 1)
    with platform.store.reading() as session:
        assert [r.late for r in session.query(Receipt).order_by(Receipt.id)] == [False, True]


def test_what_comes_after_the_server_closed_is_no_part_of_the_attempt(
    platform: Platform, person_id: int, now: int
) -> None:
    attempt_id = begin(platform, person_id, NEGATIVE, now)
    play.close_overdue(platform, now + 400_000)

    play.save(platform, cast.batch(platform, attempt_id, now + 500_000, cast.answer(platform, attempt_id, 1)))

    assert result(platform, attempt_id)[:2] == ("0", 0)


def test_a_late_answer_to_the_open_question_is_wrong_and_opens_the_next(
    platform: Platform, person_id: int, now: int
) -> None:
    attempt_id = begin(platform, person_id, NEGATIVE.replace("per_attempt_s: 300", "per_question_s: 20"), now)

    late = send(platform, attempt_id, now + 20_001, 1)
    play.finish(platform, cast.batch(platform, attempt_id, now + 21_000))

    assert late.open is not None
    assert late.open.n == 2
    assert result(platform, attempt_id)[:3] == ("-1", 0, 4)


def test_a_late_answer_ends_a_run_until_the_first_wrong(platform: Platform, person_id: int, now: int) -> None:
    text = FIRST_WRONG.replace("per_attempt_s: 300", "per_question_s: 20")
    attempt_id = begin(platform, person_id, text, now)

    late = send(platform, attempt_id, now + 30_000, 1)

    assert late.has_ended
    assert late.admission.refused == {1: "too_late"}
    with platform.store.reading() as session:
        assert session.get_one(Attempt, attempt_id).finished_ms == now + 30_000


def test_a_corrected_key_marks_a_run_again_and_leaves_a_late_answer_wrong(
    platform: Platform, person_id: int, now: int
) -> None:
    text = NEGATIVE.replace("flow: {", "flow: {stop: time, ").replace(
        "{count: 4}", "{count: 4, kinds: [single]}"
    )
    attempt_id = begin(platform, person_id, text, now)
    send(platform, attempt_id, now + 5_000, 1, right=False)
    late = cast.answer(platform, attempt_id, 2)
    play.finish(platform, cast.batch(platform, attempt_id, now + GRACE_OVER_MS, late))
    assert result(platform, attempt_id)[:3] == ("-2", 0, 4)

    with platform.store.reading() as session:
        attempt = session.get_one(Attempt, attempt_id)
        kept = orjson.loads(session.get_one(Result, attempt_id).sheet)
    for version_id, key in ((kept[0][0], tuple(kept[0][1])), (kept[1][0], ("B",))):
        wanted = Correction("question", version_id, "remark", "核对", key=key)
        ledger.book(platform, attempt.contest_id, wanted, Actor(None, now + 400_000))

    outcome = play.outcome_of(platform, attempt_id, person_id)
    assert outcome is not None
    assert (outcome.score, outcome.correct, outcome.of) == (0, 1, 4)
