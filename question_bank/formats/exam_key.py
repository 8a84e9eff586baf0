"""The key at the end of a paper: "一、1-3 CBC", "1.ACD 2.ABD", "1.× 2.√"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice

HEADING = re.compile(r"\s*(?:参考|标准|试题)?答案(?:[与及和]解析|部分)?\s*[:：]?\s*$")
BEGIN = re.compile(r"\s*(?:【\s*(?:参考|正确|标准)?答案\s*】|(?:参考|正确|标准|试题)?答案)\s*[:：]?\s*")
WORD = "答案"  # in each of them
LONGEST_LINE = 4_000
LONGEST_HEADING = 200
MOST_SPACES = 40  # more of them say nothing more, and cost time
SPACES = re.compile(rf"[ \t　\u00a0]{{{MOST_SPACES},}}")
ORDINALS = "一二三四五六七八九十"
SECTION = re.compile(r"\s*第?([一二三四五六七八九十])(?:[、.．:：]|部分|大题)\s*")
TRUTH = "√×✓✗✔✘对错TF"
ENTRY = re.compile(
    rf"(\d{{1,4}})\s*[-—–~～至到]\s*(\d{{1,4}})\s*(?:题)?\s*[:：.、]?\s*((?:[A-Za-z{TRUTH}]+[\s,，、]*)+)"
    rf"|(\d{{1,4}})\s*[.．、:：)）]?\s*([A-Z]{{1,26}}(?![a-z])|[{TRUTH}]|正确|错误)"
    r"|(\d{1,4})\s*[.．、:：)）]\s*([^\d\s][^\n]*?)(?=\s+\d{1,4}\s*[.．、:：)）]|$)"
)
MOST_IN_A_RANGE = 500
INLINE = re.compile(  # a key on the line that says so, or going on below it
    r"\s*(?:第?[一二三四五六七八九十][、.．:：]\s*)?"
    r"(?:\d{1,4}\s*[-—–~～至到]\s*\d{1,4}\s*(?:题)?\s*[:：.、]?\s*[A-Za-z√×对错TF]"
    rf"|\d{{1,4}}\s*[.．、:：)）]?\s*[A-Z{TRUTH}]{{1,8}}[\s,，;；]+\d{{1,4}}\s*[.．、:：)）]?\s*[A-Z{TRUTH}])"
)
NAMED_ANSWER = re.compile(r"【\s*(?:参考|正确)?答案\s*】[:：]?|(?<=[.．、)）\s])(?:参考|正确)?答案\s*[:：]")
EXPLAINED = re.compile(r"【\s*(?:解析|详解|答案解析|试题解析)\s*】[:：]?|(?:解析|详解)\s*[:：]")
Place = tuple[int, int]  # section (0: none) and number
Key = dict[Place, str]  # what is right


def tidy(text: str) -> str:
    """Return a line without the blanks around it, nor endless ones inside."""
    return SPACES.sub(" " * MOST_SPACES, text).strip("\ufeff \t　")


def is_heading(text: str) -> bool:
    """Return whether a line says that the key begins below it."""
    return WORD in text and len(text) < LONGEST_HEADING and HEADING.fullmatch(text) is not None


def inline(text: str, goes_on: bool) -> str:
    """Return the key that stands on a line of the paper ("答案：1-5 ABCDA"), "" for any other line.

    `goes_on`: such a line has come before, so that the next may say no more what it is.
    """
    begin = BEGIN.match(text) if WORD in text else None
    rest = text[begin.end() :] if begin else text
    return rest[:LONGEST_LINE] if (begin or goes_on) and INLINE.match(rest) else ""


class Ahead:
    """The key of a paper before the lines above it have come, as far as so many questions may need it."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.lines = _lines_of_key(texts)
        self.taken: list[str] = []
        self.known: Key = {}

    def of(self, section: int, number: int, count: int) -> str:
        """Return what is right of one of the first `count` questions, "" where that is not known yet."""
        if count > len(self.taken) and (more := list(islice(self.lines, 2 * count))):
            self.taken += more
            self.known, _, _ = key_of(self.taken)
        return self.known.get((section, number)) or self.known.get((0, number), "")


def _lines_of_key(texts: Iterable[str]) -> Iterator[str]:
    rest = iter(texts)
    goes_on = False
    for text in rest:
        if goes_on or WORD in text:
            line = tidy(text[:LONGEST_LINE])
            if is_heading(line):
                break
            if found := inline(line, goes_on):
                goes_on = True
                yield found
    yield from (tidy(text[:LONGEST_LINE]) for text in rest)


def key_of(lines: Iterable[str]) -> tuple[Key, Key, list[str]]:
    """Return the answers of a key, the explanations that it gives, and the lines that say neither."""
    found: Key = {}
    explained: Key = {}
    left: list[str] = []
    section = 0
    last: Place | None = None
    is_explaining = False
    for line in lines:
        text = unicodedata.normalize("NFKC", line)
        if heading := SECTION.match(text):
            section = ORDINALS.index(heading[1]) + 1
            text = text[heading.end() :]
            is_explaining = False
        said, *words = EXPLAINED.split(text, maxsplit=1)
        entries = [
            (number, answer)
            for entry in ENTRY.finditer(NAMED_ANSWER.sub("", said))
            for number, answer in _answers(entry)
        ]
        if is_explaining and not words and not _begins(said, entries, last):
            entries, words = [], [text]
        for number, answer in entries:
            found.setdefault((section, number), answer)
            last, is_explaining = (section, number), False
        if words and last is not None:
            explained[last] = "\n".join(filter(None, (explained.get(last), words[0].strip())))
            is_explaining = True
        elif not entries and not heading and said.strip():
            left.append(line.strip())
    return found, explained, left


def _begins(text: str, entries: list[tuple[int, str]], last: Place | None) -> bool:
    """Return whether a line below an explanation gives the next answers, and is no more of it."""
    return bool(entries) and text.lstrip()[:1].isdigit() and last is not None and entries[0][0] > last[1]


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
