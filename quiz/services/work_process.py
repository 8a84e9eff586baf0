"""The process of one large work: goes on where it is, rests between parts, and is noticed when it is gone."""

from __future__ import annotations

import time

from quiz.services import apart, works
from quiz.services.working import KINDS

REST_S = 0.1  # between two parts: longer than a waiting writer of the database sleeps before it asks again


def main() -> None:
    """Carry out the work that standard input names, and end with the process that asked for it."""
    order = apart.told_order()
    platform = apart.platform_of(order["database_url"], order["data"])
    work = works.of_id(platform, order["work"])
    if work.turn != order["turn"] or not work.is_running:
        return
    with works.beating(platform, work):
        KINDS[work.kind].carry_out(platform, work, lambda: time.sleep(REST_S))


if __name__ == "__main__":
    main()
