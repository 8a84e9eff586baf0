"""Corrected keys as they happen: another key, one more, points for everybody, a question taken out."""

from __future__ import annotations

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from quiz.cli import register
from quiz.errors import InvalidInput
from quiz.models.play import Attempt, Result
from quiz.rules.rekeyed import stored
from quiz.rules.sheet import Answer, Paper
from quiz.services import boards, ledger, play, previewing
from quiz.services.correcting import Correction
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published, in_force
from tests.support import contests as cast
from tests.support import standing
from tests.support.clock import MovedClock
from tests.support.standing import PEOPLE

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


def publish(platform: Platform, now: int, more: str = "") -> Published:
    """Publish the contest with a bank of exactly its four questions: everybody has the same ones."""
    cast.fill_bank(platform, now, count=4)
    cast.add_units(platform, now)
    rules = in_force(platform, cast.publish(platform, cast.rules() + more, now))
    standing.catch_up(platform, now)
    return rules


@pytest.fixture
def rules(platform: Platform, now: int) -> Published:
    return publish(platform, now)


@pytest.fixture
def single(rules: Published) -> int:
    return next(version for version, question in rules.questions.items() if question.kind == "single")


def number_of(platform: Platform, attempt_id: int, version: int) -> int:
    """Return which question of a paper a version is."""
    with platform.store.reading() as session:
        paper = session.get_one(Attempt, attempt_id).paper
    return [int(word.split(".")[0]) for word in paper.split()].index(version) + 1


def attempt(
    platform: Platform, rules: Published, name: str, version: int, chosen: str | None, now: int
) -> tuple[int, int]:
    """Let somebody answer all right but one question: there they choose an option, as written, or none."""
    person = standing.join(platform, name, now)
    attempt_id = cast.begin(platform, rules.contest_id, person, now)
    n = number_of(platform, attempt_id, version)
    given = [cast.answer(platform, attempt_id, other) for other in range(1, 5) if other != n]
    if chosen is not None:
        with platform.store.reading() as session:
            row = session.get_one(Attempt, attempt_id)
        paper = Paper.parse(row.seed, row.paper)
        shown = dict(zip(paper.slots[n - 1].order, paper.ids(n), strict=True))
        given.append(Answer(n, 1, (shown["ABCD".index(chosen)],)))
    play.finish(platform, cast.batch(platform, attempt_id, now + 60_000, *given))
    return person, attempt_id


def totals(platform: Platform, rules: Published, now: int) -> dict[str, object]:
    page = standing.page(platform, rules, PEOPLE, now)
    return {row.name: row.values["total"] for row in page.rows}


def correct(platform: Platform, rules: Published, version: int, at_ms: int, **how: object) -> int:
    wanted = Correction("question", version, "remark", "专家复核", **how)  # type: ignore[arg-type]  # key, counts
    row = ledger.book(platform, rules.contest_id, wanted, Actor(None, at_ms))
    ledger.recount(platform, row)
    return row


# what A, B, C and a blank come to out of four questions, the others being right
HOW: dict[str, tuple[dict[str, object], tuple[int, ...]]] = {
    "another key": ({"key": ("B",)}, (3, 4, 3, 3)),
    "one more": ({"key": ("C",), "counts": "also"}, (4, 3, 4, 3)),
    "everybody": ({"counts": "everybody"}, (4, 4, 4, 4)),
    "nobody": ({"counts": "nobody"}, (3, 3, 3, 3)),
}


@pytest.mark.parametrize(("how", "come_to"), HOW.values(), ids=HOW.keys())
def test_a_correction_gives_everybody_what_it_says(
    platform: Platform,
    rules: Published,
    single: int,
    now: int,
    how: dict[str, object],
    come_to: tuple[int, ...],
) -> None:
    for chosen in ("A", "B", "C", None):
        attempt(platform, rules, f"选{chosen}", single, chosen, now)
    assert list(totals(platform, rules, now).values()) == [4, 3, 3, 3]

    correct(platform, rules, single, now + HOUR_MS, **how)

    found = totals(platform, rules, now)
    assert tuple(found[f"选{chosen}"] for chosen in ("A", "B", "C", None)) == come_to
    assert boards.verify(platform, rules.contest_id) == []


def test_without_a_question_the_rest_can_be_all_right(
    platform: Platform, rules: Published, single: int, now: int
) -> None:
    person, attempt_id = attempt(platform, rules, "甲", single, "B", now)

    correct(platform, rules, single, now + HOUR_MS, counts="nobody")

    outcome = play.outcome_of(platform, attempt_id, person)
    assert outcome is not None
    assert (outcome.correct, outcome.of) == (3, 3)
    with platform.store.reading() as session:
        kept = session.scalars(select(Result.of)).one()
    assert kept == 4  # what was marked stays as it was


