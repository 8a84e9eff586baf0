"""When a stage is open, to which day and period a moment belongs, and when an attempt or a question ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
    if calendar.gaps and any(gap.opens_ms <= ms < gap.closes_ms for gap in calendar.gaps):
        return False
    if not calendar.hours:
        return True
    day, within = divmod(ms + _offset_ms(calendar.zone, ms), DAY_MS)
    minute = within // MINUTE_MS
    return any(_weekday(day) in h.days and h.from_min <= minute < h.to_min for h in calendar.hours)


def is_practice(stage: Stage, started_ms: int) -> bool:
    """Return whether an attempt that starts then is practice after the close: it never counts."""
    calendar = stage.calendar
    return calendar.after_close == "practice" and started_ms >= calendar.closes_ms


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
            return _week_of(_day_number(calendar, started_ms), calendar.week_begins)
        case "month":
            return day_of(stage, started_ms)[:8] + "01"
        case "scene" | "level":
            return scene or ""
    return ""


def day_of(stage: Stage, started_ms: int) -> str:
    """Return the day (ISO) a moment belongs to; a day begins at `day_begins` of the stage's time zone."""
    return _iso(_day_number(stage.calendar, started_ms))


def days_since_opening(stage: Stage, ms: int) -> int:
    """Return how many days of the rules have begun since the one of the opening: 0 on that day."""
    return _day_number(stage.calendar, ms) - _day_number(stage.calendar, stage.calendar.opens_ms)


def in_order(stage: Stage, periods: Iterable[str]) -> list[str]:
    """Return periods in their order: days, weeks, months by date, scenes as written, levels by number."""
    match stage.calendar.period:
        case "scene":
            places = {name: n for n, name in enumerate(stage.calendar.scenes)}
            return sorted(periods, key=lambda name: (places.get(name, -1), name))
        case "level":
            return sorted(periods, key=lambda name: (int(name) if name.isdecimal() else -1, name))
    return sorted(periods)


def in_a_row(stage: Stage, reached: Mapping[Any, bool]) -> list[bool]:
    """Return what was reached in each of the periods that follow each other; one without an attempt was not.

    `reached`: by period, or by attempt in order where the stage has no periods.
    """
    if stage.calendar.period == "none":
        return list(reached.values())
    names = in_order(stage, reached)
    return [reached.get(name, False) for name in _following(stage, names)]


def _following(stage: Stage, names: Sequence[str]) -> Iterator[str]:
    """Yield the periods from the first to the last of some, with those between them."""
    match stage.calendar.period:
        case "scene":
            yield from stage.calendar.scenes
        case "level":
            yield from (
                str(n) for n in range(1, len(stage.flow.levels.passes if stage.flow.levels else ()) + 1)
            )
        case period if names:
            here, last = date.fromisoformat(names[0]), names[-1]
            while here.isoformat() <= last:
                yield here.isoformat()
                here = STEPS[period](here)


STEPS: Mapping[str, Callable[[date], date]] = {  # to the first day of the next period
    "day": lambda day: day + timedelta(days=1),
    "week": lambda day: day + timedelta(days=7),
    "month": lambda day: (day + timedelta(days=31)).replace(day=1),
}


def day_ends_ms(stage: Stage, day: str) -> int:
    """Return when a day (ISO) of a stage is over."""
    return _ends_ms(stage.calendar, date.fromisoformat(day) + timedelta(days=1))


def period_ends_ms(stage: Stage, period: str) -> int:
    """Return when a period is over; one that is none of the calendar ends with the stage."""
    if not period or stage.calendar.period not in STEPS:
        return stage.calendar.closes_ms
    return _ends_ms(stage.calendar, STEPS[stage.calendar.period](date.fromisoformat(period)))


def _ends_ms(calendar: Calendar, following: date) -> int:
    begins_ms = _midnight(calendar.zone, following) + calendar.day_begins_min * MINUTE_MS
    return min(begins_ms, calendar.closes_ms)


