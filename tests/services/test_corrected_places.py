"""Corrected answers of gaps, orders and matches: as they happen, are previewed, and replay."""

from __future__ import annotations

from pathlib import Path

import pytest

from quiz.errors import InvalidInput
from quiz.services import boards, ledger, play, previewing, written_answers
from quiz.services.bank_search import one
from quiz.services.case_export import export_case
from quiz.services.correcting import Correction
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published
from tests.services.test_case_export import replayed
from tests.support import contests as cast
from tests.support import kinds
from tests.support.clock import MovedClock

WROTE = (("铁", "铜"), ("氢", "养气"), ("3",), ("细胞", "器官", "组织"), ("氢气", "氧气"))


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


@pytest.fixture
def attempt_id(platform: Platform, now: int) -> int:
    """An attempt of 6 + 3 + 0 + 2 + 0 points, beside one of somebody who had everything right."""
    contest_id = kinds.publish(platform, now)
    begun = []
    for name, words in (("小刚", WROTE), ("小红", kinds.RIGHT)):
        attempt_id = cast.begin(platform, contest_id, cast.join(platform, name, now), now)
        sent = kinds.answers(platform, attempt_id, words)
        play.finish(platform, cast.batch(platform, attempt_id, now + 1000, *sent))
        begun.append(attempt_id)
    boards.catch_up_all(platform, now, full=True)
    return begun[0]


@pytest.fixture
def rules(platform: Platform, attempt_id: int) -> Published:
    (found,) = platform.published.values()
    return found


def version(rules: Published, stem: str) -> int:
    return next(each for each, question in rules.questions.items() if question.stem.startswith(stem))


# stem, the correction, what 小刚 and 小红 come to by it
HOW: dict[str, tuple[str, dict[str, object], tuple[str, str]]] = {
    "one more answer of a gap": ("水", {"accepts": ((2, "养气"),), "counts": "also"}, ("14.00", "30.00")),
    "other answers of gaps": ("水", {"answer": "氧\n养气"}, ("11.00", "24.00")),
    "a wider tolerance": ("圆周率", {"answer": "3.14±0.2"}, ("17.00", "30.00")),
    "another order": ("由小到大", {"answer": "BAC"}, ("15.00", "26.00")),
    "one more order": ("由小到大", {"answer": "BAC", "counts": "also"}, ("15.00", "30.00")),
    "another match": ("连线", {"answer": "AB"}, ("17.00", "24.00")),
}


@pytest.mark.parametrize(("stem", "how", "come_to"), HOW.values(), ids=HOW.keys())
def test_the_preview_the_board_and_the_replay_come_to_the_same(
    platform: Platform,
    rules: Published,
    now: int,
    tmp_path: Path,
    stem: str,
    how: dict[str, object],
    come_to: tuple[str, str],
) -> None:
    wanted = Correction("question", version(rules, stem), "remark", "复核", **how)  # type: ignore[arg-type]  # keys

    shown = previewing.preview(platform, rules.contest_id, wanted, now + 5000)
    ledger.recount(platform, ledger.book(platform, rules.contest_id, wanted, Actor(None, now + 5000)))
    export_case(platform, rules.contest_id, tmp_path / "case")

    (people,) = [board for board in shown.boards if board.is_people]
    promised = {change.name: str(change.after.value) for change in people.changes}
    after = dict(zip(("小刚", "小红"), come_to, strict=True))
    before = {"小刚": "11.00", "小红": "30.00"}
    values = {name: total for name, total in after.items() if total != before[name]}
    assert {name: f"{float(promised[name]):.2f}" for name in values} == values
    assert boards.verify(platform, rules.contest_id) == []
    ((_name, rows),) = replayed(tmp_path / "case")[0].items()
    assert sorted(total for _place, _who, total in rows) == sorted(come_to)


def test_who_looks_back_sees_the_corrected_answers(
    platform: Platform, rules: Published, attempt_id: int, now: int
) -> None:
    for stem, answer in (("水", "氢\n养气"), ("由小到大", "BAC")):
        wanted = Correction("question", version(rules, stem), "remark", "复核", answer=answer)
        ledger.recount(platform, ledger.book(platform, rules.contest_id, wanted, Actor(None, now + 5000)))

    person_id = cast.batch(platform, attempt_id, now).person_id
    shown = play.review(platform, attempt_id, person_id, now + 6000).shown

    order = kinds.responses(platform, attempt_id, WROTE)[4]
    assert (shown[2].key, shown[2].rightness) == (("氢", "养气"), 1)
    assert (shown[4].key, shown[4].rightness) == (order, 1)


WRONG = {
    "nothing": ("水", {}, "写出正确答案"),
    "a gap too few": ("水", {"answer": "氢"}, "空"),
    "an option twice": ("由小到大", {"answer": "BBA"}, "选项 C"),
    "an option that is not there": ("连线", {"answer": "AZ"}, "Z"),
    "a gap that is not there": ("水", {"accepts": ((3, "氧气"),), "counts": "also"}, "勾选"),
    "what is accepted already": ("水", {"accepts": ((2, "Ｏ"),), "counts": "also"}, "没有变化"),
    "the answer there is": ("由小到大", {"answer": "BCA", "counts": "also"}, "没有变化"),
}


@pytest.mark.parametrize(("stem", "how", "told"), WRONG.values(), ids=WRONG.keys())
def test_an_answer_that_cannot_be_says_what_to_do(
    platform: Platform, rules: Published, now: int, stem: str, how: dict[str, object], told: str
) -> None:
    wanted = Correction("question", version(rules, stem), "remark", "复核", **how)  # type: ignore[arg-type]  # keys

    with pytest.raises(InvalidInput) as refusal:
        ledger.book(platform, rules.contest_id, wanted, Actor(None, now + 5000))

    assert told in refusal.value.text


def test_what_was_written_and_is_wrong_is_counted_as_marking_reads_it(
    platform: Platform, rules: Published, now: int
) -> None:
    for n, text in enumerate(("养 气", "氧化物", "", "O")):
        attempt_id = cast.begin(platform, rules.contest_id, cast.join(platform, f"甲{n}", now), now)
        words = (*WROTE[:1], ("氢", text), *WROTE[2:])
        sent = kinds.answers(platform, attempt_id, words)
        play.finish(platform, cast.batch(platform, attempt_id, now + 1000, *sent))

    found = written_answers.written(platform, rules.contest_id, version(rules, "水"))

    assert found.gaps[0].wrong == []
    assert found.gaps[1].wrong == [("养气", 2), ("氧化物", 1)]


def test_what_a_contest_accepts_goes_into_the_bank_by_a_step_of_its_own(
    platform: Platform, rules: Published, now: int
) -> None:
    water = version(rules, "水")
    wanted = Correction("question", water, "remark", "也对", counts="also", accepts=((2, "养气"),))
    ledger.recount(platform, ledger.book(platform, rules.contest_id, wanted, Actor(None, now + 5000)))

    before = written_answers.written(platform, rules.contest_id, water)
    newest = written_answers.put_in_bank(platform, rules.contest_id, water, Actor(None, now + 6000))
    after = written_answers.written(platform, rules.contest_id, water)

    assert (before.newest_id, after.newest_id) == (water, None)
    accepted = one(platform, newest).found.question.gaps[1].accepted
    assert [each.text for each in accepted] == ["氧", "O", "养气"]
    with pytest.raises(InvalidInput, match="已经认可"):
        written_answers.put_in_bank(platform, rules.contest_id, water, Actor(None, now + 7000))
