"""Limits on trying to sign in: high by address, low by different wrong tries of one address."""

from __future__ import annotations

from quiz.errors import TooMany
from quiz.services.platform import Platform

WINDOW_S = 600  # in which tries of one address are counted
MOST_TRIES = 3_000  # of one address: 500 pupils share one, and each may try a few times
MOST_WRONG = 150  # different ones of one address: so many mistype, more is guessing
BLOCKED_S = 30  # after that nobody of this address signs in for so long


def check_tries(platform: Platform, address: str, now_ms: int) -> None:
    """Count one more try of an address; raises TooMany where there were too many, or it guesses."""
    if not address:
        return
    blocked_ms = platform.blocked.get(address, 0) - now_ms
    if blocked_ms > 0:
        raise TooMany(retry_after=-(-blocked_ms // 1000))
    if not platform.limits.allow(f"sign-in:{address}", MOST_TRIES, WINDOW_S, now_ms):
        raise TooMany(retry_after=BLOCKED_S)


def count_wrong(platform: Platform, address: str, kept: str, now_ms: int) -> None:
    """Count a wrong try of this address, each once; too many different ones block it for a while.

    `kept`: the keyed hash of what was tried.
    """
    if not address or not platform.limits.allow(f"wrong:{address}:{kept[:16]}", 1, WINDOW_S, now_ms):
        return
    if not platform.limits.allow(f"wrong:{address}", MOST_WRONG, WINDOW_S, now_ms):
        platform.blocked = {a: until for a, until in platform.blocked.items() if until > now_ms}
        platform.blocked[address] = now_ms + BLOCKED_S * 1000
