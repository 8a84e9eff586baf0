"""Options as people write them: several in one cell, or each with its own letter."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from question_bank.question import LETTERS

BRACKETED = r"[（(\[【]?\s*%s\s*(?:[)）\]】][.、．:：]?|[.、．:：%s])"
OWN = {letter: re.compile(BRACKETED % (letter, "") + r"\s*") for letter in LETTERS}  # in a cell of its own
IN_LINE = {  # among others in one cell, where a comma or a space may follow the letter too
    letter: re.compile(rf"(?<![A-Za-z])(?:{BRACKETED % (letter, ',，')}|{letter}(?=[\s　]))")
    for letter in LETTERS
}
BY_STEM = {
    letter: re.compile(rf"{stem}\s*[.、．:：]\s*")
    for letter, stem in zip(LETTERS, "甲乙丙丁戊己庚辛", strict=False)
}
NUMBERED_LINE = re.compile(r"[(（]?(\d{1,2})\s*(?:[)）、]|[.．](?!\d))\s*")
LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩"
FULL_WIDTH = str.maketrans({chr(ord(c) + 0xFEE0): c for c in LETTERS + LETTERS.lower()})


def split_options(text: str) -> list[str]:
    """Return the options that stand in one cell: marked by letters, on lines, separated, or a JSON list."""
    text = text.strip()
    if text.startswith("["):
        try:
            listed = json.loads(text)
        except ValueError:
            listed = None
        if isinstance(listed, list):
            return [str(each).strip() for each in listed]
    text = LINE_BREAK.sub("\n", text)
    for split in (_marked_lines, _marked, _circled, _separated):
        if len(found := split(text)) >= 2:
            return found
    return [text] if text else []


def unmarked(options: Sequence[str], markers: Mapping[str, re.Pattern[str]] = OWN) -> list[str]:
    """Return options without their own letters, where every one begins with its letter ("A. 氧气")."""
    bare = []
    for letter, option in zip(LETTERS, options, strict=False):
        mark = markers[letter].match(option.translate(FULL_WIDTH)) if letter in markers else None
        if mark is None or len(options) < 2:
            return list(options)
        bare.append(option[mark.end() :].strip())
    return bare


def _marked_lines(text: str) -> list[str]:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    bare = unmarked(lines, IN_LINE)
    if bare == lines:
        bare = _unnumbered(lines)
    if bare == lines:
        bare = unmarked(lines, BY_STEM)
    return [line.rstrip(";；") for line in bare] if bare != lines else []


def _unnumbered(lines: list[str]) -> list[str]:
    """Return lines without their numbers, where each begins with its own ("1. 红", "2、黄")."""
    found = [NUMBERED_LINE.match(line) for line in lines]
    if any(mark is None or int(mark[1]) != n for n, mark in enumerate(found, 1)):
        return lines
    return [line[mark.end() :] for line, mark in zip(lines, found, strict=True) if mark is not None]


def _marked(text: str) -> list[str]:
    plain = text.translate(FULL_WIDTH)
    starts: list[tuple[int, int]] = []
    at = 0
    for letter in LETTERS:
        mark = IN_LINE[letter].search(plain, at)
        if mark is None or (not starts and mark.start() > 0):
            break
        starts.append((mark.start(), mark.end()))
        at = mark.end()
    if not starts:
        return []
    ends = [start for start, _ in starts[1:]] + [len(text)]
    found = [text[begin:end].strip() for (_, begin), end in zip(starts, ends, strict=True)]
    for divider in (";；", ",，", "|｜"):  # where it stands behind all but the last
        if all(each.endswith(tuple(divider)) for each in found[:-1]):
            return [each.rstrip(divider).strip() for each in found]
    return [each.rstrip(";；").strip() for each in found]


def _circled(text: str) -> list[str]:
    if not text.startswith(CIRCLED[0]):
        return []
    return [part.strip() for part in re.split(f"[{CIRCLED}]", text)[1:]]


def _separated(text: str) -> list[str]:
    for separator in ("\n", "|", "｜", "；", ";", "\t"):
        parts = [part.strip() for part in text.split(separator) if part.strip()]
        if len(parts) >= 2:
            return parts
    return []
