"""A corrected key (P16): what is right now, that everybody gets the points, or that the question is out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import orjson

from question_bank.marking import EVERYTHING, rightness

KEYLESS = EVERYBODY, NOBODY = "everybody", "nobody"  # what needs no options: of gaps there are none


@dataclass(frozen=True)
class Rekeyed:
    """How a question is marked after a correction.

    Any of `keys` is right. Without keys either everybody who had the question gets its full points, or it is
    taken out: an attempt is marked as if its paper did not have it, and full marks are those of the rest.
    """

    keys: frozenset[frozenset[str]] = frozenset()
    is_out: bool = False

    @classmethod
    def read(cls, written: Any) -> Rekeyed:  # Any: JSON that somebody wrote
        """Read "AC" (A and C are right), ["A", "C"] (either is right), "everybody", "nobody"; ValueError."""
        if written in (EVERYBODY, NOBODY):
            return cls(is_out=written == NOBODY)
        texts = [written] if isinstance(written, str) else written
        if not isinstance(texts, list) or not texts or not all(isinstance(t, str) and t for t in texts):
            raise ValueError("key")
        return cls(frozenset(frozenset(text) for text in texts))

    @property
    def written(self) -> str | list[str]:
        """The correction as `read` reads it."""
        texts = sorted("".join(sorted(key)) for key in self.keys)
        if not texts:
            return NOBODY if self.is_out else EVERYBODY
        return texts[0] if len(texts) == 1 else texts

    @property
    def text(self) -> str:
        """The correction in one word: "AC", "A/C", "everybody", "nobody"."""
        written = self.written
        return written if isinstance(written, str) else "/".join(written)

    @property
    def kept(self) -> str:
        """The correction as the database keeps it: the options of the key, or a list for each of several."""
        keys = sorted(sorted(key) for key in self.keys)
        return orjson.dumps(self.written if not keys else keys[0] if len(keys) == 1 else keys).decode()

    @property
    def is_for_all(self) -> bool:
        """Whether everybody who had the question gets its points."""
        return not self.keys and not self.is_out

    def right(self, chosen: Iterable[str], options: int, rule: str) -> Fraction | None:
        """Return how right an answer is, by the key that is best for it; None for a blank one."""
        if self.is_for_all:
            return EVERYTHING
        found = [rightness(key, frozenset(chosen), options, rule) for key in self.keys]
        return max((each for each in found if each is not None), default=None)


def stored(text: str) -> Rekeyed:
    """Read back what `kept` wrote."""
    found = orjson.loads(text)
    if isinstance(found, str):
        return Rekeyed.read(found)
    return Rekeyed(frozenset(map(frozenset, found if isinstance(found[0], list) else [found])))


Dated = tuple[int, Rekeyed]  # since when


def in_force(known: Sequence[Dated], keeps: bool, finished_ms: int) -> Rekeyed | None:
    """Return the correction by which an attempt is marked, None: by the key that was frozen.

    `keeps`: what was marked stays, so a correction concerns only attempts that end after it. Source: P16.
    """
    found = [key for at_ms, key in known if not keeps or finished_ms >= at_ms]
    return found[-1] if found else None
