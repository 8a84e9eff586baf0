"""Results and boards, as pages read by a browser without script."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask

from quiz.live import connect
from quiz.services import boards
from quiz.services.platform import Platform
from tests.browser.crowd import take_part
from tests.support import contests as cast
from tests.support import once
from tests.support.clock import MovedClock
from tests.support.pages import Reader
from tests.web.test_play import CONTEST, PRACTICE, begin, resident

__all__ = ["resident"]  # a fixture of this folder's cast

BOARD = f"/contests/{CONTEST}/boards/0-0"
STREETS = f"/contests/{CONTEST}/boards/0-2"


@pytest.fixture
def crowd(resident: Reader, platform: Platform) -> Reader:
    """The resident, among 70 others who have finished; the resident has, too."""

    def take_part_all() -> str:
        take_part(platform, CONTEST, 70)
        paper = begin(resident)
        resident.send(f"{paper}/hand-in")
        return resident.cookie

    resident.cookie = once.filled(platform, "crowd", take_part_all)
    boards.catch_up_all(platform, platform.clock.now_ms(), full=True)
    return resident


def test_a_result_says_points_right_answers_and_place(resident: Reader) -> None:
    paper = begin(resident)

    resident.send(f"{paper}/hand-in")

    assert "0 分" in resident.text
    assert "答对 0/10" in resident.text
    assert "第 1 名" in resident.text
    assert "还可以答 2 次" in resident.text


def test_a_result_shows_of_each_answer_what_the_rules_allow_and_when_the_rest_comes(
    resident: Reader, clock: MovedClock
) -> None:
    paper = begin(resident)
    resident.send(f"{paper}/hand-in")
    assert "未答" in resident.text
    assert "✓ 正确答案" not in resident.text
    assert "将在比赛结束后" in resident.text

    clock.move(days=61)

    assert "✓ 正确答案" in resident.open(f"{paper}/result")
    assert "解析" in resident.text


def test_a_practice_explains_at_once(resident: Reader) -> None:
    paper = begin(resident, PRACTICE)

    resident.send(f"{paper}/hand-in")

    assert "解析" in resident.text


def test_answers_the_phone_could_not_deliver_are_named_on_the_result(resident: Reader) -> None:
    paper = begin(resident)
    resident.send(f"{paper}/hand-in")

    assert "2 题的答案在时间到之后才送到" in resident.open(f"{paper}/result?unsent=2")
    assert "没有计入" not in resident.open(f"{paper}/result?unsent=<b>")


def test_a_board_shows_fifty_people_a_page_and_ones_own_place_above(crowd: Reader) -> None:
    first = crowd.open(BOARD)
    assert "71 人上榜" in first
    assert "我的名次 71" in first
    assert "第 1 页，共 2 页" in first

    second = crowd.open(f"{BOARD}?page=2")

    assert "解放碑小王 我" in second
    assert "上一页" in second


def test_a_board_finds_people_by_a_part_of_their_nickname(crowd: Reader) -> None:
    assert "解放碑小王" in crowd.open(f"{BOARD}?q=碑小")
    assert "没有找到" in crowd.open(f"{BOARD}?q=查无此人")


def test_nobody_is_followed_from_one_board_to_another_by_a_number(crowd: Reader) -> None:
    boards = [crowd.client.get(f"/api/v1/contests/1/boards/{each}").get_json() for each in ("0-0", "0-1")]

    numbers = [{row["id"] for row in board["rows"]} for board in boards]
    assert [len(each) for each in numbers] == [50, 50]
    assert numbers[0].isdisjoint(numbers[1])
    assert crowd.client.get("/api/v1/contests/1/boards/0-0").get_json()["mine"] == boards[0]["mine"]


def test_ones_own_place_is_pinned_with_the_gap_and_leads_to_ones_own_row(crowd: Reader) -> None:
    first = crowd.open(BOARD)
    html = crowd.page.get_data(as_text=True) if crowd.page else ""

    assert "我的名次 71 离第 70 名还差" in first
    assert f'<a class="pinned" href="{BOARD}?page=2#me">' in html
    crowd.open(f"{BOARD}?page=2")
    html = crowd.page.get_data(as_text=True) if crowd.page else ""
    assert '<tr class="mine" aria-current="true" id="me">' in html
    assert '<a class="pinned" href="#me">' in html


def test_a_street_board_says_what_one_added_to_ones_street(crowd: Reader, platform: Platform) -> None:
    crowd.open("/me/units")
    crowd.send("/me/units", next="/me", **{"find-region": "大坪街道"})
    boards.catch_up_all(platform, platform.clock.now_ms(), full=True)

    text = crowd.open(STREETS)

    assert "大坪街道" in text
    assert "其中 0 分是您得的" in text


def test_a_board_can_be_narrowed_to_one_street_by_an_address_that_lasts(crowd: Reader) -> None:
    crowd.open(BOARD)
    assert crowd.page is not None
    number = re.search(r'<option value="(\d+)">大坪街道', crowd.page.get_data(as_text=True))
    assert number is not None

    text = crowd.open(f"{BOARD}?in={number[1]}")

    assert re.search(r"找到 \d+ 个", text)
    assert "七星岗街道" not in text.partition("找到")[2]
    assert "看整个榜" in text
    assert 'data-address=""' in crowd.page.get_data(as_text=True)  # it does not ask again by itself
    assert crowd.client.get(f"{BOARD}?in=99999999").status_code == 404


def test_streets_stand_on_a_board_of_their_own(crowd: Reader) -> None:
    text = crowd.open(STREETS)

    assert "大坪街道" in text
    assert "人参加" in text


@pytest.mark.parametrize(
    "query", ["page=99999999999999999999", "page=-1", "page=x", "period=<script>", "q=%25", "part=1"]
)
def test_odd_addresses_of_a_board_are_answered(crowd: Reader, query: str) -> None:
    assert crowd.client.get(f"{BOARD}?{query}").status_code in (200, 404)
    assert crowd.client.get(f"{STREETS}?{query}").status_code in (200, 404)


def test_what_moves_on_a_board_is_sent_again_only_when_it_has_moved(
    crowd: Reader, platform: Platform
) -> None:
    first = crowd.client.get(f"{BOARD}?part=1")
    assert "<html" not in first.get_data(as_text=True)

    same = crowd.client.get(f"{BOARD}?part=1", headers={"If-None-Match": first.headers["ETag"]})
    take_part(platform, CONTEST, 1, seed=9)
    moved = crowd.client.get(f"{BOARD}?part=1", headers={"If-None-Match": first.headers["ETag"]})

    assert (same.status_code, moved.status_code) == (304, 200)


def test_a_board_says_since_when_it_stands_while_redis_is_away(crowd: Reader, platform: Platform) -> None:
    assert platform.live is not None
    platform.live = type(platform.live)(connect("unix:///nowhere/valkey.sock"))

    text = crowd.open(BOARD)

    assert "榜单暂时停在 3月2日 09:00" in text
    assert "71 人上榜" in text


def test_a_stranger_reads_the_boards_too(app: Flask, crowd: Reader) -> None:
    text = Reader(app).open(BOARD)

    assert "71 人上榜" in text
    assert "我的名次" not in text


def test_a_unit_that_is_not_ranked_yet_has_a_dash_for_its_place(resident: Reader, platform: Platform) -> None:
    rules = cast.rules().replace("[district, street]", "[district, street, community]")
    rules = rules.replace("order: [sum]}", "order: [sum], least_people: 2}")
    contest_id = cast.publish(platform, rules, platform.clock.now_ms())
    resident.open("/me/units")
    resident.send("/me/units", next="/me", **{"find-region": "石油路街"})
    resident.send(f"{begin(resident, contest_id)}/hand-in")

    text = resident.open(f"/contests/{contest_id}/boards/0-1")

    assert "石油路街道 – 其中 0 分是您得的。 您是这里唯一的参加者。 为什么是这个名次 暂不排名" in text
    assert "还没有人上榜" not in text


def test_the_screen_of_a_hall_shows_ten_places_the_way_in_and_nobody_as_me(crowd: Reader) -> None:
    crowd.open(f"{BOARD}/hall")

    assert crowd.page is not None
    page = crowd.page.get_data(as_text=True)
    assert page.count('<th scope="row">') == 10
    assert "扫码参加" in crowd.text
    assert 'class="segno"' in page
    assert "我的名次" not in crowd.text
    address, tag = re.findall(r'data-address="([^"]+)" data-tag="([^"]+)"', page)[0]
    part = html.unescape(address)
    assert crowd.client.get(part, headers={"If-None-Match": html.unescape(tag)}).status_code == 304
