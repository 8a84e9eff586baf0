"""Papers that anybody can draw again: committed seeds, the frozen pool, and what was tampered with."""

from __future__ import annotations

import hmac
import json
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from question_bank.drawing import Candidate
from quiz.errors import InvalidInput
from quiz.rules.papers import Frozen, Turn, attempt_seed, commitment, question_line, questions_seed
from tests.rules.documents import small, stage, text

MASTER = "5" * 64
QUESTIONS = [Candidate(n, "single", {"criterion": (str(n % 3),)}, "easy") for n in range(1, 13)]


def frozen(**paper: Any) -> Frozen:
    """The published file of a small contest after its close."""
    rules = text(small(paper={"sections": [{"count": 3}], **paper}))
    lines = tuple(question_line(each, f"wording {each.id}") for each in QUESTIONS)
    return Frozen("测试", 1, rules, lines, commitment(MASTER), MASTER)


def ids(file: Frozen, turn: Turn) -> list[int]:
    return [each.candidate_id for each in file.again(turn)]


def test_an_attempts_seed_is_the_documented_hmac() -> None:
    by_hand = hmac.new(MASTER.encode(), b"attempt/0/17/2", sha256).hexdigest()[:32]

    assert attempt_seed(MASTER, Turn(0, 17, 2)) == by_hand


@pytest.mark.parametrize(
    ("draw", "same"),
    [
        ("random", {"nothing"}),
        ("unseen", {"nothing"}),
        ("fixed", {"person", "number", "day"}),
        ("daily", {"person", "number"}),
    ],
)
def test_who_shares_the_questions_follows_from_the_rules(draw: str, same: set[str]) -> None:
    rules = stage(paper={"sections": [{"count": 3}], "draw": draw})
    turn = Turn(0, 17, 1, "2024-07-01")
    others = {
        "person": replace(turn, person=18),
        "number": replace(turn, number=2),
        "day": replace(turn, day="2024-07-02"),
    }

    shared = {
        name
        for name, other in others.items()
        if questions_seed(MASTER, rules, other) == questions_seed(MASTER, rules, turn)
    }

    assert shared - {"day"} == same - {"day", "nothing"}
    assert ("day" in shared) is (draw != "daily")
    assert questions_seed(MASTER, rules, replace(turn, stage=1)) != questions_seed(MASTER, rules, turn)


def test_the_file_is_read_back_and_gives_the_same_paper() -> None:
    file = frozen()

    again = Frozen.parse(file.text)

    assert again == file
    assert again.again(Turn(0, 17, 1)) == file.again(Turn(0, 17, 1))


def test_unseen_papers_are_drawn_again_one_after_the_other() -> None:
    file = frozen(draw="unseen")

    first_four = [ids(file, Turn(0, 17, number)) for number in (1, 2, 3, 4)]

    assert sorted(i for paper in first_four for i in paper) == list(range(1, 13))


def test_after_a_round_those_seen_least_often_come_again() -> None:
    file = frozen(draw="unseen")

    two_rounds = [i for number in range(1, 9) for i in ids(file, Turn(0, 17, number))]

    assert {two_rounds.count(i) for i in range(1, 13)} == {2}


def test_covering_and_balanced_papers_are_drawn_again() -> None:
    file = frozen(cover=["criterion"], balance=True)

    assert {i % 3 for i in ids(file, Turn(0, 17, 1))} == {0, 1, 2}


def test_before_the_close_nothing_can_be_drawn() -> None:
    file = Frozen.parse(replace(frozen(), seed=None).text)

    with pytest.raises(InvalidInput, match="结束以后"):
        file.again(Turn(0, 17, 1))


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("seed", "6" * 64, "种子"),
        ("rules", "title: 别的", "改动"),
        ("questions", [], "改动"),
        ("title", None, None),
    ],
)
def test_what_was_changed_afterwards_is_noticed(key: str, value: object, says: str | None) -> None:
    raw = json.loads(frozen().text)
    raw[key] = value

    if says is None:
        Frozen.parse(json.dumps(raw))
        return
    with pytest.raises(InvalidInput, match=says):
        Frozen.parse(json.dumps(raw))


@pytest.mark.parametrize("content", ["", "[]", "{}", "7", '{"title": 1}', '{"questions": 7}'])
def test_any_other_file_is_refused_in_a_sentence(content: str) -> None:
    with pytest.raises(InvalidInput, match="不是比赛公布的抽题文件"):
        Frozen.parse(content)


@pytest.mark.parametrize("turn", [Turn(1, 17, 1), Turn(-1, 17, 1), Turn(0, 17, 0)])
def test_an_attempt_that_cannot_be_is_refused(turn: Turn) -> None:
    with pytest.raises(InvalidInput):
        frozen().again(turn)


def test_a_paper_of_the_day_wants_the_day() -> None:
    with pytest.raises(InvalidInput, match="哪一天"):
        frozen(draw="daily").again(Turn(0, 17, 1))
