"""A clock that tests set and move."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def ms(text: str) -> int:
    """Return a Shanghai wall time such as "2026-03-02 09:00" or "2026-03-02 09:00:00.250" in milliseconds."""
    moment = datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    return round(moment.timestamp() * 1000)


class MovedClock:
    """Shows the time that a test has set."""

    def __init__(self, start: str) -> None:
        self.at_ms = ms(start)

    def now_ms(self) -> int:
        """Return the moment shown, in milliseconds since 1970 UTC."""
        return self.at_ms

    def set(self, text: str) -> None:
        """Show this Shanghai wall time."""
        self.at_ms = ms(text)

    def move(self, **by: float) -> None:
        """Move by a timedelta's arguments: `move(seconds=30)`."""
        self.at_ms += round(timedelta(**by).total_seconds() * 1000)
