"""The words for difficulty in other people's files, and what they are on our scale."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from question_bank.formats.checks import brief
from question_bank.formats.other_languages import simplified
from question_bank.problems import N_, WARNING, Problem
from question_bank.question import DIFFICULTIES

WORDS = {
    "easy": (
        "easy",
        "易",
        "容易",
        "简单",
        "较易",
        "较容易",
        "较简单",
        "低",
        "初级",
        "初等",
        "基础",
        "入门",
        "偏易",
    ),
    "medium": ("medium", "normal", "中", "中等", "一般", "适中", "普通", "中级", "较中", "中档", "中等难度"),
    "hard": (
        "hard",
        "difficult",
        "难",
        "困难",
        "较难",
        "高",
        "高级",
        "高等",
        "偏难",
        "很难",
        "较困难",
        "复杂",
    ),
}
KNOWN = {word: difficulty for difficulty, words in WORDS.items() for word in words}
MOST_NAMED = 20  # words in one sentence
NUMBERS = {"1": "easy", "2": "medium", "3": "hard"}  # taken so only where a file has no other numbers


@dataclass
class Difficulties:
    """Translates the words of one file; remembers those that somebody has to map."""

    scale: Mapping[str, str] = field(default_factory=dict)  # the file's word → easy, medium, hard or ""
    unknown: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of_file(
        cls, words: Sequence[str], scale: Mapping[str, str] | None
    ) -> tuple[Difficulties, list[Problem]]:
        """Return the translation for a file with these words, and what should be said about it."""
        given = {_plain(word): difficulty for word, difficulty in (scale or {}).items()}
        numbers = {_plain(word) for word in words} - set(KNOWN) - set(given) - {""}
        if not numbers or not numbers <= set(NUMBERS):
            return cls(given), []
        assumed = {number: NUMBERS[number] for number in sorted(numbers)}
        said = Problem(
            "",
            0,
            "",
            "difficulty-assumed",
            N_("难度写成了数字 %(words)s，已按 1＝易、2＝中、3＝难 理解；如果不是，请在预览中另行对应。"),
            WARNING,
            {"words": "、".join(assumed)},
        )
        return cls({**assumed, **given}), [said]

    def of(self, word: str) -> str | None:
        """Return easy, medium, hard, or None for an empty word and for one that is still to be mapped."""
        plain = _plain(word)
        found = self.scale.get(plain) if plain in self.scale else KNOWN.get(plain)
        if plain and found is None:
            self.unknown[brief(word.strip())] += 1
        return found if found in DIFFICULTIES else None

    def problems(self) -> list[Problem]:
        """Return what to say about the words that nobody has mapped yet."""
        if not self.unknown:
            return []
        listed = sorted(self.unknown.items())
        words = "、".join(f"{word}（{count}）" for word, count in listed[:MOST_NAMED])
        words += "…" if len(listed) > MOST_NAMED else ""
        return [
            Problem(
                "",
                0,
                "",
                "difficulty-scale",
                N_(
                    "这些难度写法还不知道对应哪一级：%(words)s。请在预览中选择易、中、难；不选则这些题不标难度。"
                ),
                WARNING,
                {"words": words},
            )
        ]


def _plain(word: str) -> str:
    return (
        simplified("".join(unicodedata.normalize("NFKC", word).split()))
        .casefold()
        .removesuffix("题")
        .removesuffix("度")
    )
