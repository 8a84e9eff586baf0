"""The numbers that Word sets by itself before paragraphs."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

LEVELS = 9
CHINESE = "零一二三四五六七八九十"


class Numbers:
    """Counts the lists of a document, paragraph after paragraph."""

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        self.counts: dict[str, list[int]] = {}  # abstract list → number of each level
        self.lists: dict[str, str] = {}  # list → abstract list
        self.levels: dict[tuple[str, int], tuple[str, str, int]] = {}  # format, text, start
        self.by_style: dict[str, tuple[str, int]] = {}
        if numbering is not None:
            self._take(numbering)
        for style in () if styles is None else styles.iter("style"):
            found = style.find("pPr/numPr")
            if found is not None:
                level = _whole(_value(found.find("ilvl")))
                self.by_style[style.get("styleId", "")] = (_value(found.find("numId")), level)

    def _take(self, numbering: Element) -> None:
        for each in numbering.iterfind("abstractNum"):
            for level in each.iterfind("lvl"):
                key = each.get("abstractNumId", ""), _whole(level.get("ilvl", ""))
                start = _whole(_value(level.find("start")), 1)
                self.levels[key] = (_value(level.find("numFmt")), _value(level.find("lvlText")), start)
        for each in numbering.iterfind("num"):
            self.lists[each.get("numId", "")] = _value(each.find("abstractNumId"))

    def label_of(self, paragraph: Element) -> str:
        """Return the number before a paragraph, "" for none; counts it."""
        found = paragraph.find("pPr/numPr")
        if found is not None:
            list_id, level = _value(found.find("numId")), _whole(_value(found.find("ilvl")))
        else:
            style = _value(paragraph.find("pPr/pStyle"))
            list_id, level = self.by_style.get(style, ("", 0))
        abstract = self.lists.get(list_id, "")
        if (abstract, level) not in self.levels or not 0 <= level < LEVELS:
            return ""
        counts = self.counts.setdefault(list_id, [0] * LEVELS)
        for n in range(level + 1):
            start = self.levels.get((abstract, n), ("", "", 1))[2]
            if n == level:
                counts[n] = counts[n] + 1 if counts[n] else start
            else:
                counts[n] = counts[n] or start
        counts[level + 1 :] = [0] * (LEVELS - level - 1)
        _, text, _ = self.levels[abstract, level]

        def shown(mark: re.Match[str]) -> str:
            n = int(mark[1]) - 1
            return written(counts[n], self.levels.get((abstract, n), ("decimal", "", 1))[0])

        return re.sub(r"%([1-9])", shown, text) if "%" in text else ""


def written(number: int, form: str) -> str:
    """Return a number in one of Word's forms."""
    match form:
        case "upperLetter" | "lowerLetter" if number:
            letter = chr(ord("A") + (number - 1) % 26)
            return letter if form == "upperLetter" else letter.lower()
        case "chineseCounting" | "chineseCountingThousand" | "ideographTraditional" | "japaneseCounting":
            return _chinese(number)
        case "none" | "bullet":
            return ""
    return str(number)


def _chinese(number: int) -> str:
    if number > 99:
        return str(number)
    if number <= 10:
        return CHINESE[number]
    tens, ones = divmod(number, 10)
    return f"{CHINESE[tens] if tens > 1 else ''}{CHINESE[10]}{CHINESE[ones] if ones else ''}"


def _value(element: Element | None) -> str:
    return "" if element is None else element.get("val", "")


def _whole(text: str, otherwise: int = 0) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else otherwise
