"""What only some questions have beside their words, in cells: weights, feedback, how difficult it proved."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from question_bank.formats.place import Place, brief
from question_bank.gaps import Gap
from question_bank.problems import N_
from question_bank.question import WHEN, Question

WEIGHTS, CALIBRATED, FEEDBACK = "得分比例", "实测难度", "反馈"
WHEN_WORDS = dict(zip(WHEN, ("答对", "部分答对", "答错"), strict=True))
BY_WORD = {word: when for when, word in WHEN_WORDS.items()}
WEIGHT = re.compile(r"([A-Z])\s*[:：=]?\s*(-?\d{1,9}(?:/[1-9]\d{0,8}|\.\d{1,9})?)(%?)")
SHARE = re.compile(r"\d{1,9}(?:/[1-9]\d{0,8}|\.\d{1,9})?")
MEANING = re.compile(r"feedback\.(?:[A-Z]|\d{1,2}\.\d{1,2}|right|partly|wrong)")
OF_GAP = re.compile(r"(\d{1,2})\.(\d{1,2})")


def titles(questions: Sequence[Question]) -> list[str]:
    """Return the titles of the columns that these questions need, in one order for all files."""
    return sorted({title for question in questions for title in cells(question)}, key=_place)


def _place(title: str) -> tuple[int, int, str]:
    if title in (WEIGHTS, CALIBRATED):
        return (0, 0, title)
    name = title.removeprefix(FEEDBACK)
    return (1, list(BY_WORD).index(name), "") if name in BY_WORD else (2, len(name), name)


def cells(question: Question) -> dict[str, str]:
    """Return title → text."""
    weights = "\n".join(f"{letter} {weight}" for letter, weight in question.weights.items())
    calibrated = "" if question.calibrated is None else str(question.calibrated)
    said = {WHEN_WORDS.get(name, name): words for name, words in question.feedback.items()}
    for n, gap in enumerate(question.gaps, 1):
        said |= {f"{n}.{k}": each.feedback for k, each in enumerate(gap.accepted, 1)}
    found = {WEIGHTS: weights, CALIBRATED: calibrated}
    found |= {f"{FEEDBACK}{name}": words for name, words in said.items()}
    return {title: text for title, text in found.items() if text}


def meaning(name: str) -> str:
    """Return what a column "反馈…" is about, by what stands behind the word; "" for nothing that we know."""
    if name in BY_WORD:
        return f"feedback.{BY_WORD[name]}"
    upper = name.upper()
    is_known = (len(upper) == 1 and "A" <= upper <= "Z") or OF_GAP.fullmatch(upper)
    return f"feedback.{upper}" if is_known else ""


def taken(place: Place, written: Mapping[str, str], question: Question) -> Question:
    """Return a question with what these cells say: meaning → text; note what is not understood."""
    told = {name.removeprefix("feedback."): text for name, text in written.items() if text.strip()}
    weights = _weights(place, told.pop("weights", ""))
    calibrated = told.pop("calibrated", "").strip()
    if calibrated and not (SHARE.fullmatch(calibrated) and Fraction(calibrated) <= 1):
        place.error("calibrated", "not-a-share", NOT_A_SHARE, text=brief(calibrated))
        calibrated = ""
    gaps = tuple(_with_feedback(gap, n, told) for n, gap in enumerate(question.gaps, 1))
    said = {name: text for name, text in told.items() if not OF_GAP.fullmatch(name)}
    return replace(
        question,
        weights=weights,
        calibrated=Fraction(calibrated) if calibrated else None,
        gaps=gaps,
        feedback=said,
    )


def _weights(place: Place, text: str) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for part in filter(None, (part.strip() for part in re.split(r"[\n;；、]", text))):
        weight = WEIGHT.fullmatch(part)
        if weight is None:
            place.error("weights", "bad-weight", BAD_WEIGHT, text=brief(part))
        else:
            found[weight[1]] = Fraction(weight[2]) / (100 if weight[3] else 1)
    return found


def _with_feedback(gap: Gap, n: int, told: Mapping[str, str]) -> Gap:
    accepted = (replace(a, feedback=told.get(f"{n}.{k}", "")) for k, a in enumerate(gap.accepted, 1))
    return replace(gap, accepted=tuple(accepted))


BAD_WEIGHT = N_("得分比例“%(text)s”看不懂。请每行写一个选项的字母和比例，例如 A 1/2。")
NOT_A_SHARE = N_("实测难度“%(text)s”应当是 0 到 1 之间的小数或分数，例如 0.63。")
