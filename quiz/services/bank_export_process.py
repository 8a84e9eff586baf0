"""The process of one export of questions: reads its order, writes the file, tells how far it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from quiz.services.apart import At, platform_of, told_order
from quiz.services.bank_exports import Order, write_questions
from quiz.services.chosen import chosen
from quiz.services.large_exports import Export, told


def main() -> None:
    """Write questions as the order on standard input says, and end with the process that gave it."""
    given = told_order()
    write(Order(**{**given, "export": Export(**given["export"])}))


def write(order: Order) -> None:
    """Write the questions of an order and note beside them how far it is, and what the format cannot hold."""
    platform = platform_of(order.database_url, order.data, At(order.now_ms))
    folder, export = platform.data / "exports", order.export
    missing = write_questions(
        platform,
        chosen(platform, order.chosen).question_ids,
        order.format,
        folder / f"{order.token}{Path(export.name).suffix}",
        lambda count: told(folder, order.token, replace(export, rows=count)),
    )
    told(folder, order.token, replace(export, rows=export.of, state="ready", left_out=missing))


if __name__ == "__main__":
    main()
