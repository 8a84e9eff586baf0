"""Draws: entries from the record, a seed fixed before, kept for ever, and repeated by anybody."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import select

from quiz.errors import ChangedMeanwhile, NotFound, NotNow
from quiz.models.accounts import About
from quiz.models.ledger import Ledger
from quiz.models.play import Attempt
from quiz.rules import lots
from quiz.services import boards, contests, draws, events, play
from quiz.services.closing import refold
from quiz.services.events import NewEvent
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published, in_force
from tests.support import contests as cast
from tests.support.clock import MovedClock, ms

DRAWS = """    draws:
      - name: 每日抽奖
        entries: [{for: attempt, at_least: {correct: 3}}, {for: event, kind: lecture, cap: {per_day: 1}}]
        cap: {per_day: 2}
        wins: {total: 1}
        prizes: [{name: 书, stock: 1}, {name: 笔, stock: 1}]
        drawn: per_day
      - name: 总抽奖
        entries: [{for: place, board: 个人, top: 2}, {for: collection, tokens: [绿卡, 绿卡]}]
        prizes: [{name: 大奖, stock: 1}]
        drawn: at_end
        exclude: [工作人员]
    boards:
"""
RULES = (
    cast.rules()
    .replace("    boards:\n", DRAWS)
    .replace("    quota:", "    award: {tokens: [{give: 绿卡, at_least: {correct: 4}}]}\n    quota:")
)
NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def rules(platform: Platform, clock: MovedClock) -> Published:
    cast.fill_bank(platform, clock.now_ms())
    cast.add_units(platform, clock.now_ms())
    contest_id = cast.publish(platform, RULES, clock.now_ms())
    boards.catch_up_all(platform, clock.now_ms(), full=True)
    return in_force(platform, contest_id)


@pytest.fixture
def people(platform: Platform, clock: MovedClock, rules: Published) -> Mapping[str, int]:
    """甲 has two entries on Monday and one on Tuesday, 乙 one on Monday by an event, 丙 none."""
    found = {name: cast.join(platform, name, clock.now_ms()) for name in "甲乙丙"}
    for moment, name, right in (
        ("2026-03-02 09:00", "甲", 4),
        ("2026-03-02 09:10", "甲", 4),
        ("2026-03-02 09:20", "甲", 4),
        ("2026-03-02 09:30", "丙", 2),
        ("2026-03-02 09:40", "乙", 1),
        ("2026-03-03 09:00", "甲", 3),
    ):
        clock.set(moment)
        played(platform, rules, found[name], right, clock.now_ms())
    attended = [NewEvent(found["乙"], ms(f"2026-03-02 10:0{n}"), "lecture", f"lecture/{n}") for n in (1, 2)]
    events.record_events(platform, rules, attended, Actor(None, clock.now_ms()))
    return found


def played(platform: Platform, rules: Published, person_id: int, right: int, now_ms: int) -> int:
    attempt_id = cast.begin(platform, rules.contest_id, person_id, now_ms)
    answers = [cast.answer(platform, attempt_id, n) for n in range(1, right + 1)]
    play.finish(platform, cast.batch(platform, attempt_id, now_ms + 1_000, *answers))
    return attempt_id


def void(platform: Platform, rules: Published, person_id: int, now_ms: int) -> None:
    """Void the first two attempts of a person, as the ledger does it."""
    with platform.store.writing() as session:
        first = select(Attempt.id).where(Attempt.person_id == person_id).order_by(Attempt.id).limit(2)
        session.add_all(
            Ledger(
                contest_id=rules.contest_id,
                at_ms=now_ms,
                do="void",
                because="代答",
                attempt_id=attempt_id,
                person_id=person_id,
            )
            for attempt_id in session.scalars(first)
        )
    platform.writer.run(lambda c: refold(c, rules, 0, person_id, now_ms))


def hold(platform: Platform, rules: Published, number: int, now_ms: int) -> list[str]:
    """Hold the next drawing; returns the prizes in order, each with who won it."""
    coming = draws.next_of(platform, rules, number)
    assert coming is not None
    wins = draws.hold(platform, rules, number, coming.drawing.digest, Actor(None, now_ms))
    return [f"{win.prize} {coming.people[win.code]}" for win in wins]


def test_entries_follow_from_the_record(
    platform: Platform, rules: Published, people: Mapping[str, int]
) -> None:
    assert draws.entries_of(platform, rules) == {
        "每日抽奖": {people["甲"]: 3, people["乙"]: 1},
        "总抽奖": {people["甲"]: 2, people["丙"]: 1},
    }


def test_the_hash_of_the_seed_is_told_before_and_is_that_of_the_seed_told_after(
    platform: Platform, rules: Published, people: Mapping[str, int], clock: MovedClock
) -> None:
    before = dict(draws.commitments(rules))
    assert [shown.seed for shown in draws.shown(platform, rules)] == [None, None]

    clock.set("2026-03-08 20:00")
    hold(platform, rules, 1, clock.now_ms())
    shown = draws.shown(platform, rules)

    assert [each.commitment for each in shown] == [before["每日抽奖"], before["总抽奖"]]
    assert shown[0].seed is None
    assert shown[1].seed is not None
    assert lots.commitment(shown[1].seed) == before["总抽奖"]


def test_a_day_is_drawn_when_it_is_over_and_nobody_answers_any_more(
    platform: Platform, rules: Published, people: Mapping[str, int], clock: MovedClock
) -> None:
    clock.set("2026-03-02 23:59")
    with pytest.raises(NotNow):
        hold(platform, rules, 0, clock.now_ms())
    attempt_id = cast.begin(platform, rules.contest_id, people["乙"], clock.now_ms())
    clock.set("2026-03-03 00:01")
    with pytest.raises(NotNow):
        hold(platform, rules, 0, clock.now_ms())
    play.finish(platform, cast.batch(platform, attempt_id, clock.now_ms()))

    assert sorted(win.split()[1] for win in hold(platform, rules, 0, clock.now_ms())) == sorted(
        [str(people["甲"]), str(people["乙"])]
    )


def test_who_has_won_as_often_as_the_rules_allow_wins_no_more(
    platform: Platform, rules: Published, people: Mapping[str, int], clock: MovedClock
) -> None:
    clock.set("2026-03-08 20:00")

    assert len(hold(platform, rules, 0, clock.now_ms())) == 2
    assert hold(platform, rules, 0, clock.now_ms()) == []
    assert draws.next_of(platform, rules, 0) is None


def test_a_drawing_is_kept_as_it_was_and_held_once(
    platform: Platform, rules: Published, people: Mapping[str, int], clock: MovedClock
) -> None:
    clock.set("2026-03-08 20:00")
    coming = draws.next_of(platform, rules, 0)
    assert coming is not None
    hold(platform, rules, 0, clock.now_ms())

    with pytest.raises(ChangedMeanwhile):
        draws.hold(platform, rules, 0, coming.drawing.digest, Actor(None, clock.now_ms()))
    shown = draws.shown_one(platform, rules, 0)
    assert [(done.occasion, done.entries, done.digest) for done in shown.done] == [
        ("2026-03-02", 3, coming.drawing.digest)
    ]
    assert {winner.name for winner in shown.done[0].winners} == {"甲*", "乙*"}


def test_a_voided_attempt_takes_its_entries_along_and_what_was_looked_at_is_not_drawn(
    platform: Platform, rules: Published, people: Mapping[str, int], clock: MovedClock
) -> None:
    clock.set("2026-03-08 20:00")
    seen = draws.next_of(platform, rules, 1)
    assert seen is not None
    void(platform, rules, people["甲"], clock.now_ms())

    assert draws.entries_of(platform, rules)["总抽奖"] == {people["甲"]: 1, people["丙"]: 1}
    with pytest.raises(ChangedMeanwhile):
        draws.hold(platform, rules, 1, seen.drawing.digest, Actor(None, clock.now_ms()))


def test_anybody_repeats_the_draw_from_what_is_published(
    platform: Platform, rules: Published, people: Mapping[str, int], clock: MovedClock, tmp_path: Path
) -> None:
    clock.set("2026-03-08 20:00")
    hold(platform, rules, 0, clock.now_ms())
    hold(platform, rules, 0, clock.now_ms())
    shown = draws.shown_one(platform, rules, 0)
    assert shown.seed is not None
    (tmp_path / "rules.yaml").write_text(contests.text_in_force(platform, rules.contest_id), "utf-8")
    (tmp_path / "entries.csv").write_text(draws.published_list(platform, rules, 0), "utf-8")

    said = [str(tmp_path / "rules.yaml"), str(tmp_path / "entries.csv"), shown.seed]
    run = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "contest", "draw", *said],
        cwd=ROOT,
        env={"QUIZ_DATA": str(tmp_path), "DATABASE_URL": NOWHERE, "REDIS_URL": "redis://127.0.0.1:1/0"},
        capture_output=True,
        check=True,
        encoding="utf-8",
    )

    found = json.loads(run.stdout)["drawings"]
    assert [each["occasion"] for each in found] == ["2026-03-02", "2026-03-03"]
    assert {each["seed_hash"] for each in found} == {shown.commitment}
    for repeated, done in zip(found, shown.done, strict=True):
        assert repeated["entries_hash"] == done.digest
        assert [(w["prize"], w["code"], w["entry"]) for w in repeated["wins"]] == [
            (w.prize, w.code, w.entry) for w in done.winners
        ]


def test_whom_the_rules_exclude_has_no_entries(
    platform: Platform, rules: Published, people: Mapping[str, int]
) -> None:
    with platform.store.writing() as session:
        session.add(About(person_id=people["丙"], groups='["工作人员"]'))

    assert draws.entries_of(platform, rules)["总抽奖"] == {people["甲"]: 2}


def test_a_draw_that_does_not_exist_is_not_found(platform: Platform, rules: Published) -> None:
    with pytest.raises(NotFound):
        draws.next_of(platform, rules, 2)
