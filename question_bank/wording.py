"""What two questions are compared by: their words without what makes no difference, and what they claim."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from question_bank.gaps import GAP
from question_bank.question import CHOICES, LEADING_NUMBER, Question, digest, normalised

TRUE, FALSE = "true", "false"
TRUE_WORDS = "对 正确 √ ✓ ✔ 是 t true y yes 真 right correct"
FALSE_WORDS = "错 错误 不正确 × ✗ ✘ 否 f false n no 假 wrong incorrect"
TRUTH = {**dict.fromkeys(TRUE_WORDS.split(), TRUE), **dict.fromkeys(FALSE_WORDS.split(), FALSE)}
SETTING = re.compile(r"\$|\s|~|\\(?:left|right|displaystyle)(?![A-Za-z])|\\[,;:! ]")  # of a formula, not it
EMPTY = re.compile(r"\(\)|_{2,}|\\u(?:nder)?line\{\}")  # where the answer is to be written
# What stands before a stem in collections: where it is from, what it is worth.
BEFORE = re.compile(r"^\s*(?:【[^】]{1,40}】|\(\s*\d{1,2}\s*分\s*\))\s*(?=\S)")
KEY_BYTES = 16


@dataclass(frozen=True, slots=True)
class Wording:
    """One question as it is compared with others.

    `right` and `wrong`, by its family:

    - choice: the texts of the right options and of the others; of a statement `TRUE` and `FALSE`;
    - fill: of each gap the texts it accepts, one a line; nothing wrong;
    - order: the texts in their right order; nothing wrong;
    - match: prompt and option, two lines a pair; nothing wrong.
    """

    family: str  # choice, fill, order, match
    stem: str
    material: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]
    digest: str  # question_bank.question.digest
    pictures: str = ""  # a digest of its pictures and sounds

    @classmethod
    def of(cls, question: Question) -> Wording:
        """Return what a question is compared by."""
        family = "choice" if question.kind in CHOICES else question.kind
        right, wrong = _claims(question)
        return cls(
            family,
            plain_stem(question.stem),
            plain(question.material.text) if question.material else "",
            right,
            wrong,
            digest(question),
            key(*sorted(each.digest for each in question.media)) if question.media else "",
        )

    @property
    def answer_key(self) -> str:
        """Names what is right: only questions that share it can be near. Of gaps only their number counts."""
        if self.family == "fill":
            return key("fill", f"{len(self.right)}")
        return key(self.family, *self.right)

    @property
    def stem_key(self) -> str:
        """Names what is asked: only questions that share it can be in conflict."""
        return key(self.family, self.stem, self.material, self.pictures)

    def as_json(self) -> list[object]:
        """Return it as JSON data."""
        return [self.family, self.stem, self.material, self.right, self.wrong, self.digest, self.pictures]

    @classmethod
    def from_json(cls, written: list[Any]) -> Wording:  # Any: JSON data that `as_json` wrote
        """Read back what `as_json` wrote."""
        family, stem, material, right, wrong, same, pictures = written
        return cls(family, stem, material, tuple(right), tuple(wrong), same, pictures)


def plain(text: str) -> str:
    """Return a text as texts are compared: normalised, a formula without what only sets it."""
    if "$" in text or "\\" in text:
        return SETTING.sub("", unicodedata.normalize("NFKC", text)) or normalised(text)
    return normalised(text)


def plain_stem(text: str) -> str:
    """Return a stem as stems are compared: without number, source, points and the places for answers."""
    numbered = unicodedata.normalize("NFKC", GAP.sub("()", text))
    asked = plain(BEFORE.sub("", LEADING_NUMBER.sub("", numbered)))
    return EMPTY.sub("", asked) or asked


def key(*texts: str) -> str:
    """Return a short name for texts in their order."""
    return blake2b("\0".join(texts).encode(), digest_size=KEY_BYTES).hexdigest()


def _claims(question: Question) -> tuple[tuple[str, ...], tuple[str, ...]]:
    texts = {option.id: plain(option.text) for option in question.options}
    match question.kind:
        case "fill":
            return tuple(_accepted(plain(each.text) for each in gap.accepted) for gap in question.gaps), ()
        case "order":
            return tuple(texts.get(each, "") for each in question.arranged), ()
        case "match":
            pairs = zip(question.prompts, question.arranged, strict=False)
            return tuple(sorted(f"{plain(prompt)}\n{texts.get(each, '')}" for prompt, each in pairs)), ()
    told = _as_truth(texts)
    return _of(told, question.key), _of(told, told.keys() - question.key)


def _accepted(texts: Iterable[str]) -> str:
    return "\n".join(sorted(set(texts)))


def _of(texts: Mapping[str, str], ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({texts[each] for each in ids if each in texts}))


def _as_truth(texts: Mapping[str, str]) -> Mapping[str, str]:
    """Return the two options of a statement as true and false, whatever words they are told in."""
    truths = {option: TRUTH[text] for option, text in texts.items() if text in TRUTH}
    return truths if len(truths) == len(texts) == len({*truths.values()}) == 2 else texts
