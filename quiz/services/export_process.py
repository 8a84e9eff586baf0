"""The process of one large export: reads its order from standard input, writes the file, tells progress."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from quiz.live import View
from quiz.services.apart import At, platform_of, told_order
from quiz.services.board_reading import BoardId, Wanted
from quiz.services.exports import write_board
from quiz.services.large_exports import Export, Order, told
from quiz.services.published import published


def main() -> None:
    """Write one board as the order on standard input says, and end with the process that gave it."""
    given = told_order()
    write(Order(**{**given, "export": Export(**given["export"])}))


def write(order: Order) -> None:
    """Write the board of an order and note its progress beside it."""
    platform = platform_of(order.database_url, order.data, At(order.now_ms))
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


if __name__ == "__main__":
    main()
