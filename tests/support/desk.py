"""Somebody with a browser without script: opens pages, reads them, sends their forms."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from io import BytesIO

from flask import Flask
from werkzeug.test import TestResponse

from quiz.services import accounts
from quiz.services.platform import Actor, Platform

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Visitor:
    """One browser: keeps cookies, and the page it looks at."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.page: TestResponse | None = None

    def open(self, address: str, status: int = 200) -> str:
        """Open an address, following redirects, and return what is read there."""
        self.page = self.client.get(address, follow_redirects=True)
        assert self.page.status_code == status, self.text
        return self.text

    def send(self, address: str, status: int = 200, **fields: object) -> str:
        """Send a form of the page that is open, and return what is read then; a file is (content, name)."""
        reply = self.post(address, **fields)
        self.page = reply
        if reply.status_code in (302, 303):
            return self.open(reply.location, status)
        assert reply.status_code == status, self.text
        return self.text

    def post(self, address: str, **fields: object) -> TestResponse:
        """Send a form of the page that is open and return the reply itself."""
        data = {name.replace("__", ":"): _field(value) for name, value in fields.items()}
        data.setdefault("csrf_token", self.token)
        return self.client.post(address, data=data, content_type="multipart/form-data")

    @property
    def cookie(self) -> str:
        """The session cookie, by which this browser is known."""
        found = self.client.get_cookie("quiz")
        return found.value if found else ""

    @cookie.setter
    def cookie(self, value: str) -> None:
        self.client.set_cookie("quiz", value)

    @property
    def token(self) -> str:
        """The CSRF token of the page that is open."""
        found = TOKEN.search(self.page.get_data(as_text=True)) if self.page else None
        return found[1] if found else ""

    @property
    def address(self) -> str:
        """The path of the page that is open."""
        assert self.page is not None
        return self.page.request.path

    @property
    def text(self) -> str:
        """What the open page says, without its tags."""
        assert self.page is not None
        bare = re.sub(r"<(script|style)\b.*?</\1>", " ", self.page.get_data(as_text=True), flags=re.DOTALL)
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).split())


def wait_until(is_so: Callable[[], bool], within_s: float = 60) -> None:
    """Return once `is_so()` holds; fails when it does not in time."""
    ends = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < ends, "it did not come to that in time"
        time.sleep(0.05)


def organizer(app: Flask, platform: Platform) -> Visitor:
    """Return the browser of an organizer who has just used an invitation."""
    code = accounts.invite_organizer(platform, "组织者甲", Actor(None, platform.clock.now_ms()))
    browser = Visitor(app)
    browser.open(f"/desk/invitation/{code}")
    browser.send(f"/desk/invitation/{code}")
    return browser


def participant(app: Flask, platform: Platform) -> Visitor:
    """Return the browser of somebody who takes part."""
    entry = accounts.sign_up(platform, "参赛者乙", {}, platform.clock.now_ms())
    browser = Visitor(app)
    browser.client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {entry.token}"
    return browser


def _field(value: object) -> object:
    if isinstance(value, list):  # several fields of one name
        return [_field(each) for each in value]
    return (BytesIO(value[0]), value[1]) if isinstance(value, tuple) else str(value)
