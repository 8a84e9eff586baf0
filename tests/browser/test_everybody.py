"""Everybody can use every page: axe in all looks, no sideways scroll, targets, no jumps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from tests.browser.phone import Phone
from tests.browser.site import Site, wait_until

LOOKS = {
    "normal": {"size": "normal", "theme": "light"},
    "large": {"size": "large", "theme": "light"},
    "largest": {"size": "largest", "theme": "light"},
    "dark": {"size": "normal", "theme": "dark"},
    "contrast": {"size": "normal", "theme": "contrast"},
}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
SMALLEST_TARGET = {"normal": 44, "large": 60, "largest": 60, "dark": 44, "contrast": 44}  # CSS pixels
TARGETS = ".button, .option, .card-list button, .tabs a, .choice, .link, .crumb, .topics a, .line a, .mine a"
TALLEST_BAR = 0.2  # of a small screen
SHIFTS = """() => new Promise((resolve) => {
  let total = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((e) => { total += e.value; }))
    .observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => resolve(total), 300);
})"""

PAINTED = "() => performance.getEntriesByName('first-contentful-paint').length"


class Visited:
    """A person who has done everything once, so that every page has something to show."""

    def __init__(self, phone: Phone, site: Site) -> None:
        self.phone = phone
        self.contest = site.publish("人人可用", count=5)
        self.done = phone.start(self.contest)
        for option in site.right_options(self.done, 1):
            phone.question.locator(f".option:has([value='{option}'])").click()
        phone.press("下一题")
        phone.choose(0)
        phone.hand_in()
        self.open = phone.start_again(site.publish("还没答完", count=20))

    @property
    def pages(self) -> Sequence[str]:
        """The addresses of all pages of the participant's side."""
        return (
            "/",
            "/contests/1",
            f"/contests/{self.contest}",
            f"/attempts/{self.open}",
            f"/attempts/{self.done}/result",
            f"/contests/{self.contest}/boards/0-0",
            "/contests/1/boards/0-2",
            "/contests/1/boards/0-0?q=没有这个人",
            "/me",
            "/me/units",
            "/me/attempts",
            "/me/doubts",
            "/practice",
            "/practice/questions/1?topic=科学家精神",
            "/daily",
            "/mistakes",
            "/doubts/questions/1",
            "/sign-in",
            "/nothing",
        )

    def look(self, name: str) -> None:
        """Choose a look, as its buttons do."""
        self.phone.context.add_cookies(
            [{"name": key, "value": value, "url": self.phone.site.url} for key, value in LOOKS[name].items()]
        )


@pytest.fixture(scope="module")
def visited(chromium: object, site: Site) -> Iterator[Visited]:
    """One person for all looks and pages."""
    phone = Phone(chromium, site, width=320, height=640)  # type: ignore[arg-type]  # a Browser
    yield Visited(phone, site)
    phone.context.close()
    assert phone.script_errors == []


@pytest.mark.full
def test_axe_finds_nothing_on_any_page(visited: Visited) -> None:
    visited.look("normal")
    found = {}
    for path in visited.pages:
        page = visited.phone.go(path)
        page.wait_for_load_state("networkidle")
        results = Axe().run(page, options=RULES)
        if results.violations_count:
            found[path] = [
                (v["id"], [n["html"][:120] for n in v["nodes"]]) for v in results.response["violations"]
            ]

    assert found == {}


@pytest.mark.parametrize(("look", "width"), [("largest", 320), ("normal", 1280)])
def test_no_page_scrolls_sideways_and_targets_are_large_enough(
    visited: Visited, look: str, width: int
) -> None:
    visited.look(look)
    visited.phone.page.set_viewport_size({"width": width, "height": 640})
    too_wide, too_small = [], []
    for path in visited.pages:
        page = visited.phone.go(path)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            too_wide.append(path)
        least = smallest_target(page)
        if least < SMALLEST_TARGET[look]:
            too_small.append((path, least))

    assert (too_wide, too_small) == ([], [])


def smallest_target(page: Page) -> float:
    """Return the height of the lowest button, option or tab on the page."""
    return float(
        page.evaluate(
            "(which) => Math.min(1000, ...[...document.querySelectorAll(which)]"
            ".map((e) => e.getBoundingClientRect().height).filter((h) => h))",
            TARGETS,
        )
    )


@pytest.mark.parametrize("look", ["normal", "largest"])
def test_the_bars_of_the_runner_leave_the_screen_to_the_question(visited: Visited, look: str) -> None:
    visited.look(look)
    visited.phone.page.set_viewport_size({"width": 320, "height": 640})
    page = visited.phone.go(f"/attempts/{visited.open}")

    bars = [page.locator(bar).bounding_box() for bar in (".bar", ".bottom")]

    assert sum(box["height"] for box in bars if box) <= 2 * TALLEST_BAR * 640 * 0.75


@pytest.mark.full
def test_nothing_on_a_page_jumps_while_it_loads(visited: Visited) -> None:
    visited.look("normal")
    visited.phone.page.set_viewport_size({"width": 390, "height": 844})

    shifts = {path: visited.phone.go(path).evaluate(SHIFTS) for path in visited.pages}

    assert {path: shift for path, shift in shifts.items() if shift > 0} == {}


def test_the_paper_does_not_jump_when_its_script_comes_late(visited: Visited) -> None:
    visited.look("normal")
    page = visited.phone.page
    page.set_viewport_size({"width": 390, "height": 844})
    late: list[Route] = []
    page.route("**/runner.js*", lambda route: late.append(route))
    page.goto(f"{visited.phone.site.url}/attempts/{visited.open}", wait_until="commit")
    page.wait_for_function(PAINTED)
    expect(page.locator(".question:visible")).to_have_count(1)
    wait_until(lambda: page.evaluate("1") and late)
    late[0].continue_()
    expect(page.locator("#next")).to_be_visible()
    page.unroute("**/runner.js*")

    assert page.evaluate(SHIFTS) == 0


def test_a_paper_is_answered_from_the_keyboard_alone(new_phone: Callable[..., Phone], site: Site) -> None:
    phone = new_phone(width=1280)
    attempt = phone.start(site.publish("键盘", count=2))
    page = phone.page
    page.keyboard.press("Tab")
    page.locator(".question:visible input").first.focus()
    page.keyboard.press("Space")
    page.locator("#next").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#q2 legend")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.locator("#next").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#card-title")).to_be_focused()
    page.locator("#hand-in").focus()
    page.keyboard.press("Enter")

    page.wait_for_url("**/result*")
    assert site.saved(attempt) == {1: 1, 2: 1}
