"""What pages and saves cost on the wire, with their headers: few bytes, few requests."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Request

from tests.browser.phone import Phone
from tests.browser.site import Site

KIB = 1024
CONTEST, RUNNER, SCRIPT, SAVE = 30 * KIB, 26 * KIB, 8 * KIB, 0.7 * KIB  # bytes
MOST_REQUESTS = 8
# Browsers of 2020 send none of these, later ones only here and through TLS, where HTTP/2 packs them.
HINTS = "sec-ch-ua"


def down(request: Request) -> int:
    """Return the bytes of an answer on the wire, compressed, with its headers."""
    sizes = request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]


def spent_on(phone: Phone, site: Site, path: str) -> list[Request]:
    """Return what a browser with an empty cache asks for to show a page."""
    browser = phone.context.browser
    assert browser is not None
    fresh = browser.new_context(storage_state=phone.context.storage_state())
    requests: list[Request] = []
    page = fresh.new_page()
    page.on("requestfinished", lambda request: requests.append(request))
    page.goto(site.url + path, wait_until="networkidle")
    return requests


def test_pages_keep_their_budgets_of_bytes_and_requests(new_phone: Callable[..., Phone], site: Site) -> None:
    phone = new_phone()
    phone.sign_up()
    contest = site.publish("二十题", count=20)
    attempt = phone.start_again(contest)
    budgets = {f"/contests/{contest}": CONTEST, f"/attempts/{attempt}": RUNNER, "/": CONTEST}
    budgets |= dict.fromkeys(("/practice", "/practice/questions/1?topic=x", "/daily", "/me"), CONTEST)

    spent = {path: spent_on(phone, site, path) for path in budgets}

    weights = {path: sum(map(down, requests)) for path, requests in spent.items()}
    assert {path: weight for path, weight in weights.items() if weight > budgets[path]} == {}
    assert max(map(len, spent.values())) <= MOST_REQUESTS
    script = next(each for each in spent[f"/attempts/{attempt}"] if "/runner.js" in each.url)
    assert script.sizes()["responseBodySize"] <= SCRIPT


def test_one_saved_answer_costs_at_most_700_bytes_up(phone: Phone, site: Site) -> None:
    phone.start(site.publish("流量"))
    saves: list[Request] = []
    phone.page.on("requestfinished", lambda each: saves.append(each) if each.method == "POST" else None)
    phone.choose(1)
    phone.expect_saved()

    sizes, sent = saves[0].sizes(), saves[0].all_headers()
    hints = sum(len(f"{name}: {value}\r\n") for name, value in sent.items() if name.startswith(HINTS))
    assert len(saves) == 1
    assert sizes["requestBodySize"] + sizes["requestHeadersSize"] - hints <= SAVE, sent
