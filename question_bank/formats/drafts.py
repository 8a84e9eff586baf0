"""Questions as other systems write them, on their way to ours: shares of credit, feedback, tags, pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from question_bank.attached import Material, Medium
from question_bank.formats import effort
from question_bank.formats.checks import Place, brief, check, letters_checked, repeated
from question_bank.formats.kinds import kind_of, unsupported_name
from question_bank.formats.reading import Placed, RawRow, Reading
from question_bank.formats.scale import Difficulties
from question_bank.formats.tag_words import by_facet
from question_bank.formats.xml_in import TOO_MUCH
from question_bank.gaps import Accepted, Gap
from question_bank.problems import N_, WARNING, Problem, Unreadable
from question_bank.question import CHOICES, KINDS, LETTERS, SEVERAL, Question, lettered

MOST_HOPELESS = 1_000  # questions that cannot be ours, before a file is refused that has hardly any other
MOST_OF_MATERIALS = 10_000_000  # characters
FULL, NONE = Fraction(1), Fraction(0)
TRUE_FALSE = ("对", "错")
USUAL = "single"  # what a question is shown as whose own kind is not ours, to be rewritten
NUMBER = re.compile(r"\s*([-+]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][-+]?\d{1,2})?)\s*")
SHARE = re.compile(r"(\d{1,9})/([1-9]\d{0,8})")
CLOSE = Fraction(6, 10**8)  # a third is written 33.33333 %
FINEST = 1_000  # the largest denominator of a share that decimals are taken to mean
Said = tuple[str, str, Mapping[str, object]]  # code, sentence, values


@dataclass(frozen=True)
class Choice:
    """One option, or one accepted answer: its share of the points and what is said to whoever gives it."""

    text: str
    share: Fraction = NONE
    feedback: str = ""


@dataclass
class Draft:
    """One question of a file before it is checked."""

    row: int  # the line of a text file; elsewhere the number of the question in the file
    kind: str  # one of KINDS, or the file's own word for what we do not have
    stem: str = ""
    choices: list[Choice] = field(default_factory=list)  # the options
    gaps: list[Gap] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    arranged: list[int] = field(default_factory=list)  # positions of options, for order and match
    feedback: dict[str, str] = field(default_factory=dict)  # right, partly, wrong → words
    explanation: str = ""
    external_id: str = ""
    tags: list[str] = field(default_factory=list)  # as `tag_words` has them
    material: Material | None = None
    media: list[Medium] = field(default_factory=list)  # of its material too, those first
    group: str = ""  # what it stands in with others: a category, a section
    raw: str = ""  # as the file has it, to be given back
    odd: list[Said] = field(default_factory=list)  # warnings
    faults: list[Said] = field(default_factory=list)  # errors
    is_counted: bool = False  # what it is worth has been noted


def number(text: str) -> Fraction | None:
    """Return the exact number that a text writes, None if it writes none."""
    found = NUMBER.fullmatch(text[:100])
    return Fraction(found[1]) if found else None


def share_of(percent: str) -> Fraction | None:
    """Return the share that a percentage means: 33.33333 is a third; None for what is no number."""
    value = number(percent)
    return None if value is None else rounded(value / 100)


def rounded(share: Fraction) -> Fraction:
    """Return the simple fraction that decimals mean: 0.3333333 is a third."""
    near = share.limit_denominator(FINEST)
    return near if abs(near - share) <= CLOSE else share


def percent_of(share: Fraction) -> str:
    """Return a share as a percentage in at most seven decimals."""
    whole, rest = divmod(abs(round(share * 10**9)), 10**7)
    text = f"{whole}.{rest:07d}".rstrip("0").rstrip(".")
    return f"-{text}" if share < 0 else text


def numeric(low: Fraction, high: Fraction) -> tuple[Fraction, Fraction]:
    """Return the middle of a range and how far a number may be off it."""
    return (low + high) / 2, abs(high - low) / 2


def reading(drafts: Iterable[Draft], scale: Mapping[str, str] | None = None, *said: Problem) -> Reading:
    """Return what a file's drafts come to: questions, and everything to be said about them."""
    taken = _taken(drafts)
    tagged = [by_facet(draft.tags) for draft in taken]
    difficulties, assumed = Difficulties.of_file(
        [reserved.get("difficulty", "") for _, reserved in tagged], scale
    )
    made = _Made(difficulties)
    for draft, (tags, reserved) in zip(taken, tagged, strict=True):
        made.take(draft, tags, reserved)
    empty = [] if taken else [Problem("", 0, "", "no-rows", N_("文件里没有题目。"), WARNING)]
    named = [(d.external_id, "", d.row) for d in taken if d.external_id]
    return Reading(
        questions=tuple(made.placed),
        problems=(
            *said,
            *assumed,
            *empty,
            *difficulties.problems(),
            *made.problems,
            *repeated(made.placed, named),
        ),
        headers={"": (N_("原文"),)},
        raw=tuple(made.raw),
        difficulties=dict(difficulties.unknown),
        unsupported=made.unsupported,
        scale=dict(difficulties.scale),
    )


