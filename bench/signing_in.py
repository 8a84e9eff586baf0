"""`python -m bench.signing_in`: 500 pupils behind one address sign in; exits 1 if one is refused.

Each opens the sign-in page and sends its form, as a browser does.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import requests

from bench.load import Measured
from bench.preparing import platform_on
from bench.serving import Server
from quiz.services import accounts, desk, seats
from quiz.services.accounts import NewPerson, UnitRow
from quiz.services.platform import Actor, Platform
from quiz.services.seats import Card

PUPILS = 500
CLASSES = 10
AT_ONCE = 50  # phones
WITHIN_S = 60
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def main() -> int:
    """Measure, print, and say whether everybody was signed in within a minute."""
    with tempfile.TemporaryDirectory(prefix="quiz-bench-") as folder:
        with platform_on(Path(folder) / "data") as platform:
            cards = _cards(platform)
        server = Server(Path(folder))
        try:
            server.start()
            begun = time.monotonic()
            with ThreadPoolExecutor(AT_ONCE) as pool:
                tried = list(pool.map(lambda card: _sign_in(server.port, card), cards))
            took_s = time.monotonic() - begun
        finally:
            server.kill_everything()
    waits = Measured([ms for ms, _ in tried], sum(not done for _, done in tried))
    sys.stdout.write(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC: {len(cards)} pupils behind one address, {AT_ONCE} at once: "
        f"{took_s:.1f} s, p50 {waits.percentile(50):.0f} ms, p99 {waits.percentile(99):.0f} ms, "
        f"{waits.failed} refused\n"
    )
    return 1 if waits.failed or took_s > WITHIN_S else 0


def _cards(platform: Platform) -> Sequence[Card]:
    """Add classes and their pupils, and return the cards."""
    actor = Actor(None, platform.clock.now_ms())
    rows = [UnitRow(f"bench-{n}", f"{n}班", seats.LEVEL, "") for n in range(CLASSES)]
    accounts.load_units(platform, seats.TREE, rows, actor)
    ids = desk.unit_ids(platform, seats.TREE)
    people = [
        NewPerson(f"学生{n}", f"学生{n}", {seats.TREE: ids[f"bench-{n % CLASSES}"]}, on_roster=True)
        for n in range(PUPILS)
    ]
    return seats.cards(platform, accounts.add_people(platform, people, actor))


def _sign_in(port: int, card: Card) -> tuple[float, bool]:
    """Sign in on a phone of its own; returns milliseconds and whether it went well."""
    begun = time.perf_counter()
    with requests.Session() as phone:
        address = f"http://127.0.0.1:{port}/sign-in"
        token = TOKEN.search(phone.get(address, timeout=WITHIN_S).text)
        form = {
            "csrf_token": token[1] if token else "",
            "class_code": card.class_code,
            "seat": card.label,
            "pass_number": card.pass_number,
        }
        reply = phone.post(f"{address}/seat", data=form, timeout=WITHIN_S, allow_redirects=False)
    return (time.perf_counter() - begun) * 1000, reply.status_code == 303


if __name__ == "__main__":
    sys.exit(main())
