"""Signing in by WeChat, against a fake of its servers: what comes back belongs to who went, and once."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from flask import Flask

from quiz.services import elsewhere
from quiz.services.platform import Platform
from quiz.sign_in_settings import SignInSettings
from tests.support.pages import Reader
from tests.support.wechat import FakeWeChat, on_loopback

WECHAT = "Mozilla/5.0 (Linux; Android 10) Chrome/86.0 Mobile Safari/537.36 MicroMessenger/8.0.28"
BACK = "/sign-in/wechat/back"


@pytest.fixture
def wechat(platform: Platform) -> Iterator[FakeWeChat]:
    fake = FakeWeChat()
    with on_loopback(fake.app()) as fake.url:
        platform.sign_in = SignInSettings(("wechat", "guest", "code"), wechat=fake.settings())
        yield fake


def browser(app: Flask) -> Reader:
    """A browser of WeChat."""
    reader = Reader(app)
    reader.client.environ_base["HTTP_USER_AGENT"] = WECHAT
    return reader


def go(reader: Reader, **fields: str) -> dict[str, str]:
    """Press the button, be known at WeChat, and return with what its address says when it leads back."""
    reader.open("/sign-in")
    reader.send("/sign-in/wechat", **{"next": "/me", **fields})
    assert reader.page is not None
    found = re.search(r'url=([^"]+)"', reader.page.get_data(as_text=True))
    assert found
    reply = requests.get(html.unescape(found[1]), allow_redirects=False, timeout=60)
    led = urlsplit(reply.headers["Location"])
    assert led.path == BACK
    return {name: values[0] for name, values in parse_qs(led.query).items()}


def come_back(reader: Reader, args: dict[str, str], status: int = 200) -> str:
    return reader.open(f"{BACK}?{urlencode(args)}", status)


def test_somebody_new_is_known_by_wechat_from_then_on(wechat: FakeWeChat, app: Flask) -> None:
    first, again, other = browser(app), browser(app), browser(app)
    come_back(first, go(first))
    assert first.address == "/sign-in/welcome"
    first.send("/sign-in/welcome", nickname="大坪老李", next="/me")

    assert "大坪老李" in come_back(again, go(again))
    assert "微信" in again.text
    wechat.openid = "oAbc-2"
    come_back(other, go(other))

    assert other.address == "/sign-in/welcome"


def test_the_nickname_comes_along_where_people_are_asked_for_it(
    wechat: FakeWeChat, app: Flask, platform: Platform
) -> None:
    platform.sign_in = replace(platform.sign_in, wechat=wechat.settings("snsapi_userinfo"))
    reader = browser(app)

    come_back(reader, go(reader))

    assert reader.page is not None
    assert 'value="微信用户"' in reader.page.get_data(as_text=True)


def test_a_lost_session_cookie_leads_to_a_page_that_begins_anew(wechat: FakeWeChat, app: Flask) -> None:
    args = go(browser(app))
    lost = browser(app)

    text = come_back(lost, args, 400)

    assert "请重新登录一次" in text
    assert wechat.asked == []
    assert "登录" in lost.open("/sign-in")


def test_what_came_back_once_is_refused_when_it_comes_again(wechat: FakeWeChat, app: Flask) -> None:
    reader = browser(app)
    args = go(reader)
    kept = reader.client.get_cookie("quiz")
    assert kept is not None
    come_back(reader, args)

    assert "请重新登录一次" in come_back(reader, args, 400)
    reader.client.set_cookie("quiz", kept.value)  # the cookie of before comes again, too
    assert "请重新登录一次" in come_back(reader, args, 400)
    assert len(wechat.asked) == 1


@pytest.mark.parametrize("changed", [{"state": "x"}, {"state": ""}, {"code": ""}])
def test_a_changed_state_or_no_code_is_refused(
    wechat: FakeWeChat, app: Flask, changed: dict[str, str]
) -> None:
    reader = browser(app)

    come_back(reader, {**go(reader), **changed}, 400)

    assert wechat.asked == []
    reader.open("/me")
    assert reader.address == "/sign-in"


def test_what_another_browser_has_begun_signs_nobody_in(wechat: FakeWeChat, app: Flask) -> None:
    mine, theirs = browser(app), browser(app)
    go(mine)

    come_back(mine, go(theirs), 400)

    assert wechat.asked == []


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        ({"errcode": 40029, "errmsg": "invalid code"}, 400),
        ({"errcode": 40163, "errmsg": "code been used"}, 400),
        ({"errcode": 40125, "errmsg": "invalid appsecret"}, 502),
        ({"errcode": -1, "errmsg": "system error"}, 502),
        ({"access_token": "t"}, 502),
    ],
)
def test_what_wechat_refuses_is_said_in_words(
    wechat: FakeWeChat, app: Flask, refusal: dict[str, object], status: int
) -> None:
    wechat.refusal = refusal
    reader = browser(app)

    text = come_back(reader, go(reader), status)

    assert "重新登录" in text
    assert "errmsg" not in text


def test_a_server_that_does_not_answer_in_time_is_said_in_words(
    wechat: FakeWeChat, app: Flask, platform: Platform, monkeypatch: pytest.MonkeyPatch, silent: str
) -> None:
    monkeypatch.setattr(elsewhere, "TIMEOUT_S", 0.2)
    platform.sign_in = replace(platform.sign_in, wechat=replace(wechat.settings(), api_url=silent))
    reader = browser(app)

    assert "没有确认您的身份" in come_back(reader, go(reader), 502)


def test_a_guest_adds_wechat_and_keeps_everything(wechat: FakeWeChat, app: Flask) -> None:
    guest, again = browser(app), browser(app)
    guest.open("/sign-in")
    guest.send("/sign-in/new", nickname="小明", next="/me")

    come_back(guest, go(guest, attach="yes"))

    assert "已经加上" in guest.text
    assert "小明" in come_back(again, go(again))


def test_other_browsers_are_not_offered_what_does_not_work_in_them(wechat: FakeWeChat, app: Flask) -> None:
    assert "用微信登录" not in Reader(app).open("/sign-in")
    assert "用微信登录" in browser(app).open("/sign-in")
