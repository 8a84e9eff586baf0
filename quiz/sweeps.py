"""What a serving process does beside requests: close attempts, bring boards up to date, know the bank."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from quiz.services import boards, days_end, ledger, play, working
from quiz.services.platform import Platform

RECOUNT_ROUNDS = 5  # transactions of a recount in one round, each of some fifty people
ROUND_S = 1.0  # a finished attempt that could not be announced moves within a round
FULL_ROUND_S = 30.0  # every contest is looked at, whatever this process knows
LARGEST_JUMP_MS = 2_000  # of the wall clock against the monotonic one
SETTLED_S = 60.0  # a clock that has not jumped for so long is believed again

log = logging.getLogger(__name__)


class ClockWatch:
    """Compares the wall clock with the monotonic one: attempts are closed only while they agree."""

    def __init__(self, wall_ms: Callable[[], int], monotonic: Callable[[], float] = time.monotonic) -> None:
        self.wall_ms, self.monotonic = wall_ms, monotonic
        self.offset_ms = self._offset_ms()
        self.jump_ms = 0  # the last jump
        self.believed_from_s = 0.0  # of the monotonic clock

    def is_unsettled(self) -> bool:
        """Look at both clocks and return whether the wall clock jumped now or a short while ago."""
        before, self.offset_ms = self.offset_ms, self._offset_ms()
        jump_ms, now_s = self.offset_ms - before, self.monotonic()
        if abs(jump_ms) > LARGEST_JUMP_MS:
            self.jump_ms, self.believed_from_s = jump_ms, now_s + SETTLED_S
            log.error("the wall clock jumped by %d ms; no attempt is closed until it has settled", jump_ms)
        return now_s < self.believed_from_s

    def _offset_ms(self) -> int:
        return self.wall_ms() - int(self.monotonic() * 1000)


def sweep(platform: Platform, watch: ClockWatch, full: bool) -> None:
    """Do one round: close what is overdue, go on with what was cut off, catch up boards, know the bank.

    `full`: all boards are looked at.
    """
    platform.clock_jumped, platform.jump_ms = watch.is_unsettled(), watch.jump_ms
    now_ms = platform.clock.now_ms()
    if not platform.clock_jumped:
        play.close_overdue(platform, now_ms)
    boards.catch_up_all(platform, now_ms, full)
    ledger.recount_pending(platform, RECOUNT_ROUNDS)
    working.resume(platform, now_ms)
    if full and not platform.clock_jumped:
        days_end.keep(platform, now_ms)
    with platform.store.reading() as session:
        platform.catalogued.keep_ready(session)


def know_the_bank(platform: Platform) -> None:
    """Read the bank as soon as the process is there: a first round may have boards to build before."""
    try:
        with platform.store.reading() as session:
            platform.catalogued.keep_ready(session)
    except SQLAlchemyError:
        log.exception("the bank could not be read yet; the rounds try again")


def start_sweeps(app: Flask) -> Callable[[], None]:
    """Begin the rounds of this process on a thread; returns a function that begins them once and no more."""
    platform: Platform = app.extensions["quiz"]
    once = threading.Lock()

    def rounds() -> None:
        watch, last_full = ClockWatch(platform.clock.now_ms), 0.0
        while True:
            full = time.monotonic() - last_full >= FULL_ROUND_S or not last_full
            try:
                sweep(platform, watch, full)
                last_full = time.monotonic() if full else last_full
            except Exception:
                log.exception("a sweep failed; the next one tries again")
            time.sleep(ROUND_S)

    def begin() -> None:
        if once.acquire(blocking=False):
            threading.Thread(target=know_the_bank, args=[platform], name="bank", daemon=True).start()
            threading.Thread(target=rounds, name="sweeps", daemon=True).start()

    return begin
