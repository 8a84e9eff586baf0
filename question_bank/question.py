"""What a question is: its kind, stem, options, what is right, tags, declared difficulty and explanation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from question_bank.attached import SHOWN, Material, Medium
from question_bank.gaps import GAP, Gap

KINDS = ("single", "multiple", "indefinite", "true_false", "fill", "order", "match")
CHOICES = (
    "single",
    "multiple",
    "indefinite",
    "true_false",
)  # options are chosen
SEVERAL = ("multiple", "indefinite")  # choices of which more than one option may be right
USUAL_KINDS = ("single", "multiple", "true_false")  # what a paper has that names no kinds
ALWAYS_SHUFFLED = ("order", "match")  # as written they may stand in the right order
WHEN = ("right", "partly", "wrong")  # beside option ids: when feedback is given to a whole answer
DIFFICULTIES = ("easy", "medium", "hard")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MOST_OPTIONS = len(LETTERS)
MATERIAL_NAME = 16  # hexadecimal digits
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
    """One question as its author wrote it.

    What is right stands, by its kind:

    - single, true_false, multiple (two or more), indefinite (one or more): `key`, ids of `options`;
    - fill: `gaps`, in the order of the `____` in the stem; no options;
    - order: `arranged`, the ids of all `options` in the right order;
    - match: `arranged`, for each of `prompts` the id of its option. There may be more options than prompts
      (distractors), and one option may be right for several prompts.

    Any text may hold TeX between dollars ($x^2$, or $$…$$ for a line of its own) and names of `media`
    (question_bank.attached). `weights` and `feedback` are kept as the author wrote them; a contest marks by
    its own rules (question_bank.marking).
    """

    kind: str  # one of KINDS
    stem: str
    options: tuple[Option, ...]
    key: frozenset[str]  # ids of the right options, where options are chosen
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # facet → values
    difficulty: str | None = None  # one of DIFFICULTIES as declared, None: not said
    explanation: str = ""
    external_id: str = ""  # its id in the file it came from
    calibrated: Fraction | None = None  # the share of people that proved to be right, None: not measured
    gaps: tuple[Gap, ...] = ()
    prompts: tuple[str, ...] = ()  # what options are matched with, as written
    arranged: tuple[str, ...] = ()  # ids of options, by position or prompt
    weights: Mapping[str, Fraction] = field(default_factory=dict)  # option id → share of the points, −1 to 1
    feedback: Mapping[str, str] = field(default_factory=dict)  # option id, or one of WHEN → words
    material: Material | None = None  # what it asks about, with other questions
    media: tuple[Medium, ...] = ()

    @property
    def right_texts(self) -> frozenset[str]:
        """What is right, normalised, to compare questions with other letters."""
        texts = {option.id: normalised(option.text) for option in self.options}
        match self.kind:
            case "fill":
                return frozenset(
                    f"{n} {normalised(each.text)} {each.tolerance} {each.weight}"
                    for n, gap in enumerate(self.gaps)
                    for each in gap.accepted
                )
            case "order":
                return frozenset(f"{n} {texts.get(each)}" for n, each in enumerate(self.arranged))
            case "match":
                pairs = zip(self.prompts, self.arranged, strict=False)
                return frozenset(f"{normalised(prompt)} {texts.get(each)}" for prompt, each in pairs)
        return frozenset(texts[each] for each in self.key if each in texts)

    @property
    def material_name(self) -> str:
        """What names its material: the same for the same words and media, "" where it has none."""
        if self.material is None:
            return ""
        media = {medium.name: medium.digest for medium in self.media}
        words = SHOWN.sub(lambda found: media.get(found[2], found[0]), self.material.text)
        return sha256(" ".join(words.split()).encode()).hexdigest()[:MATERIAL_NAME]

    @property
    def keeps_order(self) -> bool:
        """Whether its options must be shown as written: true before false, or one speaks of the others."""
        return self.kind == "true_false" or any(REFERS_TO_OTHERS.search(o.text) for o in self.options)

    def as_dict(self) -> dict[str, object]:
        """Return the question as JSON data: a line of our own JSON Lines, and what the database keeps."""
        measured = {} if self.calibrated is None else {"calibrated": str(self.calibrated)}
        more: dict[str, object] = {
            "gaps": [gap.as_json() for gap in self.gaps],
            "prompts": list(self.prompts),
            "arranged": list(self.arranged),
            "weights": {each: str(weight) for each, weight in self.weights.items()},
            "feedback": dict(self.feedback),
            "material": self.material.as_json() if self.material is not None else None,
            "media": [medium.as_json() for medium in self.media],
        }
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
            **{name: value for name, value in more.items() if value},
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
            gaps=tuple(Gap.from_json(each) for each in data.get("gaps", ())),
            prompts=tuple(data.get("prompts", ())),
            arranged=tuple(data.get("arranged", ())),
            weights={each: Fraction(weight) for each, weight in data.get("weights", {}).items()},
            feedback=dict(data.get("feedback", {})),
            material=Material.from_json(data["material"]) if data.get("material") else None,
            media=tuple(Medium.from_json(each) for each in data.get("media", ())),
        )


def lettered(texts: Sequence[str]) -> tuple[Option, ...]:
    """Return options with these texts, lettered from A."""
    return tuple(Option(letter, text) for letter, text in zip(LETTERS, texts, strict=False))


def asks_the_same(one: Question, other: Question) -> bool:
    """Return whether two versions are shown and marked alike: they differ in what is said of them at most."""
    as_other = replace(
        one,
        tags=other.tags,
        difficulty=other.difficulty,
        external_id=other.external_id,
        calibrated=other.calibrated,
    )
    return as_other == other


def digest(question: Question) -> str:
    """Return a digest of the normalised wording: equal for what people call the same question.

    Width, case, spaces, sentence punctuation, a leading number and the order of options make no difference;
    nor does the key, so that the same question with another answer is found as a conflict. How long a gap is
    drawn makes none either; the material, the prompts, and whether options are chosen or arranged do.
    """
    stem = unicodedata.normalize("NFKC", question.stem)
    parts = [normalised(LEADING_NUMBER.sub("", GAP.sub("()", stem) if question.kind == "fill" else stem))]
    parts += sorted(normalised(option.text) for option in question.options)
    if question.kind not in CHOICES:
        parts += [question.kind, *sorted(normalised(prompt) for prompt in question.prompts)]
    if question.material is not None:
        parts.append(f"material {normalised(question.material.text)}")
    return sha256("\n".join(parts).encode()).hexdigest()


def normalised(text: str) -> str:
    """Return a text without what does not change a question: width, case, spaces, sentence punctuation."""
    if "$" in text or "\\" in text:  # a formula: there every mark and every letter's case counts
        return " ".join(unicodedata.normalize("NFKC", text).split())
    folded = unicodedata.normalize("NFKC", text)
    kept = "".join(folded.translate(IGNORED).split()).replace("()", "").removesuffix(".")
    return kept.casefold() or quote(folded)
