"""Signing in by phone with a code, and adding a phone to what one has, read without script."""

from __future__ import annotations

import json
import logging

import pytest
from flask import Flask

from quiz.services import senders
from quiz.services.one_time_codes import PAUSE_MS, VALID_MS
from quiz.services.platform import Platform
from quiz.sign_in_settings import SignInSettings
from tests.support.clock import MovedClock
from tests.support.pages import Reader

NUMBER = "138 0013 8000"
PAUSE_S = PAUSE_MS / 1000


@pytest.fixture
def reader(app: Flask, platform: Platform) -> Reader:
    platform.sign_in = SignInSettings(("guest", "phone", "code"), {"phone": "file"})
    return Reader(app)


def last_code(platform: Platform) -> str:
    lines = (platform.data / senders.OUTBOX).read_text("utf-8").splitlines()
    return str(json.loads(lines[-1])["code"])


def prove(reader: Reader, platform: Platform, **fields: str) -> str:
    """Ask for a code and type it; returns what is read then."""
    reader.open("/sign-in")
    reader.send("/sign-in/phone", phone=NUMBER, next="/me", **fields)
    return reader.send("/sign-in/phone/code", typed_code=last_code(platform))


def test_somebody_new_proves_a_number_takes_a_nickname_and_comes_back_with_it(
    reader: Reader, platform: Platform, app: Flask, clock: MovedClock
) -> None:
    prove(reader, platform)
    assert reader.address == "/sign-in/welcome"
    reader.send("/sign-in/welcome", status=422, nickname="", next="/me")
    reader.send("/sign-in/welcome", nickname="大坪老李", next="/me")
    assert "138****8000" in reader.open("/me")
    clock.move(seconds=PAUSE_S)

    again = Reader(app)
    prove(again, platform)

    assert again.address == "/me"
    assert "大坪老李" in again.text


def test_the_page_after_a_number_is_the_same_whether_or_not_it_is_known(
    reader: Reader, platform: Platform, app: Flask, clock: MovedClock
) -> None:
    reader.open("/sign-in")
    unknown = reader.send("/sign-in/phone", phone=NUMBER, next="/")
    reader.send("/sign-in/phone/code", typed_code=last_code(platform))
    reader.send("/sign-in/welcome", nickname="大坪老李", next="/me")
    clock.move(seconds=PAUSE_S)

    other = Reader(app)
    other.open("/sign-in")

    assert other.send("/sign-in/phone", phone=NUMBER, next="/") == unknown
    assert "138****8000" in unknown
    assert "13800138000" not in unknown


def test_a_wrong_number_and_a_wrong_code_are_said_in_their_fields(reader: Reader, platform: Platform) -> None:
    reader.open("/sign-in")
    assert "请填写 11 位手机号" in reader.send("/sign-in/phone", status=400, phone="123", next="/")
    reader.send("/sign-in/phone", phone=NUMBER, next="/")

    text = reader.send("/sign-in/phone/code", status=401, typed_code="x")

    assert "验证码不对，或者已经过期" in text


def test_a_code_that_ran_out_is_said_and_leads_back_to_the_sign_in(
    reader: Reader, platform: Platform, clock: MovedClock
) -> None:
    reader.open("/sign-in")
    reader.send("/sign-in/phone", phone=NUMBER)
    clock.move(seconds=VALID_MS / 1000)

    text = reader.send("/sign-in/phone/code", status=401, typed_code=last_code(platform))

    assert "已经过期" in text
    assert "重新登录" in text


def test_another_code_can_be_sent_after_a_pause(
    reader: Reader, platform: Platform, clock: MovedClock
) -> None:
    reader.open("/sign-in")
    reader.send("/sign-in/phone", phone=NUMBER, next="/")
    assert "请等 60 秒" in reader.send("/sign-in/phone/again", status=429)
    clock.move(seconds=PAUSE_S)
    reader.open("/sign-in/phone/code")

    assert "新的验证码已发送" in reader.send("/sign-in/phone/again")


def test_who_has_a_nickname_adds_a_number_and_keeps_everything(
    reader: Reader, platform: Platform, app: Flask, clock: MovedClock
) -> None:
    reader.open("/sign-in")
    reader.send("/sign-in/new", nickname="小明", next="/me")

    text = prove(reader, platform, attach="yes")

    assert reader.address == "/me"
    assert "已经加上" in text
    clock.move(seconds=PAUSE_S)
    again = Reader(app)
    assert "小明" in prove(again, platform)


def test_without_something_begun_there_is_nothing_to_type(reader: Reader) -> None:
    reader.open("/sign-in/phone/code")

    assert reader.address == "/sign-in"
    assert reader.post("/sign-in/phone/code", typed_code="123456").status_code == 400
    assert reader.post("/sign-in/welcome", nickname="x").status_code == 400
    assert reader.post("/sign-in/email", email="a@b.cd").status_code == 404


def test_no_log_tells_a_number_or_its_code_however_much_is_logged(
    reader: Reader, platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, logger="sqlalchemy")

    prove(reader, platform)
    reader.send("/sign-in/welcome", nickname="大坪老李", next="/me")
    reader.open("/me")

    assert "INSERT INTO subject" in caplog.text
    for told in ("13800138000", NUMBER, "大坪老李", last_code(platform)):
        assert told not in caplog.text
