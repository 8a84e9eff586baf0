"""Posters as files: each drawn once, kept for a day, with a bound on what drawing may cost."""

from __future__ import annotations

import os
import secrets
import threading
from contextlib import suppress
from pathlib import Path

from quiz.errors import N_, Busy, TooMany
from quiz.posters import Poster, drawn
from quiz.services.platform import Platform

FOLDER = "posters"  # in the data folder
MOST_KEPT = 400  # files, some 30 KB each
KEPT_MS = 86_400_000  # a deleted account leaves no poster behind for longer
NEW_A_VISITOR, VISITOR_S = 20, 3_600
NEW_A_MINUTE, MINUTE_S = 60, 60

_turn = threading.Lock()  # one drawing at a time: answers come first


def png_of(platform: Platform, poster: Poster, whose: str, now_ms: int) -> bytes:
    """Return a poster as a PNG, drawn if it was not before. Raises TooMany, Busy.

    `whose`: who asks, for the limit on new ones.
    """
    path = platform.data / FOLDER / f"{poster.digest}.png"
    with suppress(FileNotFoundError):
        return path.read_bytes()
    if not platform.limits.allow(f"poster:{whose}", NEW_A_VISITOR, VISITOR_S, now_ms):
        raise TooMany(N_("这一小时生成的海报太多了，请稍后再试。"))
    if not platform.limits.allow("posters", NEW_A_MINUTE, MINUTE_S, now_ms):
        raise Busy()
    with _turn:
        with suppress(FileNotFoundError):
            return path.read_bytes()
        content = drawn(poster)
    _keep(path, content, now_ms)
    return content


def _keep(path: Path, content: bytes, now_ms: int) -> None:
    path.parent.mkdir(exist_ok=True)
    _tidy(path.parent, now_ms)
    half = path.with_suffix(f".{secrets.token_hex(4)}")
    half.write_bytes(content)
    os.utime(half, (now_ms / 1000, now_ms / 1000))
    half.replace(path)


def _tidy(folder: Path, now_ms: int) -> None:
    """Remove what is older than a day, and the oldest where there are too many."""
    dated = []
    for path in folder.iterdir():
        with suppress(FileNotFoundError):  # another process tidies, too
            dated.append((path.stat().st_mtime, path))
    dated.sort(reverse=True)
    for n, (kept_s, path) in enumerate(dated):
        if n >= MOST_KEPT or kept_s * 1000 < now_ms - KEPT_MS:
            path.unlink(missing_ok=True)
