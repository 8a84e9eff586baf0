"""Starting, saving, finishing: what is acknowledged stays, what comes twice counts once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from quiz.errors import AttemptFinished, Closed, NotFound, NotNow, QuotaUsed, SameKeyOtherBody, SignInNeeded
from quiz.models.play import Attempt, Receipt, Result
from quiz.services import own_attempts, play
from quiz.services.platform import Platform
from tests.support import contests as cast
from tests.support.clock import MovedClock, ms
from tests.support.statements import statements


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


@pytest.fixture
def contest_id(platform: Platform, now: int) -> int:
    """A contest with one clock of five minutes, four questions, three attempts a day."""
    cast.fill_bank(platform, now)
    cast.add_units(platform, now)
    return cast.publish(platform, cast.rules(), now)


@pytest.fixture
def person_id(platform: Platform, now: int) -> int:
    return cast.join(platform, "小明", now)


@pytest.fixture
def attempt_id(platform: Platform, contest_id: int, person_id: int, now: int) -> int:
    return cast.begin(platform, contest_id, person_id, now)


def receipts_of(platform: Platform, attempt_id: int) -> list[Receipt]:
    with platform.store.reading() as session:
        return list(
            session.scalars(select(Receipt).where(Receipt.attempt_id == attempt_id).order_by(Receipt.id))
        )


# --- starting


def test_an_open_attempt_is_given_back(platform: Platform, contest_id: int, person_id: int, now: int) -> None:
    first = cast.begin(platform, contest_id, person_id, now)
    second = cast.begin(platform, contest_id, person_id, now + 1000)

    assert second == first


def test_the_same_key_gives_the_same_attempt_even_when_it_is_finished(
    platform: Platform, contest_id: int, person_id: int, now: int
) -> None:
    wanted = play.Start(contest_id, 0, key="k1")
    first = play.start(platform, person_id, wanted, now)
    play.finish(platform, cast.batch(platform, first, now + 1000))

    again = play.start(platform, person_id, wanted, now + 2000)
    other = play.start(platform, person_id, play.Start(contest_id, 0, key="k2"), now + 3000)

    assert again == first
    assert other != first


def test_the_same_key_for_something_else_is_refused(platform: Platform, person_id: int, now: int) -> None:
    cast.fill_bank(platform, now)
    cast.add_units(platform, now)
    text = cast.rules().replace("period: day", "period: scene, scenes: [甲, 乙]")
    contest_id = cast.publish(platform, text, now)
    play.start(platform, person_id, play.Start(contest_id, 0, "甲", "k1"), now)

    with pytest.raises(SameKeyOtherBody):
        play.start(platform, person_id, play.Start(contest_id, 0, "乙", "k1"), now + 1)


def test_no_attempt_starts_before_the_opening_or_after_the_close(
    platform: Platform, contest_id: int, person_id: int
) -> None:
    with pytest.raises(NotNow):
        cast.begin(platform, contest_id, person_id, ms("2026-03-02 07:59:59.999"))
    with pytest.raises(Closed):
        cast.begin(platform, contest_id, person_id, ms("2026-03-08 20:00"))


def test_a_day_has_three_attempts_and_the_next_day_three_more(
    platform: Platform, contest_id: int, person_id: int, now: int
) -> None:
    for number in range(3):
        attempt_id = cast.begin(platform, contest_id, person_id, now + number)
        play.finish(platform, cast.batch(platform, attempt_id, now + number))

    with pytest.raises(QuotaUsed):
        cast.begin(platform, contest_id, person_id, now + 10)
    cast.begin(platform, contest_id, person_id, ms("2026-03-03 09:00"))


def test_an_unknown_contest_or_stage_is_not_found(
    platform: Platform, contest_id: int, person_id: int, now: int
) -> None:
    with pytest.raises(NotFound):
        cast.begin(platform, contest_id + 1, person_id, now)
    with pytest.raises(NotFound):
        play.start(platform, person_id, play.Start(contest_id, 1), now)


def test_a_start_closes_what_ran_out_before(
    platform: Platform, contest_id: int, person_id: int, attempt_id: int, now: int
) -> None:
    later = cast.begin(platform, contest_id, person_id, now + 316_000)

    outcome = play.outcome_of(platform, attempt_id, person_id)
    assert later != attempt_id
    assert outcome is not None
    assert outcome.time_ms == 300_000


# --- saving


def test_a_batch_costs_two_statements(platform: Platform, attempt_id: int, now: int) -> None:
    answers = [cast.answer(platform, attempt_id, n) for n in (1, 2, 3)]
    sent = cast.batch(platform, attempt_id, now + 1000, *answers)
    play.save(platform, sent)

    with statements(platform.store.engine) as seen:
        play.save(platform, sent)

    assert len(seen) == 2


def test_every_received_batch_is_one_row(platform: Platform, attempt_id: int, now: int) -> None:
    for second in (1, 2):
        answers = [cast.answer(platform, attempt_id, n, seq=second) for n in (1, 2)]
        play.save(platform, cast.batch(platform, attempt_id, now + second, *answers))

    assert [(r.received_ms, r.late) for r in receipts_of(platform, attempt_id)] == [
        (now + 1, False),
        (now + 2, False),
    ]


def test_an_answer_that_cannot_count_does_not_hold_up_the_others(
    platform: Platform, attempt_id: int, now: int
) -> None:
    good = cast.answer(platform, attempt_id, 1, seq=7)
    strange = play.sheet.Answer(2, 8, ("00",))
    beyond = play.sheet.Answer(99, 9, ())

    saved = play.save(platform, cast.batch(platform, attempt_id, now, good, strange, beyond))

    assert saved.admission.saved == {1: 7}
    assert saved.admission.refused == {2: "unknown_option", 99: "unknown_question"}


def test_the_highest_seq_of_a_device_counts_whatever_the_order(
    platform: Platform, attempt_id: int, person_id: int, now: int
) -> None:
    late_one = cast.answer(platform, attempt_id, 1, right=True, seq=9)
    early_one = cast.answer(platform, attempt_id, 1, right=False, seq=3)
    play.save(platform, cast.batch(platform, attempt_id, now + 1, late_one))
    play.save(platform, cast.batch(platform, attempt_id, now + 2, early_one))

    finished = play.finish(platform, cast.batch(platform, attempt_id, now + 3))

    assert finished.outcome.correct == 1


def test_between_two_devices_the_later_receipt_counts_and_the_other_is_told(
    platform: Platform, attempt_id: int, now: int
) -> None:
    first = play.save(
        platform, cast.batch(platform, attempt_id, now + 1, cast.answer(platform, attempt_id, 1, seq=9))
    )
    wrong = cast.answer(platform, attempt_id, 1, right=False, seq=1)
    second = play.save(platform, cast.batch(platform, attempt_id, now + 2, wrong, device="d2"))

    finished = play.finish(platform, cast.batch(platform, attempt_id, now + 3))

    assert not first.other_device
    assert second.other_device
    assert finished.outcome.correct == 0


def test_the_last_moment_of_grace_counts_and_the_next_is_too_late(
    platform: Platform, attempt_id: int, now: int
) -> None:
    closes = now + 300_000 + 15_000
    in_time = play.save(
        platform, cast.batch(platform, attempt_id, closes, cast.answer(platform, attempt_id, 1))
    )
    late = play.save(
        platform, cast.batch(platform, attempt_id, closes + 1, cast.answer(platform, attempt_id, 2, seq=2))
    )

    assert in_time.admission.saved == {1: 1}
    assert late.admission.refused == {2: "too_late"}
    assert [r.late for r in receipts_of(platform, attempt_id)] == [False, True]


def test_a_late_answer_is_kept_as_evidence_also_after_the_server_closed(
    platform: Platform, attempt_id: int, person_id: int, now: int
) -> None:
    play.close_overdue(platform, now + 400_000)
    late = play.save(
        platform, cast.batch(platform, attempt_id, now + 500_000, cast.answer(platform, attempt_id, 2))
    )

    outcome = play.outcome_of(platform, attempt_id, person_id)
    assert late.admission.refused == {2: "too_late"}
    assert [r.late for r in receipts_of(platform, attempt_id)] == [True]
    assert outcome is not None
    assert outcome.correct == 0


def test_what_was_saved_in_time_is_acknowledged_again_after_the_deadline(
    platform: Platform, attempt_id: int, now: int
) -> None:
    saved = cast.answer(platform, attempt_id, 1, seq=4)
    new = cast.answer(platform, attempt_id, 2, seq=5)
    play.save(platform, cast.batch(platform, attempt_id, now + 1, saved))

    again = play.save(platform, cast.batch(platform, attempt_id, now + 400_000, saved, new))

    assert again.admission.saved == {1: 4}
    assert again.admission.refused == {2: "too_late"}


def test_nobody_else_and_no_revoked_token_can_answer(platform: Platform, attempt_id: int, now: int) -> None:
    sent = cast.batch(platform, attempt_id, now)

    with pytest.raises(NotFound):
        play.save(platform, play.Batch(attempt_id, sent.person_id + 1, 1, "d1", (), now))
    with pytest.raises(SignInNeeded):
        play.save(platform, play.Batch(attempt_id, sent.person_id, 2, "d1", (), now))
    with pytest.raises(NotFound):
        play.save(platform, play.Batch(10**15, sent.person_id, 1, "d1", (), now))


# --- finishing


def test_finishing_twice_gives_the_first_outcome(platform: Platform, attempt_id: int, now: int) -> None:
    answers = [cast.answer(platform, attempt_id, n, right=n > 1) for n in (1, 2, 3, 4)]
    first = play.finish(platform, cast.batch(platform, attempt_id, now + 60_000, *answers))
    second = play.finish(platform, cast.batch(platform, attempt_id, now + 90_000, *answers))

    assert (first.outcome.score, first.outcome.correct, first.outcome.of) == (3, 3, 4)
    assert first.outcome.time_ms == 60_000
    assert second.outcome == play.Outcome(**{**vars(first.outcome), "lines": ()})
    assert second.admission.saved == first.admission.saved
    assert second.admission.refused == {}


def test_no_answer_is_taken_after_handing_in(platform: Platform, attempt_id: int, now: int) -> None:
    play.finish(platform, cast.batch(platform, attempt_id, now + 1))

    with pytest.raises(AttemptFinished) as refused:
        play.save(platform, cast.batch(platform, attempt_id, now + 2, cast.answer(platform, attempt_id, 1)))

    assert refused.value.details["state"] == "finished"


def test_handing_in_too_late_counts_what_was_saved_and_the_whole_limit(
    platform: Platform, attempt_id: int, now: int
) -> None:
    play.save(platform, cast.batch(platform, attempt_id, now + 1, cast.answer(platform, attempt_id, 1)))
    late = cast.answer(platform, attempt_id, 2, seq=2)

    finished = play.finish(platform, cast.batch(platform, attempt_id, now + 900_000, late))
    again = play.finish(platform, cast.batch(platform, attempt_id, now + 950_000, late))

    assert finished.outcome.correct == 1
    assert finished.outcome.time_ms == 300_000
    assert finished.admission.refused == {2: "too_late"}
    assert again.admission.refused == {2: "too_late"}


def test_what_comes_with_a_hand_in_after_the_server_closed_is_kept_and_does_not_count(
    platform: Platform, attempt_id: int, now: int
) -> None:
    play.save(platform, cast.batch(platform, attempt_id, now + 1, cast.answer(platform, attempt_id, 1)))
    play.close_overdue(platform, now + 318_000)
    late = cast.answer(platform, attempt_id, 2, seq=2)

    finished = play.finish(platform, cast.batch(platform, attempt_id, now + 900_000, late))

    assert finished.outcome.correct == 1
    assert finished.admission.refused == {2: "too_late"}
    assert [each.late for each in receipts_of(platform, attempt_id)] == [False, True]


def test_the_server_closes_what_nobody_finished_from_what_was_saved(
    platform: Platform, contest_id: int, attempt_id: int, person_id: int, now: int
) -> None:
    play.save(platform, cast.batch(platform, attempt_id, now + 1, cast.answer(platform, attempt_id, 3)))

    early = play.close_overdue(platform, now + 315_000)
    closed = play.close_overdue(platform, now + 318_000)
    again = play.close_overdue(platform, now + 319_000)

    outcome = play.outcome_of(platform, attempt_id, person_id)
    assert (early, closed, again) == (0, 1, 0)
    assert outcome is not None
    assert (outcome.correct, outcome.time_ms) == (1, 300_000)


def test_an_attempt_has_one_result_and_one_close(platform: Platform, attempt_id: int, now: int) -> None:
    for second in range(3):
        play.finish(platform, cast.batch(platform, attempt_id, now + second))
    play.close_overdue(platform, now + 400_000)

    with platform.store.reading() as session:
        assert len(session.scalars(select(Result)).all()) == 1
        assert session.scalars(select(Attempt.finished_ms)).all() == [now]


# --- coming back


def test_whoever_comes_back_finds_the_paper_and_what_was_saved(
    platform: Platform, attempt_id: int, person_id: int, now: int
) -> None:
    given = cast.answer(platform, attempt_id, 2, seq=5)
    play.save(platform, cast.batch(platform, attempt_id, now + 1, given))

    sheet = play.sheet_of(platform, attempt_id, person_id, now + 2)

    assert len(sheet.paper.slots) == 4
    assert {n: (c.response, c.seq) for n, c in sheet.saved.items()} == {2: (given.response, 5)}
    assert sheet.limit_ms == now + 300_000
    assert sheet.shown == {}


def test_an_attempt_goes_on_in_another_process(
    platform: Platform, attempt_id: int, person_id: int, now: int
) -> None:
    platform.published.clear()
    platform.epochs.clear()

    saved = play.save(platform, cast.batch(platform, attempt_id, now, cast.answer(platform, attempt_id, 1)))

    assert saved.admission.saved == {1: 1}


def test_other_peoples_attempts_are_not_found(
    platform: Platform, attempt_id: int, person_id: int, now: int
) -> None:
    with pytest.raises(NotFound):
        play.sheet_of(platform, attempt_id, person_id + 1, now)
    with pytest.raises(NotFound):
        play.outcome_of(platform, attempt_id, person_id + 1)


def test_my_attempts_are_listed_newest_first(
    platform: Platform, contest_id: int, person_id: int, now: int
) -> None:
    first = cast.begin(platform, contest_id, person_id, now)
    play.finish(platform, cast.batch(platform, first, now + 1))
    second = cast.begin(platform, contest_id, person_id, now + 2)

    listed = own_attempts.attempts_of(platform, person_id)

    assert [(m.attempt_id, m.number, m.outcome is None) for m in listed] == [
        (second, 2, True),
        (first, 1, False),
    ]
