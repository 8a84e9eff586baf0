"""Why this place, as a page: one's own from every place it is shown, a street's for everybody."""

from __future__ import annotations

import re

from flask import Flask

from tests.support.desk import Visitor
from tests.support.pages import Reader
from tests.web.test_play import CONTEST
from tests.web.test_results import BOARD, STREETS, crowd, resident

__all__ = ["crowd", "resident"]  # fixtures of this folder's cast

ADDRESS = re.compile(r'href="([^"]+/why[^"]*)"')


def test_ones_own_place_leads_to_what_led_to_it(crowd: Reader) -> None:
    board = crowd.open(BOARD)
    assert "为什么是这个名次" in board

    page = crowd.open(f"{BOARD}/why")

    assert "名次 71 总分 0" in page
    assert "总分怎样来" in page
    assert "前一名是" in page


def test_ones_own_page_leads_there_too(crowd: Reader) -> None:
    crowd.open("/me")
    assert crowd.page is not None

    addresses = ADDRESS.findall(crowd.page.get_data(as_text=True))

    assert addresses == [f"{BOARD}/why"]
    assert "名次 71" in crowd.open(addresses[0])


def test_everybody_may_see_why_a_street_stands_where_it_stands(crowd: Reader, app: Flask) -> None:
    visitor = Reader(app)
    visitor.open(STREETS)
    assert visitor.page is not None
    first = ADDRESS.findall(visitor.page.get_data(as_text=True))[0].replace("&amp;", "&")

    page = visitor.open(first)

    assert "名次 1" in page
    assert "每一项怎样来" in page


def test_a_visitor_signs_in_to_see_their_own_place(crowd: Reader, app: Flask) -> None:
    assert "有参赛码" in Reader(app).open(f"{BOARD}/why")


def test_nobody_sees_what_somebody_else_did(crowd: Reader) -> None:
    for who in ("2", "x", "99999999"):
        crowd.open(f"{BOARD}/why?who={who}", 404)


def test_who_has_not_answered_is_told_what_to_do(resident: Reader) -> None:
    assert "还没有您的名次" in resident.open(f"{BOARD}/why", 404)


def test_the_desk_reads_why_anybody_stands_where_they_stand(crowd: Reader, organizer: Visitor) -> None:
    organizer.open(f"/desk/contests/{CONTEST}/boards/0-0")
    assert organizer.page is not None
    first, second, *_ = ADDRESS.findall(organizer.page.get_data(as_text=True))

    assert "名次 1 总分" in organizer.open(first.replace("&amp;", "&"))
    assert "每一次答题" in organizer.open(second.replace("&amp;", "&"))
