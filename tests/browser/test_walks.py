"""Walks of chance through all that goes wrong: the server ends with what was chosen last, and only that."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Error, Page, Route, expect

from tests.browser.phone import Phone
from tests.browser.site import Site, wait_until

STEPS, QUESTIONS = 30, 6
MOODS = ("fine", "reply lost", "cut off", "hotspot", "busy")


class Walk:
    """A person with up to two pages of one paper, and a network with moods."""

    def __init__(self, phone: Phone, site: Site, seed: int) -> None:
        self.chance, self.phone, self.mood = random.Random(seed), phone, "fine"
        layout = self.chance.choice(["", "layout: list, "])
        clock = "per_attempt_s: 3000"
        self.attempt = phone.start(site.publish(f"随机 {seed}", count=QUESTIONS, flow=layout, clock=clock))
        self.address = f"{site.url}/attempts/{self.attempt}"
        self.pages, self.chosen = [phone.page], dict[int, str]()
        phone.context.route("**/answers", self.answered)

    def answered(self, route: Route) -> None:
        """Let the network do to a save what its mood is."""
        match self.mood:
            case "reply lost":
                route.fetch()
                route.abort()
            case "cut off":
                route.abort()
            case "hotspot":
                route.fulfill(
                    status=self.chance.choice([200, 401, 404, 409]), body="<html>请登录本店的网络</html>"
                )
            case "busy":
                error = {"error": {"code": "busy", "message": "忙"}, "now": time.time_ns() // 1_000_000}
                route.fulfill(status=503, headers={"Retry-After": "1"}, json=error)
            case _:
                route.continue_()

    def step(self) -> None:
        """Do something that people and phones do."""
        page = self.chance.choice(self.pages)
        does: list[Callable[[Page], None]] = [
            *[self.choose] * 6,
            *[self.change_mood] * 3,
            self.reload,
            self.open_other,
        ]
        does += [self.close_other, lambda _page: self.phone.offline(), lambda _page: self.phone.online()]
        self.chance.choice(does)(page)

    def choose(self, page: Page) -> None:
        """Go to a question and choose an option."""
        n = self.chance.randint(1, QUESTIONS)
        page.locator("#to-card").click()
        page.locator(f"#card-{n}").click()
        options = page.locator(f"#q{n} .option")
        at = self.chance.randrange(options.count())
        options.nth(at).click()
        self.chosen[n] = str(page.locator(f"#q{n} input").nth(at).get_attribute("value"))

    def change_mood(self, _page: Page) -> None:
        """Let the network behave otherwise."""
        self.mood = self.chance.choice(MOODS)

    def reload(self, page: Page) -> None:
        """Load the page again; without network the browser shows its own, until it is back."""
        try:
            page.reload()
        except Error:
            self.phone.online()
            page.goto(self.address)
        expect(page.locator("#next")).to_be_visible()

    def open_other(self, _page: Page) -> None:
        """Open the paper on a second page."""
        self.phone.online()
        if len(self.pages) < 2:
            self.pages.append(self.phone.new_page())
            self.pages[-1].goto(self.address)
            expect(self.pages[-1].locator("#next")).to_be_visible()

    def close_other(self, page: Page) -> None:
        """Close one of two pages."""
        if len(self.pages) > 1:
            self.pages.remove(page)
            page.close()

    def calm(self) -> None:
        """Have network and server again."""
        self.mood = "fine"
        self.phone.online()


@pytest.mark.parametrize("seed", range(3))
def test_the_server_ends_with_what_was_chosen_last(phone: Phone, site: Site, seed: int) -> None:
    walk = Walk(phone, site, seed)

    for _ in range(STEPS):
        walk.step()
    walk.calm()

    def held() -> dict[int, str]:
        return {n: response[0] for n, response in site.responses(walk.attempt).items()}

    wait_until(lambda: walk.pages[0].evaluate("1") and held() == walk.chosen)
    assert not site.is_finished(walk.attempt)
