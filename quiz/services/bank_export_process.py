"""The process of one export of questions: reads its order, writes the file, tells how far it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from quiz.services.apart import At, platform_of, told_order
from quiz.services.bank_exports import Order, sealed_among, write_questions
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
    question_ids = chosen(platform, order.chosen).question_ids
    missing = write_questions(
        platform,
        question_ids,
        order.format,
        folder / f"{order.token}{Path(export.name).suffix}",
        lambda count: told(folder, order.token, replace(export, rows=count)),
    )
    sealed = sealed_among(platform, question_ids)
    told(folder, order.token, replace(export, rows=export.of, state="ready", left_out=missing, sealed=sealed))


if __name__ == "__main__":
    main()
