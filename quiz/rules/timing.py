"""When a stage is open, to which day and period a moment belongs, and when an attempt or a question ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from quiz.rules.parts import Calendar, Stage

YEARS = ("1971", "9998")  # far enough from both ends of what a calendar can count
MINUTE_MS = 60_000
DAY_MS = 86_400_000
AWAY_MS = (
    30 * 60_000
)  # with a clock per question only, a lost network may cost this much beside the questions
UNTIMED_MS = DAY_MS  # an attempt without any clock that nobody finished is closed after a day


@dataclass(frozen=True)
class Phase:
    """Where a stage stands: coming, open, paused (outside its hours, in a gap), over; and until when."""

    name: str
    next_ms: int | None  # when that changes: opens, pauses or closes; None when it is over


def phase(stage: Stage, now_ms: int) -> Phase:
    """Return where the stage stands at a moment and when that changes."""
    calendar = stage.calendar
    if now_ms >= calendar.closes_ms:
        return Phase("over", None)
    first = calendar.opens_ms
    if not is_open(calendar, first):
        first = _next_change(calendar, first) or calendar.closes_ms
    if now_ms < first:
        return Phase("coming", first)
    following = _next_change(calendar, now_ms)
    if is_open(calendar, now_ms):
        return Phase("open", following)
    return Phase("paused", following) if following is not None else Phase("over", None)


def is_open(calendar: Calendar, ms: int) -> bool:
    """Return whether an attempt may start at this moment."""
    if not calendar.opens_ms <= ms < calendar.closes_ms:
        return False
    if any(gap.opens_ms <= ms < gap.closes_ms for gap in calendar.gaps):
        return False
    if not calendar.hours:
        return True
    local = local_time(calendar.zone, ms)
    minute = local.hour * 60 + local.minute
    return any(local.weekday() in h.days and h.from_min <= minute < h.to_min for h in calendar.hours)


def closes_after(calendar: Calendar, ms: int) -> int:
    """Return the first closing (of the stage, its daily hours, or for a gap) after an open moment."""
    return _next_change(calendar, ms) or calendar.closes_ms


def period_of(stage: Stage, started_ms: int, scene: str | None = None) -> str:
    """Return the period an attempt started then belongs to: a first day (ISO), a scene or level, "" for none.

    An attempt belongs to the period of its start.
    """
    calendar = stage.calendar
    match calendar.period:
        case "day":
            return day_of(stage, started_ms)
        case "week":
            day = _day(calendar, started_ms)
            return (day - timedelta(days=day.weekday())).isoformat()
        case "month":
            return _day(calendar, started_ms).replace(day=1).isoformat()
        case "scene" | "level":
            return scene or ""
    return ""


def day_of(stage: Stage, started_ms: int) -> str:
    """Return the day (ISO) a moment belongs to; a day begins at `day_begins` of the stage's time zone."""
    return _day(stage.calendar, started_ms).isoformat()


def in_a_row(stage: Stage, reached: Mapping[Any, bool]) -> list[bool]:
    """Return what was reached in each of the periods that follow each other; one without an attempt was not.

    `reached`: by period in order, or by attempt where the stage has no periods of the calendar.
    """
    if stage.calendar.period not in STEPS:
        return list(reached.values())
    found: list[bool] = []
    last: date | None = None
    for name, each in sorted(reached.items()):
        here = date.fromisoformat(name)
        if last is not None and STEPS[stage.calendar.period](last) != here:
            found.append(False)
        found.append(each)
        last = here
    return found


STEPS: Mapping[str, Callable[[date], date]] = {  # to the first day of the next period
    "day": lambda day: day + timedelta(days=1),
    "week": lambda day: day + timedelta(days=7),
    "month": lambda day: (day + timedelta(days=31)).replace(day=1),
}


def limit_ms(stage: Stage, started_ms: int) -> int | None:
    """Return the last moment that the rules give an attempt: its own clock, or the close where that cuts."""
    clock, calendar = stage.clock, stage.calendar
    ends = None if clock.per_attempt_ms is None else started_ms + clock.per_attempt_ms
    if calendar.at_close == "cut":
        closes = closes_after(calendar, started_ms)
        ends = closes if ends is None else min(ends, closes)
    return ends


def deadline_ms(stage: Stage, started_ms: int) -> int:
    """Return when the server closes an attempt that nobody finished.

    Where the rules set no limit it is generous: nobody loses by it, and nothing stays open for ever.
    """
    limit = limit_ms(stage, started_ms)
    if limit is not None:
        return limit
    if stage.clock.per_question_ms is not None:
        return started_ms + stage.paper.count * stage.clock.per_question_ms + AWAY_MS
    return started_ms + UNTIMED_MS


