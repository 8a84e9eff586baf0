"""Limits per day, per period and in total, applied to things in the order in which they happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from quiz.rules.parts import Limit


class Dated(NamedTuple):
    """So many of something on a day of a period; "" where it belongs to no day."""

    day: str
    period: str
    number: int = 1


def kept(limit: Limit, happened: Iterable[Dated]) -> list[int]:
    """Return how many of each are within the limit, the earlier ones first."""
    days: dict[str, int] = defaultdict(int)
    periods: dict[str, int] = defaultdict(int)
    total, found = 0, []
    for day, period, number in happened:
        spans = [(limit.total, total)]
        spans += [(limit.per_day, days[day])] if day else []
        spans += [(limit.per_period, periods[period])] if day else []
        room = min((most - used for most, used in spans if most is not None), default=number)
        here = max(0, min(number, room))
        found.append(here)
        if day:
            days[day] += here
            periods[period] += here
        total += here
    return found
