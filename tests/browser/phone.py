"""A phone in somebody's hand: a browser context of its own, and what a person does with it."""

from __future__ import annotations

import itertools
from typing import Any, Protocol

from playwright.sync_api import Browser, Page, expect

NUMBERS = itertools.count(1)
WITHIN_MS = 60_000  # what is to be seen is seen: the machine may be slow, and busy with other tests
expect.set_options(timeout=WITHIN_MS)
WECHAT = (
    "Mozilla/5.0 (Linux; Android 10; M2006C3LC) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/86.0.4240.99 XWEB/4317 MMWEBSDK/20220903 Mobile Safari/537.36 MicroMessenger/8.0.28.2240"
)
NOTHING_LEAVES = "window.fetch = () => Promise.reject(new TypeError()); navigator.sendBeacon = () => false"
TAPS = """button => [1, 2].forEach(
    detail => button.dispatchEvent(new MouseEvent("click", {detail, bubbles: true, cancelable: true})))"""
EXPECTED = ("Failed to load resource", "net::ERR_")  # what a browser says of a refused or missing answer


class Served(Protocol):
    """A site that a phone can visit."""

    @property
    def url(self) -> str:
        """The address of the home page, without the slash."""


class Phone:
    """One phone; `page` is the page that it shows."""

    def __init__(
        self, browser: Browser, site: Served, width: int = 390, height: int = 844, **settings: Any
    ) -> None:
        self.site = site
        mobile = settings.pop("mobile", width < 700)
        self.context = browser.new_context(
            locale="zh-CN",
            viewport={"width": width, "height": height},
            is_mobile=mobile,
            has_touch=mobile,
            user_agent=WECHAT if mobile else None,
            **settings,
        )
        self.script_errors: list[str] = []
        self.page = self.new_page()

    def new_page(self) -> Page:
        """Open another page on this phone."""
        page = self.context.new_page()
        page.set_default_timeout(WITHIN_MS)
        page.on("pageerror", lambda error: self.script_errors.append(str(error)))
        page.on("console", self._heard)
        return page

    def go(self, path: str) -> Page:
        """Open an address of the site."""
        self.page.goto(self.site.url + path)
        return self.page

    def sign_up(self, then: str = "/") -> str:
        """Sign up under a new nickname, keep the code, and go on; returns the code."""
        page = self.go(f"/sign-in?next={then}")
        page.get_by_label("昵称").fill(f"测试{next(NUMBERS)}")
        page.get_by_role("button", name="开始参加").click()
        code = page.locator(".ticket").inner_text()
        page.get_by_role("button", name="记下了，继续").click()
        page.wait_for_url(self.site.url + then)
        return code

    def start(self, contest_id: int) -> int:
        """Sign up, start a contest and return the attempt's id."""
        self.sign_up(f"/contests/{contest_id}")
        return self.start_again(contest_id)

    def start_again(self, contest_id: int) -> int:
        """Start a contest as who is signed in and return the attempt's id."""
        page = self.go(f"/contests/{contest_id}")
        page.get_by_role("button", name="开始答题").click()
        page.wait_for_url("**/attempts/*")
        expect(self.question).to_be_visible()
        return int(page.url.rsplit("/", 1)[1].split("#")[0])

    @property
    def question(self) -> Any:
        """The question on the screen."""
        return self.page.locator(".question:visible").first

    def choose(self, position: int, page: Page | None = None) -> None:
        """Choose an option of the question on the screen, from 0."""
        (page or self.page).locator(".question:visible .option").nth(position).click()

    def tap_twice(self, selector: str) -> None:
        """Tap twice in one moment, however slow the machine is."""
        self.page.locator(selector).evaluate(TAPS)

    def press(self, name: str) -> None:
        """Press a button that is called so."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def expect_saved(self) -> None:
        """Wait until the phone says that everything is with the server."""
        expect(self.page.locator("#net")).to_have_text("答案都已保存")

    def hand_in(self) -> None:
        """Go to the answer card and hand the paper in."""
        self.page.locator("#to-card").click()
        self.page.locator("#hand-in").click()
        self.page.wait_for_url("**/result*")

    def offline(self) -> None:
        """Lose the network."""
        self.context.set_offline(True)

    def stay_offline(self) -> None:
        """Let nothing leave the page that is about to end: the browser's blockade ends a moment earlier."""
        self.page.evaluate(NOTHING_LEAVES)

    def online(self) -> None:
        """Have the network again."""
        self.context.set_offline(False)

    def _heard(self, message: Any) -> None:
        if message.type == "error" and not any(part in message.text for part in EXPECTED):
            self.script_errors.append(message.text)
