"""How much memory a process and all that it started take together; what they share is counted once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")


def megabytes_of_tree(pid: int) -> float:
    """Return the proportional set sizes of a process and its descendants together; 0 when they are gone."""
    return sum(_kilobytes(each) for each in _tree(pid)) / 1024


def _tree(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):  # it may end meanwhile
        for task in (PROC / str(pid) / "task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _tree(int(child))


def _kilobytes(pid: int) -> int:
    with suppress(OSError):
        for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
