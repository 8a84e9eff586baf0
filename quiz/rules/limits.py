"""Limits per day, per period and in total, applied to things in the order in which they happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from quiz.rules.parts import NO_LIMIT, Limit


class Dated(NamedTuple):
    """So many of something on a day of a period; "" where it belongs to no day."""

    day: str
    period: str
    number: int = 1


def kept(limit: Limit, happened: Iterable[Dated]) -> list[int]:
    """Return how many of each are within the limit, the earlier ones first."""
    if limit == NO_LIMIT:
        return [max(0, each.number) for each in happened]
    days: dict[str, int] = defaultdict(int)
    periods: dict[str, int] = defaultdict(int)
    total, found = 0, []
    for day, period, number in happened:
        room = number if limit.total is None else min(number, limit.total - total)
        if day and limit.per_day is not None:
            room = min(room, limit.per_day - days[day])
        if day and limit.per_period is not None:
            room = min(room, limit.per_period - periods[period])
        here = max(0, room)
        found.append(here)
        if day:
            days[day] += here
            periods[period] += here
        total += here
    return found
