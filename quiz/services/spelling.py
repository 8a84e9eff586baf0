"""How names of units are spelt in pinyin: what is stored of a name, and what finds it."""

from __future__ import annotations

import unicodedata
from itertools import islice, product

MOST_READINGS = 8  # of one name: signs with two readings multiply
TONES = "\u0300\u0301\u0304\u030c"  # as combining marks; the dots of ü are none
PUNCTUATION = "'’-·. "  # between syllables, as people type them
AND_ALSO = {  # of signs with several readings: two that names have, and no rarer ones
    "ceng": "zeng",
    "dou": "du",
    "zhang": "chang",
    "chang": "zhang",
    "zhong": "chong",
    "chao": "zhao",
    "le": "yue",
    "dan": "shan",
    "xing": "hang",
    "hang": "xing",
    "jie": "xie",
}


def spelt(name: str) -> str:
    """Return what a name is found by: pinyin and initials from each of its signs on, "=" where it begins.

    A word is read as it is read in that word (重庆 is chongqing, 长江 changjiang); a sign that is in no word
    keeps two of its readings (曾家岩 is found by zengjiayan, too). "渝中" is "=yuzhong =yz zhong z".
    """
    from pypinyin import Style, pinyin  # some 10 MB of words: only where units are written

    syllables = [_kept(readings) for readings in pinyin(name, style=Style.NORMAL, heteronym=True)]
    found: dict[str, None] = {}
    for reading in islice(product(*(each for each in syllables if each)), MOST_READINGS):
        for first in range(len(reading)):
            begins = "" if first else "="
            found[begins + "".join(reading[first:])] = None
            found[begins + "".join(syllable[0] for syllable in reading[first:])] = None
    return "".join(f" {each}" for each in found)


def plain(typed: str) -> str:
    """Return pinyin as it is stored, however it was typed: tones, capitals, full width and spaces aside."""
    letters = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", typed).casefold())
    bare = "".join(sign for sign in letters if sign not in TONES and sign not in PUNCTUATION)
    return unicodedata.normalize("NFC", bare).replace("ü", "v")


def as_pinyin(typed: str) -> str:
    """Return what was typed as pinyin, "" where it cannot be any."""
    found = plain(typed)
    return found if found.isascii() and found.isalnum() else ""


def is_spelt(spelt: str, letters: str) -> bool:
    """Return whether what is stored of a name says that it, or a part of it, is spelt or begins so."""
    return f" ={letters}" in spelt or f" {letters}" in spelt


def _kept(readings: list[str]) -> list[str]:
    first, *others = (plain(reading) for reading in readings)
    return (
        [each for each in (first, *others) if each == first or each == AND_ALSO.get(first)] if first else []
    )
