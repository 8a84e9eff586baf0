"""Carrying large works out: small ones here and now, large ones in a process of their own that is watched."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple

from quiz.services import apart, bulk, duplicates, examining, taking, works
from quiz.services.platform import Platform
from quiz.services.works import AT_HAND, TURNS, Going, TakenOver

log = logging.getLogger(__name__)
CarryOut = Callable[[Platform, Going, Callable[[], None]], object]


class Kind(NamedTuple):
    """A kind of work: what carries it out, and the folder of the file that it needs on this machine."""

    carry_out: CarryOut
    folder: str = ""


KINDS: Mapping[str, Kind] = {
    **{name: Kind(bulk.carry_out, "chosen") for name in bulk.CHANGES},
    taking.TAKE: Kind(taking.carry_out, "imports"),
    taking.CLEAR: Kind(taking.clear),
    examining.COMPARE: Kind(examining.compare_apart, "imports"),
    duplicates.TWINS: Kind(duplicates.carry_out),
}


def do(platform: Platform, work: Going) -> None:
    """Carry a work out: here and now where it is small, otherwise in a process of its own."""
    if work.size > AT_HAND:
        _start(platform, work)
        return
    with suppress(TakenOver):  # it took so long that it seemed dead: another process goes on with it
        KINDS[work.kind].carry_out(platform, work, works.no_rest)


def resume(platform: Platform, now_ms: int) -> None:
    """Go on with works that have lost their process: it was killed, or this server was."""
    for work in works.silent(platform, now_ms):
        if _is_at_hand(platform, work) or now_ms - work.beat_ms > works.KEPT_MS:
            _go_on(platform, work)


def _go_on(platform: Platform, work: Going) -> None:
    """Start the next process of a work, or give it up: what a command began, and what failed too often."""
    is_for_commands = work.actor_id is None and work.kind == taking.TAKE
    if is_for_commands or work.turn + 1 >= TURNS:
        _give_up(platform, work)
    elif (mine := works.take_over(platform, work)) is not None:
        log.warning("going on with the work %d (%s) at %d of %d", mine.id, mine.kind, mine.done, mine.size)
        _start(platform, mine)


def _give_up(platform: Platform, work: Going) -> None:
    log.error("the work %d (%s) failed at %d of %d", work.id, work.kind, work.done, work.size)
    with platform.store.writing() as session:
        if not works.give_up(session, work):
            return
        left = taking.give_up(session, work) if work.kind == taking.TAKE else None
    if left is not None:
        do(platform, left)


def _start(platform: Platform, work: Going) -> None:
    def failed() -> None:
        now = works.going(platform, work.token)
        if now is not None and now.is_running and now.turn == work.turn:
            _go_on(platform, now)

    order = {**apart.place_of(platform), "work": work.id, "turn": work.turn}
    apart.start("quiz.services.work_process", order, failed)


def _is_at_hand(platform: Platform, work: Going) -> bool:
    """Return whether this machine holds the file that a work needs."""
    folder = KINDS[work.kind].folder
    return not folder or (platform.data / folder / str(work.wanted.get("file", work.token))).is_file()
