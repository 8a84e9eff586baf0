"""A board in a real browser: it moves without jumping, and one's own place is under the thumb."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.crowd import take_part
from tests.browser.phone import Phone
from tests.browser.site import Site

SHIFTED = """() => {
  window.shifted = 0;
  const add = (e) => { if (!e.hadRecentInput) window.shifted += e.value; };
  const seen = new PerformanceObserver((list) => list.getEntries().forEach(add));
  seen.observe({ type: 'layout-shift', buffered: true });
}"""
BROKEN = """() => [...document.querySelectorAll(".board .whole, .board .count b")].filter(
    each => each.clientHeight > 1.8 * parseFloat(getComputedStyle(each).fontSize)).length"""
PEOPLE = 24  # more than a phone shows


def look_again(page: Page) -> None:
    """Come back to the page, as somebody who had looked at another: it asks at once."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_board_moves_without_jumping_and_keeps_ones_place_in_reach(
    new_phone: Callable[..., Phone], site: Site
) -> None:
    contest = site.publish("不跳动的榜")
    take_part(site.platform, contest, PEOPLE)
    watcher = new_phone()
    watcher.start(contest)
    watcher.hand_in()
    page = watcher.go(f"/contests/{contest}/boards/0-0")
    rows = page.locator("#live > table tbody tr")
    expect(rows).to_have_count(PEOPLE + 1)
    page.evaluate(SHIFTED)

    expect(page.locator(".own-title")).to_be_in_viewport()
    expect(page.locator(".pinned")).to_be_hidden()  # it would say the same, and cover a row
    rows.first.evaluate("row => row.scrollIntoView()")
    expect(page.locator(".pinned")).to_be_in_viewport()
    page.locator(".pinned").click()
    expect(page.locator("#me")).to_be_in_viewport()
    expect(page.locator(".pinned")).to_be_hidden()

    page.evaluate("window.scrollTo(0, 0)")
    take_part(site.platform, contest, 1)
    look_again(page)
    expect(rows).to_have_count(PEOPLE + 2)

    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    take_part(site.platform, contest, 1)
    look_again(page)
    offer = page.get_by_role("button", name="榜单有更新，点这里看")
    expect(offer).to_be_visible()
    expect(rows).to_have_count(PEOPLE + 2)
    offer.click()
    expect(rows).to_have_count(PEOPLE + 3)
    expect(offer).to_have_count(0)
    assert page.evaluate("window.shifted") == 0

    page.set_viewport_size({"width": 320, "height": 800})
    page.evaluate("document.documentElement.dataset.size = 'largest'")
    assert page.evaluate(BROKEN) == 0  # figures stand on one line
    assert page.evaluate("document.documentElement.scrollWidth") == 320