def _taken(drafts: Iterable[Draft]) -> list[Draft]:
    taken: list[Draft] = []
    about = 0  # characters of materials: one of the file becomes one of each of its questions
    for draft in worthwhile(drafts):
        taken.append(draft)
        about += len(draft.material.text) if draft.material is not None else 0
        if about > MOST_OF_MATERIALS:
            raise Unreadable("too-much-inside", TOO_MUCH)
    return taken


def worthwhile(drafts: Iterable[Draft]) -> Iterator[Draft]:
    """Yield drafts one after another; raises Unreadable once nearly all of them cannot be ours.

    Whoever needs all drafts at once takes them from here, so that little is made of a file without questions.
    """
    hopeless = 0
    for count, draft in enumerate(drafts, 1):
        if not is_counted(draft):
            hopeless += 1
            if hopeless > MOST_HOPELESS and hopeless > effort.WORTHLESS * (count - hopeless):
                raise Unreadable("few-questions", HOPELESS, count=count, kind=brief(draft.kind))
        if count > effort.MOST_QUESTIONS:
            raise Unreadable("too-many-rows", effort.TOO_MANY, most=effort.MOST_QUESTIONS)
        yield draft


def is_counted(draft: Draft) -> bool:
    """Note, once, that a draft may become a question of ours; returns whether it may."""
    is_answered = (
        draft.gaps or draft.arranged or any(choice.share > 0 and choice.text for choice in draft.choices)
    )
    if draft.faults or not draft.stem or not is_answered:
        return False
    if not draft.is_counted:
        draft.is_counted = True
        effort.found()
    return True


@dataclass
class _Made:
    difficulties: Difficulties
    placed: list[Placed] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unsupported: dict[str, int] = field(default_factory=dict)
    raw: list[RawRow] = field(default_factory=list)

    def take(self, draft: Draft, tags: Mapping[str, tuple[str, ...]], reserved: Mapping[str, str]) -> None:
        place = Place("", draft.row)
        for code, message, values in draft.odd:
            place.warn("", code, message, **values)
        for code, message, values in draft.faults:
            place.error("", code, message, **values)
        kind = self._kind(place, draft, reserved)
        if kind == "order":
            _put_back(draft, reserved.get("order", ""))
        question = None
        if letters_checked(place, [choice.text for choice in draft.choices]):
            question = self._question(draft, kind or USUAL, tags, reserved)
        if question is not None and kind is not None and not place.is_faulty:
            check(place, question)
            if not place.is_faulty:
                self.placed.append(Placed(question, "", draft.row))
        word = "" if kind else unsupported_name(draft.kind) or brief(draft.kind)
        kept = question if place.is_faulty else None
        text = draft.raw or draft.stem
        self.raw.append(RawRow("", draft.row, (text,), name=draft.external_id, draft=kept, word=word))
        self.problems += place.problems

    def _question(
        self, draft: Draft, kind: str, tags: Mapping[str, tuple[str, ...]], reserved: Mapping[str, str]
    ) -> Question:
        return Question(
            kind=kind,
            stem=draft.stem,
            options=lettered([choice.text for choice in draft.choices]),
            key=frozenset() if draft.arranged else key(draft.choices, kind),
            tags=tags,
            difficulty=self.difficulties.of(reserved.get("difficulty", "")),
            explanation=draft.explanation,
            external_id=draft.external_id,
            calibrated=_calibrated(reserved.get("calibrated", "")),
            gaps=tuple(draft.gaps),
            prompts=tuple(draft.prompts),
            arranged=tuple(LETTERS[position] for position in draft.arranged),
            weights={} if draft.arranged else weights(draft.choices, kind),
            feedback={**_feedback(draft.choices), **draft.feedback},
            material=draft.material,
            media=tuple(draft.media),
        )

    def _kind(self, place: Place, draft: Draft, reserved: Mapping[str, str]) -> str | None:
        word = reserved.get("kind", "") or draft.kind
        kind = word if word in KINDS else kind_of(word)
        if kind is None:
            name = unsupported_name(draft.kind) or brief(draft.kind)
            self.unsupported[name] = self.unsupported.get(name, 0) + 1
            place.error("", "unknown-type", UNKNOWN_KIND, kind=name)
        return kind


