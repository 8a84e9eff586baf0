"""Knows whether a server runs on a data folder: it holds an exclusive lock and says who and where it is."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

LOCK = "server.lock"
LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # where a server that listens everywhere is for this machine


@dataclass(frozen=True)
class Running:
    """A server that holds its data folder."""

    pid: int
    address: str  # where its pages are, such as http://127.0.0.1:8000
    redis_url: str


class FolderInUse(Exception):
    """Another server holds the data folder; `other` is None while it has not yet said who it is."""

    def __init__(self, other: Running | None) -> None:
        self.other = other
        super().__init__(other)


def page_address(host: str, port: int) -> str:
    """Return the address of pages served at a host and port, for a browser on the same machine."""
    host = LOOPBACK.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def holding(data: Path, mine: Running) -> Iterator[None]:
    """Hold the data folder for this process; raises FolderInUse.

    The lock ends with the process, however it ends; what the file says is only true while it is locked.
    """
    handle = os.open(data / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUse(_said(handle)) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps(asdict(mine)).encode(), 0)
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def running(data: Path) -> Running | None:
    """Return the server that holds the data folder now, None when there is none."""
    try:
        handle = os.open(data / LOCK, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _said(handle)
    finally:
        os.close(handle)
    return None


def _said(handle: int) -> Running | None:
    try:
        return Running(**json.loads(os.pread(handle, 4096, 0)))
    except (ValueError, TypeError):
        return None
