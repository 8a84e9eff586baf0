"""What people write into an answer cell: letters, numbers, words for true and false, or the option itself."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence

from question_bank.question import LETTERS, normalised

TRUE = frozenset(
    [
        "对",
        "正确",
        "√",
        "✓",
        "✔",
        "☑",
        "v",
        "是",
        "t",
        "true",
        "y",
        "yes",
        "真",
        "right",
        "correct",
        "正",
        "勾",
        "○",
        "o",
        "成立",
        "1",
    ]
)
FALSE = frozenset(
    [
        "错",
        "错误",
        "×",
        "✗",
        "✘",
        "✕",
        "☒",
        "x",
        "否",
        "f",
        "false",
        "n",
        "no",
        "假",
        "wrong",
        "incorrect",
        "误",
        "叉",
        "不正确",
        "不对",
        "非",
        "不是",
        "不成立",
        "0",
    ]
)
SEPARATORS = re.compile(r"[\s,、;|/。.·&＆+和与及\-_\[\](){}【】<>\"'“”‘’:]+")
LEAD = re.compile(
    r"^(?:(?:正确|标准|参考)?答案|正确选项|故|应|本题)*(?:是|为|选|:)*(?:选项)?\s*", re.IGNORECASE
)


def is_true_or_false(text: str) -> bool | None:
    """Return what a word for true or false says, None for any other word."""
    plain = _plain(text).rstrip("。.!;,").strip("()[]【】 ")
    if plain in TRUE:
        return True
    return False if plain in FALSE else None


def letters(text: str) -> list[str]:
    """Return the option ids that an answer names by letters, in its order; empty if it is no letters."""
    rest = SEPARATORS.sub("", LEAD.sub("", unicodedata.normalize("NFKC", text).strip())).upper()
    return list(rest) if rest and all(each in LETTERS for each in rest) else []


def numbers(text: str, count: int) -> list[str]:
    """Return the option ids that an answer names by numbers from 1; empty if a number fits no option.

    Digits without a separator are read one by one where no number above 9 is possible.
    """
    rest = LEAD.sub("", unicodedata.normalize("NFKC", text).strip())
    parts = [part for part in SEPARATORS.split(rest) if part]
    if not parts or not all(part.isascii() and part.isdigit() for part in parts):
        return []
    if len(parts) == 1 and len(parts[0]) > 1 and count < 10:
        parts = list(parts[0])
    found = [int(part) for part in parts]
    return [LETTERS[n - 1] for n in found] if all(1 <= n <= count for n in found) else []


def texts(text: str, options: Sequence[str]) -> list[str]:
    """Return the ids of the options whose texts an answer repeats; empty if a part fits none."""
    by_text: dict[str, list[str]] = {}
    for letter, option in zip(LETTERS, options, strict=False):
        by_text.setdefault(normalised(option), []).append(letter)
    for parts in ([text], re.split(r"[\n|;；]", text), re.split(r"[、,，/\s]", text)):
        found = [by_text.get(normalised(part), []) for part in parts if part.strip()]
        if found and all(len(each) == 1 for each in found):
            return [each[0] for each in found]
    return []


OWN_LETTER = r"[（(\[【]?\s*{letter}\s*(?:[)）\]】][.、．:：]?|[.、．:：])\s*"
MARKER = r"[（(\[【]?\s*{letter}\s*(?:[)）\]】][.、．:：]?|[.、．:：,，]|(?=[\s　]))"
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
    for split in (_marked_lines, _marked, _circled, _separated):
        if len(found := split(text)) >= 2:
            return found
    return [text] if text else []


def unmarked(options: Sequence[str], marker: str = OWN_LETTER) -> list[str]:
    """Return options without their own letters, where every one begins with its letter ("A. 氧气")."""
    marks = [
        re.match(marker.format(letter=letter), option.translate(FULL_WIDTH))
        for letter, option in zip(LETTERS, options, strict=False)
    ]
    if len(options) < 2 or not all(marks):
        return list(options)
    return [option[mark.end() :].strip() for option, mark in zip(options, marks, strict=True) if mark]


def _marked_lines(text: str) -> list[str]:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    bare = unmarked(lines, MARKER)
    return [line.rstrip(";；") for line in bare] if bare != lines else []


def _marked(text: str) -> list[str]:
    plain = text.translate(FULL_WIDTH)
    starts: list[tuple[int, int]] = []
    at = 0
    for letter in LETTERS:
        mark = re.compile(rf"(?<![A-Za-z]){MARKER.format(letter=letter)}").search(plain, at)
        if mark is None or (not starts and mark.start() > 0):
            break
        starts.append((mark.start(), mark.end()))
        at = mark.end()
    if not starts:
        return []
    ends = [start for start, _ in starts[1:]] + [len(text)]
    return [
        text[begin:end].strip().rstrip(";；").strip() for (_, begin), end in zip(starts, ends, strict=True)
    ]


def _circled(text: str) -> list[str]:
    if not text.startswith(CIRCLED[0]):
        return []
    return [part.strip() for part in re.split(f"[{CIRCLED}]", text)[1:]]


def _separated(text: str) -> list[str]:
    for separator in ("\n", "|", "；", ";", "\t"):
        parts = [part.strip() for part in text.split(separator) if part.strip()]
        if len(parts) >= 2:
            return parts
    return []


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
