"""Leaving the page of an attempt on a phone: warned before, counted once, and never for a lost network."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.phone import Phone
from tests.browser.site import Site, wait_until

STRIKES = "per_attempt_s: 600, leaving: strike, strikes: 2"
ENDS = "per_attempt_s: 600, leaving: end"


def look_away(page: Page, back: bool = True) -> None:
    """Bring another application to the front, as the browser tells a page of it, and come back."""
    for state in ("hidden", "visible")[: 2 if back else 1]:
        page.evaluate(
            """state => {
                Object.defineProperty(document, "visibilityState", {value: state, configurable: true});
                document.dispatchEvent(new Event("visibilitychange"));
            }""",
            state,
        )


def test_each_strike_is_told_and_the_last_one_hands_in(phone: Phone, site: Site) -> None:
    contest = site.publish("离开两次", clock=STRIKES)
    phone.sign_up(f"/contests/{contest}")
    expect(phone.page.locator("#start")).to_contain_text("第 2 次离开会自动交卷")
    attempt = phone.start_again(contest)
    tell = phone.page.locator("#tell")
    expect(tell).to_contain_text("请不要离开这一页")
    phone.choose(0)
    phone.expect_saved()

    look_away(phone.page)
    expect(tell).to_contain_text("这是第 1 次")
    assert not site.is_finished(attempt)
    look_away(phone.page)

    phone.page.wait_for_url("**/result*")
    expect(phone.page.locator("main")).to_contain_text("离开了页面（第 2 次）")
    assert site.saved(attempt) == {1: 1}


def test_reloading_and_a_lost_network_are_no_leaving(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("断网不算离开", clock=ENDS))
    phone.choose(0)
    phone.expect_saved()

    phone.page.reload()
    expect(phone.question).to_be_visible()
    phone.offline()
    phone.choose(1)
    expect(phone.page.locator("#net")).to_contain_text("存在手机里")
    phone.online()

    phone.expect_saved()
    assert not site.is_finished(attempt)


def test_going_to_another_page_and_coming_back_is_leaving(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("去别的页面", clock=ENDS))

    phone.go("/")
    phone.go(f"/attempts/{attempt}")

    phone.page.wait_for_url("**/result*")
    assert site.is_finished(attempt)


def test_who_leaves_without_network_is_told_when_it_is_back(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("断网时离开", clock=STRIKES))
    phone.offline()
    look_away(phone.page)
    assert not site.is_finished(attempt)

    phone.online()

    expect(phone.page.locator("#tell")).to_contain_text("这是第 1 次")


def test_a_page_that_is_closed_for_good_is_left_to_the_clock(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("手机没电", clock=ENDS))
    phone.choose(0)
    phone.expect_saved()

    phone.page.close()

    wait_until(lambda: site.saved(attempt) == {1: 1})
    assert not site.is_finished(attempt)
