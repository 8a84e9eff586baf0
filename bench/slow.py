"""How soon the first question can be read on a poor phone: a real Chromium, slowed down, on a real server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench.preparing import prepare
from bench.serving import Server
from tests.browser.conftest import CHROMIUM
from tests.browser.phone import Phone

ROUNDS = 9
LATENCY_MS, BYTES_A_SECOND, SLOWER = 400, 400_000 // 8, 4
HANDSHAKES_MS = 2 * LATENCY_MS  # of TCP and TLS 1.3 on a first visit, which the browser's tool does not delay
READABLE = """() => {
    const look = () => {
        const last = document.querySelector('.question .option:last-child');
        if (last && last.getBoundingClientRect().height) window.laidOut = performance.now();
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
}"""
PAINTED = "Math.max(window.laidOut, performance.getEntriesByName('first-contentful-paint')[0].startTime)"
RUNS = """() => document.documentElement.classList.contains('runs') && window.laidOut
    && performance.getEntriesByName('first-contentful-paint').length"""


class Waited(NamedTuple):
    """Milliseconds until the first question could be read, in the middle of the rounds and at worst."""

    middle: float
    worst: float


def waits(folder: Path) -> dict[str, Waited]:
    """Return how long a person waits for the first question, by what the phone knows already."""
    prepared = prepare(folder / "data", 1)
    server = Server(folder).start()
    try:
        with _chromium() as browser:
            phone = Phone(browser, server)
            attempt = f"{server.url}/attempts/{phone.start(prepared.contest_id)}"
            cold, warm, pressed = [], [], []
            for _ in range(ROUNDS):
                context = browser.new_context(storage_state=phone.context.storage_state())
                cold.append(HANDSHAKES_MS + _opened(context, attempt))
                warm.append(_opened(context, attempt))
                context.close()
                pressed.append(_pressed(browser, server, prepared.contest_id))
    finally:
        server.end()
        server.kill_everything()
    found = {
        "cold, with the handshakes of TCP and TLS": cold,
        "warm": warm,
        "from pressing the start, after the page of the contest": pressed,
    }
    return {what: Waited(median(times), max(times)) for what, times in found.items()}


def _opened(context: BrowserContext, address: str) -> float:
    """Return how long after it is asked for a page shows its question."""
    page = _slow(context.new_page())
    page.goto(address, wait_until="commit")
    return _readable(page)


def _pressed(browser: Browser, server: Server, contest_id: int) -> float:
    """Return how long after the press on the start the question can be read, by somebody new."""
    phone = Phone(browser, server)
    phone.sign_up(f"/contests/{contest_id}")
    _slow(phone.page)
    phone.page.get_by_role("button", name="开始答题").click(no_wait_after=True)
    phone.page.wait_for_url("**/attempts/*", wait_until="commit")
    waited = _readable(phone.page)
    phone.context.close()
    return waited


def _slow(page: Page) -> Page:
    """Slow a page down, network and processor, and let it note when its question is there."""
    page.set_default_timeout(60_000)
    page.add_init_script(f"({READABLE})()")
    tool = page.context.new_cdp_session(page)
    tool.send("Network.enable")
    tool.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": BYTES_A_SECOND,
            "uploadThroughput": BYTES_A_SECOND,
        },
    )
    tool.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return page


def _readable(page: Page) -> float:
    page.wait_for_function(RUNS)
    return float(page.evaluate(PAINTED))


@contextmanager
def _chromium() -> Iterator[Browser]:
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()
