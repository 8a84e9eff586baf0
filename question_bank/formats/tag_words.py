"""Tags as one list of words, for formats without facets: "力学", "audience:青少年", "difficulty:easy"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote

from question_bank.question import Question

WORD = re.compile(r"([^\s:]{1,120}):(?!//)(.+)", re.DOTALL)
RESERVED = (
    "kind",
    "difficulty",
    "calibrated",
    "order",
)  # said by a tag where a format has no other place for it

ESCAPED = (r"\//", r"\\")  # a value that begins with // would look like an address


def by_facet(words: Iterable[str]) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Return tags by facet, a word without one being a topic, and what the reserved words say."""
    tags: dict[str, list[str]] = {}
    reserved: dict[str, str] = {}
    for word in words:
        found = WORD.fullmatch(word)
        facet, value = (unquote(found[1]), found[2]) if found else ("topic", word)
        if found and value.startswith(ESCAPED):
            value = value[1:]
        if found and found[1] in RESERVED:
            reserved[facet] = value
        elif value not in tags.setdefault(facet, []):
            tags[facet].append(value)
    return {facet: tuple(values) for facet, values in tags.items()}, reserved


def words_of(question: Question, kind: bool = False) -> list[str]:
    """Return a question's tags, difficulty and calibration as words; `kind`: its kind too."""
    words = [_word(facet, value) for facet, values in question.tags.items() for value in values]
    if kind:
        words.append(f"kind:{question.kind}")
    if (
        question.arranged
        and question.kind == "order"
        and list(question.arranged) != sorted(question.arranged)
    ):
        words.append(f"order:{''.join(question.arranged)}")
    if question.difficulty:
        words.append(f"difficulty:{question.difficulty}")
    if question.calibrated is not None:
        words.append(f"calibrated:{question.calibrated}")
    return words


def _word(facet: str, value: str) -> str:
    if facet == "topic" and not WORD.fullmatch(value):
        return value
    named = quote(facet) if not facet.isalnum() else facet
    if facet in RESERVED:
        named = f"%{ord(facet[0]):02X}{facet[1:]}"
    begin = "\\" if value.startswith(("//", "\\")) else ""
    return f"{named}:{begin}{value}"
