"""Corrections at work: what each of them changes, that it can be taken back, and that boards stay proved."""

from __future__ import annotations

import random

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from quiz.cli import register
from quiz.errors import InvalidInput, NotFound, QuotaUsed
from quiz.models.accounts import Audit, Unit
from quiz.models.ledger import Ledger
from quiz.models.play import Attempt, Line, Result
from quiz.services import boards, ledger, own_attempts, play, previewing
from quiz.services.correcting import Correction
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published, in_force
from quiz.services.results import BoardId
from tests.support import contests as cast
from tests.support import standing
from tests.support.clock import MovedClock
from tests.support.standing import BEST, DAYS, PEOPLE, STREETS

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


@pytest.fixture
def rules(platform: Platform, now: int) -> Published:
    return standing.publish(platform, now)


@pytest.fixture
def people(platform: Platform, rules: Published, now: int) -> dict[str, int]:
    """甲 and 乙 of street P, 丙 and 丁 of Q, each with an attempt; 甲 with another on the next day."""
    standing.catch_up(platform, now)
    found = {}
    for name, right, street in (("甲", 4, "P"), ("乙", 2, "P"), ("丙", 3, "Q"), ("丁", 1, "Q")):
        found[name] = standing.join(platform, name, now, street)
        standing.finish(platform, rules, found[name], right, now)
    standing.finish(platform, rules, found["甲"], 1, now + DAY_MS)
    return found


def book(platform: Platform, rules: Published, of: str, target: int, do: str, **rest: object) -> int:
    at_ms = int(str(rest.pop("at_ms", platform.clock.now_ms() + 2 * DAY_MS)))
    wanted = Correction(of, target, do, str(rest.pop("because", "经核查")), **rest)  # type: ignore[arg-type]  # points, key
    return ledger.book(platform, rules.contest_id, wanted, Actor(None, at_ms))


def attempt_of(platform: Platform, person_id: int, number: int = 1) -> int:
    with platform.store.reading() as session:
        return session.scalars(
            select(Attempt.id).where(Attempt.person_id == person_id, Attempt.number == number)
        ).one()


def unit_of(platform: Platform, code: str) -> int:
    with platform.store.reading() as session:
        return session.scalars(select(Unit.id).where(Unit.code == code)).one()


def totals(platform: Platform, rules: Published, now: int) -> dict[str, object]:
    page = standing.page(platform, rules, PEOPLE, now)
    return {row.name: row.values["total"] for row in page.rows}


def streets(platform: Platform, rules: Published, now: int) -> dict[str, object]:
    return {row.name: row.values["value"] for row in standing.page(platform, rules, STREETS, now).rows}


