"""Chance that follows from a seed alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b

WORD_BITS = 64


class Stream:
    """Whole numbers that follow from a seed alone, on every version of Python and every machine.

    The blake2b digests of "seed/0", "seed/1", … are read as big-endian words of 64 bits.
    """

    def __init__(self, seed: str) -> None:
        self._words = _words(seed)

    def below(self, bound: int) -> int:
        """Return the next number, uniform from 0 to `bound` − 1."""
        most = (1 << WORD_BITS) // bound * bound  # a word from here on would favour small numbers
        return next(word for word in self._words if word < most) % bound

    def shuffled(self, items: Iterable[int]) -> list[int]:
        """Return the items in random order (Fisher and Yates, from the end)."""
        order = list(items)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order


def _words(seed: str) -> Iterator[int]:
    block = 0
    while True:
        digest = blake2b(f"{seed}/{block}".encode()).digest()
        yield from (int.from_bytes(digest[i : i + 8], "big") for i in range(0, len(digest), 8))
        block += 1