def test_a_question_that_was_taken_out_comes_back_with_a_key(
    platform: Platform, rules: Published, single: int, now: int
) -> None:
    attempt(platform, rules, "甲", single, "B", now)
    before = totals(platform, rules, now)

    correct(platform, rules, single, now + HOUR_MS, counts="nobody")
    correct(platform, rules, single, now + 2 * HOUR_MS, key=("A",))

    assert totals(platform, rules, now) == before
    with pytest.raises(InvalidInput, match="没有变化"):
        correct(platform, rules, single, now + 3 * HOUR_MS, key=("A",))


def test_where_marks_are_kept_only_later_attempts_get_the_points(platform: Platform, now: int) -> None:
    rules = publish(platform, now, "    integrity: {corrected_key: keep}\n")
    single = next(v for v, q in rules.questions.items() if q.kind == "single")
    attempt(platform, rules, "早", single, "B", now)

    correct(platform, rules, single, now + HOUR_MS, counts="everybody")
    attempt(platform, rules, "晚", single, "B", now + 2 * HOUR_MS)

    assert totals(platform, rules, now) == {"晚": 4, "早": 3}
    assert boards.verify(platform, rules.contest_id) == []


def test_a_second_key_of_a_multiple_choice_stands_beside_the_first(
    platform: Platform, rules: Published, now: int
) -> None:
    multiple = next(v for v, q in rules.questions.items() if q.kind == "multiple")

    row = correct(platform, rules, multiple, now, key=("A", "B", "C"), counts="also")

    (entry,), _ = ledger.entries(platform, rules.contest_id)
    assert (entry.id, entry.key) == (row, "AB/ABC")


def test_the_preview_of_each_is_what_then_happens(
    platform: Platform, rules: Published, single: int, now: int
) -> None:
    for chosen in ("A", "B", "C", None):
        attempt(platform, rules, f"选{chosen}", single, chosen, now)

    for n, (how, _) in enumerate(HOW.values(), 1):
        before = totals(platform, rules, now)
        wanted = Correction("question", single, "remark", "复核", **how)  # type: ignore[arg-type]  # key, counts
        shown = previewing.preview(platform, rules.contest_id, wanted, now + n * HOUR_MS)
        correct(platform, rules, single, now + n * HOUR_MS, **how)
        after = totals(platform, rules, now)

        (people,) = [board for board in shown.boards if board.is_people] or [None]
        promised = {c.name: (c.before.value, c.after.value) for c in people.changes} if people else {}
        values = {name: pair for name, pair in promised.items() if pair[0] != pair[1]}
        assert values == {name: (before[name], after[name]) for name in before if before[name] != after[name]}


def test_who_looks_back_sees_what_became_of_the_question(
    platform: Platform, rules: Published, single: int, now: int
) -> None:
    person, attempt_id = attempt(platform, rules, "甲", single, "B", now)
    n = number_of(platform, attempt_id, single)
    later = now + 30 * DAY_MS

    correct(platform, rules, single, now + HOUR_MS, key=("B",), counts="also")
    both = play.review(platform, attempt_id, person, later).shown[n]
    correct(platform, rules, single, now + 2 * HOUR_MS, counts="everybody")
    all_of_them = play.review(platform, attempt_id, person, later).shown[n]
    outcome = play.outcome_of(platform, attempt_id, person)

    assert (both.rightness, len(both.key or ()), both.counts) == (1, 2, "")
    assert (all_of_them.rightness, all_of_them.counts) == (1, "everybody")
    assert outcome is not None
    assert [row.n for row in outcome.corrections] == [n, n]


WRONG: dict[str, dict[str, object]] = {
    "two keys of a single choice": {"key": ("A", "B")},
    "no such option": {"key": ("Z",)},
    "no key": {"key": (), "counts": "also"},
    "the key that is right already": {"key": ("A",), "counts": "also"},
    "no such way": {"key": ("B",), "counts": "half"},
}


@pytest.mark.parametrize("how", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_correction_says_what_to_do(
    platform: Platform, rules: Published, single: int, now: int, how: dict[str, object]
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        correct(platform, rules, single, now, **how)

    assert refusal.value.text.endswith("。")


def test_one_command_gives_everybody_the_points(
    app: Flask, platform: Platform, rules: Published, single: int, now: int
) -> None:
    attempt(platform, rules, "甲", single, "B", now)
    register(app)
    asked = ["contest", "remark", str(rules.contest_id), str(single)]

    done = app.test_cli_runner().invoke(args=[*asked, "everybody", "--because", "题目有误"])
    more = app.test_cli_runner().invoke(args=[*asked, "b", "--also", "--because", "B 也对"])

    assert (done.exit_code, more.exit_code) == (0, 0), done.output + more.output
    assert totals(platform, rules, now) == {"甲": 4}
    found, _ = ledger.entries(platform, rules.contest_id)
    assert [(entry.key, entry.because) for entry in found] == [("A/B", "B 也对"), ("everybody", "题目有误")]


def test_keys_that_were_booked_before_there_were_other_ways_read_the_same() -> None:
    assert stored(orjson.dumps(["A", "C"]).decode()).text == "AC"