def question_deadline_ms(stage: Stage, opened_ms: int, deadline_ms: int | None) -> int:
    """Return when a question that was opened then closes; the attempt's deadline may come first."""
    if stage.clock.per_question_ms is None:
        raise ValueError("this stage has no clock per question")
    own = opened_ms + stage.clock.per_question_ms
    return own if deadline_ms is None else min(own, deadline_ms)


def unanswered_ms(stage: Stage) -> int:
    """Return the time of a question nobody answered: its whole limit, so that skipping is never quicker."""
    return stage.clock.per_question_ms or 0


def time_ms(
    stage: Stage, started_ms: int, finished_ms: int, deadline_ms: int | None, answers_ms: Sequence[int]
) -> int:
    """Return the time that counts for an attempt: from start to finish, or its answers' times together."""
    if stage.clock.time == "questions":
        return sum(answers_ms)
    ends = finished_ms if deadline_ms is None else min(finished_ms, deadline_ms)
    return max(0, ends - started_ms)


def moment_ms(zone: str, text: str) -> int:
    """Return a moment written as "2024-10-09 24:00" in a time zone; 24:00 is the end of that day.

    Raises ValueError for a day that does not exist or a time that a change to summer time leaves out.
    """
    if not YEARS[0] <= text[:4] <= YEARS[1]:
        raise ValueError(f"{text} is no time for a contest")
    day, _, clock = text.partition(" ")
    hour, minute, second = (int(part) for part in (clock + ":0").split(":")[:3])
    naive = datetime.fromisoformat(day) + timedelta(hours=hour, minutes=minute, seconds=second)
    aware = naive.replace(tzinfo=_zone(zone))
    if aware.astimezone(UTC).astimezone(_zone(zone)).replace(tzinfo=None) != naive:
        raise ValueError(f"{text} does not exist in {zone}")
    return _ms(aware)


def _day(calendar: Calendar, ms: int) -> date:
    return _day_of_minute(calendar.zone, calendar.day_begins_min, ms // MINUTE_MS)


@lru_cache(maxsize=65_536)  # a fold asks for the same minutes again and again
def _day_of_minute(zone: str, day_begins_min: int, minute: int) -> date:
    local = local_time(zone, minute * MINUTE_MS).replace(tzinfo=None)
    return (local - timedelta(minutes=day_begins_min)).date()


def _next_change(calendar: Calendar, ms: int) -> int | None:
    """Return the first moment after `ms` at which the stage opens, pauses or closes."""
    now = is_open(calendar, ms)
    for moment in _boundaries(calendar, ms):
        if is_open(calendar, moment) != now:
            return moment
    return None


def _boundaries(calendar: Calendar, ms: int) -> Iterator[int]:
    """Yield, in order and up to the close, the moments after `ms` at which something may change."""
    fixed = {calendar.closes_ms}
    fixed.update(gap.opens_ms for gap in calendar.gaps)
    fixed.update(gap.closes_ms for gap in calendar.gaps)
    rest = sorted(moment for moment in fixed if ms < moment <= calendar.closes_ms)
    if not calendar.hours:
        yield from rest
        return
    day = local_time(calendar.zone, ms).date()
    while rest:
        ends = _midnight(calendar.zone, day + timedelta(days=1))
        here = {moment for moment in rest if moment <= ends} | _hour_moments(calendar, day)
        yield from sorted(moment for moment in here if ms < moment <= calendar.closes_ms)
        rest = [moment for moment in rest if moment > ends]
        day += timedelta(days=1)


def _hour_moments(calendar: Calendar, day: date) -> set[int]:
    minutes = {m for h in calendar.hours if day.weekday() in h.days for m in (h.from_min, h.to_min)}
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001  # wall time of the zone, set below
    zone = _zone(calendar.zone)
    return {_ms((midnight + timedelta(minutes=m)).replace(tzinfo=zone)) for m in minutes}


def _midnight(zone: str, day: date) -> int:
    return _ms(datetime(day.year, day.month, day.day, tzinfo=_zone(zone)))


def local_time(zone: str, ms: int) -> datetime:
    """Return what the clocks of a time zone show at a moment."""
    return datetime.fromtimestamp(ms // 1000, UTC).astimezone(_zone(zone))


def _ms(moment: datetime) -> int:
    return round(moment.timestamp()) * 1000


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
