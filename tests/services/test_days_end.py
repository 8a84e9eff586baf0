"""What has moved on a board since yesterday: exact as of the day's end, whenever that is noted."""

from __future__ import annotations

import pytest

from quiz.services import days_end
from quiz.services.platform import Platform
from quiz.services.published import Published
from quiz.services.results import BoardId
from tests.services.test_results import now, rules
from tests.support import standing
from tests.support.clock import MovedClock
from tests.support.standing import PEOPLE, STREETS
from tests.support.statements import statements

__all__ = ["now", "rules"]  # fixtures

HOUR_MS = 3_600_000
BOARDS = """    boards:
      - {name: 个人, of: people}
      - {name: 各街道, of: people, each: region.street}
      - {name: 街道, of: region.street, order: [sum]}
      - {name: 封榜, of: people, frozen_from: "2026-03-03 10:00"}
"""


def later(clock: MovedClock, hours: int) -> int:
    clock.move(hours=hours)
    return clock.now_ms()


def before(platform: Platform, rules: Published, board: BoardId, now_ms: int, **wanted: object) -> object:
    found = standing.page(platform, rules, board, now_ms, **wanted)  # type: ignore[arg-type]
    return (
        None
        if found.before is None
        else [(row.place, row.name, found.before.get(row.id)) for row in found.rows]
    )


@pytest.mark.parametrize("noted", ["soon", "late"])
def test_places_are_compared_with_those_at_the_end_of_yesterday(
    platform: Platform, clock: MovedClock, now: int, noted: str
) -> None:
    rules = standing.publish(platform, now, boards=BOARDS)
    ids = {}
    for name, right, street in (("甲", 4, "P"), ("乙", 3, "Q"), ("丙", 2, "P")):
        ids[name] = standing.join(platform, name, now, street)
        standing.finish(platform, rules, ids[name], right, now)
    assert before(platform, rules, PEOPLE, now) is None  # the first day has no yesterday

    today = later(clock, 16)  # 01:00
    if noted == "soon":
        days_end.keep(platform, today)
    standing.finish(platform, rules, ids["丙"], 4, today)
    standing.finish(platform, rules, standing.join(platform, "丁", today, "Q"), 4, today)
    days_end.keep(platform, today)
    standing.catch_up(platform, today)

    assert before(platform, rules, PEOPLE, today) == [
        (1, "丙", 3),
        (2, "甲", 1),
        (2, "丁", None),
        (4, "乙", 2),
    ]
    assert before(platform, rules, BoardId(0, 1), today, me=ids["丙"]) == [(1, "丙", 2), (2, "甲", 1)]
    assert before(platform, rules, BoardId(0, 2), today) == [(1, "P", 1), (2, "Q", 2)]
    assert before(platform, rules, BoardId(0, 3), today) is not None
    assert before(platform, rules, BoardId(0, 3), today + 10 * HOUR_MS) is None  # frozen: it stands still


def test_a_day_ends_where_the_rules_say_so_and_none_is_compared_after_the_close(
    platform: Platform, clock: MovedClock, now: int
) -> None:
    stage = standing.publish(platform, now).document.stages[0]  # 2 March 08:00 to 8 March 20:00

    def ended(hours: int) -> str:
        found = days_end.last_end(stage, now + hours * HOUR_MS)
        return found[0] if found else ""

    assert [ended(14), ended(15), ended(38), ended(39)] == ["", "2026-03-02", "2026-03-02", "2026-03-03"]
    assert [ended(158), ended(159)] == ["2026-03-07", ""]  # the last evening, and the day after


def test_yesterday_is_read_once_and_costs_a_page_no_statement(
    platform: Platform, rules: Published, clock: MovedClock, now: int
) -> None:
    person = standing.join(platform, "甲", now)
    standing.finish(platform, rules, person, 4, now)
    tomorrow = later(clock, 16)
    days_end.keep(platform, tomorrow)
    standing.catch_up(platform, tomorrow)
    standing.page(platform, rules, STREETS, tomorrow, me=person)

    with statements(platform.store.engine) as asked:
        page = standing.page(platform, rules, PEOPLE, tomorrow, me=person)

    assert page.before == {person: 1}
    assert len(asked) == 2


def test_nothing_is_compared_where_too_many_moved_before_it_was_noted(
    platform: Platform, rules: Published, clock: MovedClock, now: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(days_end, "MOST_LATE", 0)
    tomorrow = later(clock, 16)
    standing.finish(platform, rules, standing.join(platform, "甲", tomorrow), 4, tomorrow)

    days_end.keep(platform, later(clock, 1))

    assert before(platform, rules, PEOPLE, clock.now_ms()) is None
