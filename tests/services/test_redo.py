"""Wrong questions come again until they are right: which are asked, what is kept, and what counts."""

from __future__ import annotations

import orjson
import pytest

from quiz.errors import InvalidDocument
from quiz.models.play import Result
from quiz.services import boards, play
from quiz.services.platform import Platform
from tests.support import contests as cast
from tests.support.clock import MovedClock
from tests.support.statements import statements

RULES = """
title: 直到答对
timezone: Asia/Shanghai
stages:
  - name: 网络赛
    calendar: {opens: "2026-03-02 08:00", closes: "2026-03-08 20:00"}
    paper: {sections: [{count: 3, kinds: [single], points: 10}]}
    clock: {per_attempt_s: 300}
    flow: {redo: until_right, show: {after_answer: explanation}}
    award: {completed: 1, perfect: 5}
    person: {within_period: best}
    order: [total, time]
    boards:
      - {name: 个人, of: people}
"""


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


@pytest.fixture
def contest_id(platform: Platform, now: int) -> int:
    cast.fill_bank(platform, now)
    contest_id = cast.publish(platform, RULES, now)
    boards.catch_up_all(platform, now, full=True)
    return contest_id


@pytest.fixture
def person_id(platform: Platform, now: int) -> int:
    return cast.join(platform, "小红", now)


@pytest.fixture
def attempt_id(platform: Platform, contest_id: int, person_id: int, now: int) -> int:
    return cast.begin(platform, contest_id, person_id, now)


class Hand:
    """A device that answers; each answer has the next seq."""

    def __init__(self, platform: Platform, attempt_id: int, now: int, device: str = "d1") -> None:
        self.platform, self.attempt_id, self.now, self.device, self.seq = platform, attempt_id, now, device, 0

    def gives(self, **answers: str) -> play.Saved:
        """Send answers, such as q1="R"."""
        given = []
        for name, letter in answers.items():
            self.seq += 1
            given.append(cast.answer(self.platform, self.attempt_id, int(name[1:]), letter == "R", self.seq))
        return self.sends(*given)

    def sends(self, *given: play.sheet.Answer) -> play.Saved:
        self.now += 1_000
        return play.save(
            self.platform, cast.batch(self.platform, self.attempt_id, self.now, *given, device=self.device)
        )

    def hands_in(self) -> play.Outcome:
        self.now += 1_000
        return play.finish(self.platform, cast.batch(self.platform, self.attempt_id, self.now)).outcome


@pytest.fixture
def hand(platform: Platform, attempt_id: int, now: int) -> Hand:
    return Hand(platform, attempt_id, now)


def asked(saved: play.Saved) -> tuple[int, list[int]]:
    assert saved.rounds is not None
    return saved.rounds.number, saved.rounds.asked


def test_what_is_not_right_comes_again_round_by_round(hand: Hand) -> None:
    first = hand.gives(q1="R", q2="W")
    second = hand.gives(q3="W")
    third = hand.gives(q2="W")
    fourth = hand.gives(q3="R")
    last = hand.gives(q2="R")

    assert [asked(each) for each in (first, second, third, fourth)] == [
        (1, [3]),
        (2, [2, 3]),
        (2, [3]),
        (3, [2]),
    ]
    assert last.rounds is not None
    assert last.rounds.asked == []


def test_the_last_answer_counts_and_all_right_is_a_full_paper(hand: Hand, platform: Platform) -> None:
    hand.gives(q1="W", q2="R", q3="R")
    hand.gives(q1="R")

    outcome = hand.hands_in()

    assert (outcome.score, outcome.points, outcome.correct) == (30, 6, 3)
    with platform.store.reading() as session:
        kept = orjson.loads(session.get_one(Result, hand.attempt_id).sheet)
    assert [right for _version, _chosen, right, _ms in kept] == ["1", "1", "1"]


def test_a_paper_may_be_handed_in_before_all_is_right(hand: Hand) -> None:
    hand.gives(q1="W", q2="R", q3="R")

    outcome = hand.hands_in()

    assert (outcome.score, outcome.points) == (20, 1)


def test_an_answer_whose_reply_was_lost_is_no_second_answer(hand: Hand) -> None:
    hand.gives(q1="R", q2="R")
    wrong = cast.answer(hand.platform, hand.attempt_id, 3, False, 9)
    lost = hand.sends(wrong)
    again = hand.sends(wrong)

    assert asked(lost) == asked(again) == (2, [3])
    assert again.admission.saved == {3: 9}
    assert again.receipt is None


def test_what_is_right_stays_and_what_is_not_its_turn_waits(hand: Hand) -> None:
    hand.gives(q1="R", q2="W")

    refused = hand.gives(q1="W", q2="R").admission.refused

    assert refused == {1: "already_right", 2: "question_not_open"}


def test_two_devices_answer_one_paper(hand: Hand, person_id: int) -> None:
    other = Hand(hand.platform, hand.attempt_id, hand.now, "d2")
    hand.gives(q1="W", q2="R")
    other.gives(q3="R")
    other.gives(q1="R")

    refused = hand.gives(q1="W")
    sheet = play.sheet_of(hand.platform, hand.attempt_id, person_id, hand.now)

    assert refused.admission.refused == {1: "already_right"}
    assert refused.other_device
    assert sheet.rounds is not None
    assert sheet.rounds.asked == []
    assert hand.hands_in().score == 30


def test_a_key_is_told_with_the_right_answer_and_not_before(hand: Hand, person_id: int) -> None:
    wrong = hand.gives(q1="W").shown[1]
    right = hand.gives(q2="R").shown[2]
    back = play.sheet_of(hand.platform, hand.attempt_id, person_id, hand.now).shown

    assert (wrong.rightness, wrong.key, wrong.explanation) == (0, None, None)
    assert right.key == right.response
    assert right.explanation is not None
    assert (back[1].key, back[2].key) == (None, right.key)


def test_when_time_is_over_what_was_saved_last_counts(hand: Hand, platform: Platform) -> None:
    hand.gives(q1="W", q2="R", q3="R")
    hand.now += 400_000
    late = hand.gives(q1="R")
    play.close_overdue(platform, hand.now)

    assert late.admission.refused == {1: "too_late"}
    outcome = play.outcome_of(platform, hand.attempt_id, hand_person(platform, hand.attempt_id))
    assert outcome is not None
    assert outcome.score == 20


def hand_person(platform: Platform, attempt_id: int) -> int:
    with platform.store.reading() as session:
        return session.get_one(play.Attempt, attempt_id).person_id


def test_a_redone_answer_costs_two_statements(hand: Hand, platform: Platform) -> None:
    hand.gives(q1="W", q2="R", q3="R")
    batch = cast.batch(
        platform, hand.attempt_id, hand.now + 1, cast.answer(platform, hand.attempt_id, 1, True, 9)
    )

    with statements(platform.store.engine) as seen:
        play.save(platform, batch)

    assert len(seen) == 2


def test_boards_are_the_fold_of_what_was_redone(hand: Hand, platform: Platform, contest_id: int) -> None:
    hand.gives(q1="W", q2="R", q3="R")
    hand.gives(q1="R")
    hand.hands_in()

    assert boards.verify(platform, contest_id) == []


def test_a_clock_for_each_question_beside_it_is_refused(platform: Platform, now: int) -> None:
    text = RULES.replace("per_attempt_s: 300", "per_question_s: 20")

    with pytest.raises(InvalidDocument) as refusal:
        cast.publish(platform, text, now)

    assert [fault.code for fault in refusal.value.faults] == ["not_yet"]
