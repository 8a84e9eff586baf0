"""What this process can do at the moment: reach the database, reach Redis, believe its clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quiz.live import BoardMissing, LiveBoards, LiveUnavailable
from quiz.services.platform import Platform


@dataclass(frozen=True)
class Readiness:
    """What works."""

    database: bool  # answers can be stored in it
    live: bool | None  # None: no Redis is configured
    stands_since_ms: Mapping[int, int]  # contest → since when its live boards stand
    clock_jumped: bool
    jump_ms: int  # how far the wall clock jumped last


def look(platform: Platform) -> Readiness:
    """Return what works now."""
    return Readiness(
        database=platform.store.can_write(),
        live=None if platform.live is None else _has_live_boards(platform.live),
        stands_since_ms=dict(platform.live_away_since),
        clock_jumped=platform.clock_jumped,
        jump_ms=platform.jump_ms,
    )


def _has_live_boards(live: LiveBoards) -> bool:
    """Return whether Redis answers, whatever boards it holds."""
    try:
        live.checkpoint(0, "")
    except BoardMissing:
        return True
    except LiveUnavailable:
        return False
    return True
