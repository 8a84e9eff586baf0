"""How moments, durations, points and phases are written for people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import gettext as _

from quiz.rules.document import Stage

PLACES = 2  # decimals shown of a number that is no whole one; exact values are in the exports


def init_wording(app: Flask) -> None:
    """Let templates write numbers and durations as views do."""
    app.add_template_filter(duration)
    app.add_template_filter(number)
    app.add_template_filter(period_words)


def moment(ms: int, zone: str, is_end: bool = False) -> str:
    """Return a moment in a time zone, to the minute; an end at midnight is 24:00 of the day before."""
    local = datetime.fromtimestamp(ms // 1000, UTC).astimezone(ZoneInfo(zone))
    is_midnight = is_end and (local.hour, local.minute, local.second) == (0, 0, 0)
    day = local - timedelta(days=1) if is_midnight else local
    clock = "24:00" if is_midnight else f"{local:%H:%M}"
    return _("%(month)s月%(day)s日 %(clock)s", month=day.month, day=day.day, clock=clock)


def duration(ms: int) -> str:
    """Return a time that somebody took, to the millisecond that decides between equals: 4 min 05.250 s."""
    minutes, rest = divmod(ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest // 1000}.{rest % 1000:03d}"
    if hours:
        return _("%(hours)s小时%(minutes)s分%(seconds)s秒", hours=hours, minutes=minutes, seconds=seconds)
    if minutes:
        return _("%(minutes)s分%(seconds)s秒", minutes=minutes, seconds=seconds)
    return _("%(seconds)s秒", seconds=seconds)


def number(value: object) -> str:
    """Return a count of points: whole numbers as they are, others rounded half up to two decimals."""
    exact = Fraction(str(value))
    if exact.denominator == 1:
        return str(exact.numerator)
    scaled = abs(exact) * 10**PLACES
    rounded = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    whole, decimals = divmod(rounded, 10**PLACES)
    sign = "-" if exact < 0 and rounded else ""
    return f"{sign}{whole}.{decimals:0{PLACES}d}".rstrip("0").rstrip(".")


def period_words(period: str, stage: Stage) -> str:
    """Return what a period is called: a level by its number, any other by its own name."""
    return _("第 %(level)s 关", level=period) if period and stage.calendar.period == "level" else period


def clock(ms: int) -> str:
    """Return a time that is left as a clock shows it: 04:05, 1:02:03."""
    seconds = max(0, -(-ms // 1000))
    hours, rest = divmod(seconds, 3600)
    return (f"{hours}:" if hours else "") + f"{rest // 60:02d}:{rest % 60:02d}"
