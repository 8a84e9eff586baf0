"""Learning day by day: when a wrong question comes again, when it is through, how many days are in a row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

HERE = "Asia/Shanghai"  # what belongs to no contest happens on days of the district
RIGHT_DAYS = 2  # right answers on so many later days, and a question is through
WAITS = (1, 3)  # days until it is due: after a wrong answer, after the first right one
DAYS_FOR_SPARE = 7  # answered one after the other they earn a make-up day
MOST_SPARE = 2


@dataclass(frozen=True)
class Learned:
    """How a person stands with a question."""

    is_right: bool  # the last answer
    right_days: int  # later days on which it was right since it was wrong
    last_on: str  # ISO date of the last answer
    due_on: str | None  # ISO date from which it should come again; None: not among the wrong questions


@dataclass(frozen=True)
class Streak:
    """How somebody keeps at it; nothing of it is ever taken away but the number of days in a row."""

    days: int  # answered one after the other, up to today or yesterday
    spare: int  # make-up days that are left
    total: int  # days that were ever answered
    is_done: bool  # today was answered


def day_of(ms: int) -> str:
    """Return the day of a moment in the district, as an ISO date."""
    return datetime.fromtimestamp(ms // 1000, UTC).astimezone(ZoneInfo(HERE)).date().isoformat()


def days_after(day: str, count: int) -> str:
    """Return the day so many days after another, as ISO dates."""
    return (date.fromisoformat(day) + timedelta(days=count)).isoformat()


def answered(before: Learned | None, is_right: bool, day: str) -> Learned:
    """Return how a person stands with a question after one more answer.

    A wrong answer puts it among the wrong questions, or back to their beginning. There it counts one right
    answer a day, from the day after the last answer on; after RIGHT_DAYS of them it is through.
    """
    if not is_right:
        return Learned(False, 0, day, days_after(day, WAITS[0]))
    if before is None or before.due_on is None:
        return Learned(True, 0, day, None)
    if day <= before.last_on:
        return Learned(True, before.right_days, before.last_on, before.due_on)
    right_days = before.right_days + 1
    due_on = days_after(day, WAITS[right_days]) if right_days < RIGHT_DAYS else None
    return Learned(True, right_days, day, due_on)


def streak(days: Iterable[str], today: str) -> Streak:
    """Return what the days on which somebody answered come to, as ISO dates.

    Every DAYS_FOR_SPARE days in a row earn a make-up day, at most MOST_SPARE are kept. Days that were missed
    are made up by themselves where there are enough; otherwise the row begins again, and what was earned
    stays.
    """
    run = spare = total = 0
    last: date | None = None
    for day in sorted(set(days)):
        at = date.fromisoformat(day)
        run, spare = _after_a_gap(run, spare, _missed(last, at))
        run, total, last = run + 1, total + 1, at
        if run % DAYS_FOR_SPARE == 0:
            spare = min(spare + 1, MOST_SPARE)
    now = date.fromisoformat(today)
    run, spare = _after_a_gap(run, spare, _missed(last, now))
    return Streak(run, spare, total, last == now)


def _missed(last: date | None, at: date) -> int:
    return max(0, (at - last).days - 1) if last is not None else 0


def _after_a_gap(run: int, spare: int, missed: int) -> tuple[int, int]:
    return (run, spare - missed) if missed <= spare else (0, spare)