def test_a_void_attempt_leaves_every_board(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    book(platform, rules, "attempt", attempt_of(platform, people["甲"]), "void")

    day = standing.page(platform, rules, DAYS, now, period="2026-03-02")
    assert totals(platform, rules, now) == {"丙": 3, "乙": 2, "丁": 1, "甲": 1}
    assert streets(platform, rules, now) == {"Q": 4, "P": 3}
    assert [row.name for row in day.rows] == ["丙", "乙", "丁"]
    assert boards.verify(platform, rules.contest_id) == []


def lines(platform: Platform) -> list[tuple[object, ...]]:
    columns = (Line.stage, Line.period, Line.person_id, Line.order_key, Line.totals, Line.stats, Line.units)
    with platform.store.reading() as session:
        found = session.execute(select(*columns).where(Line.order_key != "").order_by(*columns[:3]))
        return [tuple(row) for row in found]


@pytest.mark.parametrize(("of", "do"), [("attempt", "void"), ("attempt", "zero"), ("person", "disqualify")])
def test_a_correction_and_its_restore_are_as_if_nothing_had_happened(
    platform: Platform, rules: Published, people: dict[str, int], now: int, of: str, do: str
) -> None:
    target = people["甲"] if of == "person" else attempt_of(platform, people["甲"])
    before = lines(platform), standing.page(platform, rules, PEOPLE, now), streets(platform, rules, now)

    book(platform, rules, of, target, do)
    between = lines(platform)
    book(platform, rules, of, target, "restore")

    assert between != before[0]
    after = lines(platform), standing.page(platform, rules, PEOPLE, now), streets(platform, rules, now)
    assert after == before
    assert boards.verify(platform, rules.contest_id) == []


def test_points_are_adjusted_and_set_and_taken(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    book(platform, rules, "person", people["丁"], "adjust", points="5")
    book(platform, rules, "attempt", attempt_of(platform, people["乙"]), "adjust", points="-1")
    book(platform, rules, "attempt", attempt_of(platform, people["丙"]), "zero")
    book(platform, rules, "attempt", attempt_of(platform, people["甲"], 2), "remark", points="0")

    assert totals(platform, rules, now) == {"丁": 6, "甲": 4, "乙": 1, "丙": 0}
    assert boards.verify(platform, rules.contest_id) == []


def test_who_is_disqualified_stands_below_the_board_with_the_reason(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    book(platform, rules, "person", people["甲"], "disqualify", because="替人答题")

    page = standing.page(platform, rules, PEOPLE, now)
    assert standing.placed(page) == [(1, "丙"), (2, "乙"), (3, "丁")]
    assert [(row.name, row.because, row.reason) for row in page.unlisted] == [
        ("甲", "disqualified", "替人答题")
    ]
    assert streets(platform, rules, now) == {"Q": 4}  # one of P alone is too few
    with platform.store.reading() as session:
        assert session.get(Attempt, attempt_of(platform, people["甲"])) is not None


def test_a_disqualified_unit_leaves_its_board_and_its_people_stay_on_theirs(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    book(platform, rules, "unit", unit_of(platform, "P"), "disqualify", because="组织代答")

    page = standing.page(platform, rules, STREETS, now)
    assert standing.placed(page) == [(1, "Q")]
    assert [(row.name, row.because, row.reason) for row in page.unlisted] == [
        ("P", "disqualified", "组织代答")
    ]
    assert set(totals(platform, rules, now)) == {"甲", "乙", "丙", "丁"}


def test_the_same_stands_on_boards_read_without_redis(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    book(platform, rules, "person", people["甲"], "disqualify")
    book(platform, rules, "unit", unit_of(platform, "Q"), "disqualify")
    found = [standing.page(platform, rules, board, now) for board in (PEOPLE, STREETS)]
    live, platform.live = platform.live, None

    stored = [standing.page(platform, rules, board, now) for board in (PEOPLE, STREETS)]

    platform.live = live
    assert stored == found


def test_rows_decide_in_the_order_of_their_moments(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    attempt_id = attempt_of(platform, people["甲"])
    with platform.store.writing() as session:
        for at_ms, do in ((now + 9, "void"), (now + 5, "restore")):
            session.add(
                Ledger(
                    contest_id=rules.contest_id,
                    at_ms=at_ms,
                    do=do,
                    because="核查",
                    attempt_id=attempt_id,
                    person_id=people["甲"],
                )
            )

    boards.refold_all(platform, rules.contest_id)

    assert totals(platform, rules, now)["甲"] == 1


def test_a_correction_after_the_clock_went_back_still_comes_last(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    attempt_id = attempt_of(platform, people["甲"])
    book(platform, rules, "attempt", attempt_id, "void", at_ms=now + 9)
    book(platform, rules, "attempt", attempt_id, "restore", at_ms=now + 5)

    assert totals(platform, rules, now)["甲"] == 5


def test_the_second_of_two_clicks_books_nothing(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    wanted = Correction("person", people["甲"], "adjust", "漏记", points="2")

    first = ledger.book(platform, rules.contest_id, wanted, Actor(None, now), "token-1")
    second = ledger.book(platform, rules.contest_id, wanted, Actor(None, now + 1), "token-1")

    assert second == first
    assert totals(platform, rules, now)["甲"] == 7
    with platform.store.reading() as session:
        rows = session.scalars(select(Audit).where(Audit.action == "ledger.adjust")).all()
    assert len(rows) == 1


def with_quota_back(platform: Platform, now: int, back: str) -> Published:
    cast.fill_bank(platform, now)
    cast.add_units(platform, now)
    text = cast.rules() + f"    integrity: {{void: {{quota_back: {back}}}}}\n"
    return in_force(platform, cast.publish(platform, text, now))


@pytest.mark.parametrize("back", ["true", "false"])
def test_a_void_attempt_is_given_back_where_the_rules_say_so(platform: Platform, now: int, back: str) -> None:
    rules = with_quota_back(platform, now, back)
    standing.catch_up(platform, now)
    person_id = standing.join(platform, "甲", now)
    for number in range(3):
        standing.finish(platform, rules, person_id, 1, now + number * HOUR_MS)
    at_ms = now + 4 * HOUR_MS

    book(platform, rules, "attempt", attempt_of(platform, person_id), "void", at_ms=at_ms)

    left = play.chances(platform, rules, 0, person_id, at_ms).left.now
    assert left == (1 if back == "true" else 0)
    if back == "true":
        standing.finish(platform, rules, person_id, 4, at_ms)
        assert boards.verify(platform, rules.contest_id) == []
    with pytest.raises(QuotaUsed):
        cast.begin(platform, rules.contest_id, person_id, at_ms + HOUR_MS)


WRONG: dict[str, tuple[str, str, str, dict[str, object]]] = {
    "a void of a person": ("person", "甲", "void", {}),
    "an attempt that is not there": ("attempt", "none", "void", {}),
    "a person who is not there": ("person", "none", "disqualify", {}),
    "a unit that is not there": ("unit", "none", "disqualify", {}),
    "a question that is not there": ("question", "none", "remark", {"key": ("A",)}),
    "no reason": ("person", "甲", "disqualify", {"because": " "}),
    "a long reason": ("person", "甲", "disqualify", {"because": "长" * 501}),
    "no points": ("person", "甲", "adjust", {"points": ""}),
    "points that are words": ("person", "甲", "adjust", {"points": "五分"}),
    "points that change nothing": ("person", "甲", "adjust", {"points": "0"}),
    "points below the smallest": ("person", "甲", "adjust", {"points": "0.5"}),
    "a restore of nothing": ("person", "甲", "restore", {}),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_correction_is_refused_in_words_and_books_nothing(
    platform: Platform,
    rules: Published,
    people: dict[str, int],
    now: int,
    wrong: tuple[str, str, str, dict[str, object]],
) -> None:
    of, target, do, rest = wrong

    with pytest.raises((InvalidInput, NotFound)) as refusal:
        book(platform, rules, of, people.get(target, 999_999), do, **rest)

    assert refusal.value.text.endswith("。")
    with platform.store.reading() as session:
        assert session.scalars(select(Ledger)).all() == []


def test_an_open_attempt_is_not_corrected(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    attempt_id = cast.begin(platform, rules.contest_id, people["乙"], now + DAY_MS)

    with pytest.raises(InvalidInput) as refusal:
        book(platform, rules, "attempt", attempt_id, "void")

    assert "还没有交卷" in refusal.value.text


def test_a_void_is_not_booked_twice(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    book(platform, rules, "attempt", attempt_of(platform, people["甲"]), "void")

    with pytest.raises(InvalidInput):
        book(platform, rules, "attempt", attempt_of(platform, people["甲"]), "void")


def test_a_finish_after_a_correction_is_folded_with_it(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    book(platform, rules, "person", people["乙"], "adjust", points="10", at_ms=now)
    standing.finish(platform, rules, people["乙"], 1, now + DAY_MS)

    assert totals(platform, rules, now)["乙"] == 13
    assert boards.verify(platform, rules.contest_id) == []


def test_who_is_disqualified_takes_their_street_along_where_the_rules_say_so(
    platform: Platform, now: int
) -> None:
    cast.fill_bank(platform, now)
    cast.add_units(platform, now)
    text = cast.rules() + "    integrity: {person_out_takes: region.street}\n"
    rules = in_force(platform, cast.publish(platform, text, now))
    people = {name: standing.join(platform, name, now, name[0]) for name in ("P1", "P2", "Q1")}
    for person_id in people.values():
        standing.finish(platform, rules, person_id, 2, now)
    board = BoardId(0, 1)

    book(platform, rules, "person", people["P1"], "disqualify", because="替考")
    out = standing.page(platform, rules, board, now)
    book(platform, rules, "person", people["P1"], "restore")
    back = standing.page(platform, rules, board, now)

    assert standing.placed(out) == [(1, "Q")]
    assert [(row.name, row.reason) for row in out.unlisted] == [("P", "替考")]
    assert standing.placed(back) == [(1, "P"), (2, "Q")]


# --- corrected keys


def test_a_corrected_key_changes_exactly_those_who_had_the_question(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    sheet = sheet_of(platform, attempt_of(platform, people["甲"]))  # all right
    single = next(v for v, q in rules.questions.items() if sheet.get(v) == ["A"])
    before, expected = totals(platform, rules, now), {}
    for name, person_id in people.items():
        attempts = [n for n in (1, 2) if n == 1 or name == "甲"]
        expected[name] = sum(answered(platform, attempt_of(platform, person_id, n), single) for n in attempts)

    row = book(platform, rules, "question", single, "remark", key=("B",))
    assert totals(platform, rules, now) == before  # booked, not yet counted
    assert ledger.recount(platform, row)

    after = totals(platform, rules, now)
    assert after == {name: int(str(before[name])) + change for name, change in expected.items()}
    assert after != before
    assert boards.verify(platform, rules.contest_id) == []


def answered(platform: Platform, attempt_id: int, version_id: int) -> int:
    """Return what key B instead of A changes: an answer A is no longer right, an answer B becomes so."""
    sheet = sheet_of(platform, attempt_id)
    return {("A",): -1, ("B",): 1}.get(tuple(sheet.get(version_id, ())), 0)


def sheet_of(platform: Platform, attempt_id: int) -> dict[int, list[str]]:
    with platform.store.reading() as session:
        text = session.get_one(Result, attempt_id).sheet
    return {version: chosen for version, chosen, *_ in orjson.loads(text)}


def test_a_key_corrected_back_is_as_if_nothing_had_happened(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    single = next(v for v, q in rules.questions.items() if q.kind == "single")
    before = lines(platform)
    for key in ("B", "A"):
        ledger.recount(platform, book(platform, rules, "question", single, "remark", key=(key,)))

    assert lines(platform) == before
    assert boards.verify(platform, rules.contest_id) == []


def test_a_recount_that_was_broken_off_goes_on_by_itself(
    platform: Platform,
    rules: Published,
    people: dict[str, int],
    now: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ledger, "PEOPLE_AT_ONCE", 1)
    multiple = next(v for v, q in rules.questions.items() if q.kind == "multiple")
    row = book(platform, rules, "question", multiple, "remark", key=("A", "C"))

    assert not ledger.recount(platform, row, rounds=1)
    for _ in range(10):
        ledger.recount_pending(platform, rounds=1)

    assert ledger.recount(platform, row)
    assert boards.verify(platform, rules.contest_id) == []


def test_where_marks_are_kept_only_later_attempts_have_the_corrected_key(
    platform: Platform, now: int
) -> None:
    cast.fill_bank(platform, now, count=4)
    cast.add_units(platform, now)
    text = cast.rules() + "    integrity: {corrected_key: keep}\n"
    rules = in_force(platform, cast.publish(platform, text, now))
    standing.catch_up(platform, now)
    early, late = (standing.join(platform, name, now) for name in ("早", "晚"))
    standing.finish(platform, rules, early, 4, now)
    single = next(v for v, q in rules.questions.items() if q.kind == "single")

    ledger.recount(
        platform, book(platform, rules, "question", single, "remark", key=("B",), at_ms=now + HOUR_MS)
    )
    standing.finish(platform, rules, late, 4, now + 2 * HOUR_MS)

    assert totals(platform, rules, now) == {"早": 4, "晚": 3}
    assert boards.verify(platform, rules.contest_id) == []


def test_the_outcome_tells_the_corrections_of_an_attempt(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    attempt_id = attempt_of(platform, people["甲"])
    book(platform, rules, "attempt", attempt_id, "adjust", points="-1", because="第 3 题有争议")
    book(platform, rules, "attempt", attempt_of(platform, people["甲"], 2), "void", because="重复")

    outcome = play.outcome_of(platform, attempt_id, people["甲"])
    newest, oldest = own_attempts.attempts_of(platform, people["甲"])

    assert outcome is not None
    assert outcome.points == 3
    assert [row.because for row in outcome.corrections] == ["第 3 题有争议"]
    assert oldest.outcome == outcome
    assert newest.outcome is not None
    assert newest.outcome.is_void
    assert [row.because for row in newest.outcome.corrections] == ["重复"]


# --- seen before it is booked


def all_rows(platform: Platform, rules: Published, now: int) -> dict[tuple[str, int], tuple[object, object]]:
    """Return place and value of everybody and every unit on the boards over the stage."""
    found = {}
    for board in (PEOPLE, STREETS, BEST):
        page = standing.page(platform, rules, board, now)
        for row in (*page.unlisted, *page.rows):
            value = row.values.get("total", row.values.get("value", "")) if row.place or row.values else ""
            found[str(board), row.id] = (row.place, value)
    return found


TRIED: dict[str, tuple[str, str, str, dict[str, object]]] = {
    "a void": ("attempt", "甲", "void", {}),
    "points": ("person", "丁", "adjust", {"points": "3"}),
    "a disqualified person": ("person", "甲", "disqualify", {}),
    "a disqualified street": ("unit", "P", "disqualify", {}),
    "a corrected key": ("question", "", "remark", {"key": ("B",)}),
}


@pytest.mark.parametrize("tried", TRIED.values(), ids=TRIED.keys())
def test_the_preview_is_what_then_happens(
    platform: Platform,
    rules: Published,
    people: dict[str, int],
    now: int,
    tried: tuple[str, str, str, dict[str, object]],
) -> None:
    of, name, do, rest = tried
    sheet = sheet_of(platform, attempt_of(platform, people["甲"]))
    targets = {
        "attempt": lambda: attempt_of(platform, people[name]),
        "person": lambda: people[name],
        "unit": lambda: unit_of(platform, name),
        "question": lambda: next(v for v, chosen in sheet.items() if chosen == ["A"]),
    }
    wanted = Correction(of, targets[of](), do, "经核查", **rest)  # type: ignore[arg-type]  # points, key
    before = all_rows(platform, rules, now)

    shown = previewing.preview(platform, rules.contest_id, wanted, now + 2 * DAY_MS)
    assert all_rows(platform, rules, now) == before
    row = ledger.book(platform, rules.contest_id, wanted, Actor(None, now + 2 * DAY_MS))
    if of == "question":
        ledger.recount(platform, row)

    after = all_rows(platform, rules, now)
    promised = {
        (str(board.board_id), change.id): (
            (change.before.place, change.before.value),
            (change.after.place, change.after.value),
        )
        for board in shown.boards
        if not board.period
        for change in board.changes
    }
    nowhere = (None, "")
    happened = {
        key: (before.get(key, nowhere), after.get(key, nowhere))
        for key in before | after
        if before.get(key, nowhere) != after.get(key, nowhere)
    }
    assert promised == happened
    assert promised


def test_a_preview_of_very_many_tells_their_number_only(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    shown = previewing.preview(
        platform,
        rules.contest_id,
        Correction("person", people["甲"], "disqualify", "核查"),
        now + DAY_MS,
        most_people=0,
    )

    assert (shown.attempts, shown.people, shown.is_whole, shown.boards) == (2, 1, False, ())


def test_a_command_corrects_a_key_and_counts_again(
    app: Flask, platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    sheet = sheet_of(platform, attempt_of(platform, people["甲"]))
    single = next(v for v, chosen in sheet.items() if chosen == ["A"])
    asked = ["contest", "remark", str(rules.contest_id), str(single), "b", "--because", "题目有误"]
    register(app)
    runner = app.test_cli_runner()

    tried = runner.invoke(args=[*asked, "--dry-run"])
    before = totals(platform, rules, now)
    done = runner.invoke(args=asked)
    again = runner.invoke(args=asked)

    assert "个人" in tried.output
    assert before["甲"] == 5
    assert done.exit_code == 0
    assert "重新计分完成" in done.output
    assert totals(platform, rules, now)["甲"] != 5
    assert "正确答案没有变化" in again.output
    assert boards.verify(platform, rules.contest_id) == []


def test_who_looks_back_sees_the_corrected_key(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    attempt_id = attempt_of(platform, people["甲"])
    sheet = sheet_of(platform, attempt_id)
    single = next(v for v, chosen in sheet.items() if chosen == ["A"])
    n = list(sheet).index(single) + 1

    ledger.recount(platform, book(platform, rules, "question", single, "remark", key=("B",)))

    shown = play.review(platform, attempt_id, people["甲"], now + 30 * DAY_MS).shown[n]
    assert shown.rightness == 0
    assert shown.key is not None
    assert shown.key != cast.response(platform, attempt_id, n)


# --- whatever happens in whatever order


@pytest.mark.parametrize("seed", range(4))
def test_boards_equal_the_fold_after_any_sequence_of_attempts_and_corrections(
    platform: Platform, rules: Published, people: dict[str, int], now: int, seed: int
) -> None:
    chance = random.Random(seed)
    attempts = {name: attempt_of(platform, who) for name, who in people.items()}
    singles = [v for v, q in rules.questions.items() if q.kind == "single"]
    booked = 0
    for step in range(25):
        at_ms = now + 2 * DAY_MS + step * HOUR_MS
        name = chance.choice(list(people))
        of, do, target, rest = chance.choice(
            [
                ("attempt", chance.choice(["void", "zero", "restore"]), attempts[name], {}),
                ("attempt", "adjust", attempts[name], {"points": str(chance.randint(-3, 3))}),
                ("person", chance.choice(["disqualify", "zero", "restore"]), people[name], {}),
                ("person", "adjust", people[name], {"points": str(chance.randint(-3, 3))}),
                ("unit", chance.choice(["disqualify", "restore"]), unit_of(platform, "P"), {}),
                ("question", "remark", chance.choice(singles), {"key": (chance.choice("ABCD"),)}),
                ("play", "", people[name], {}),
                ("replay", "", 0, {}),
            ]
        )
        try:
            if of == "play":
                standing.finish(platform, rules, target, chance.randint(0, 4), at_ms)
            elif of == "replay":
                boards.refold_all(platform, rules.contest_id)
            else:
                row = book(platform, rules, of, target, do, at_ms=at_ms, **rest)
                booked += 1
                if of == "question":
                    ledger.recount(platform, row)
        except (InvalidInput, QuotaUsed):
            continue

    assert booked > 5
    if platform.behind:  # Redis was too slow once: the sweep makes it good
        boards.catch_up_all(platform, at_ms, full=False)
    assert boards.verify(platform, rules.contest_id) == []
    live = [standing.page(platform, rules, board, now) for board in (PEOPLE, STREETS, BEST)]
    before, found = lines(platform), platform.live
    boards.refold_all(platform, rules.contest_id)
    platform.live = None
    stored = [standing.page(platform, rules, board, now) for board in (PEOPLE, STREETS, BEST)]
    platform.live = found
    assert (lines(platform), stored) == (before, live)
