"""What people write into an answer cell: letters, numbers, words for true and false, the option itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from question_bank.formats.other_languages import simplified
from question_bank.question import LETTERS, normalised

TRUE_WORDS = "对 正确 √ ✓ ✔ ☑ v 是 t true y yes 真 right correct 正 勾 ○ 〇 ◯ ⭕ o ✅ 成立 1"
FALSE_WORDS = (
    "错 错误 × ✗ ✘ ✕ ✖ ╳ ❌ ☒ x 否 f false n no 假 wrong incorrect 误 叉 不正确 不对 非 不是 不成立 0"
)
TRUE, FALSE = frozenset(TRUE_WORDS.split()), frozenset(FALSE_WORDS.split())
SEPARATORS = re.compile(r"[\s,、;|/。.·&＆+和与及\-_\[\](){}【】<>\"'“”‘’:]+")
LEAD = re.compile(
    r"^(?:(?:正确|标准|参考)?答案|正确选项|故|应|本题)*(?:是|为|选|:)*(?:选项)?\s*", re.IGNORECASE
)
RANKS = {rank: n for ranks in ("一二三四五六七八九", "甲乙丙丁戊己庚辛壬癸") for n, rank in enumerate(ranks)}
BESIDE = re.compile(r"选项|第|项|[(](?:单|多|不定项)选题?[)]")  # 选项A、选项B；第1、2项；AB（多选）


def is_true_or_false(text: str) -> bool | None:
    """Return what a word for true or false says, None for any other word."""
    plain = simplified(_plain(text)).rstrip("。.!;,").strip("()[]【】 ")
    if plain in TRUE:
        return True
    return False if plain in FALSE else None


def letters(text: str) -> list[str]:
    """Return the option ids that an answer names by letters, in its order; empty if it is no letters."""
    rest = SEPARATORS.sub("", _said(text)).upper()
    return list(rest) if rest and all(each in LETTERS for each in rest) else []


def numbers(text: str, count: int) -> list[str]:
    """Return the option ids that an answer names by numbers from 1; empty if a number fits no option.

    Digits without a separator are read one by one where no number above 9 is possible.
    """
    parts = [part for part in SEPARATORS.split(_said(text)) if part]
    if not parts or not all(part.isascii() and part.isdigit() for part in parts):
        return []
    if len(parts) == 1 and len(parts[0]) > 1 and count < 10:
        parts = list(parts[0])
    found = [int(part) for part in parts]
    return [LETTERS[n - 1] for n in found] if all(1 <= n <= count for n in found) else []


def ranks(text: str, count: int) -> list[str]:
    """Return the option ids that an answer names as 甲, 乙, 丙 or 一, 二, 三; empty if one fits no option."""
    found = [RANKS.get(each, count) for each in SEPARATORS.sub("", _said(text))]
    return [LETTERS[n] for n in found] if all(n < count for n in found) else []


def texts(text: str, options: Sequence[str]) -> list[str]:
    """Return the ids of the options whose texts an answer repeats; empty if a part fits none."""
    by_text: dict[str, list[str]] = {}
    for letter, option in zip(LETTERS, options, strict=False):
        by_text.setdefault(normalised(option), []).append(letter)
    said = LEAD.sub("", text.strip())
    for parts in ([text], [said], re.split(r"[\n|;；]", said), re.split(r"[、,，/\s]", said)):
        found = [by_text.get(normalised(part), []) for part in parts if part.strip()]
        if found and all(len(each) == 1 for each in found):
            return [each[0] for each in found]
    return []


def _said(text: str) -> str:
    return BESIDE.sub("", LEAD.sub("", unicodedata.normalize("NFKC", text).strip()))


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
