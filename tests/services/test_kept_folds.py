"""Awards and entries are folded once for each state of the record: whatever moves it is seen at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from quiz.models.accounts import Unit
from quiz.models.play import Attempt
from quiz.services import awards, boards, draws, events, ledger, units
from quiz.services.correcting import Correction
from quiz.services.events import NewEvent
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published, in_force
from tests.support import contests as cast
from tests.support import standing
from tests.support.clock import MovedClock
from tests.support.statements import statements

RULES = cast.rules().replace(
    "    boards:\n",
    """    events: {lecture: {points: 2}}
    draws: [{name: 抽奖, entries: [{for: attempt}], prizes: [{name: 书, stock: 1}]}]
    awards: [{name: 第一, board: 个人, top: 1}, {name: 街道第一, board: 街道, top: 1}]
    boards:
""",
)


@pytest.fixture
def rules(platform: Platform, clock: MovedClock) -> Published:
    """甲 of the street P leads before 乙 of Q."""
    cast.fill_bank(platform, clock.now_ms())
    cast.add_units(platform, clock.now_ms())
    found = in_force(platform, cast.publish(platform, RULES, clock.now_ms()))
    for name, right, street in (("甲", 4, "P"), ("乙", 3, "Q")):
        person_id = standing.join(platform, name, clock.now_ms(), street)
        standing.finish(platform, found, person_id, right, clock.now_ms())
    boards.catch_up_all(platform, clock.now_ms(), full=True)
    return found


def firsts(platform: Platform, rules: Published) -> list[str]:
    return [getter.real_name for each in awards.given(platform, rules) for getter in each.getters]


def entries(platform: Platform, rules: Published) -> int:
    return sum(draws.entries_of(platform, rules)["抽奖"].values())


def test_while_the_record_stands_nothing_is_folded_again(platform: Platform, rules: Published) -> None:
    with statements(platform.store.engine) as first:
        before = firsts(platform, rules)
    with statements(platform.store.engine) as second:
        assert firsts(platform, rules) == before

    assert before == ["甲", "渝中区/P"]
    assert not [each for each in second if "line.totals" in each or "line.stats" in each]
    assert len(second) < len(first)


def _attempt_of(platform: Platform, person_id: int) -> int:
    with platform.store.reading() as session:
        return session.scalars(select(Attempt.id).where(Attempt.person_id == person_id)).one()


def _unit(platform: Platform, code: str) -> int:
    with platform.store.reading() as session:
        return session.scalars(select(Unit.id).where(Unit.code == code)).one()


MOVES: dict[str, tuple[Callable[[Platform, Published, int], object], list[str]]] = {
    "another attempt": (
        lambda platform, rules, now: standing.finish(platform, rules, 2, 4, now + 86_400_000),
        ["乙", "渝中区/Q"],
    ),
    "an event": (
        lambda platform, rules, now: events.record_events(
            platform, rules, [NewEvent(2, now, "lecture", "lecture/1")], Actor(None, now)
        ),
        ["乙", "渝中区/Q"],
    ),
    "a void attempt": (
        lambda platform, rules, now: ledger.book(
            platform,
            rules.contest_id,
            Correction("attempt", _attempt_of(platform, 1), "void", "代答"),
            Actor(None, now),
        ),
        ["乙", "渝中区/Q"],
    ),
    "a unit that is out": (
        lambda platform, rules, now: ledger.book(
            platform,
            rules.contest_id,
            Correction("unit", _unit(platform, "P"), "disqualify", "代答"),
            Actor(None, now),
        ),
        ["甲", "渝中区/Q"],
    ),
    "a move": (
        lambda platform, rules, now: units.join(platform, 2, "region", _unit(platform, "P"), now + 1),
        ["甲", "渝中区/P"],
    ),
}


@pytest.mark.parametrize(("move", "after"), MOVES.values(), ids=MOVES.keys())
def test_what_moves_the_record_is_folded_at_once(
    platform: Platform,
    rules: Published,
    clock: MovedClock,
    move: Callable[[Platform, Published, int], object],
    after: list[str],
) -> None:
    assert firsts(platform, rules) == ["甲", "渝中区/P"]

    move(platform, rules, clock.now_ms())

    assert firsts(platform, rules) == after


def test_entries_follow_the_record_too(platform: Platform, rules: Published, clock: MovedClock) -> None:
    assert entries(platform, rules) == 2

    standing.finish(platform, rules, 1, 1, clock.now_ms() + 120_000)

    assert entries(platform, rules) == 3
