"""Moments as the desk shows them: year, day and time in a contest's time zone, the same in every language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

HERE = "Asia/Shanghai"  # what does not belong to one contest is told in the district's time
MIDNIGHT = (0, 0, 0)


def at_minute(ms: int, zone: str = HERE, is_end: bool = False) -> str:
    """Return a moment as 2026-03-02 09:00; an end at midnight is 24:00 of the day before."""
    local = _local(ms, zone)
    if is_end and (local.hour, local.minute, local.second) == MIDNIGHT:
        return f"{local - timedelta(days=1):%Y-%m-%d} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"


def at_second(ms: int, zone: str = HERE) -> str:
    """Return a moment as 2026-03-02 09:00:05."""
    return f"{_local(ms, zone):%Y-%m-%d %H:%M:%S}"


def at_clock(ms: int, zone: str = HERE) -> str:
    """Return the time of a moment as 09:00."""
    return f"{_local(ms, zone):%H:%M}"


def _local(ms: int, zone: str) -> datetime:
    return datetime.fromtimestamp(ms // 1000, UTC).astimezone(ZoneInfo(zone))
