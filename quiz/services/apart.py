"""Large work in processes of its own, so that answers are not slowed: started, told, ended with us."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from quiz.models import Store, Writer
from quiz.models.base import engine_options
from quiz.services.platform import Clock, Platform, SystemClock

NICENESS = 10  # answers go first
ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class At:
    """A clock that shows the moment at which something was asked for."""

    at_ms: int

    def now_ms(self) -> int:
        """Return that moment."""
        return self.at_ms


def place_of(platform: Platform) -> dict[str, str]:
    """Return what the order of a process holds so that it finds database and files."""
    database_url = platform.store.engine.url.render_as_string(hide_password=False)
    return {"database_url": database_url, "data": str(platform.data)}


def start(module: str, order: Mapping[str, Any], failed: Callable[[], None]) -> None:  # Any: JSON data
    """Start a process and tell it its order; `failed` is called here when it ends without having done it."""
    process = subprocess.Popen(
        [sys.executable, "-m", module], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=ROOT
    )
    assert process.stdin is not None  # a pipe was asked for
    try:
        process.stdin.write(json.dumps(order).encode() + b"\n")
        process.stdin.flush()  # and stays open: when this process ends, that one does
    except BrokenPipeError:  # it has ended already; whoever waits for it says so
        pass

    def wait() -> None:
        if process.wait() != 0:
            failed()

    threading.Thread(target=wait, name=module.rpartition(".")[2], daemon=True).start()


def told_order() -> dict[str, Any]:  # Any: JSON data
    """Read the order from standard input; from now on this process ends with the one that gave it."""
    os.nice(NICENESS)
    given: dict[str, Any] = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, name="lifeline", daemon=True).start()
    return given


def platform_of(database_url: str, data: str, clock: Clock | None = None) -> Platform:
    """Return what large work needs of the running parts; `clock`: another one than the machine's."""
    store = Store(create_engine(database_url, **engine_options(database_url)))
    return Platform(
        store=store,
        writer=Writer(store),
        live=None,
        clock=clock or SystemClock(),
        secret=b"",
        data=Path(data),
    )


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)
