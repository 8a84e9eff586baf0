"""Which questions repeat, resemble or contradict one another: exact, near, conflict.

exact: the same wording (question.digest) and the same right answer.
near: the same right answer, and stems of which at least 85 in 100 characters are common, in their order.
conflict: the same stem, and what one calls right the other does not.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel

from question_bank.wording import Wording

EXACT, NEAR, CONFLICT = "exact", "near", "conflict"
SORTS = (CONFLICT, EXACT, NEAR)  # the gravest first
LEAST = 85  # of 100 characters of both stems that a near pair has in common
# A stem that only points at its options asks nothing by itself: another right answer contradicts it only
# where the other question offers that answer and calls it wrong.
POINTS_AT_OPTIONS = re.compile(
    r"下列|以下|下面|如下|选项|说法|叙述|表述|描述|哪些|哪项|哪组|一项|一组|(?:不?正确|错误|不?符合)的?是?$"
    r"|following|these|statement|which(?:of|one)"
)
FEW = 12  # stems of one answer are compared one by one; more are sieved first
CHARACTER_BITS, PAIR_BITS = 128, 256  # of a stem's fingerprint
SLICE = 2_000  # stems whose fingerprints are made at once, to bound memory


class Pair(NamedTuple):
    """Two questions that are too much alike, by their position; `one` is before `other`."""

    one: int
    other: int
    sort: str  # one of SORTS
    similarity: int  # of their stems, in whole percent, rounded down


def pairs(wordings: Sequence[Wording], held: int = 0) -> Iterator[Pair]:
    """Yield every pair among questions that is exact, near or in conflict, once.

    `held`: the first so many are not compared with one another, only those that follow with all before them.
    None is left out: what is sieved away before the comparison cannot be similar enough.
    """
    for same_answer in _grouped([each.answer_key for each in wordings], held):
        yield from _alike(wordings, same_answer, held)
    for same_stem in _grouped([each.stem_key for each in wordings], held):
        for one, other in sorted(_contradicting(wordings, same_stem, held)):
            yield Pair(one, other, CONFLICT, 100)
    for same_words in _grouped([each.digest for each in wordings], held):
        yield from _told_apart(wordings, same_words, held)


def relation(one: Wording, other: Wording) -> tuple[str, int] | None:
    """Return how two questions are related, and the similarity of their stems; None: not at all."""
    if one.family != other.family:
        return None
    if _answer_alike(one, other):
        percent = 100 if one.digest == other.digest else _percent(one.stem, other.stem)
        return (_sort(one, other), percent) if percent >= LEAST and _same_matter(one, other) else None
    has_same_words = one.digest == other.digest or (one.stem, one.material) == (other.stem, other.material)
    asks_the_same = has_same_words and one.pictures == other.pictures
    return (CONFLICT, 100) if asks_the_same and _contradict(one, other) else None


def _grouped(keys: Sequence[str], held: int) -> Iterator[list[int]]:
    """Yield the positions that share a key, where there are two or more and not all are held."""
    groups: dict[str, list[int]] = defaultdict(list)
    for position, key in enumerate(keys):
        groups[key].append(position)
    return (group for group in groups.values() if len(group) > 1 and group[-1] >= held)


def _alike(wordings: Sequence[Wording], group: Sequence[int], held: int) -> Iterator[Pair]:
    by_length = sorted(group, key=lambda position: len(wordings[position].stem))
    lengths = [len(wordings[position].stem) for position in by_length]
    sieve = _Sieve([wordings[position].stem for position in by_length]) if len(group) > FEW else None
    for place, asked in enumerate(by_length):
        if asked < held:
            continue
        length = lengths[place]
        first = bisect_left(lengths, -(-17 * length // 23))  # shorter or longer ones differ too much
        last = bisect_right(lengths, 23 * length // 17)
        for near in sieve.passed(place, first, last) if sieve else range(first, last):
            position = by_length[near]
            if position >= asked or _only_words_are_same(wordings[position], wordings[asked]):
                continue  # itself, or a pair that is found from the other side, or by its words
            found = relation(wordings[position], wordings[asked])
            if found and found[0] != CONFLICT:  # gaps: these are found by their stem
                yield Pair(position, asked, *found)


def _told_apart(wordings: Sequence[Wording], group: Sequence[int], held: int) -> Iterator[Pair]:
    """Yield pairs of one wording whose stems are not compared as one: brackets around a source, and none."""
    for place, asked in enumerate(group):
        for position in group[:place] if asked >= held else ():
            found = relation(wordings[position], wordings[asked])
            if found and _only_words_are_same(wordings[position], wordings[asked]):
                yield Pair(position, asked, *found)


def _only_words_are_same(one: Wording, other: Wording) -> bool:
    return one.digest == other.digest and one.stem != other.stem


class _Sieve:
    """Fingerprints of stems: sets of characters, and of two in a row, as bits.

    A character more or less changes at most one bit of the first and three of the second, whichever share a
    bit; so stems whose fingerprints differ in more bits than that differ in more characters than they may.
    """

    def __init__(self, stems: Sequence[str]) -> None:
        self.lengths = np.array([len(stem) for stem in stems], np.int64)
        parts = [_fingerprints(stems[begin : begin + SLICE]) for begin in range(0, len(stems), SLICE)]
        self.characters = np.concatenate([characters for characters, _pairs in parts])
        self.pairs = np.concatenate([pairs for _characters, pairs in parts])

    def passed(self, asked: int, first: int, last: int) -> Sequence[int]:
        """Return those between `first` and `last` that may be similar enough to one of the stems."""
        differ = np.bitwise_count(self.characters[first:last] ^ self.characters[asked]).sum(1, np.int64)
        may = 3 * (self.lengths[first:last] + self.lengths[asked]) // 20
        left = np.flatnonzero(differ <= may)
        differ = np.bitwise_count(self.pairs[first + left] ^ self.pairs[asked]).sum(1, np.int64)
        chosen: list[int] = (first + left[differ <= 3 * may[left]]).tolist()
        return chosen


def _fingerprints(stems: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    codes = np.frombuffer("".join(stems).encode("utf-32-le"), np.uint32).astype(np.uint64)
    rows = np.repeat(np.arange(len(stems)), [len(stem) for stem in stems])
    joined = (codes[:-1] * np.uint64(0x9E3779B1) + codes[1:])[rows[:-1] == rows[1:]]
    characters = _bits(len(stems), rows, codes, CHARACTER_BITS)
    return characters, _bits(len(stems), rows[:-1][rows[:-1] == rows[1:]], joined, PAIR_BITS)


def _bits(count: int, rows: NDArray[np.int64], values: NDArray[np.uint64], width: int) -> NDArray[np.uint64]:
    """Return a row of `width` bits for each stem; `values` are spread over them by their upper bits."""
    places = (values * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40)
    marked = np.zeros((count, width), bool)
    marked[rows, places % np.uint64(width)] = True
    return np.packbits(marked, axis=1).view(np.uint64)


def _sort(one: Wording, other: Wording) -> str:
    is_same = one.digest == other.digest and one.right == other.right and one.pictures == other.pictures
    return EXACT if is_same else NEAR


def _same_matter(one: Wording, other: Wording) -> bool:
    return one.material == other.material or _percent(one.material, other.material) >= LEAST


def _percent(one: str, other: str) -> int:
    """Return the share of the characters of both texts that stand in both in the same order."""
    length = len(one) + len(other)
    if not length:
        return 100
    differ = Indel.distance(one, other, score_cutoff=length * (100 - LEAST) // 100)
    return 100 * (length - differ) // length


def _answer_alike(one: Wording, other: Wording) -> bool:
    if one.family != "fill":
        return one.right == other.right
    gaps = zip(one.right, other.right, strict=False)
    return len(one.right) == len(other.right) and all(_share_a_line(a, b) for a, b in gaps)


def _share_a_line(one: str, other: str) -> bool:
    return not set(one.split("\n")).isdisjoint(other.split("\n"))


def _contradicting(wordings: Sequence[Wording], group: Sequence[int], held: int) -> set[tuple[int, int]]:
    """Return the pairs of questions with one stem that contradict one another."""
    first = wordings[group[0]]
    if first.family == "choice" and POINTS_AT_OPTIONS.search(first.stem):
        found = _right_here_wrong_there(wordings, group)
    else:
        found = ((a, b) for n, b in enumerate(group) for a in group[:n] if b >= held)
    return {(a, b) for a, b in found if b >= held and relation(wordings[a], wordings[b]) == (CONFLICT, 100)}


def _right_here_wrong_there(wordings: Sequence[Wording], group: Sequence[int]) -> Iterator[tuple[int, int]]:
    wrong: dict[str, list[int]] = defaultdict(list)
    for position in group:
        for text in wordings[position].wrong:
            wrong[text].append(position)
    for here in group:
        for text in wordings[here].right:
            yield from ((min(here, there), max(here, there)) for there in wrong.get(text, ()))


def _contradict(one: Wording, other: Wording) -> bool:
    """Tell whether two questions with the same stem cannot both be right."""
    match one.family:
        case "fill":
            return len(one.right) == len(other.right)
        case "order":
            return one.right != other.right and sorted(one.right) == sorted(other.right)
        case "match":
            ours, theirs = (dict(pair.split("\n", 1) for pair in each.right) for each in (one, other))
            return any(theirs.get(prompt, option) != option for prompt, option in ours.items())
    if not ({*one.right}.isdisjoint(other.wrong) and {*other.right}.isdisjoint(one.wrong)):
        return True
    return one.right != other.right and not POINTS_AT_OPTIONS.search(one.stem)
