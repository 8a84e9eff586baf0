"""The process of one large comparison: a page waits for it, and answers are not slowed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path

from sqlalchemy import create_engine

from question_bank.wording import Wording
from quiz.errors import N_, Busy
from quiz.models import Store, Writer
from quiz.models.base import engine_options
from quiz.services.comparing import Alike, compare, compare_bank
from quiz.services.platform import Platform, SystemClock

NICENESS = 10  # answers go first
LONGEST_S = 60  # then the page has waited long enough
ROOT = Path(__file__).resolve().parent.parent.parent


def compared_apart(platform: Platform, wordings: Sequence[Wording] | None) -> list[Alike]:
    """Compare a file's questions with the bank, or (None) the bank's with one another, in another process.

    Raises Busy where that takes longer than a page can wait.
    """
    order = {
        "database_url": platform.store.engine.url.render_as_string(hide_password=False),
        "data": str(platform.data),
        "wordings": None if wordings is None else [each.as_json() for each in wordings],
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "quiz.services.comparing_process"],
            input=json.dumps(order).encode(),
            stdout=subprocess.PIPE,
            cwd=ROOT,
            timeout=LONGEST_S,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise Busy(N_("题目太多，一分钟内没有比对完。请稍后再试，或把文件分成几份。")) from error
    return [Alike(*found) for found in json.loads(done.stdout)]


def main() -> None:
    """Carry out the comparison that standard input asks for, and print what was found."""
    os.nice(NICENESS)
    order = json.loads(sys.stdin.buffer.read())
    store = Store(create_engine(order["database_url"], **engine_options(order["database_url"])))
    platform = Platform(
        store=store,
        writer=Writer(store),
        live=None,
        clock=SystemClock(),
        secret=b"",
        data=Path(order["data"]),
    )
    if order["wordings"] is None:
        compare_bank(platform)
        found = []
    else:
        found = compare(platform, [Wording.from_json(each) for each in order["wordings"]])
    sys.stdout.write(json.dumps([astuple(each) for each in found]))


if __name__ == "__main__":
    main()
