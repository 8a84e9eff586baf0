"""Joining two accounts over HTTP: both proven in one browser, asked once, or decided at the desk."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from quiz.services import accounts, own_attempts, senders, subjects
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published
from quiz.services.subjects import Proven
from quiz.sign_in_settings import SignInSettings
from tests.support import standing
from tests.support.clock import MovedClock
from tests.support.desk import Visitor
from tests.support.pages import Reader

NUMBER = "138 0013 8000"
PHONE_PAUSE_S = 61


@pytest.fixture
def rules(platform: Platform, clock: MovedClock) -> Published:
    platform.sign_in = SignInSettings(("guest", "phone", "code"), {"phone": "file"})
    return standing.publish(platform, clock.now_ms())


def prove(reader: Reader, platform: Platform, clock: MovedClock, **fields: str) -> str:
    """Ask for a code and type it; returns what is read then."""
    clock.move(seconds=PHONE_PAUSE_S)
    reader.open("/sign-in")
    reader.send("/sign-in/phone", phone=NUMBER, next="/me", **fields)
    lines = (platform.data / senders.OUTBOX).read_text("utf-8").splitlines()
    return reader.send("/sign-in/phone/code", typed_code=json.loads(lines[-1])["code"])


def guest(app: Flask, platform: Platform, rules: Published, now: int, right: int = 3) -> tuple[Reader, int]:
    """Somebody with a nickname alone who has finished an attempt, and who that is."""
    (code,) = accounts.add_people(platform, [accounts.NewPerson("飞鱼")], Actor(None, now))
    person = accounts.person_with_code(platform, code, now)
    standing.finish(platform, rules, person, right, now)
    reader = Reader(app)
    reader.open("/sign-in")
    reader.send("/sign-in/code", code=code, next="/me")
    return reader, person


def known(app: Flask, platform: Platform, clock: MovedClock) -> tuple[Reader, int]:
    """The same human, known by a number."""
    reader = Reader(app)
    prove(reader, platform, clock)
    reader.send("/sign-in/welcome", nickname="王大爷", next="/me")
    found = subjects.person_of(platform, Proven("phone", "+8613800138000"))
    assert found is not None
    return reader, found


def test_a_guest_proves_the_number_of_a_person_and_every_page_goes_on(
    app: Flask, platform: Platform, clock: MovedClock, rules: Published
) -> None:
    elsewhere, _person = known(app, platform, clock)
    reader, guest_id = guest(app, platform, rules, clock.now_ms())

    text = prove(reader, platform, clock, attach="yes")
    assert reader.address == "/me/join"
    for told in ("飞鱼", "王大爷", rules.document.title, "不能再分开"):
        assert told in text
    reader.open("/me/join")
    assert "成绩都在" in reader.send("/me/join")
    assert "成绩都在" in reader.send("/me/join")  # pressed twice

    board = f"/contests/{rules.contest_id}/boards/{standing.PEOPLE}"
    (attempt,) = own_attempts.attempts_of(platform, guest_id)
    for browser in (reader, elsewhere):
        mine = browser.open("/me")
        assert "王大爷" in mine
        assert f"{rules.document.title} · 个人 第 1 名" in mine
        assert "王大爷" in browser.open(f"{board}/why")
        assert "答对 3/4" in browser.open(f"/attempts/{attempt.attempt_id}/result")
    Reader(app).open(f"/attempts/{attempt.attempt_id}/result")


def test_where_both_took_part_the_organizer_decides_and_links_to_the_ledger(
    app: Flask, platform: Platform, clock: MovedClock, rules: Published, organizer: Visitor
) -> None:
    _elsewhere, person = known(app, platform, clock)
    standing.finish(platform, rules, person, 1, clock.now_ms())
    reader, guest_id = guest(app, platform, rules, clock.now_ms())
    text = prove(reader, platform, clock, attach="yes")
    assert f"《{rules.document.title}》" in text

    assert reader.post("/me/join").status_code == 409
    assert "等组织者处理" in reader.send("/me/join/ask")

    listed = organizer.client.get("/desk/people/joining").get_data(as_text=True)
    for each in (person, guest_id):
        assert f"/desk/contests/{rules.contest_id}/ledger/person/{each}?do=disqualify" in listed
    assert "合并账号的请求（1）" in organizer.open("/desk/people")
    organizer.open("/desk/people/joining")
    assert organizer.post("/desk/people/joining/1/accept").status_code == 403
    assert organizer.post("/desk/people/joining/1/decline", because=" ").status_code == 422
    organizer.send("/desk/people/joining/1/decline", because="请先告诉我们哪个是您的")
    assert "请先告诉我们哪个是您的" in reader.open("/me")


def test_a_form_without_both_proven_joins_nothing(
    app: Flask, platform: Platform, clock: MovedClock, rules: Published
) -> None:
    reader, _guest = guest(app, platform, rules, clock.now_ms())

    assert reader.post("/me/join").status_code == 400
    assert reader.post("/me/join/ask").status_code == 400
    reader.open("/me/ways/code")
    assert "没有这个参赛码" in reader.send("/sign-in/code", status=401, code="AAAA", attach="yes")
