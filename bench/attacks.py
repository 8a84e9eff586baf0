"""What refusing each file that attacks costs: wall and processor time, the reading process included."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import NamedTuple

from question_bank.formats import read
from tests.question_bank.attacks import QUICK, SLOW

SECONDS = 1.0  # of wall time, each
TRIES = 2  # whatever else the machine does for a moment is no fault of the file


class Refused(NamedTuple):
    """One file, its size and the seconds of its better try."""

    what: str
    megabytes: float
    wall_s: float
    cpu_s: float
    questions: int  # none, else it was read


def refusals() -> Iterator[Refused]:
    """Yield what each file cost."""
    for what, (filename, make) in {**QUICK, **SLOW}.items():
        content = make()
        yield min((_refused(what, content, filename) for _ in range(TRIES)), key=lambda each: each.wall_s)


def _refused(what: str, content: bytes, filename: str) -> Refused:
    wall_s, cpu_s = time.monotonic(), sum(os.times()[:4])
    found = read(content, filename)
    wall_s, cpu_s = time.monotonic() - wall_s, sum(os.times()[:4]) - cpu_s
    return Refused(what, len(content) / 10**6, wall_s, cpu_s, len(found.questions))