def limit_ms(stage: Stage, started_ms: int) -> int | None:
    """Return the last moment that the rules give an attempt: its own clock, or the close where that cuts."""
    clock, calendar = stage.clock, stage.calendar
    ends = None if clock.per_attempt_ms is None else started_ms + clock.per_attempt_ms
    if calendar.at_close == "cut" and not is_practice(stage, started_ms):
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
        spent = sum(answers_ms)
    else:
        spent = max(0, (finished_ms if deadline_ms is None else min(finished_ms, deadline_ms)) - started_ms)
    return spent - spent % stage.clock.time_in_ms


def is_too_quick(stage: Stage, started_ms: int, finished_ms: int) -> bool:
    """Return whether an attempt was handed in before it may be; what a limit cut off was not too quick."""
    return finished_ms < may_finish_ms(stage, started_ms)


def may_finish_ms(stage: Stage, started_ms: int) -> int:
    """Return the first moment at which an attempt may be handed in: its limit at the latest."""
    earliest, limit = started_ms + (stage.clock.at_least_ms or 0), limit_ms(stage, started_ms)
    return earliest if limit is None else min(earliest, limit)


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


def _day_number(calendar: Calendar, ms: int) -> int:
    """Return the day a moment belongs to, counted from 1970-01-01; a fold asks millions of times."""
    found = _day_of_quarter(calendar.zone, calendar.day_begins_min, ms // QUARTER_MS)
    return _day_at(calendar.zone, calendar.day_begins_min, ms) if found is None else found


@lru_cache(maxsize=65_536)
def _day_of_quarter(zone: str, day_begins_min: int, quarter: int) -> int | None:
    """Return the day that a quarter of an hour belongs to; None where day or offset change meanwhile."""
    if _offset_of_quarter(zone, quarter) is None:
        return None
    first = _day_at(zone, day_begins_min, quarter * QUARTER_MS)
    return first if first == _day_at(zone, day_begins_min, (quarter + 1) * QUARTER_MS - 1) else None


def _day_at(zone: str, day_begins_min: int, ms: int) -> int:
    return (ms + _offset_ms(zone, ms) - day_begins_min * MINUTE_MS) // DAY_MS


@lru_cache(maxsize=16_384)
def _week_of(day: int, begins: int) -> str:
    return _iso(day - (_weekday(day) - begins) % 7)


@lru_cache(maxsize=16_384)
def _iso(day: int) -> str:
    return (FIRST_DAY + timedelta(days=day)).isoformat()


FIRST_DAY = date(1970, 1, 1)  # a Thursday


def _weekday(day: int) -> int:
    """Return the weekday of a day counted from 1970-01-01; 0 is Monday."""
    return (day + 3) % 7


def _offset_ms(zone: str, ms: int) -> int:
    """Return by how much the clocks of a zone are ahead of UTC; a fold asks millions of times."""
    found = _offset_of_quarter(zone, ms // QUARTER_MS)
    return _offset_at(zone, ms) if found is None else found


QUARTER_MS = 900_000


@lru_cache(maxsize=65_536)
def _offset_of_quarter(zone: str, quarter: int) -> int | None:
    """Return the offset during a quarter of an hour; None where it changes meanwhile."""
    first = _offset_at(zone, quarter * QUARTER_MS)
    return first if first == _offset_at(zone, (quarter + 1) * QUARTER_MS - 1) else None


def _offset_at(zone: str, ms: int) -> int:
    ahead = local_time(zone, ms).utcoffset()
    assert ahead is not None  # it bears a zone
    return round(ahead.total_seconds()) * 1000


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
    moment = datetime.fromtimestamp(ms // 1000, UTC) + timedelta(milliseconds=ms % 1000)
    return moment.astimezone(_zone(zone))


def _ms(moment: datetime) -> int:
    return round(moment.timestamp()) * 1000


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
