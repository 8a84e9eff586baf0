"""Levels as pages: which are open, what an attempt came to, what comes next."""

from __future__ import annotations

import pytest
from flask import Flask

from quiz.services.platform import Platform
from tests.services.test_levels import RULES
from tests.support import contests as cast
from tests.support.clock import MovedClock
from tests.support.pages import Reader


@pytest.fixture
def contest_id(platform: Platform, clock: MovedClock) -> int:
    cast.fill_bank(platform, clock.now_ms())
    cast.add_units(platform, clock.now_ms())
    return cast.publish(platform, RULES, clock.now_ms())


@pytest.fixture
def reader(app: Flask) -> Reader:
    found = Reader(app)
    found.open("/sign-in")
    found.send("/sign-in/new", nickname="小红", next="/")
    found.send("/me/code", next="/")
    return found


def played(platform: Platform, reader: Reader, contest_id: int, level: int, right: int) -> str:
    """Play a level through the forms and return the page of its result."""
    reader.open(f"/contests/{contest_id}")
    reader.send(f"/contests/{contest_id}/start", stage=0, scene=level, key=f"k{level}{right}")
    attempt_id = int(reader.address.rsplit("/", 1)[1])
    given = {f"q{n}": cast.response(platform, attempt_id, n, right=n <= right)[0] for n in (1, 2)}
    reader.send(f"/attempts/{attempt_id}/hand-in", **given)
    return reader.text


def test_the_page_shows_which_levels_are_open_and_starts_the_next(contest_id: int, reader: Reader) -> None:
    text = reader.open(f"/contests/{contest_id}")

    assert "开始第 1 关" in text
    assert "第 2 关 未开放 通过第 1 关以后，才能开始第 2 关。" in text


def test_a_failed_level_says_so_and_may_be_tried_again(
    platform: Platform, contest_id: int, reader: Reader
) -> None:
    text = played(platform, reader, contest_id, 1, 0)

    assert "第 1 关没有通过" in text
    assert "再闯第 1 关" in text
    assert "第 1 关 没有通过，可以再闯 最好 1 分" in reader.open(f"/contests/{contest_id}")


def test_a_passed_level_leads_to_the_next_and_the_last_ends_it(
    platform: Platform, contest_id: int, reader: Reader
) -> None:
    first = played(platform, reader, contest_id, 1, 1)
    last = played(platform, reader, contest_id, 2, 2)

    assert "第 1 关，闯关成功！" in first
    assert "开始第 2 关" in first
    assert "第 2 关，闯关成功！" in last
    assert "全部 2 关都已通过，恭喜！" in last
    page = reader.open(f"/contests/{contest_id}")
    assert "第 2 关 已通过 最好 20 分" in page
    assert "全部 2 关都已通过" in page


def test_a_level_that_is_not_open_cannot_be_started_by_its_address(contest_id: int, reader: Reader) -> None:
    reader.open(f"/contests/{contest_id}")

    reader.send(f"/contests/{contest_id}/start", stage=0, scene="2", key="k")

    assert reader.address == f"/contests/{contest_id}"
    assert "通过第 1 关以后" in reader.text


def test_boards_over_levels_are_called_by_them(platform: Platform, contest_id: int, reader: Reader) -> None:
    played(platform, reader, contest_id, 1, 1)

    assert "第 1 关" in reader.open(f"/contests/{contest_id}/boards/0-0")
