"""What a question is: its kind, stem, options, key, tags, declared difficulty and explanation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import sha256
from typing import Any
from urllib.parse import quote

KINDS = ("single", "multiple", "true_false")
DIFFICULTIES = ("easy", "medium", "hard")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MOST_OPTIONS = len(LETTERS)
# An option that speaks of other options by letter or by place is wrong as soon as options are shuffled.
REFERS_TO_OTHERS = re.compile(
    r"^以上(?!海)|以上(?:都|均|全|皆|各|答案|选项|说法|[两二三四])|上述|[前后][一二两三四]项"
    r"|(?:all|none|both|neither) of (?:the )?(?:above|these)"
    r"|(?<![A-Za-z0-9])[A-H](?:\s*[、,，和与及]\s*[A-H])+(?![A-Za-z0-9])|选项\s*[A-H]|[A-H]\s*[项选]",
    re.IGNORECASE,
)
IGNORED = str.maketrans("", "", "，。、；：？！“”‘’（）【】《》…,;:?!\"'·")  # does not change a question
LEADING_NUMBER = re.compile(r"^\s*(?:\(\d{1,4}\)|\d{1,4}\s*[.、．)](?!\d))\s*")


@dataclass(frozen=True)
class Option:
    """One option; its id is the letter of its position as written."""

    id: str
    text: str


@dataclass(frozen=True)
class Question:
    """One question as its author wrote it."""

    kind: str  # one of KINDS
    stem: str
    options: tuple[Option, ...]
    key: frozenset[str]  # ids of the right options
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # facet → values
    difficulty: str | None = None  # one of DIFFICULTIES as declared, None: not said
    explanation: str = ""
    external_id: str = ""  # its id in the file it came from
    calibrated: Fraction | None = None  # the share of people that proved to be right, None: not measured

    @property
    def right_texts(self) -> frozenset[str]:
        """The texts of the right options, normalised, to compare questions with other letters."""
        return frozenset(normalised(o.text) for o in self.options if o.id in self.key)

    @property
    def keeps_order(self) -> bool:
        """Whether its options must be shown as written: true before false, or one speaks of the others."""
        return self.kind == "true_false" or any(REFERS_TO_OTHERS.search(o.text) for o in self.options)

    def as_dict(self) -> dict[str, object]:
        """Return the question as JSON data: a line of our own JSON Lines, and what the database keeps."""
        measured = {} if self.calibrated is None else {"calibrated": str(self.calibrated)}
        return {
            "id": self.external_id,
            "kind": self.kind,
            "stem": self.stem,
            "options": [o.text for o in self.options],
            "key": sorted(self.key),
            "difficulty": self.difficulty,
            "tags": {facet: list(values) for facet, values in self.tags.items()},
            "explanation": self.explanation,
            **measured,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Question:  # Any: JSON data that `as_dict` wrote
        """Read back what `as_dict` wrote."""
        return cls(
            kind=data["kind"],
            stem=data["stem"],
            options=lettered(data["options"]),
            key=frozenset(data["key"]),
            tags={facet: tuple(values) for facet, values in data.get("tags", {}).items()},
            difficulty=data.get("difficulty"),
            explanation=data.get("explanation") or "",
            external_id=data.get("id") or "",
            calibrated=Fraction(data["calibrated"]) if data.get("calibrated") is not None else None,
        )


def lettered(texts: Sequence[str]) -> tuple[Option, ...]:
    """Return options with these texts, lettered from A."""
    return tuple(Option(letter, text) for letter, text in zip(LETTERS, texts, strict=False))


def digest(question: Question) -> str:
    """Return a digest of the normalised wording: equal for what people call the same question.

    Width, case, spaces, sentence punctuation, a leading number and the order of options make no difference;
    nor does the key, so that the same question with another answer is found as a conflict.
    """
    parts = [normalised(LEADING_NUMBER.sub("", unicodedata.normalize("NFKC", question.stem)))]
    parts += sorted(normalised(option.text) for option in question.options)
    return sha256("\n".join(parts).encode()).hexdigest()


def normalised(text: str) -> str:
    """Return a text without what does not change a question: width, case, spaces, sentence punctuation."""
    if "$" in text or "\\" in text:  # a formula: there every mark and every letter's case counts
        return " ".join(unicodedata.normalize("NFKC", text).split())
    folded = unicodedata.normalize("NFKC", text)
    kept = "".join(folded.translate(IGNORED).split()).replace("()", "").removesuffix(".")
    return kept.casefold() or quote(folded)
