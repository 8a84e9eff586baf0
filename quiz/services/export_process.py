"""The process of one large export: reads its order from standard input, writes the file, tells progress."""

from __future__ import annotations

import json
import os
import sys
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from quiz.live import View
from quiz.models import Store, Writer
from quiz.models.base import engine_options
from quiz.services.board_reading import BoardId, Wanted
from quiz.services.exports import write_board
from quiz.services.large_exports import Export, Order, told
from quiz.services.platform import Platform
from quiz.services.published import published

NICENESS = 10  # answers go first


@dataclass(frozen=True)
class At:
    """A clock that shows the moment at which the export was asked for."""

    at_ms: int

    def now_ms(self) -> int:
        """Return that moment."""
        return self.at_ms


def main() -> None:
    """Write one board as the order on standard input says, and end with the process that gave it."""
    given = told_order()
    write(Order(**{**given, "export": Export(**given["export"])}))


def told_order() -> dict[str, Any]:  # Any: JSON data
    """Read the order from standard input; from now on this process ends with the one that gave it."""
    os.nice(NICENESS)
    given: dict[str, Any] = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, name="lifeline", daemon=True).start()
    return given


def platform_of(database_url: str, data: str, now_ms: int) -> Platform:
    """Return what an export needs of the running parts."""
    store = Store(create_engine(database_url, **engine_options(database_url)))
    return Platform(
        store=store, writer=Writer(store), live=None, clock=At(now_ms), secret=b"", data=Path(data)
    )


def write(order: Order) -> None:
    """Write the board of an order and note its progress beside it."""
    platform = platform_of(order.database_url, order.data, order.now_ms)
    data = platform.data
    folder, export = data / "exports", order.export
    wanted = Wanted(
        BoardId.parse(order.board), period=order.period, view=View(order.view), frozen=order.frozen
    )
    path = folder / f"{order.token}{Path(export.name).suffix}"
    rows = write_board(
        platform,
        published(platform, order.rules_id),
        wanted,
        path,
        lambda count: told(folder, order.token, replace(export, rows=count)),
    )
    told(folder, order.token, replace(export, rows=rows, of=rows, state="ready"))


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
