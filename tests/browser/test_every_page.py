"""Every page that there is, in every look and width: axe, no sideways scroll, large targets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, Route

from tests.browser.everything import Everything, page_routes, visitor_cookie
from tests.browser.phone import Phone
from tests.browser.site import Site, running_site
from tests.browser.test_everybody import LOOKS, RULES, SMALLEST_TARGET, smallest_target
from tests.support import servers

pytestmark = pytest.mark.timeout(3600)
WIDTHS = (320, 390, 1280)
OF_SIZES, OF_COLOURS = (
    ["target-size", "scrollable-region-focusable"],
    ["color-contrast", "link-in-text-block"],
)
AXE_ASKS = {  # everything in the normal look, of the others what they can change, where they can
    **{("normal", width): {**RULES, "resultTypes": ["violations"]} for width in WIDTHS},
    **{(size, 320): {"runOnly": OF_SIZES, "preload": False} for size in ("large", "largest")},
    **{
        (theme, width): {"runOnly": OF_COLOURS, "preload": False}
        for theme in ("dark", "contrast")
        for width in (320, 1280)
    },
}
AXE_ASKS |= {
    where: {**asks, "runOnly": [*OF_COLOURS, "color-contrast-enhanced"]}
    for where, asks in AXE_ASKS.items()
    if where[0] == "contrast"
}
CHOOSE = "look => Object.assign(document.documentElement.dataset, look)"
TO_THE_END = "scrollTo(0, document.documentElement.scrollHeight)"  # where bars cover nothing
BEYOND = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  const all = [...document.body.querySelectorAll("*")];
  const out = all.filter(each => each.getBoundingClientRect().right > wide + 1);
  return ["sideways", ...out.slice(0, 4).map(each => each.outerHTML.slice(0, 100))];
}"""
AXE = """options => axe.run(document, options).then(found => found.violations.map(
    each => [each.id, each.nodes.slice(0, 3).map(node => node.html.slice(0, 160))]))"""


STOPS = 80  # of the tabulator key: more than what is before the first rows of a list
FOCUS = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect();
  if (at === document.body) return null;
  const after = at.nextElementSibling && getComputedStyle(at.nextElementSibling, "::after");
  const ring = getComputedStyle(at).outlineStyle !== "none" || (after && after.borderTopStyle === "solid");
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return ring && inside ? "" : at.outerHTML.slice(0, 100);
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of its own: what happened on it would surprise other tests."""
    with servers.valkey() as valkey, running_site(valkey, tmp_path_factory.mktemp("every-page")) as site:
        yield site


@pytest.fixture(scope="module")
def everything(chromium: Browser, site: Site) -> Iterator[Everything]:
    """A site on which everything has happened once."""
    phone = Phone(chromium, site)
    yield Everything(phone)
    phone.context.close()


def test_every_route_of_a_page_is_walked(everything: Everything) -> None:
    walked = {*everything.strangers, *everything.participants, *everything.desk, *everything.answers}

    assert [route for route in page_routes() if route not in walked] == []


@pytest.mark.parametrize("who", ["strangers", "participants", "desk", "answers"])
def test_every_page_is_for_everybody_in_every_look_and_width(
    chromium: Browser, site: Site, everything: Everything, who: str
) -> None:
    page = window(chromium, site, everything, who)
    found = {}
    for address in addresses(everything, who):
        page.goto(site.url + address)
        page.evaluate(AXE_SCRIPT)
        found.update({(address, *where): told for where, told in faults(page)})
    page.context.close()

    assert not found, "\n".join(f"{where}: {told}" for where, told in found.items())


@pytest.mark.parametrize("who", ["strangers", "participants", "desk"])
def test_the_tabulator_key_goes_through_a_page_and_shows_where_it_is(
    chromium: Browser, site: Site, everything: Everything, who: str
) -> None:
    page = window(chromium, site, everything, who)
    hidden = {}
    for address in [each[0] for each in getattr(everything, who).values()]:
        page.goto(site.url + address)
        stops = 0
        while stops < STOPS:
            page.keyboard.press("Tab")
            found = page.evaluate(FOCUS)
            if found is None:
                break
            if found:
                hidden[address, stops] = found
            stops += 1
        assert stops > 0, address
    page.context.close()

    assert hidden == {}


def addresses(everything: Everything, who: str) -> list[str]:
    """Return the addresses of the pages that somebody sees."""
    if who == "answers":
        return [f"/answer/{n}" for n in range(len(everything.answers))]
    pages: dict[str, list[str]] = getattr(everything, who)
    return [address for each in pages.values() for address in each]


def window(chromium: Browser, site: Site, everything: Everything, who: str) -> Page:
    """Return a browser's page for somebody; of forms their answers stand under `/answer/`."""
    signed_in = everything.phone.context.storage_state() if who == "participants" else None
    context = chromium.new_context(locale="zh-CN", storage_state=signed_in, reduced_motion="reduce")
    if who == "desk":
        context.add_cookies([visitor_cookie(everything.organizer, site)])  # type: ignore[list-item]  # a dict
    answers = list(everything.answers.values())

    def answer(route: Route) -> None:
        n = int(route.request.url.rsplit("/", 1)[1])
        route.fulfill(body=answers[n], content_type="text/html; charset=utf-8")

    context.route("**/answer/*", answer)
    return context.new_page()


def faults(page: Page) -> Iterator[tuple[tuple[str, int], list[Any]]]:  # Any: JSON of axe
    """Yield what is wrong with a page: in which look and width, and what."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for name, look in LOOKS.items():
            page.evaluate(CHOOSE, look)
            page.evaluate(TO_THE_END)
            told = page.evaluate(AXE, AXE_ASKS[name, width]) if (name, width) in AXE_ASKS else []
            told += [beyond] if (beyond := page.evaluate(BEYOND)) else []
            least = smallest_target(page)
            if least < SMALLEST_TARGET[name]:
                told.append(["target", least])
            if told:
                yield (name, width), told
    page.emulate_media(media="print")
    page.evaluate(CHOOSE, LOOKS["dark"])  # is printed as the light one
    told = page.evaluate(AXE, {"runOnly": OF_COLOURS, "preload": False})
    page.emulate_media(media="screen")
    if told:
        yield ("printed", WIDTHS[-1]), told
