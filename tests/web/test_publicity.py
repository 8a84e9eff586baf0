"""Boards that not everybody sees, on every route: nothing of them is told to whom it is not meant for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest
from flask import Flask
from sqlalchemy import func, select

from quiz.models.accounts import Person
from quiz.services import play
from quiz.services.platform import Platform
from quiz.services.published import in_force
from tests.support import contests as ready
from tests.support import desk, standing
from tests.support.clock import MovedClock, ms
from tests.support.desk import Visitor

RULES = (
    ready.rules().split("    boards:")[0]
    + """    boards:
      - {name: 总榜, of: people, frozen_from: "2026-03-06 00:00"}
      - {name: 每日榜, of: people, over: period, frozen_from: "2026-03-06 00:00"}
      - {name: 街道榜, of: region.street, order: [sum], frozen_from: "2026-03-06 00:00"}
      - {name: 内部榜, of: people, names: full, public: {to: organizers}}
      - {name: 赛后榜, of: people, public: {from: "2026-03-08 21:00"}}
      - {name: 参加者榜, of: people, public: {to: participants}}
    awards: [{name: 内部奖, board: 赛后榜, top: 1}]
"""
)
LATE = "后来居上"  # plays only after the freeze


@pytest.fixture
def contest_id(platform: Platform, clock: MovedClock) -> int:
    """A contest in which 先到先得 played before the freeze and somebody else overtook after it."""
    clock.set("2026-03-02 09:00")
    ready.fill_bank(platform, clock.now_ms())
    ready.add_units(platform, clock.now_ms())
    found = ready.publish(platform, RULES, clock.now_ms())
    standing.catch_up(platform, clock.now_ms())
    rules = in_force(platform, found)
    for name, moment, right in (("先到先得", "2026-03-05 10:00", 2), (LATE, "2026-03-06 10:00", 4)):
        person_id = standing.join(platform, name, ms(moment))
        standing.finish(platform, rules, person_id, right, ms(moment))
    clock.set("2026-03-06 12:00")
    return found


@pytest.fixture
def signed_in(app: Flask, platform: Platform, contest_id: int) -> Visitor:
    """Somebody who is signed in and does not take part."""
    return desk.participant(app, platform)


def addresses(app: Flask, contest_id: int) -> Iterator[str]:
    """Yield an address of every route that can be opened, those of boards with every board."""
    boards = [f"0-{n}" for n in range(6)]
    values = {"contest_id": str(contest_id), "draw": "0", "attempt_id": "1", "filename": "css/base.css"}
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        if not {"board", "board_id"} & rule.arguments:
            yield filled(rule.rule, values)
            continue
        for board in boards:
            path = filled(rule.rule, {**values, "board": board, "board_id": board})
            yield from (path, f"{path}?q={LATE}", f"{path}?period=2026-03-06", f"{path}?part=1")


def filled(rule: str, values: Mapping[str, str]) -> str:
    """Return the address of a route."""
    return re.sub(r"<(?:\w+(?:\(.*?\))?:)?(\w+)>", lambda found: values.get(found[1], "x"), rule)


def test_no_route_tells_what_is_hidden_or_came_after_the_freeze(
    app: Flask, contest_id: int, stranger: Visitor, signed_in: Visitor
) -> None:
    seen = list(addresses(app, contest_id))
    told = []
    for visitor in (stranger, signed_in):
        for address in seen:
            reply = visitor.client.get(address)
            body = reply.get_data().decode(errors="replace")  # a poster says what the alt of its page says
            text = body.replace(f"q={LATE}", "").replace(f'value="{LATE}"', "")
            if LATE in text.replace(f"“{LATE}”", "") or reply.status_code >= 500:
                told.append((address, reply.status_code))

    assert told == []
    assert len(seen) > 60


def test_the_desk_sees_everything_marked(contest_id: int, organizer: Visitor) -> None:
    page = f"/desk/contests/{contest_id}/boards"

    frozen = organizer.open(f"{page}/0-0")
    assert f"1 {LATE}" in frozen
    assert "公众看到的是封榜时的排名" in frozen
    assert LATE not in organizer.open(f"{page}/0-0?frozen=1")
    assert "这个榜只有主办方可看" in organizer.open(f"{page}/0-3")
    assert "这个榜 3月8日 21:00 起才公布" in organizer.open(f"{page}/0-4")
    assert "这个榜只有参加者可看" in organizer.open(f"{page}/0-5")


def test_a_frozen_board_says_so_and_until_when(contest_id: int, stranger: Visitor) -> None:
    said = stranger.open(f"/contests/{contest_id}/boards/0-0")

    assert "已封榜：这里是 3月6日 00:00 的排名。之后的成绩照常计分，3月8日 20:00 公布。" in said
    assert "实时榜单" not in said


def test_only_boards_that_are_shown_are_led_to(
    contest_id: int, stranger: Visitor, participant: Visitor
) -> None:
    assert stranger.open(f"/contests/{contest_id}/boards/0-3", 404)
    assert "内部榜" not in stranger.open(f"/contests/{contest_id}/boards/0-0")
    listed = stranger.client.get(f"/api/v1/contests/{contest_id}/boards").get_json()["boards"]
    assert [each["name"] for each in listed] == ["总榜", "每日榜", "街道榜"]
    assert listed[1]["periods"] == ["2026-03-05"]


def test_ones_own_points_stay_visible_while_the_board_is_frozen(
    app: Flask, platform: Platform, contest_id: int, participant: Visitor, clock: MovedClock
) -> None:
    with platform.store.reading() as session:
        person_id = session.scalars(select(func.max(Person.id))).one()  # who signed up last
    attempt_id = ready.begin(platform, contest_id, person_id, clock.now_ms())
    answers = [ready.answer(platform, attempt_id, n) for n in range(1, 4)]
    play.finish(platform, ready.batch(platform, attempt_id, clock.now_ms() + 1, *answers))

    said = participant.open(f"/attempts/{attempt_id}/result")

    assert "3 分" in said
    assert "总榜 第" not in said
    assert "参加者榜 第 2 名" in said


def test_an_award_from_a_board_that_is_not_published_is_told_with_the_board(
    contest_id: int, organizer: Visitor, stranger: Visitor, clock: MovedClock
) -> None:
    clock.set("2026-03-08 20:30")
    page = f"/desk/contests/{contest_id}/awards/0-0"
    organizer.open(page)
    seen = re.search(r'name="seen" value="([^"]*)"', organizer.page.get_data(as_text=True))  # type: ignore[union-attr]
    assert seen is not None
    organizer.send(page, seen=seen[1], period="")
    assert "内部奖" not in stranger.open(f"/contests/{contest_id}/prizes")

    clock.set("2026-03-08 21:00")

    assert f"1 {LATE[0]}" in stranger.open(f"/contests/{contest_id}/prizes")
