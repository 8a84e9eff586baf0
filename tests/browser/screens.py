"""Takes the screenshots of docs/screens: `python -m tests.browser.screens [--all FOLDER]`."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM
from tests.browser.crowd import take_part
from tests.browser.phone import Phone
from tests.browser.site import Site, running_site
from tests.browser.test_everybody import LOOKS
from tests.support import servers

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
CROWD = 70  # people on the boards
KEPT = (  # page, width, look: what the documents show
    ("home", 390, "normal"),
    ("contest", 390, "normal"),
    ("runner", 390, "normal"),
    ("runner", 320, "large"),
    ("result", 390, "normal"),
    ("board", 390, "normal"),
    ("board", 1280, "normal"),
    ("home", 390, "dark"),
    ("runner", 390, "dark"),
    ("practice", 390, "normal"),
    ("streets", 390, "dark"),
)
WITH_BARS = ("runner", "practice")  # of these only what fits the screen can be seen at once


def main() -> None:
    """Take the screenshots that the documents show, or with --all every page in every look and width."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--all", metavar="FOLDER", type=Path)
    everything = options.parse_args().all
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.valkey() as valkey,
        running_site(valkey, Path(folder)) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        take_part(site.platform, 1, CROWD)
        phone = Phone(browser, site)
        pages = walk(phone, site)
        names = [(n, w, k) for n in pages for w in (320, 390, 1280) for k in LOOKS] if everything else KEPT
        take(phone, pages, names, everything)
        browser.close()


def walk(phone: Phone, site: Site) -> dict[str, str]:
    """Do everything once and return the addresses of the pages, by name."""
    phone.sign_up()
    later = site.publish("即将开始的比赛", opens_in_s=1200)
    done = phone.start_again(1)
    for n in range(10):
        phone.choose(n % 2)
        phone.page.locator("#next").click()
    phone.page.locator("#hand-in").click()
    phone.page.wait_for_url("**/result*")
    phone.start_again(2)
    phone.choose(0)
    phone.press("提交本题")
    phone.page.locator(".feedback:visible").wait_for()
    practice = phone.page.url.removeprefix(site.url)
    runner = phone.start_again(1)
    phone.choose(1)
    phone.expect_saved()
    return {
        "home": "/",
        "contest": "/contests/1",
        "coming": f"/contests/{later}",
        "runner": f"/attempts/{runner}",
        "practice": practice,
        "result": f"/attempts/{done}/result",
        "board": "/contests/1/boards/0-0",
        "streets": "/contests/1/boards/0-2",
        "mine": "/me",
        "sign-in": "/sign-in",
        "error": "/nothing",
    }


def take(
    phone: Phone, pages: dict[str, str], names: Sequence[tuple[str, int, str]], everything: Path | None
) -> None:
    """Write one picture for each page, width and look: the first screen, with `everything` the page."""
    folder = everything or FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, width, look in names:
        phone.context.add_cookies(
            [{"name": k, "value": v, "url": phone.site.url} for k, v in LOOKS[look].items()]
        )
        phone.page.set_viewport_size({"width": width, "height": 844 if width < 700 else 900})
        phone.go(pages[name]).wait_for_load_state("networkidle")
        is_whole = everything is not None and name not in WITH_BARS
        phone.page.screenshot(path=folder / f"{name}-{width}-{look}.png", full_page=is_whole)


if __name__ == "__main__":
    main()
