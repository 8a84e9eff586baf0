"""A real server whose worker is killed between two answers: the phone notices nothing but a wait."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bench.serving import Server
from tests.browser.phone import Phone

OPEN = 1  # the contest of the starter content


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server as `make run` starts it."""
    server = Server(tmp_path).start()
    yield server
    server.end()
    server.kill_everything()


def test_a_worker_killed_between_two_answers_loses_neither(server: Server, chromium: Browser) -> None:
    phone = Phone(chromium, server)
    phone.start(OPEN)
    phone.choose(1)
    phone.expect_saved()
    before = server.processes()["worker"]
    os.kill(before, signal.SIGKILL)
    phone.press("下一题")
    phone.choose(2)

    expect(phone.page.locator("#net")).to_have_text("答案都已保存")

    phone.page.evaluate("localStorage.clear()")
    phone.page.reload()
    expect(phone.page.locator("#q1 .option").nth(1)).to_have_class("option picked")
    expect(phone.page.locator("#q2 .option").nth(2)).to_have_class("option picked")
    assert server.processes()["worker"] != before
    assert phone.script_errors == []
    phone.context.close()
