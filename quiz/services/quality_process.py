"""The process of one analysis: started from the desk, so that answers are not slowed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

from sqlalchemy import create_engine

from quiz.models import Store, Writer
from quiz.models.base import engine_options
from quiz.services import quality
from quiz.services.platform import Actor, Platform, SystemClock

NICENESS = 10  # answers go first
ROOT = Path(__file__).resolve().parent.parent.parent


def start(platform: Platform, contest_id: int | None, calibrates: bool, actor: Actor) -> None:
    """Begin an analysis in a process of its own. Raises NotFound, and Busy while one is under way."""
    analysis_id = quality.begin(platform, contest_id, calibrates, actor)
    order = {
        "database_url": platform.store.engine.url.render_as_string(hide_password=False),
        "data": str(platform.data),
        "analysis_id": analysis_id,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "quiz.services.quality_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
    )
    assert process.stdin is not None  # a pipe was asked for
    process.stdin.write(json.dumps(order).encode() + b"\n")
    process.stdin.flush()  # and stays open: when this process ends, the analysis does

    def wait() -> None:
        if process.wait() != 0:
            quality.failed(platform, analysis_id)

    threading.Thread(target=wait, name="analysis", daemon=True).start()


def main() -> None:
    """Carry out the analysis that standard input names, and end with the process that asked for it."""
    os.nice(NICENESS)
    order = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, name="lifeline", daemon=True).start()
    store = Store(create_engine(order["database_url"], **engine_options(order["database_url"])))
    platform = Platform(
        store=store,
        writer=Writer(store),
        live=None,
        clock=SystemClock(),
        secret=b"",
        data=Path(order["data"]),
    )
    quality.carry_out(platform, order["analysis_id"])


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