def _put_back(draft: Draft, letters: str) -> None:
    """Give the options of an order, which stand in the right order, the places that they were written in."""
    if sorted(letters) == list(LETTERS[: len(draft.choices)]) and draft.arranged == sorted(draft.arranged):
        positions = [LETTERS.index(letter) for letter in letters]
        by_place = dict(zip(positions, draft.choices, strict=True))
        draft.choices = [by_place[place] for place in sorted(by_place)]
        draft.arranged = positions


def key(choices: Sequence[Choice], kind: str) -> frozenset[str]:
    """Return the ids of the right options: all that are worth something; for one choice, the best."""
    best = max((choice.share for choice in choices), default=NONE)
    least = NONE if kind in SEVERAL else best - Fraction(1, 10**9)
    lettered_choices = zip(LETTERS, choices, strict=False)
    return frozenset(letter for letter, each in lettered_choices if each.share > max(least, NONE))


def weights(choices: Sequence[Choice], kind: str) -> dict[str, Fraction]:
    """Return the shares of the options where they say more than which are right."""
    given = [choice.share for choice in choices]
    right = [share for share in given if share > 0]
    whole = Fraction(1, len(right) or 1) if kind in SEVERAL else FULL
    if all(share == 0 or abs(share - whole) < Fraction(1, 1_000) for share in given):
        return {}
    return {letter: share for letter, share in zip(LETTERS, given, strict=False) if share}


def shares(question: Question) -> list[Fraction]:
    """Return what each option of a choice is worth, for formats that always say it."""
    if question.weights:
        return [question.weights.get(option.id, NONE) for option in question.options]
    whole = Fraction(1, len(question.key) or 1)
    return [whole if option.id in question.key else NONE for option in question.options]


def pairs(question: Question) -> list[tuple[str, str]]:
    """Return prompts with the texts of their options; "" stands before an option that no prompt has had yet.

    So the options stand in their own order, for formats that have pairs only.
    """
    left = list(question.options)
    texts = {option.id: option.text for option in question.options}
    found: list[tuple[str, str]] = []
    for prompt, chosen in zip(question.prompts, question.arranged, strict=True):
        while any(option.id == chosen for option in left):
            option = left.pop(0)
            if option.id != chosen:
                found.append(("", option.text))
        found.append((prompt, texts[chosen]))
    return [*found, *(("", option.text) for option in left)]


def unpaired(found: Iterable[tuple[str, str]]) -> tuple[list[Choice], list[str], list[int]]:
    """Return options, prompts and the position of each prompt's option, from pairs."""
    texts: list[str] = []
    prompts: list[str] = []
    arranged: list[int] = []
    for prompt, text in found:
        if text not in texts:
            texts.append(text)
        if prompt:
            prompts.append(prompt)
            arranged.append(texts.index(text))
    return [Choice(text) for text in texts], prompts, arranged


def says_all(question: Question) -> bool:
    """Return whether the shares of the options say which are right, and all that the weights say."""
    if question.kind not in CHOICES:
        return True
    given = [Choice(o.text, share) for o, share in zip(question.options, shares(question), strict=True)]
    is_clear = question.kind in SEVERAL or max(choice.share for choice in given) == FULL
    return (
        is_clear
        and key(given, question.kind) == question.key
        and (
            weights(given, question.kind) == {each: w for each, w in question.weights.items() if w}
            and all(question.weights.values())
        )
    )


def _feedback(choices: Sequence[Choice]) -> dict[str, str]:
    return {letter: each.feedback for letter, each in zip(LETTERS, choices, strict=False) if each.feedback}


def _calibrated(text: str) -> Fraction | None:
    found = SHARE.fullmatch(text)
    value = Fraction(int(found[1]), int(found[2])) if found else number(text)
    return value if value is not None and 0 <= value <= 1 else None


def choice_kind(choices: Sequence[Choice]) -> str:
    """Return the kind of a question that takes any number of options."""
    return "multiple" if sum(choice.share > 0 for choice in choices) > 1 else "indefinite"


def accepted(choices: Iterable[Choice]) -> Gap:
    """Return a gap that accepts these texts; what is worth nothing is no accepted answer."""
    return Gap(tuple(Accepted(c.text, None, c.share, c.feedback) for c in choices if c.share > 0))


HOPELESS = N_(
    "文件里的 %(count)s 道题几乎都读不成题：缺题干、缺答案，或题型（%(kind)s）还不支持。"
    "请核对是不是题库文件，或只导出能用的题型再上传。"
)
UNKNOWN_KIND = N_("题型“%(kind)s”还不支持，这一题没有导入。")
WILDCARD = N_("答案里的 * 在原系统中代表任意文字，这里只按星号本身比较，请核对。")
