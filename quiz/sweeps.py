"""What a serving process does beside requests: close attempts, catch up boards, delete what is over."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from quiz.services import boards, days_end, ledger, play, retention, working
from quiz.services.platform import Actor, Platform

RECOUNT_ROUNDS = 5  # transactions of a recount in one round, each of some fifty people
ROUND_S = 1.0  # a finished attempt that could not be announced moves within a round
FULL_ROUND_S = 30.0  # every contest is looked at, whatever this process knows
LARGEST_JUMP_MS = 2_000  # of the wall clock against the monotonic one
SETTLED_S = 60.0  # a clock that has not jumped for so long is believed again
TRUSTED_S = 3_600.0  # and by one that has not for so long things are deleted: the first hour sets many right
DAY_S = 86_400
NIGHT_MS = 5 * 3_600_000  # before midnight UTC: at three in the morning in China few people answer

log = logging.getLogger(__name__)


class ClockWatch:
    """Compares the wall clock with the monotonic one: attempts are closed only while they agree."""

    def __init__(self, wall_ms: Callable[[], int], monotonic: Callable[[], float] = time.monotonic) -> None:
        self.wall_ms, self.monotonic = wall_ms, monotonic
        self.offset_ms = self._offset_ms()
        self.jump_ms = 0  # the last jump
        self.believed_from_s = 0.0  # of the monotonic clock
        self.runs_from_s = monotonic()  # since when there was no jump

    def is_unsettled(self) -> bool:
        """Look at both clocks and return whether the wall clock jumped now or a short while ago."""
        before, self.offset_ms = self.offset_ms, self._offset_ms()
        jump_ms, now_s = self.offset_ms - before, self.monotonic()
        if abs(jump_ms) > LARGEST_JUMP_MS:
            self.jump_ms, self.believed_from_s, self.runs_from_s = jump_ms, now_s + SETTLED_S, now_s
            log.error("the wall clock jumped by %d ms; no attempt is closed until it has settled", jump_ms)
        return now_s < self.believed_from_s

    def is_trusted(self) -> bool:
        """Return whether there was no jump for so long that what is over by the clock may be deleted."""
        return self.monotonic() >= self.runs_from_s + TRUSTED_S

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


def retain_daily(platform: Platform, watch: ClockWatch) -> bool:
    """Delete what is kept no longer, once a day in one of all processes; returns whether it was done now."""
    now_ms = platform.clock.now_ms()
    if not watch.is_trusted() or not platform.limits.allow("retain", 1, DAY_S, now_ms + NIGHT_MS):
        return False
    found = retention.retain(platform, Actor(None, now_ms), does=True)
    if any(found.values()):
        log.info("deleted what is kept no longer: %s", found)
    return True


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
    once, watch = threading.Lock(), ClockWatch(platform.clock.now_ms)

    def rounds() -> None:
        last_full = 0.0
        while True:
            full = time.monotonic() - last_full >= FULL_ROUND_S or not last_full
            try:
                sweep(platform, watch, full)
                last_full = time.monotonic() if full else last_full
            except Exception:
                log.exception("a sweep failed; the next one tries again")
            time.sleep(ROUND_S)

    def days() -> None:
        while True:
            time.sleep(FULL_ROUND_S)
            try:
                retain_daily(platform, watch)
            except Exception:
                log.exception("what is kept no longer could not all be deleted; tomorrow it is tried again")

    def begin() -> None:
        if once.acquire(blocking=False):
            threading.Thread(target=days, name="retention", daemon=True).start()
            threading.Thread(target=know_the_bank, args=[platform], name="bank", daemon=True).start()
            threading.Thread(target=rounds, name="sweeps", daemon=True).start()

    return begin
