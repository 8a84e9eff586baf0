"""Telling the live boards what was committed; a board that cannot be told now is caught up later."""

from __future__ import annotations

from collections.abc import Sequence

from quiz.live import BoardMissing, LiveLine, LiveUnavailable
from quiz.services.platform import Platform


def announce(platform: Platform, contest_id: int, lines: Sequence[LiveLine]) -> None:
    """Move people on the live boards; when that is not possible, leave the contest to the sweep."""
    if platform.live is None or not lines:
        return
    try:
        platform.live.announce(contest_id, platform.epoch_of(contest_id), lines)
    except (LiveUnavailable, BoardMissing) as error:
        now_ms = platform.clock.now_ms()
        platform.fell_behind(contest_id, now_ms, forget_epoch=isinstance(error, BoardMissing))
