"""Wrong questions come again without script too: the form shows what is left, and may be handed in."""

from __future__ import annotations

import pytest
from flask import Flask

from quiz.services.platform import Platform
from tests.services.test_redo import RULES
from tests.support import contests as cast
from tests.support.clock import MovedClock
from tests.support.pages import Reader


@pytest.fixture
def reader(app: Flask) -> Reader:
    found = Reader(app)
    found.open("/sign-in")
    found.send("/sign-in/new", nickname="小红", next="/")
    found.send("/me/code", next="/")
    return found


@pytest.fixture
def attempt_id(platform: Platform, clock: MovedClock, reader: Reader) -> int:
    cast.fill_bank(platform, clock.now_ms())
    contest_id = cast.publish(platform, RULES, clock.now_ms())
    reader.open(f"/contests/{contest_id}")
    reader.send(f"/contests/{contest_id}/start", stage=0, key="k")
    return int(reader.address.rsplit("/", 1)[1])


def given(platform: Platform, attempt_id: int, answers: str) -> dict[str, str]:
    return {
        f"q{n}": cast.response(platform, attempt_id, n, letter == "R")[0]
        for n, letter in enumerate(answers, 1)
        if letter != "-"
    }


def test_the_form_comes_back_with_what_is_not_right(
    platform: Platform, reader: Reader, attempt_id: int
) -> None:
    address = f"/attempts/{attempt_id}/hand-in"

    again = reader.send(address, round=1, check=1, **given(platform, attempt_id, "RWR"))
    page = reader.page.get_data(as_text=True)
    result = reader.send(address, round=2, check=1, **given(platform, attempt_id, "-R-"))

    assert "还有 1 题没有答对，请再答一次。" in again
    assert page.count(" checked") == 2
    assert 'name="round" value="2"' in page
    assert "3/3" in result


def test_a_form_sent_twice_is_one_round(platform: Platform, reader: Reader, attempt_id: int) -> None:
    address, form = f"/attempts/{attempt_id}/hand-in", given(platform, attempt_id, "RWR")

    reader.send(address, round=1, check=1, **form)
    reader.send(address, round=1, check=1, **form)

    assert 'name="round" value="2"' in reader.page.get_data(as_text=True)


def test_the_form_may_be_handed_in_before_all_is_right(
    platform: Platform, reader: Reader, attempt_id: int
) -> None:
    result = reader.send(f"/attempts/{attempt_id}/hand-in", round=1, **given(platform, attempt_id, "RWR"))

    assert "2/3" in result
