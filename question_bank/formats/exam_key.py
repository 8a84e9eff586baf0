"""The key at the end of a paper: "一、1-3 CBC", "1.ACD 2.ABD", "1.× 2.√"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

ORDINALS = "一二三四五六七八九十"
SECTION = re.compile(r"\s*第?([一二三四五六七八九十])(?:[、.．:：]|部分|大题)\s*")
TRUTH = "√×✓✗✔✘对错TF"
ENTRY = re.compile(
    rf"(\d{{1,4}})\s*[-—–~～至到]\s*(\d{{1,4}})\s*(?:题)?\s*[:：.、]?\s*((?:[A-Za-z{TRUTH}]+[\s,，、]*)+)"
    rf"|(\d{{1,4}})\s*[.．、:：)）]?\s*([A-Z]{{1,26}}(?![a-z])|[{TRUTH}]|正确|错误)"
    r"|(\d{1,4})\s*[.．、:：)）]\s*([^\d\s][^\n]*?)(?=\s+\d{1,4}\s*[.．、:：)）]|$)"
)
MOST_IN_A_RANGE = 500
Key = dict[tuple[int, int], str]  # section (0: none) and number → what is right


def key_of(lines: Iterable[str]) -> Key:
    """Return the answers of a key by section and number."""
    found: Key = {}
    section = count = 0
    for line in lines:
        text = unicodedata.normalize("NFKC", line)
        if heading := SECTION.match(text):
            section, count = ORDINALS.index(heading[1]) + 1, count + 1
            text = text[heading.end() :]
        for entry in ENTRY.finditer(text):
            for number, answer in _answers(entry):
                found.setdefault((section, number), answer)
    return found


def _answers(entry: re.Match[str]) -> list[tuple[int, str]]:
    if entry[1]:
        first, last = int(entry[1]), int(entry[2])
        parts = re.split(r"[\s,，、]+", entry[3].strip())
        count = last - first + 1
        if not 0 < count <= MOST_IN_A_RANGE:
            return []
        if len(parts) != count:
            parts = list("".join(parts))
        return list(zip(range(first, last + 1), parts, strict=False))
    return [(int(entry[4] or entry[6]), (entry[5] or entry[7]).strip())]
