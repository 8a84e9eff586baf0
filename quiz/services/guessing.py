"""Limits on trying to sign in: by address, and never so that one guesser keeps out who shares it.

docs/decisions/0113-a-guesser-keeps-nobody-out.md
"""

from __future__ import annotations

from quiz.errors import TooMany
from quiz.services.platform import Platform

WINDOW_S = 600  # in which tries of one address are counted
MOST_TRIES = 3_000  # of one address: 500 pupils share one, and each may try a few times
MOST_WRONG = 150  # different ones of one address: so many mistype, more is guessing
BLOCKED_S = 30  # after too many wrong ones no code of this address is looked at for so long


def check_tries(platform: Platform, address: str, now_ms: int) -> None:
    """Count one more account or one-time code of an address; raises TooMany where there were too many."""
    if address and not platform.limits.allow(f"sign-in:{address}", MOST_TRIES, WINDOW_S, now_ms):
        raise TooMany(retry_after=BLOCKED_S)


def check_guessing(platform: Platform, address: str, now_ms: int) -> None:
    """Raise TooMany where so many wrong codes came from an address that no more are looked at now."""
    blocked_ms = platform.blocked.get(address, 0) - now_ms
    if blocked_ms > 0:
        raise TooMany(retry_after=-(-blocked_ms // 1000))


def count_wrong(platform: Platform, address: str, kept: str, now_ms: int) -> None:
    """Count a wrong try of this address; raises TooMany for one more different one than people mistype.

    Who has the right code meanwhile signs in, until the wrong ones are so many that codes are blocked.
    `kept`: the keyed hash of what was tried.
    """
    if not address:
        return
    if not platform.limits.allow(f"wrong-tries:{address}", MOST_TRIES, WINDOW_S, now_ms):
        platform.blocked = {a: until for a, until in platform.blocked.items() if until > now_ms}
        platform.blocked[address] = now_ms + BLOCKED_S * 1000
    is_repeated = not platform.limits.allow(f"wrong:{address}:{kept[:16]}", 1, WINDOW_S, now_ms)
    if not is_repeated and not platform.limits.allow(f"wrong:{address}", MOST_WRONG, WINDOW_S, now_ms):
        raise TooMany(retry_after=BLOCKED_S)
