"""Fill-in, order, match and indefinite questions from the bank to the board, on every database."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from quiz.rules.sheet import Answer
from quiz.services import boards, ledger, play
from quiz.services.case_export import export_case
from quiz.services.closing import Outcome
from quiz.services.correcting import Correction
from quiz.services.platform import Actor, Platform
from quiz.services.published import in_force
from tests.services.test_case_export import replayed
from tests.support import contests as cast
from tests.support import kinds
from tests.support.clock import MovedClock


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


@pytest.fixture
def attempt_id(platform: Platform, now: int) -> int:
    return cast.begin(platform, kinds.publish(platform, now), cast.join(platform, "小刚", now), now)


def finished(platform: Platform, attempt_id: int, now: int, words: tuple[tuple[str, ...], ...]) -> Outcome:
    sent = kinds.answers(platform, attempt_id, words)
    return play.finish(platform, cast.batch(platform, attempt_id, now + 1000, *sent)).outcome


def test_a_right_answer_of_every_kind_is_worth_its_points(
    platform: Platform, now: int, attempt_id: int
) -> None:
    outcome = finished(platform, attempt_id, now, kinds.RIGHT)

    assert (outcome.score, outcome.correct, outcome.of) == (30, 5, 5)


def test_what_is_right_in_part_is_worth_its_share(platform: Platform, now: int, attempt_id: int) -> None:
    outcome = finished(platform, attempt_id, now, kinds.HALF)

    assert (outcome.score, outcome.correct) == (3 + 3 + 0 + 2 + 3, 0)


def test_places_that_are_left_empty_are_a_blank_answer(platform: Platform, now: int, attempt_id: int) -> None:
    finished(platform, attempt_id, now, ((), ("", " "), ("",), ("", "", ""), ("", "")))

    shown = play.review(
        platform, attempt_id, cast.batch(platform, attempt_id, now).person_id, now + 2000
    ).shown

    assert {r.rightness for r in shown.values()} == {Fraction(0)}


def test_the_same_answers_sent_again_change_nothing(platform: Platform, now: int, attempt_id: int) -> None:
    sent = cast.batch(platform, attempt_id, now + 500, *kinds.answers(platform, attempt_id, kinds.HALF))

    first, second = play.save(platform, sent), play.save(platform, sent)
    outcome = finished(platform, attempt_id, now, kinds.HALF)

    assert first.admission.saved == second.admission.saved == dict.fromkeys(range(1, 6), 1)
    assert outcome.score == 11


def test_an_option_of_another_question_in_a_place_is_refused(
    platform: Platform, now: int, attempt_id: int
) -> None:
    sent = [Answer(n, 1, ("zzz", "")) for n in range(1, 6)]

    saved = play.save(platform, cast.batch(platform, attempt_id, now + 500, *sent))

    kept = {n for n in saved.admission.saved if n in (2, 3)}
    assert kept == {2, 3}  # the gaps take any text
    assert saved.admission.refused == dict.fromkeys((1, 4, 5), "unknown_option")


def test_looking_back_shows_what_is_right_in_each_place(
    platform: Platform, now: int, attempt_id: int
) -> None:
    finished(platform, attempt_id, now, kinds.HALF)

    shown = play.review(
        platform, attempt_id, cast.batch(platform, attempt_id, now).person_id, now + 2000
    ).shown
    right = kinds.responses(platform, attempt_id, (("铁", "铜"), ("氢", "氧"), ("3.14",), *kinds.RIGHT[3:]))

    assert {n: r.key and set(r.key) for n, r in shown.items()} == {n: set(ids) for n, ids in right.items()}
    assert [shown[n].key for n in (2, 3, 4, 5)] == [right[n] for n in (2, 3, 4, 5)]
    assert [str(shown[n].rightness) for n in range(1, 6)] == ["1/2", "1/2", "0", "1/3", "1/2"]


def test_options_to_be_arranged_are_shuffled_whatever_the_rules_say(platform: Platform, now: int) -> None:
    rules = kinds.RULES.replace("shuffle: [options]", "shuffle: []").replace("draw: fixed", "draw: random")
    contest_id = kinds.publish(platform, now, rules)
    orders = set()

    for n in range(12):
        attempt_id = cast.begin(platform, contest_id, cast.join(platform, f"甲{n}", now), now)
        paper, _questions = cast._paper(platform, attempt_id)
        orders.add(paper.slots[3].order)

    assert len(orders) > 1


def test_a_paper_that_names_no_kinds_asks_only_for_choices(platform: Platform, now: int) -> None:
    cast.fill_bank(platform, now)
    cast.add_units(platform, now)
    kinds.publish(platform, now)

    contest_id = cast.publish(platform, cast.rules(), now)

    assert {q.kind for q in in_force(platform, contest_id).questions.values()} == {"single", "multiple"}


@pytest.fixture
def pi(platform: Platform, attempt_id: int) -> int:
    """The version of the question of one gap with a tolerance."""
    questions = cast._paper(platform, attempt_id)[1]
    return next(version for version, question in questions.items() if question.stem.startswith("圆周率"))


def test_the_points_of_a_gap_can_go_to_everybody_and_the_boards_are_replayed(
    platform: Platform, now: int, attempt_id: int, pi: int, tmp_path: Path
) -> None:
    (rules,) = platform.published.values()
    finished(platform, attempt_id, now, kinds.HALF)
    boards.catch_up_all(platform, now, full=True)
    wanted = Correction("question", pi, "remark", "题目有误", counts="everybody")

    ledger.recount(platform, ledger.book(platform, rules.contest_id, wanted, Actor(None, now + 5000)))
    export_case(platform, rules.contest_id, tmp_path / "case")

    assert boards.verify(platform, rules.contest_id) == []
    ((name, rows),) = replayed(tmp_path / "case")[0].items()
    assert (name, [total for _place, _who, total in rows]) == ("个人", ["17.00"])
