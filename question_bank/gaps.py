"""What the gap of a fill-in question accepts: texts that differ in what makes no difference, and numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

IGNORABLE = ("width", "case", "spaces", "numerals")  # numerals: 二十四 is 24
USUALLY_IGNORED = frozenset({"width", "case", "spaces"})
WHOLE = Fraction(1)
LONGEST_NUMBER = 40  # characters; what is longer is no number that anybody types
NUMBER = re.compile(
    r"([+-]?)(?:(\d+)又)?(\d+(?:\.\d+)?|\.\d+)(?:(?:e|[x×*]10\^)([+-]?\d{1,2})|/(\d+)|([%‰千万亿]))?",
    re.IGNORECASE | re.ASCII,
)
POWER = re.compile(r"(?<![0-9.x×X*])10\^([+-]?\d{1,2})")
THOUSANDS = re.compile(r"(?<![\d.])\d{1,3}(?:,\d{3})+(?!\d)")
SIGNS = str.maketrans({**dict.fromkeys("−–—‑‒", "-"), "⁄": "/", "，": ",", "。": ".", "负": "-"})
MINUS = str.maketrans({**dict.fromkeys("−‑‒", "-"), "⁄": "/"})
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
RAISING = re.compile(r"(?<=\d)[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")  # 10² is 10^2, never 102
MIXED = re.compile(
    r"(\d)\s*(?=[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞])|(?<=\d) +(?=\d+\s*[/／⁄]\s*\d)"
)  # 1½, 1 1/2: one and a half
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")  # what copying brings along
ENDING = "。．.，,；;、"  # with which people end what they write
UNITS_OF_NUMBERS = {
    "%": Fraction(1, 100),
    "‰": Fraction(1, 1_000),
    "千": Fraction(1_000),
    "万": Fraction(10_000),
    "亿": Fraction(100_000_000),
}
SPOKEN = re.compile(r"(\d+)分之(\d+(?:\.\d+)?)")  # of what "numerals" leave: 3分之1
GAP = re.compile(r"_{2,}")  # where a gap stands in a stem; readers and writers use MARK
MARK = "____"
DIGITS = {**dict(zip("零一二三四五六七八九", range(10), strict=True)), "〇": 0, "两": 2}
UNITS = {"十": 10, "百": 100, "千": 1_000}
GREAT_UNITS = {"亿": 100_000_000, "万": 10_000}
NUMERAL = re.compile(f"[{''.join((*DIGITS, *UNITS, *GREAT_UNITS))}]+")
COLLOQUIAL = re.compile("(.*[百千万亿])([一二三四五六七八九两])")  # 三百五 is 350


@dataclass(frozen=True)
class Accepted:
    """One answer that a gap accepts."""

    text: str  # as people would write it; with a tolerance a number: "3.14", "1/3", "50%"
    tolerance: Fraction | None = None  # how far a number may be off, both ends included; None: a text
    weight: Fraction = WHOLE  # the share of the gap that it is worth, over 0 up to 1
    feedback: str = ""

    def as_json(self) -> str | dict[str, str]:
        """Return it as JSON data: its text alone, where there is nothing more to say."""
        more = {
            "tolerance": "" if self.tolerance is None else short(self.tolerance),
            "weight": "" if self.weight == WHOLE else str(self.weight),
            "feedback": self.feedback,
        }
        said = {name: text for name, text in more.items() if text}
        return {"text": self.text, **said} if said else self.text

    @classmethod
    def from_json(cls, written: str | Mapping[str, Any]) -> Accepted:  # Any: JSON data that `as_json` wrote
        """Read back what `as_json` wrote."""
        if isinstance(written, str):
            return cls(written)
        tolerance = written.get("tolerance")
        return cls(
            written["text"],
            None if tolerance is None else Fraction(tolerance),
            Fraction(written.get("weight", WHOLE)),
            written.get("feedback", ""),
        )


@dataclass(frozen=True)
class Gap:
    """One gap: the answers that it accepts, the best one first, and what makes no difference."""

    accepted: tuple[Accepted, ...]
    ignoring: frozenset[str] = USUALLY_IGNORED  # of IGNORABLE

    def share(self, text: str) -> Fraction:
        """Return how right a text is for this gap: the largest weight among the answers that it meets."""
        return max((each.weight for each in self.accepted if self._meets(each, text)), default=Fraction(0))

    def _meets(self, wanted: Accepted, text: str) -> bool:
        if wanted.tolerance is None:
            return plain(wanted.text, self.ignoring) == plain(text, self.ignoring)
        is_numeral = "numerals" in self.ignoring
        right, given = number(wanted.text, is_numeral), number(text, is_numeral)
        return right is not None and given is not None and abs(right - given) <= wanted.tolerance

    def as_json(self) -> dict[str, object]:
        """Return it as JSON data."""
        ignoring = {} if self.ignoring == USUALLY_IGNORED else {"ignoring": sorted(self.ignoring)}
        return {"accepted": [each.as_json() for each in self.accepted], **ignoring}

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Gap:  # Any: JSON data that `as_json` wrote
        """Read back what `as_json` wrote."""
        return cls(
            tuple(Accepted.from_json(each) for each in written["accepted"]),
            frozenset(written.get("ignoring", USUALLY_IGNORED)),
        )


@lru_cache(maxsize=4_096)
def plain(text: str, ignoring: frozenset[str] = USUALLY_IGNORED) -> str:
    """Return a text without what makes no difference.

    Spaces at its ends and their number never do, nor what cannot be seen, nor a stop or comma that ends it.
    """
    text = _unended(UNSEEN.sub("", text))
    if "width" in ignoring:
        text = unicodedata.normalize("NFKC", _lowered(text)).translate(MINUS)
    text = ("" if "spaces" in ignoring else " ").join(text.split())
    if "case" in ignoring:
        text = text.casefold()
    return NUMERAL.sub(lambda found: arabic(found[0]), text) if "numerals" in ignoring else text


def number(text: str, is_numeral: bool = False) -> Fraction | None:
    """Return the number that a text writes, None if it writes none.

    "−3.5", "1/3", "1又1/2", "50%", "1,024", "1.2亿", "6.02e23", "6.02×10²³"; with `is_numeral` also "二十四",
    "三点五", "百分之五", "三分之一".
    """
    if len(text) > LONGEST_NUMBER:
        return None
    written = MIXED.sub(lambda found: f"{found[1] or ''}又", _lowered(_unended(UNSEEN.sub("", text))))
    written = "".join(unicodedata.normalize("NFKC", written).translate(SIGNS).split())
    if is_numeral:
        written = _spoken(written)
    written = THOUSANDS.sub(lambda found: found[0].replace(",", ""), written)
    written = POWER.sub(r"1e\1", written)
    found = NUMBER.fullmatch(written)
    return None if found is None else _worth(*found.groups(default=""))


def _worth(sign: str, whole: str, digits: str, power: str, below: str, unit: str) -> Fraction | None:
    """Return what the parts of a number come to; one and a half is written with whole numbers."""
    if (below and not int(below)) or (whole and not (below and digits.isdecimal())):
        return None
    part = Fraction(digits) / Fraction(below or 1)
    value = Fraction(whole or 0) + part * Fraction(10) ** int(power or 0) * UNITS_OF_NUMBERS.get(unit, WHOLE)
    return -value if sign == "-" else value


def _lowered(text: str) -> str:
    """Return a text whose raised numbers stand after a ^: what folds width would join them to the base."""
    return RAISING.sub(lambda found: f"^{found[0].translate(RAISED)}", text)


def _unended(text: str) -> str:
    """Return a text without the stop or comma that ends it, unless there is nothing else."""
    return text.strip().rstrip(ENDING).rstrip() or text


def _spoken(written: str) -> str:
    """Return how a number that is written as it is spoken looks in figures."""
    for words, unit in (("百分之", "%"), ("千分之", "‰")):
        if written.startswith(words):
            written = written.removeprefix(words) + unit
    written = NUMERAL.sub(lambda found: arabic(found[0]), written)
    written = SPOKEN.sub(r"\2/\1", written)
    return re.sub(r"(?<=\d)点(?=\d)", ".", written)


def arabic(numeral: str) -> str:
    """Return a Chinese numeral in Arabic digits, 二〇二四 too; unchanged if it is none (万 of 万有引力)."""
    if all(each in DIGITS for each in numeral):
        return "".join(str(DIGITS[each]) for each in numeral)
    value = _value(numeral)
    return numeral if value is None else str(value)


def _value(numeral: str) -> int | None:
    """Return the value of a numeral with units (一百零三, 三百五); None where it is not well made."""
    if found := COLLOQUIAL.fullmatch(numeral):
        above, unit, digit = _value(found[1]), UNITS.get(found[1][-1]), DIGITS[found[2]]
        return None if above is None else above + digit * (unit or GREAT_UNITS[found[1][-1]]) // 10
    for great, size in GREAT_UNITS.items():
        high, is_in, low = numeral.rpartition(great)
        if is_in:
            above, below = _value(high), _value(low) if low else 0
            return None if above is None or below is None or below >= size else above * size + below
    return _below_ten_thousand(numeral)


def _below_ten_thousand(numeral: str) -> int | None:
    total, digit, last = 0, None, 10_000
    for each in numeral:
        if each in DIGITS:
            if digit:
                return None
            digit = DIGITS[each]
        elif UNITS[each] >= last or (not digit and (each != "十" or total)):
            return None
        else:
            total, last, digit = total + (digit or 1) * UNITS[each], UNITS[each], None
    return total + (digit or 0) if numeral else None


def short(value: Fraction) -> str:
    """Return an exact number as people write it: 0.01 where decimals end, else 1/3."""
    left = value.denominator
    places = 0
    while left > 1 and places < LONGEST_NUMBER and (left % 2 == 0 or left % 5 == 0):
        left = left // 10 if left % 10 == 0 else left // 2 if left % 2 == 0 else left // 5
        places += 1
    if left != 1 or not places:
        return str(value)
    digits = str(abs(value.numerator) * 10**places // value.denominator).zfill(places + 1)
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}"
