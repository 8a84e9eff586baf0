"""A contest that was played, moved in and corrected, written out: its replay is what the product shows."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from quiz.cli import register
from quiz.errors import InvalidInput, NotAllowed, QuotaUsed
from quiz.models.accounts import Unit
from quiz.models.play import Attempt, RefusedStart
from quiz.rules import case, replay
from quiz.services import awards, boards, draws, events, ledger, play, units
from quiz.services.case_export import export_case
from quiz.services.correcting import Correction
from quiz.services.events import NewEvent
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published, in_force
from quiz.services.results import boards_of
from quiz.services.whole_stage import runs
from tests.support import contests as cast
from tests.support import standing
from tests.support.clock import MovedClock
from tests.support.contests import RULES_WITH_EVERY_PRIZE

NAMES = "甲乙丙丁戊己庚"
BOARDS = """      - {name: 区, of: region.district, order: [sum]}
      - {name: 参与, of: region.district, order: [child_units_rate, mean]}
      - {name: 每日街道, of: region.street, over: period, order: [top_sum], top: 2}
"""


def publish(platform: Platform, clock: MovedClock, points: str) -> Published:
    now = clock.now_ms()
    cast.fill_bank(platform, now, count=5)
    cast.add_units(platform, now, ("渝中区/P", "渝中区/Q", "江北区/R", "江北区/S"))
    text = RULES_WITH_EVERY_PRIZE.replace("[district, street]", f"[district, street], points: {points}")
    text = text.replace("      - {name: 每日, of", f"{BOARDS}      - {{name: 每日, of")
    text = text.replace(
        "    integrity:", "    events: {lecture: {points: 2, cap: {per_day: 1}}}\n    integrity:", 1
    )
    rules = in_force(platform, cast.publish(platform, text, now))
    boards.catch_up_all(platform, now, full=True)
    return rules


def anything(platform: Platform, rules: Published, chance: random.Random, now: int) -> None:
    """Play, move, go to a lecture, or correct something."""
    with platform.store.reading() as session:
        attempts = session.scalars(select(Attempt.id).order_by(Attempt.id)).all()
        people = sorted(session.scalars(select(Attempt.person_id).distinct()))
        streets = session.scalars(select(Unit.id).where(Unit.level == "street").order_by(Unit.id)).all()
    person, street = chance.choice(people), chance.choice(streets)
    what = chance.choice(["play", "play", "play", "move", "desk", "event", "ledger", "ledger", "key"])
    actor = Actor(None, now)
    if what == "play":
        standing.finish(platform, rules, person, chance.randint(0, 4), now)
    elif what == "move":
        units.join(platform, person, "region", street, now)
    elif what == "desk":
        since = chance.choice([None, units.history(platform, person)[0].since_ms])
        units.set_unit(platform, person, street, since, "登记有误", actor)
    elif what == "event":
        events.record_events(platform, rules, [NewEvent(person, now, "lecture", str(now))], actor)
    elif what == "key":
        counts = chance.choice(["key", "also", "everybody", "nobody"])
        wanted = Correction(
            "question", chance.choice(sorted(rules.questions)), "remark", "复核", "", ("B",), counts
        )
        ledger.recount(platform, ledger.book(platform, rules.contest_id, wanted, actor))
    else:
        of, do, points = chance.choice(
            [
                ("attempt", "void", ""),
                ("attempt", "restore", ""),
                ("attempt", "adjust", "2"),
                ("person", "adjust", "-1"),
                ("person", "disqualify", ""),
                ("person", "restore", ""),
                ("unit", "disqualify", ""),
            ]
        )
        target = {"attempt": chance.choice(attempts), "person": person, "unit": street}[of]
        ledger.book(platform, rules.contest_id, Correction(of, target, do, "核查", points), actor)


def lived(platform: Platform, clock: MovedClock, rules: Published, seed: int) -> list[int]:
    """Let a contest go its way for four days, then its final; returns who was not let in."""
    chance = random.Random(seed)
    for n, name in enumerate(NAMES):
        person = standing.join(platform, name, clock.now_ms(), "PQRS"[n % 4])
        standing.finish(platform, rules, person, chance.randint(0, 4), clock.now_ms())
    for day in (2, 3, 4, 5):
        clock.set(f"2026-03-0{day} 09:00")
        for _ in range(14):
            clock.move(minutes=7, milliseconds=chance.randint(0, 999))
            try:
                anything(platform, rules, chance, clock.now_ms())
            except (InvalidInput, QuotaUsed, NotAllowed):
                continue
    clock.set("2026-03-09 09:00")
    for award in awards.given(platform, rules):
        if award.prize.to:
            awards.confirm(
                platform, rules, award.award, award.period, award.digest, Actor(None, clock.now_ms())
            )
    kept_out = []
    clock.set("2026-03-10 09:00")
    with platform.store.reading() as session:
        people = sorted(session.scalars(select(Attempt.person_id).distinct()))
    for stage in (1, 2):
        for person in people:
            clock.move(minutes=7)
            try:
                attempt = play.start(platform, person, play.Start(rules.contest_id, stage), clock.now_ms())
            except NotAllowed:
                kept_out.append(person)
                continue
            given = [cast.answer(platform, attempt, 1)]
            play.finish(platform, cast.batch(platform, attempt, clock.now_ms() + 60_000, *given))
    return kept_out


Rows = list[tuple[object, str, object]]


def shown(platform: Platform, rules: Published) -> dict[str, Any]:
    """Return what the product shows: boards, entries in draws, and who gets which award."""
    now, found = platform.clock.now_ms(), dict[str, Any]()

    def rows(board_id: Any, period: str) -> Rows:
        page = standing.page(platform, rules, board_id, now, period=period)
        of_people = board_id in people
        return [
            (
                row.place,
                called(row.id) if of_people else row.name,
                str(row.values["total" if of_people else "value"]),
            )
            for row in page.rows
        ]

    people = {board_id for board_id, _, board in boards_of(rules) if board.of == "people"}
    for board_id, _, board in boards_of(rules):
        if board.over == "stage":
            found[board.name] = rows(board_id, "")
        else:
            spans = periods_with_attempts(platform, rules, board_id)
            found[board.name] = {period: rows(board_id, period) for period in spans}
    entries = draws.entries_of(platform, rules)
    for draw, mine in entries.items():
        found[draw.rpartition("/")[2]] = {called(who): number for who, number in mine.items()}
    for award in awards.given(platform, rules):
        of_people = award.of == "people"
        who = [called(g.who) if of_people else g.real_name.rpartition("/")[2] for g in award.getters]
        found[f"奖 {award.prize.name} {award.period}"] = who
    return found


def periods_with_attempts(platform: Platform, rules: Published, board_id: Any) -> list[str]:
    """Return the periods that a case lists: the product also shows those in which there were only events."""
    with platform.store.snapshot() as session:
        return runs(platform, session, rules)[board_id.stage].record.periods


def called(person: int) -> str:
    return f"{person:012d}"


def ordered(
    found: dict[str, Any], refused: list[Any] | None = None
) -> tuple[dict[str, Any], list[Any] | None]:
    """Return rows that share a place by name: the product lists equal units by number, a case by name."""

    def rows(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: rows(each) for name, each in value.items()}
        return sorted(value) if isinstance(value, list) and value and isinstance(value[0], tuple) else value

    return {name: rows(value) for name, value in found.items()}, refused


def replayed(folder: Path) -> tuple[dict[str, Any], list[Any]]:
    """Return the same of the case that was written."""
    result = replay.result(case.parse({path.name: path.read_text() for path in folder.iterdir()}))
    assert "boards" in result, result
    found: dict[str, Any] = {}

    def rows(board: list[dict[str, Any]]) -> Rows:
        return [(row["place"], row["who"], str(row.get("total", row.get("value")))) for row in board]

    for name, board in result["boards"].items():
        found[name] = rows(board) if isinstance(board, list) else {p: rows(each) for p, each in board.items()}
    found |= result["draw_entries"]
    for name, who in result["awards"].items():
        lists = {"": who} if isinstance(who, list) else who
        found |= {f"奖 {name} {period}": each for period, each in lists.items()}
    return found, result["refused"]


@pytest.mark.parametrize("points", ["stay", "follow"])
@pytest.mark.parametrize("seed", range(4))
def test_the_replay_of_a_contest_written_out_is_what_the_product_shows(
    platform: Platform, clock: MovedClock, tmp_path: Path, points: str, seed: int
) -> None:
    rules = publish(platform, clock, points)
    lived(platform, clock, rules, seed)
    boards.catch_up_all(platform, clock.now_ms(), full=True)  # as the sweep does, should Redis have been slow
    assert boards.verify(platform, rules.contest_id) == []

    export_case(platform, rules.contest_id, tmp_path / "case")

    found, refused = ordered(*replayed(tmp_path / "case"))
    expected, _ = ordered(shown(platform, rules))
    assert {
        name: pair for name in expected if (pair := (found.get(name), expected[name]))[0] != pair[1]
    } == {}
    assert [(each["person"], each["because"]) for each in refused] == noted(platform)


def noted(platform: Platform) -> list[tuple[str, str]]:
    with platform.store.reading() as session:
        rows = session.scalars(select(RefusedStart).order_by(RefusedStart.at_ms))
        return [(called(row.person_id), row.because) for row in rows]


def test_who_was_not_let_in_is_not_let_in_by_the_replay_either(
    platform: Platform, clock: MovedClock, tmp_path: Path
) -> None:
    rules = publish(platform, clock, "stay")
    kept_out = lived(platform, clock, rules, 0)
    folder = tmp_path / "case"
    export_case(platform, rules.contest_id, folder)
    final = {"started_at": "2026-03-11T09:00:00+08:00", "finished_at": "2026-03-11T09:01:00+08:00"}
    tried = [(person, stage) for person in range(1, 8) for stage in ("决赛", "街道赛")]
    with (folder / "attempts.jsonl").open("a") as file:
        for person, stage in tried:
            row = {"person": called(person), "stage": stage, **final, "answers": ["R", "R"]}
            file.write(json.dumps(row) + "\n")

    def not_allowed() -> list[tuple[str, str]]:
        _, refused = replayed(folder)
        tried_now = [each for each in refused if each["started_at"] == final["started_at"]]
        out = [each for each in tried_now if each["because"] == "not_allowed"]
        return sorted((each["person"], each["stage"]) for each in out)

    by_lists = not_allowed()
    (folder / "confirmed.jsonl").unlink()

    assert len(by_lists) == len(kept_out) > 0
    assert sorted(person for person, _ in by_lists) == sorted(map(called, kept_out))
    assert not_allowed() == by_lists  # as the lists follow from the record


def test_a_case_without_numbers_and_reasons_folds_to_the_same_boards(
    platform: Platform, clock: MovedClock, tmp_path: Path
) -> None:
    rules = publish(platform, clock, "stay")
    lived(platform, clock, rules, 3)

    export_case(platform, rules.contest_id, tmp_path / "numbers")
    export_case(platform, rules.contest_id, tmp_path / "anonymous", is_anonymous=True)

    numbers, anonymous = (replayed(tmp_path / name)[0] for name in ("numbers", "anonymous"))
    assert [value for _, value in sorted(anonymous.items())] == [
        value for _, value in sorted(numbers.items())
    ]
    text = "".join(path.read_text() for path in (tmp_path / "anonymous").glob("*.jsonl"))
    assert "核查" not in text


def test_one_command_writes_the_case_and_another_folds_it(
    app: Flask, platform: Platform, clock: MovedClock, tmp_path: Path
) -> None:
    rules = publish(platform, clock, "stay")
    person = standing.join(platform, "甲", clock.now_ms())
    standing.finish(platform, rules, person, 3, clock.now_ms())
    register(app)

    written = app.test_cli_runner().invoke(
        args=["contest", "export-case", str(rules.contest_id), str(tmp_path / "case")]
    )
    folded = app.test_cli_runner().invoke(args=["contest", "replay", str(tmp_path / "case")])

    assert (written.exit_code, folded.exit_code) == (0, 0), written.output + folded.output
    board = json.loads(folded.stdout)["boards"]["个人"]
    assert [(row["who"], row["total"]) for row in board] == [(called(person), 3)]


def test_who_reached_a_total_within_the_same_second_stands_apart_in_the_replay_too(
    platform: Platform, clock: MovedClock, tmp_path: Path
) -> None:
    now = clock.now_ms()
    cast.fill_bank(platform, now)
    cast.add_units(platform, now)
    text = cast.rules().replace("order: [total, time]", "order: [total, reached]")
    rules = in_force(platform, cast.publish(platform, text, now))
    people = [cast.join(platform, name, now) for name in "甲乙"]
    for person, at_ms in zip(people, (now + 250, now + 7), strict=True):
        attempt = cast.begin(platform, rules.contest_id, person, at_ms)
        given = [cast.answer(platform, attempt, 1)]
        play.finish(platform, cast.batch(platform, attempt, at_ms + 100, *given))

    export_case(platform, rules.contest_id, tmp_path / "case")

    files = {path.name: path.read_text() for path in (tmp_path / "case").iterdir()}
    board = replay.result(case.parse(files))["boards"]["个人"]
    assert [(row["place"], row["who"], row["reached_ms"] - now) for row in board] == [
        (1, called(people[1]), 107),
        (2, called(people[0]), 350),
    ]


def test_an_attempt_that_counts_nothing_because_its_page_was_left_counts_nothing_in_the_replay(
    platform: Platform, clock: MovedClock, tmp_path: Path
) -> None:
    now = clock.now_ms()
    cast.fill_bank(platform, now)
    cast.add_units(platform, now)
    rules = in_force(platform, cast.publish(platform, cast.rules("{per_attempt_s: 300, leaving: zero}"), now))
    person = cast.join(platform, "甲", now)
    attempt = cast.begin(platform, rules.contest_id, person, now)
    answers = [cast.answer(platform, attempt, n) for n in (1, 2)]
    batch = cast.batch(platform, attempt, now + 10_000, *answers)._replace(leavings=(9,))
    play.save(platform, batch)
    boards.catch_up_all(platform, now + 20_000, full=True)

    export_case(platform, rules.contest_id, tmp_path / "case")

    assert replayed(tmp_path / "case")[0]["个人"] == [(1, called(person), "0")]
    assert shown(platform, rules)["个人"] == [(1, called(person), "0")]
