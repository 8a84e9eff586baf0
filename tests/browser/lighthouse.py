"""Prints how Lighthouse judges a running site: `python -m tests.browser.lighthouse PROGRAM`."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM
from tests.browser.crowd import take_part
from tests.browser.phone import Phone
from tests.browser.site import Site, running_site
from tests.support import servers

LEAST = 95  # of 100, in every category
EVERY, PUBLIC = ("performance", "accessibility", "best-practices"), ("seo",)
CROWD = 70  # people on the boards
ROW = "| {page} | {scores} | {paint} s | {shift} | {kib} KiB in {requests} |"


def main() -> None:
    """Print one row a page, dated; ends with 1 when a score is too low."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("program", type=Path, help="of Lighthouse")
    program = options.parse_args().program
    is_enough = True
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.valkey() as valkey,
        running_site(valkey, Path(folder)) as site,
    ):
        take_part(site.platform, 1, CROWD)
        pages, cookie = visited(site)
        _say(f"{datetime.now(UTC):%Y-%m-%d, %H:%M} UTC, phone with slow 4G as Lighthouse simulates it\n")
        _say("| page | performance, accessibility, best practices, SEO | largest paint | shift | weight |")
        _say("|---|---|---|---|---|")
        for page, (address, categories) in pages.items():
            found = judged(program, site.url + address, categories, cookie, Path(folder))
            is_enough &= all(score >= LEAST for score in scores(found).values())
            _say(row(page, found))
    sys.exit(not is_enough)


def visited(site: Site) -> tuple[Mapping[str, tuple[str, tuple[str, ...]]], str]:
    """Take part on a phone; returns address and categories of each page, and the cookies."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        phone = Phone(browser, site)
        done = phone.start(1)
        phone.choose(0)
        phone.expect_saved()
        phone.hand_in()
        runner = phone.start_again(1)
        cookie = "; ".join(f"{each['name']}={each['value']}" for each in phone.context.cookies())  # type: ignore[typeddict-item]  # both are there
        browser.close()
    return {
        "home": ("/", EVERY + PUBLIC),
        "contest": ("/contests/1", EVERY + PUBLIC),
        "past contests": ("/past", EVERY + PUBLIC),
        "runner": (f"/attempts/{runner}", EVERY),
        "result": (f"/attempts/{done}/result", EVERY),
        "board": ("/contests/1/boards/0-0", EVERY),
    }, cookie


def judged(
    program: Path, url: str, categories: tuple[str, ...], cookie: str, folder: Path
) -> dict[str, Any]:  # Any: JSON of Lighthouse
    """Return what Lighthouse reports of a page."""
    headers = folder / "headers.json"
    headers.write_text(json.dumps({"Cookie": cookie}), "utf-8")
    command = [
        *(str(program), url, "--quiet", "--output=json", "--output-path=stdout"),
        f"--only-categories={','.join(categories)}",
        f"--extra-headers={headers}",
        "--chrome-flags=--headless=new --disable-gpu" + (" --no-sandbox" if os.geteuid() == 0 else ""),
    ]
    environment = {
        **os.environ,
        "CHROME_PATH": CHROMIUM,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    told = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def scores(found: Mapping[str, Any]) -> dict[str, int]:  # Any: JSON of Lighthouse
    """Return the score of each category, of 100."""
    return {name: round(each["score"] * 100) for name, each in found["categories"].items()}


def row(page: str, found: Mapping[str, Any]) -> str:  # Any: JSON of Lighthouse
    """Return a page's row of the table, and below it what cost points."""
    audits = found["audits"]
    requests = audits["network-requests"]["details"]["items"]
    told = ROW.format(
        page=page,
        scores=", ".join(str(score) for score in scores(found).values()),
        paint=round(audits["largest-contentful-paint"]["numericValue"] / 1000, 1),
        shift=round(audits["cumulative-layout-shift"]["numericValue"], 3),
        kib=round(sum(each["transferSize"] for each in requests) / 1024),
        requests=len(requests),
    )
    for name, category in found["categories"].items():
        if round(category["score"] * 100) < 100:
            failed = [
                each["id"]
                for each in category["auditRefs"]
                if each["weight"] and (audits[each["id"]]["score"] or 0) < 1
            ]
            sys.stderr.write(f"{page}, {name}: {', '.join(failed)}\n")
    return told


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
