"""Takes the screenshots of docs/screens: `python -m tests.browser.screens [--all FOLDER]`."""

from __future__ import annotations

import argparse
import io
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import CHROMIUM
from tests.browser.everything import Everything
from tests.browser.phone import Phone
from tests.browser.site import running_site
from tests.browser.test_every_page import CHOOSE, WIDTHS, addresses, window
from tests.browser.test_everybody import LOOKS
from tests.support import servers

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
WHO = ("strangers", "participants", "desk", "answers")
QUALITY = 80  # of WebP
TALLEST = 4000  # pixels of a picture of a whole page
PAGES = {  # name: who looks, the route, which of its addresses
    "home": ("participants", "/", 0),
    "contest": ("participants", "/contests/<int:contest_id>", 0),
    "runner": ("participants", "/attempts/<int:attempt_id>", 2),
    "practice": ("participants", "/attempts/<int:attempt_id>", 1),
    "result": ("participants", "/attempts/<int:attempt_id>/result", 0),
    "board": ("participants", "/contests/<int:contest_id>/boards/<board_id>", 0),
    "streets": ("participants", "/contests/<int:contest_id>/boards/<board_id>", 1),
    "hall": ("participants", "/contests/<int:contest_id>/boards/<board_id>/hall", 0),
    "poster": ("participants", "/contests/<int:contest_id>/boards/<board_id>/poster", 0),
    "daily": ("participants", "/daily", 0),
    "topics": ("participants", "/practice", 0),
    "mine": ("participants", "/me", 0),
    "privacy": ("participants", "/privacy", 0),
    "sign-in": ("strangers", "/sign-in", 0),
    "desk": ("desk", "/desk/", 0),
    "bank": ("desk", "/desk/bank/", 0),
    "import": ("desk", "/desk/bank/import/<token>", 0),
    "desk-board": ("desk", "/desk/contests/<int:contest_id>/boards/<board_id>", 0),
    "watch": ("desk", "/desk/contests/<int:contest_id>/watch", 0),
}
KEPT = {  # page: width and look of each of its pictures in the documents
    "home": ((390, "normal"), (390, "dark"), (1280, "normal")),
    "contest": ((390, "normal"),),
    "runner": ((390, "normal"), (390, "dark"), (390, "contrast"), (320, "large")),
    "practice": ((390, "normal"),),
    "result": ((390, "normal"),),
    "board": ((390, "normal"), (1280, "normal")),
    "streets": ((390, "dark"),),
    "hall": ((1920, "normal"),),
    "poster": ((390, "normal"),),
    "daily": ((390, "normal"),),
    "topics": ((390, "normal"),),
    "mine": ((390, "normal"),),
    "privacy": ((390, "normal"),),
    "sign-in": ((390, "normal"), (320, "largest")),
    "desk": ((1280, "normal"),),
    "bank": ((390, "normal"), (1280, "normal")),
    "import": ((1280, "normal"),),
    "desk-board": ((1280, "normal"),),
    "watch": ((1280, "normal"),),
}


def main() -> None:
    """Take the screenshots that the documents show, or with --all every page in every look and width."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--all", metavar="FOLDER", type=Path)
    everywhere = options.parse_args().all
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.valkey() as valkey,
        running_site(valkey, Path(folder)) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        everything = Everything(Phone(browser, site))
        for who in WHO:
            page = window(browser, site, everything, who)
            for name, address, looks in every(everything, who) if everywhere else kept(everything, who):
                page.goto(site.url + address, wait_until="networkidle")
                for width, look in looks:
                    image = picture(page, width, look, is_whole=everywhere is not None)
                    write(image, everywhere or FOLDER, f"{name}-{width}-{look}")
            page.context.close()
        browser.close()


def kept(everything: Everything, who: str) -> Iterator[tuple[str, str, tuple[tuple[int, str], ...]]]:
    """Yield name, address, widths and looks of the pages that somebody sees and the documents show."""
    for name, (whose, route, which) in PAGES.items():
        if whose == who:
            yield name, getattr(everything, who)[route][which], KEPT[name]


def every(everything: Everything, who: str) -> Iterator[tuple[str, str, tuple[tuple[int, str], ...]]]:
    """Yield the same of all pages that somebody sees."""
    for address in addresses(everything, who):
        name = re.sub(r"\W+", "-", address).strip("-")[:60] or "home"
        yield f"{who}-{name}", address, tuple((width, look) for width in WIDTHS for look in LOOKS)


def picture(page: Page, width: int, look: str, is_whole: bool) -> Image.Image:
    """Return what a window of a width shows of a page in a look: its first screen, or all of it."""
    page.set_viewport_size({"width": width, "height": 844 if width < 700 else 9 * width // 16})
    page.evaluate(CHOOSE, LOOKS[look])
    page.evaluate("scrollTo(0, 0)")
    height = page.evaluate("document.documentElement.scrollHeight")
    if is_whole and not page.locator(".bottom").count():  # bars stand at the edge of a screen
        page.set_viewport_size({"width": width, "height": min(height, TALLEST)})
    return Image.open(io.BytesIO(page.screenshot()))


def write(image: Image.Image, folder: Path, name: str) -> None:
    """Write a picture small enough for the repository."""
    folder.mkdir(parents=True, exist_ok=True)
    image.convert("RGB").save(folder / f"{name}.webp", quality=QUALITY, method=6)


if __name__ == "__main__":
    main()
