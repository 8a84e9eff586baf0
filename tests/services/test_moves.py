"""Changing one's unit: what each unit keeps, locks on both sides of their boundary, the desk."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from quiz.errors import InvalidInput, NotAllowed
from quiz.models.accounts import Audit, Membership
from quiz.rules.timing import moment_ms
from quiz.services import boards, units
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published, in_force
from quiz.services.results import BoardId
from tests.support import contests as cast
from tests.support import standing
from tests.support.clock import MovedClock

STREETS, BEST = BoardId(0, 2), BoardId(0, 3)
MINUTE_MS = 60_000
TREE = "  region: {levels: [district, street]}"


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


def publish(platform: Platform, now: int, tree: str) -> Published:
    """Publish the contest with boards of every kind and another line for its tree of units."""
    cast.fill_bank(platform, now)
    cast.add_units(platform, now)
    text = (cast.rules().split("    boards:")[0] + standing.BOARDS).replace("PLACES", "standard")
    text = text.replace(TREE, tree).replace("least_people: 2", "least_people: 1")
    rules = in_force(platform, cast.publish(platform, text, now))
    standing.catch_up(platform, now)
    return rules


def unit(platform: Platform, name: str) -> int:
    return next(u.id for u in units.find(platform, name, "region") if u.level == "street")


def shown(platform: Platform, rules: Published, board: BoardId, now: int) -> list[tuple[str, object]]:
    return [(row.name, row.values["value"]) for row in standing.page(platform, rules, board, now).rows]


def moved(platform: Platform, rules: Published, now: int) -> int:
    """Let somebody score 3 in P, move to Q and score 2 there on the next day; returns who."""
    person = standing.join(platform, "小明", now)
    standing.finish(platform, rules, person, 3, now)
    units.join(platform, person, "region", unit(platform, "Q"), now + 5 * MINUTE_MS)
    standing.finish(platform, rules, person, 2, now + 86_400_000)
    return person


STAY = "  region: {levels: [district, street]}"
FOLLOW = "  region: {levels: [district, street], points: follow}"


@pytest.mark.parametrize(
    ("tree", "streets"), [(STAY, [("P", 3), ("Q", 2)]), (FOLLOW, [("Q", 5)])], ids=["stay", "follow"]
)
def test_attempts_count_for_the_unit_at_their_start_or_all_for_the_present_one(
    platform: Platform, now: int, tree: str, streets: list[tuple[str, int]]
) -> None:
    rules = publish(platform, now, tree)

    moved(platform, rules, now)

    assert shown(platform, rules, STREETS, now) == streets
    assert shown(platform, rules, BEST, now) == streets
    assert boards.verify(platform, rules.contest_id) == []


def test_a_move_within_a_district_leaves_the_district_one_whole(platform: Platform, now: int) -> None:
    rules = publish(platform, now, STAY)

    person = moved(platform, rules, now)

    with platform.store.reading() as session:
        line = session.get_one(boards.Line, (rules.contest_id, 0, "", person))
    parts = json.loads(line.parts)
    assert set(parts) == {"region.street"}
    assert [part["total"] for part in parts["region.street"].values()] == [3, 2]


def test_the_boards_from_sql_and_built_anew_divide_a_move_in_the_same_way(
    platform: Platform, now: int
) -> None:
    rules = publish(platform, now, STAY)
    moved(platform, rules, now)

    assert platform.live is not None
    boards.rebuild(platform, platform.live, rules.contest_id, now)
    rebuilt = shown(platform, rules, STREETS, now)
    platform.live = None

    assert rebuilt == shown(platform, rules, STREETS, now) == [("P", 3), ("Q", 2)]
    assert shown(platform, rules, BEST, now) == [("P", 3), ("Q", 2)]


def test_the_same_unit_again_changes_nothing(platform: Platform, now: int) -> None:
    publish(platform, now, STAY)
    person = standing.join(platform, "小明", now)

    units.join(platform, person, "region", unit(platform, "P"), now + 1)

    assert len(units.history(platform, person)) == 1


def test_so_many_changes_and_no_more(platform: Platform, now: int) -> None:
    publish(platform, now, "  region: {levels: [district, street], lock: {changes: 1}}")
    person = standing.join(platform, "小明", now)

    units.join(platform, person, "region", unit(platform, "Q"), now + 1)
    with pytest.raises(NotAllowed, match="最多更换 1 次，您在 2026-03-02 已经用完"):
        units.join(platform, person, "region", unit(platform, "P"), now + 2)

    assert [each.unit.name for each in units.history(platform, person)] == ["P", "Q"]


def test_a_unit_that_may_not_be_changed_at_all_says_so(platform: Platform, now: int) -> None:
    publish(platform, now, "  region: {levels: [district, street], lock: {changes: 0}}")
    person = standing.join(platform, "小明", now)

    with pytest.raises(NotAllowed, match="选定后不能更换"):
        units.join(platform, person, "region", unit(platform, "Q"), now + 1)


@pytest.mark.parametrize(
    ("moment", "is_locked"), [("2026-03-04 23:59:59", False), ("2026-03-05 00:00", True)]
)
def test_the_lock_closes_with_its_last_day(
    platform: Platform, now: int, moment: str, is_locked: bool
) -> None:
    publish(platform, now, "  region: {levels: [district, street], lock: {within_days: 2}}")
    person = standing.join(platform, "小明", now)  # on 2 March
    at_ms = moment_ms("Asia/Shanghai", moment)

    if is_locked:
        with pytest.raises(NotAllowed, match="只能在 2026-03-04 24:00 以前更换"):
            units.join(platform, person, "region", unit(platform, "Q"), at_ms)
    else:
        units.join(platform, person, "region", unit(platform, "Q"), at_ms)

    present = [each.name for each in units.of_person(platform, person)]
    assert present == (["P"] if is_locked else ["Q"])


def test_a_move_after_the_close_changes_nothing_in_the_contest(platform: Platform, now: int) -> None:
    rules = publish(platform, now, FOLLOW.replace("follow", "follow, lock: {changes: 0}"))
    person = standing.join(platform, "小明", now)
    standing.finish(platform, rules, person, 3, now)
    over = rules.document.stages[0].calendar.closes_ms + 1

    units.join(platform, person, "region", unit(platform, "Q"), over)

    assert [each.name for each in units.of_person(platform, person)] == ["Q"]
    assert shown(platform, rules, STREETS, over) == [("P", 3)]
    assert boards.verify(platform, rules.contest_id) == []


def test_the_desk_corrects_what_was_wrong_from_the_start_and_says_why(platform: Platform, now: int) -> None:
    rules = publish(platform, now, "  region: {levels: [district, street], lock: {changes: 0}}")
    person = standing.join(platform, "小明", now)
    standing.finish(platform, rules, person, 3, now)

    with pytest.raises(InvalidInput, match="原因"):
        units.set_unit(platform, person, unit(platform, "Q"), now, "  ", Actor(None, now + 1))
    units.set_unit(platform, person, unit(platform, "Q"), now, "登记时选错了街道", Actor(None, now + 1))

    assert shown(platform, rules, STREETS, now) == [("Q", 3)]
    assert boards.verify(platform, rules.contest_id) == []
    with platform.store.reading() as session:
        assert len(session.scalars(select(Membership)).all()) == 2  # nothing was overwritten
        row = session.scalars(select(Audit).where(Audit.action == "people.unit")).one()
    assert "登记时选错了街道" in json.loads(row.detail).values()


def test_the_desk_moves_somebody_from_now_on(platform: Platform, now: int) -> None:
    rules = publish(platform, now, STAY)
    person = standing.join(platform, "小明", now)
    standing.finish(platform, rules, person, 3, now)

    units.set_unit(platform, person, unit(platform, "Q"), None, "搬家", Actor(None, now + 5 * MINUTE_MS))
    standing.finish(platform, rules, person, 1, now + 10 * MINUTE_MS)

    assert shown(platform, rules, STREETS, now) == [("P", 3), ("Q", 1)]
    assert boards.verify(platform, rules.contest_id) == []
