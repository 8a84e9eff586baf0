"""Draws at once: decided with the attempt that earns the entry, once, in order, repeated by anybody."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from quiz.errors import ChangedMeanwhile, InvalidInput, NotNow
from quiz.models import Writer
from quiz.models.rewards import Lot
from quiz.services import at_once_list, boards, contests, draws, events, play, redrawing
from quiz.services.correcting import Correction
from quiz.services.events import NewEvent
from quiz.services.ledger import book
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published, in_force
from quiz.services.redrawing import Unclaimed
from tests.support import contests as cast
from tests.support.clock import MovedClock, ms

DRAWS = """    draws:
      - name: 红包
        entries: [{for: attempt, at_least: {correct: 2}}, {for: event, kind: lecture}]
        cap: {per_day: 2}
        prizes: [{name: 五元, stock: 1}, {name: 一元, stock: 3}]
        drawn: at_once
    boards:
"""
BESIDE = """draws:
  - name: 总红包
    entries: [{for: attempt, all_correct: true}]
    prizes: [{name: 书, stock: 9}]
    drawn: at_once
stages:
"""
RULES = cast.rules().replace("    boards:\n", DRAWS).replace("stages:\n", BESIDE)
NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def rules(platform: Platform, clock: MovedClock) -> Published:
    clock.set("2026-03-02 09:00")
    cast.fill_bank(platform, clock.now_ms())
    cast.add_units(platform, clock.now_ms())
    contest_id = cast.publish(platform, RULES, clock.now_ms())
    boards.catch_up_all(platform, clock.now_ms(), full=True)
    return in_force(platform, contest_id)


def played(platform: Platform, rules: Published, person_id: int, right: int, now_ms: int) -> play.Batch:
    attempt_id = cast.begin(platform, rules.contest_id, person_id, now_ms)
    answers = [cast.answer(platform, attempt_id, n) for n in range(1, right + 1)]
    sent = cast.batch(platform, attempt_id, now_ms + 1_000, *answers)
    play.finish(platform, sent)
    return sent


def lots(platform: Platform, called: str = "红包") -> list[tuple[int, int, int, int | None]]:
    """Return the lots of a draw: number, person, entry, prize."""
    with platform.store.reading() as session:
        rows = session.execute(
            select(Lot.number, Lot.person_id, Lot.entry, Lot.prize)
            .where(Lot.draw == called)
            .order_by(Lot.number)
        )
        return [(number, person, entry, prize) for number, person, entry, prize in rows]


@pytest.fixture
def people(platform: Platform, rules: Published, clock: MovedClock) -> Mapping[str, int]:
    return {name: cast.join(platform, name, clock.now_ms()) for name in "甲乙丙丁戊己"}


def test_a_lot_is_drawn_with_the_attempt_that_earns_it_and_its_owner_is_told(
    platform: Platform, rules: Published, people: Mapping[str, int], clock: MovedClock
) -> None:
    played(platform, rules, people["甲"], 1, clock.now_ms())
    assert lots(platform) == []

    played(platform, rules, people["甲"], 2, clock.now_ms())

    ((number, person_id, entry, prize),) = lots(platform)
    assert (number, person_id, entry) == (1, people["甲"], 1)
    assert prize is not None
    (mine,) = at_once_list.of_person(platform, rules, people["甲"])
    assert (mine.called, mine.entry, mine.prize) == ("红包", 1, ["五元", "一元"][prize])


def test_a_finish_sent_twice_draws_once(
    platform: Platform, rules: Published, people: Mapping[str, int], clock: MovedClock
) -> None:
    sent = played(platform, rules, people["甲"], 3, clock.now_ms())

    play.finish(platform, sent)
    boards.refold_all(platform, rules.contest_id)

    assert len(lots(platform)) == 1


def test_many_at_once_get_numbers_without_gaps_and_no_more_than_there_is(
    platform: Platform, rules: Published, clock: MovedClock
) -> None:
    who = [cast.join(platform, f"人{n}", clock.now_ms()) for n in range(12)]
    other = replace(platform, writer=Writer(platform.store))  # as of a second process

    def play_one(person_id: int) -> None:
        played(other if person_id % 2 else platform, rules, person_id, 4, clock.now_ms())

    with ThreadPoolExecutor(6) as together:
        list(together.map(play_one, who))
    other.writer.stop()

    found = lots(platform)
    assert [number for number, *_ in found] == list(range(1, 13))
    assert sorted(prize for *_, prize in found if prize is not None) == [0, 1, 1, 1]
    assert len({person_id for _, person_id, *_ in found}) == 12
    assert len(lots(platform, "总红包")) == 12


def test_caps_and_voids_and_events_keep_to_the_entries(
    platform: Platform, rules: Published, people: Mapping[str, int], clock: MovedClock
) -> None:
    now, who = clock.now_ms(), people["甲"]
    first = played(platform, rules, who, 2, now)
    played(platform, rules, who, 2, now + 60_000)
    played(platform, rules, who, 2, now + 120_000)
    assert len(lots(platform)) == 2  # two a day

    book(
        platform, rules.contest_id, Correction("attempt", first.attempt_id, "void", "代答"), Actor(None, now)
    )
    assert len(lots(platform)) == 2  # what was drawn stays drawn, and the third takes the place of the first

    at = ms("2026-03-03 09:00")
    for _ in range(2):
        events.record_events(platform, rules, [NewEvent(who, at, "lecture", "lecture/1")], Actor(None, at))
    assert len(lots(platform)) == 3


def ended(platform: Platform, rules: Published, clock: MovedClock) -> draws.Shown:
    """Let eight entries of six people arise, end the draw, return it."""
    for n, name in enumerate("甲乙丙丁戊己甲乙"):
        person_id = cast.join(platform, name, clock.now_ms()) if n < 6 else n - 5
        played(platform, rules, person_id, 3, clock.now_ms() + n * 60_000)
    clock.set("2026-03-08 20:00")
    called, stage, _ = draws.draw_of(rules, 0)
    at_once_list.end(platform, rules, called, stage, Actor(None, clock.now_ms()))
    return draws.shown_one(platform, rules, 0)


def test_a_draw_is_ended_once_after_the_close_and_then_draws_nothing_more(
    platform: Platform, rules: Published, clock: MovedClock
) -> None:
    called, stage, _ = draws.draw_of(rules, 0)
    with pytest.raises(NotNow):
        at_once_list.end(platform, rules, called, stage, Actor(None, clock.now_ms()))
    assert draws.shown_one(platform, rules, 0).seed is None

    shown = ended(platform, rules, clock)

    assert shown.seed is not None
    assert [(done.entries, done.holders, len(done.winners)) for done in shown.done] == [(8, 6, 4)]
    with pytest.raises(ChangedMeanwhile):
        at_once_list.end(platform, rules, called, stage, Actor(None, clock.now_ms()))
    late = NewEvent(1, ms("2026-03-05 09:00"), "lecture", "lecture/9")
    events.record_events(platform, rules, [late], Actor(None, clock.now_ms()))
    assert len(lots(platform)) == 8


def test_a_prize_not_claimed_passes_on_with_reason_and_actor_and_anybody_repeats_it_all(
    platform: Platform, rules: Published, clock: MovedClock, tmp_path: Path
) -> None:
    shown = ended(platform, rules, clock)
    (done,) = shown.done
    lost = done.winners[0]
    actor = Actor(None, clock.now_ms())

    with pytest.raises(InvalidInput):
        redrawing.pass_on(platform, rules, 0, Unclaimed("", lost.code, lost.entry, " "), actor)
    win = redrawing.pass_on(platform, rules, 0, Unclaimed("", lost.code, lost.entry, "逾期未领"), actor)
    with pytest.raises(ChangedMeanwhile):
        redrawing.pass_on(platform, rules, 0, Unclaimed("", lost.code, lost.entry, "再来"), actor)

    assert win is not None
    (after,) = draws.shown_one(platform, rules, 0).done
    assert [(w.is_lost, w.because) for w in after.winners] == [(True, "逾期未领"), *[(False, "")] * 4]
    assert (after.winners[-1].code, after.winners[-1].prize) == (win.code, lost.prize)
    assert after.winners[-1].person_id is not None
    found = repeated(platform, rules, 0, shown.seed or "", tmp_path)
    (drawing,) = found["drawings"]
    assert [(w["prize"], w["code"], w["entry"]) for w in drawing["wins"]] == [
        (w.prize, w.code, w.entry) for w in done.winners
    ]
    assert (drawing["entries_hash"], drawing["seed_hash"]) == (done.digest, shown.commitment)
    assert found["redraws"] == [
        {
            "occasion": "",
            "from": {"code": lost.code, "entry": lost.entry},
            "to": {"prize": win.prize, "code": win.code, "entry": win.entry},
        }
    ]


def repeated(platform: Platform, rules: Published, number: int, seed: str, folder: Path) -> dict[str, list]:  # type: ignore[type-arg]  # JSON
    """Return what the published command prints of what is published."""
    (folder / "rules.yaml").write_text(contests.text_in_force(platform, rules.contest_id), "utf-8")
    (folder / "entries.csv").write_text(draws.published_list(platform, rules, number), "utf-8")
    (folder / "redraws.csv").write_text(draws.published_redraws(platform, rules, number), "utf-8")
    files = [str(folder / "rules.yaml"), str(folder / "entries.csv")]
    run = subprocess.run(
        [
            *(sys.executable, "-m", "flask", "--app", "wsgi", "contest", "draw", *files, seed),
            *("--redraws", str(folder / "redraws.csv")),
        ],
        cwd=ROOT,
        env={"QUIZ_DATA": str(folder), "DATABASE_URL": NOWHERE, "REDIS_URL": "redis://127.0.0.1:1/0"},
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return json.loads(run.stdout)  # type: ignore[no-any-return]


def test_entries_drawn_at_once_are_those_of_the_fold(
    platform: Platform, rules: Published, people: Mapping[str, int], clock: MovedClock
) -> None:
    for n, (name, right) in enumerate((("甲", 4), ("乙", 2), ("甲", 2), ("丙", 1))):
        played(platform, rules, people[name], right, clock.now_ms() + n * 60_000)

    folded = draws.entries_of(platform, rules)

    with platform.store.reading() as session:
        for called in ("红包", "总红包"):
            drawn = session.execute(
                select(Lot.person_id, func.count()).where(Lot.draw == called).group_by(Lot.person_id)
            )
            assert dict(drawn.all()) == folded[called]
