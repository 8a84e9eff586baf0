"""What is right in a question of an exam paper: marked options, brackets in the stem, words and letters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from question_bank.formats import answers
from question_bank.formats.drafts import FULL, NONE, TRUE_FALSE, Choice, Draft
from question_bank.gaps import GAP, Accepted, Gap
from question_bank.problems import N_
from question_bank.question import LETTERS

BEGIN_RIGHT, END_RIGHT = "\ue000", "\ue001"  # around what a document shows in another colour
BEGIN_SET, END_SET = "\ue002", "\ue003"  # around what it sets apart otherwise: bold, underlined, coloured
RIGHT = re.compile(f"[{BEGIN_RIGHT}{END_RIGHT}{BEGIN_SET}{END_SET}]")
RIGHT_MARK = re.compile(r"[(（\[【]\s*(?:正确答案|正确|答案|√|✓)\s*[)）\]】]\s*$")
TRUTHS = ("√", "×", "✓", "✗", "对", "错")
BRACKET = re.compile(r"[(（]([\s　_]*)[)）]")
ANSWERED = re.compile(r"[(（]\s*([A-Za-zＡ-Ｚａ-ｚ√×✓✗对错 、,，]{1,16})\s*[)）](?=[\s。．.？?！!：:]*$)")
WITHIN = re.compile(r"(?<=[(（])[\s　]+([A-Za-zＡ-Ｚａ-ｚ、,，]{1,16})[\s　]+(?=[)）])")  # 水是（ A ）体


def options(written: Iterable[str]) -> tuple[list[str], set[str]]:
    """Return the texts of options, and the letters of those that are marked as right."""
    texts, marked = [], set()
    for letter, each in zip(LETTERS, written, strict=False):
        if RIGHT_MARK.search(RIGHT.sub("", each)) or BEGIN_RIGHT in each:
            marked.add(letter)
        texts.append(RIGHT_MARK.sub("", RIGHT.sub("", each)).strip())
    return texts, marked


def set_apart(written: Sequence[str]) -> set[str]:
    """Return the letters of options that a document sets apart, where it does so with some, not all."""
    found = {letter for letter, each in zip(LETTERS, written, strict=False) if BEGIN_SET in each}
    return found if len(found) < len(written) else set()


def guessed(options: Sequence[str], written: str, stem: str) -> str:
    """Return the kind of a question that nobody has named."""
    if options:
        return "multiple" if len(set(answers.letters(written))) > 1 else "single"
    has_gap = GAP.search(stem) is not None
    if answers.is_true_or_false(written) is not None and not (has_gap and written.strip().isdigit()):
        return "true_false"
    return "fill" if has_gap else "问答题"


def choices(draft: Draft, options: Sequence[str], right: set[str]) -> None:
    """Give a draft its options with what is right; say what cannot be."""
    outside = sorted(right - set(LETTERS[: len(options)]))
    if outside and options:
        values = {"outside": "、".join(outside), "last": LETTERS[len(options) - 1]}
        draft.faults.append(("answer-out-of-range", OUTSIDE, values))
    if len(right) > 1 and draft.kind == "single":
        draft.faults.append(("too-many-answers", TOO_MANY, {"count": len(right)}))
    whole = FULL / (len(right) or 1) if draft.kind != "single" else FULL
    named = zip(LETTERS, options, strict=False)
    draft.choices = [Choice(text, whole if letter in right else NONE) for letter, text in named]


def truth(draft: Draft, options: Sequence[str], marked: set[str], written: str) -> None:
    """Give a draft what is true: a word, or the letter of one of two options."""
    said = answers.is_true_or_false(written)
    letters = marked or set(answers.letters(written))
    if len(options) == 2 and len(letters) == 1:
        said = answers.is_true_or_false(options["AB".find(min(letters))])
    elif said is None and len(letters) == 1:
        said = {"A": True, "B": False}.get(min(letters))
    draft.choices = [
        Choice(text, FULL if said is this else NONE)
        for text, this in zip(TRUE_FALSE, (True, False), strict=True)
    ]


def gaps(stem: str, written: str) -> list[Gap]:
    """Return the gaps: an answer for each, separated as people do; one alone is not cut."""
    count = len(GAP.findall(stem))
    if not written:
        return []
    if count < 2:
        return [Gap((Accepted(written),))]
    for mark in (r"\|", "[;；]", "[、,，]", r"\s+"):
        parts = [part.strip() for part in re.split(mark, written) if part.strip()]
        if len(parts) == count:
            return [Gap((Accepted(part),)) for part in parts]
    return [Gap((Accepted(written),))]


def without_answer(stem: str, has_options: bool, kind: str) -> tuple[str, str]:
    """Return a stem without the brackets at its end, and the answer that stood in them."""
    found = ANSWERED.search(stem)
    if found and (has_options or kind or found[1].strip() in TRUTHS):
        return (stem[: found.start()] + stem[found.end() :]).strip(), found[1]
    within = list(WITHIN.finditer(stem))
    if has_options and len(within) == 1 and answers.letters(within[0][1]):
        return (stem[: within[0].start()] + "  " + stem[within[0].end() :]).strip(), within[0][1]
    empty = list(BRACKET.finditer(stem))
    if empty and kind != "fill" and not stem[empty[-1].end() :].strip("。．. \n"):
        stem = stem[: empty[-1].start()] + stem[empty[-1].end() :]
    return stem.strip(), ""


OUTSIDE = N_("答案是 %(outside)s，但选项只到 %(last)s。请改正答案或补上选项。")
TOO_MANY = N_("单选题只能有一个答案，这里有 %(count)s 个。请改正答案，或改为多选题。")
