"""One phone for one person: who starts on it first in a contest keeps it there."""

from __future__ import annotations

import pytest
from flask import Flask

from quiz.services.platform import Platform
from tests.support import contests as cast
from tests.support.clock import MovedClock
from tests.support.desk import Visitor
from tests.support.phone import Phone

TEXT = cast.rules().replace("    order:", "    integrity: {one_phone: true}\n    order:")


@pytest.fixture
def contest_id(platform: Platform, clock: MovedClock) -> int:
    cast.fill_bank(platform, clock.now_ms())
    cast.add_units(platform, clock.now_ms())
    return cast.publish(platform, TEXT, clock.now_ms())


def tried(app: Flask, contest_id: int, nickname: str, device: str) -> int:
    """Sign up and start on a phone; returns the status of the reply."""
    phone = Phone(app)
    phone.sign_up(nickname)
    body = {"device": device} if device else {}
    return phone.ask("POST", f"/api/v1/contests/{contest_id}/attempts", body).status_code


def test_a_second_person_cannot_start_on_the_same_phone(app: Flask, contest_id: int) -> None:
    assert tried(app, contest_id, "甲", "p1") == 200
    assert tried(app, contest_id, "乙", "p1") == 403
    assert tried(app, contest_id, "丙", "p2") == 200


def test_who_does_not_say_which_phone_is_asked_to(app: Flask, contest_id: int) -> None:
    assert tried(app, contest_id, "甲", "") == 400


def test_a_phone_that_breaks_costs_no_attempt(app: Flask, contest_id: int) -> None:
    phone = Phone(app)
    phone.sign_up("甲")
    first = phone.start(contest_id, device="p1")

    again = phone.start(contest_id, device="p2")

    assert again["attempt"] == first["attempt"]


def test_a_browser_is_known_again_whoever_signs_in(app: Flask, contest_id: int) -> None:
    browser = Visitor(app)
    for nickname, reached in (("甲", True), ("乙", False)):
        browser.open("/sign-in")
        browser.send("/sign-in/new", nickname=nickname, next="/")
        browser.open(f"/contests/{contest_id}")
        browser.send(f"/contests/{contest_id}/start", stage="0", key=nickname)

        assert browser.address.startswith("/attempts/") is reached
        assert ("请换自己的手机" in browser.text) is not reached
        browser.open("/")
        browser.post("/sign-out")
