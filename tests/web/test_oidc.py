"""Signing in at an OpenID Connect provider, a real one on loopback: its token is for this sign-in."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from flask import Flask
from joserfc.jwk import RSAKey

from quiz.services.platform import Platform, SystemClock
from quiz.sign_in_settings import SignInSettings
from tests.support.clock import MovedClock
from tests.support.pages import Reader
from tests.support.provider import Provider
from tests.support.wechat import on_loopback

BACK = "/sign-in/oidc/back"


@pytest.fixture
def provider(platform: Platform, clock: MovedClock) -> Iterator[Provider]:
    clock.at_ms = SystemClock().now_ms()  # the provider knows no other
    made = Provider()
    with on_loopback(made.app()) as made.url:
        platform.sign_in = SignInSettings(("oidc", "guest", "code"), oidc=made.settings())
        yield made


def go(reader: Reader) -> dict[str, str]:
    """Press the button, be known at the provider, and return what its way back says."""
    reader.open("/sign-in")
    reader.send("/sign-in/oidc", next="/me")
    assert reader.page is not None
    found = re.search(r'url=([^"]+)"', reader.page.get_data(as_text=True))
    assert found
    reply = requests.get(html.unescape(found[1]), allow_redirects=False, timeout=60)
    led = urlsplit(reply.headers["Location"])
    assert led.path == BACK, reply.text
    return {name: values[0] for name, values in parse_qs(led.query).items()}


def come_back(reader: Reader, args: dict[str, str], status: int = 200) -> str:
    return reader.open(f"{BACK}?{urlencode(args)}", status)


def test_somebody_new_is_known_by_the_provider_from_then_on(provider: Provider, app: Flask) -> None:
    first, again, other = Reader(app), Reader(app), Reader(app)
    assert "用渝中通登录" in first.open("/sign-in")
    come_back(first, go(first))
    assert first.address == "/sign-in/welcome"
    assert first.page is not None
    assert 'value="张三的昵称"' in first.page.get_data(as_text=True)
    first.send("/sign-in/welcome", nickname="张三", next="/me")

    assert "张三" in come_back(again, go(again))
    provider.person = "u-43"
    come_back(other, go(other))

    assert other.address == "/sign-in/welcome"


BENT = {
    "another issuer": ("issuer_in_token", "https://evil.example.org"),
    "another client": ("audience", "somebody else"),
    "another nonce": ("nonce", "of another sign-in"),
    "run out": ("expires_in", -4000),
    "another key": ("signs_with", RSAKey.generate_key(2048)),
}


@pytest.mark.parametrize(("name", "value"), BENT.values(), ids=BENT)
def test_a_token_that_is_not_for_this_sign_in_signs_nobody_in(
    provider: Provider, app: Flask, name: str, value: object
) -> None:
    setattr(provider, name, value)
    reader = Reader(app)

    reply = reader.client.get(f"{BACK}?{urlencode(go(reader))}")

    assert reply.status_code in (400, 502)
    reader.open("/me")
    assert reader.address == "/sign-in"


def test_a_code_of_another_browser_is_of_no_use(provider: Provider, app: Flask) -> None:
    mine, theirs = Reader(app), Reader(app)
    ours, stolen = go(mine), go(theirs)

    come_back(mine, {**ours, "code": stolen["code"]}, 502)  # the verifier is not the one it was asked with


def test_what_came_back_once_or_without_a_cookie_is_refused(provider: Provider, app: Flask) -> None:
    reader = Reader(app)
    args = go(reader)
    come_back(Reader(app), args, 400)
    come_back(reader, args)

    assert "请重新登录一次" in come_back(reader, args, 400)


def test_who_says_no_at_the_provider_begins_anew(provider: Provider, app: Flask) -> None:
    reader = Reader(app)
    state = go(reader)["state"]

    assert "重新登录" in come_back(reader, {"error": "access_denied", "state": state}, 400)


def test_a_provider_that_is_away_is_said_in_words(provider: Provider, app: Flask, platform: Platform) -> None:
    platform.sign_in = replace(
        platform.sign_in, oidc=replace(provider.settings(), issuer="http://127.0.0.1:9")
    )
    reader = Reader(app)
    reader.open("/sign-in")

    assert "没有确认您的身份" in reader.send("/sign-in/oidc", status=502, next="/")
