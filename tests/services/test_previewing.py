"""What a correction is said to change is what it then changes: boards, awards, advancement, draws."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from sqlalchemy import select

from quiz.errors import InvalidInput
from quiz.models.accounts import Unit
from quiz.models.play import Attempt
from quiz.services import awards, boards, draws, ledger, previewing
from quiz.services.changes import Standing
from quiz.services.correcting import Correction
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published, in_force
from quiz.services.results import boards_of, periods
from quiz.services.whole_stage import runs
from tests.support import contests as cast
from tests.support import standing
from tests.support.clock import MovedClock
from tests.support.contests import RULES_WITH_EVERY_PRIZE

HOUR_MS = 3_600_000
NAMES = "甲乙丙丁戊己"
DIVIDED = "      - {name: 各街道, of: people, each: region.street}\n"
BESIDE = """boards:
  - {name: 总榜, of: people}
  - {name: 街道总榜, of: region.street, order: [mean]}
"""


@pytest.fixture
def rules(platform: Platform, clock: MovedClock) -> Published:
    now = clock.now_ms()
    cast.fill_bank(platform, now, count=5)
    cast.add_units(platform, now)
    text = RULES_WITH_EVERY_PRIZE.replace("      - {name: 每日, of", f"{DIVIDED}      - {{name: 每日, of")
    rules = in_force(platform, cast.publish(platform, BESIDE + text, now))
    boards.catch_up_all(platform, now, full=True)
    return rules


def played(platform: Platform, clock: MovedClock, rules: Published, chance: random.Random) -> dict[str, int]:
    """Let six people of two streets play on two days, some of them twice a day."""
    found = {}
    for n, name in enumerate(NAMES):
        found[name] = standing.join(platform, name, clock.now_ms(), "PQ"[n % 2])
    for day in (2, 3):
        clock.set(f"2026-03-0{day} 09:00")
        for person in (*found.values(), *chance.sample(list(found.values()), 3)):
            clock.move(minutes=3)
            standing.finish(platform, rules, person, chance.randint(0, 4), clock.now_ms(), 60_000)
    return found


Rows = dict[tuple[str, str, int], Standing]
Seen = tuple[Rows, dict[tuple[str, str], list[str]], Mapping[str, Mapping[int, int]]]


def seen(platform: Platform, rules: Published, now: int) -> Seen:
    """Return every row of every board, who gets which award, and the entries in draws."""
    rows: Rows = {}
    for board_id, _, board in boards_of(rules):
        if board.each:
            rows |= parts(platform, rules, board.name)
            continue
        spans = [""] if board.over == "stage" else periods(platform, rules, board_id.stage)
        for period in spans:
            page = standing.page(platform, rules, board_id, now, period=period)
            for row in (*page.unlisted, *page.rows):
                value = row.values.get("total", row.values.get("value", ""))
                rows[board.name, period, row.id] = Standing(
                    row.place, value if row.place or row.values else ""
                )
    given = {
        (each.prize.name, each.period): [getter.real_name.rpartition("/")[2] for getter in each.getters]
        for each in awards.given(platform, rules)
    }
    return rows, given, draws.entries_of(platform, rules)


def parts(platform: Platform, rules: Published, name: str) -> Rows:
    """Return every row of a board that is divided by streets."""
    with platform.store.snapshot() as session:
        run = runs(platform, session, rules)[0]
        board = next(board for board in run.stage.boards if board.name == name)
        called = dict(session.execute(select(Unit.id, Unit.name)).all())
        return {
            (f"{name} · {called[int(part)]}", "", int(row["who"])): Standing(row["place"], row["total"])
            for part, rows in run.tables.parts(board).items()
            for row in rows
        }


def anything(
    platform: Platform, rules: Published, people: Mapping[str, int], chance: random.Random
) -> Correction:
    """Return some correction."""
    with platform.store.reading() as session:
        attempts = session.scalars(select(Attempt.id).order_by(Attempt.id)).all()
        units = session.scalars(select(Unit.id).where(Unit.level == "street").order_by(Unit.id)).all()
    of = chance.choice(["attempt", "attempt", "person", "unit", "question"])
    targets = {"attempt": attempts, "person": list(people.values()), "unit": units}
    target = chance.choice(targets.get(of, sorted(rules.questions)))
    deeds = {
        "attempt": ["void", "zero", "restore", "adjust", "remark"],
        "person": ["disqualify", "zero", "restore", "adjust"],
        "unit": ["disqualify", "restore"],
        "question": ["remark"],
    }
    do = chance.choice(deeds[of])
    points = str(chance.randint(1, 4)) if do in ("adjust", "remark") and of != "question" else ""
    counts = chance.choice(["key", "everybody", "nobody"]) if of == "question" else "key"
    key = (chance.choice("ABC"),) if counts == "key" and of == "question" else ()
    return Correction(of, target, do, "核查", points, key, counts)


@pytest.mark.parametrize("seed", range(6))
def test_the_preview_is_the_difference_of_what_is_seen_before_and_after(
    platform: Platform, clock: MovedClock, rules: Published, seed: int
) -> None:
    chance = random.Random(seed)
    people = played(platform, clock, rules, chance)
    before, changed = seen(platform, rules, clock.now_ms()), set[str]()

    for _ in range(10):
        clock.move(minutes=10)
        wanted = anything(platform, rules, people, chance)
        try:
            found = previewing.preview(platform, rules.contest_id, wanted, clock.now_ms())
        except InvalidInput:  # a restore of nothing, the same key
            continue
        row = ledger.book(platform, rules.contest_id, wanted, Actor(None, clock.now_ms()))
        if wanted.of == "question":
            ledger.recount(platform, row)
        after = seen(platform, rules, clock.now_ms())

        assert promised_rows(found) == rows_changed(before[0], after[0]), wanted
        assert promised_awards(found) == awards_changed(before[1], after[1]), wanted
        assert promised_draws(found) == draws_changed(before[2], after[2]), wanted
        changed |= {award.name for award in found.awards}
        before = after

    assert changed


def promised_rows(found: previewing.Preview) -> dict[tuple[str, str, int], tuple[Standing, Standing]]:
    return {(b.name, b.period, c.id): (c.before, c.after) for b in found.boards for c in b.changes}


def rows_changed(before: Rows, after: Rows) -> dict[tuple[str, str, int], tuple[Standing, Standing]]:
    nowhere = Standing(None)
    pairs = {key: (before.get(key, nowhere), after.get(key, nowhere)) for key in before | after}
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}


Moved = dict[tuple[str, str], tuple[list[str], list[str]]]


def promised_awards(found: previewing.Preview) -> Moved:
    return {(a.name, a.period): (sorted(a.gain), sorted(a.lose)) for a in found.awards}


def awards_changed(
    before: Mapping[tuple[str, str], list[str]], after: Mapping[tuple[str, str], list[str]]
) -> Moved:
    pairs = {key: (set(before.get(key, ())), set(after.get(key, ()))) for key in {*before, *after}}
    return {key: (sorted(new - old), sorted(old - new)) for key, (old, new) in pairs.items() if old != new}


def promised_draws(found: previewing.Preview) -> dict[tuple[str, int], tuple[object, object]]:
    return {(d.name, c.id): (c.before.value or 0, c.after.value or 0) for d in found.draws for c in d.changes}


def draws_changed(
    before: Mapping[str, Mapping[int, int]], after: Mapping[str, Mapping[int, int]]
) -> dict[tuple[str, int], tuple[object, object]]:
    pairs = {
        (draw, who): (before[draw].get(who, 0), after[draw].get(who, 0))
        for draw in before
        for who in {*before[draw], *after[draw]}
    }
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}


def test_a_place_that_leads_on_is_seen_to_pass_down(
    platform: Platform, clock: MovedClock, rules: Published
) -> None:
    people = {name: standing.join(platform, name, clock.now_ms()) for name in "甲乙"}
    clock.set("2026-03-02 09:00")
    for name, right in (("甲", 4), ("乙", 3)):
        standing.finish(platform, rules, people[name], right, clock.now_ms())
    clock.move(minutes=10)

    found = previewing.preview(
        platform, rules.contest_id, Correction("person", people["甲"], "disqualify", "替考"), clock.now_ms()
    )

    star = next(award for award in found.awards if award.name == "每日之星")
    assert (star.to, star.period, star.gain, star.lose) == ("决赛", "2026-03-02", ["乙"], ["甲"])


def test_all_changes_are_listed_where_all_are_asked_for(
    platform: Platform, clock: MovedClock, rules: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = played(platform, clock, rules, random.Random(1))
    wanted = Correction("person", people["甲"], "zero", "核查")

    def listed(most_shown: int | None) -> list[tuple[int, int]]:
        found = previewing.preview(platform, rules.contest_id, wanted, clock.now_ms(), most_shown=most_shown)
        return [(board.count, len(board.changes)) for board in found.boards]

    assert max(shown for _, shown in listed(1)) == 1
    assert all(count == shown for count, shown in listed(None))
