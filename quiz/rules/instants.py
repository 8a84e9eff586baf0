"""Moments as a recorded case writes them: with their offset, to the millisecond."""

from __future__ import annotations

from datetime import datetime

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
DAY_S = 86_400
LAST_MS = 7_258_118_400_000  # 2200-01-01: what is later, or before 1970, is a slip of the pen


def instant_ms(text: str) -> int:
    """Read a moment with its offset as milliseconds since 1970 UTC; raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    since = moment - EPOCH
    ms = (since.days * DAY_S + since.seconds) * 1000 + since.microseconds // 1000
    if not 0 <= ms < LAST_MS:
        raise ValueError(f"{text} is no moment of a contest")
    return ms
