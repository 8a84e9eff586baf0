"""Gaps in the cells of a table: one a line, answers divided by |, a number with ±, a lesser one with %."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from question_bank.gaps import GAP, USUALLY_IGNORED, WHOLE, Accepted, Gap, short

BRACKETS = re.compile(r"[(（]\s*[)）]")
ESCAPED = re.compile(r"\\([|\\%±；;])")
TO_ESCAPE = re.compile(r"\\(?=[|\\%±；;]|$)|[|±；;]|^%")
BAR = re.compile(r"(?<!\\)((?:\\\\)*)\|")
WEIGHT = re.compile(r"%(\d{1,3}(?:\.\d{1,9})?|\d{1,9}/[1-9]\d{0,8})%")
TOLERANCE = re.compile(r"(?<!\\)((?:\\\\)*)±\s*(\d{1,20}(?:\.\d{1,20})?|\d{1,9}/[1-9]\d{0,8})\s*$")
BETWEEN = ("；", ";", "|", "、", "，", ",", " ")  # what divides gaps on one line, where their number is known
IGNORED_WORDS = {  # what the cell about differences says → whether the difference is ignored
    "区分全半角": ("width", False),
    "区分大小写": ("case", False),
    "区分空格": ("spaces", False),
    "汉字数字通用": ("numerals", True),
}
USUAL = "无"  # nothing to say about one of several gaps


def read(answer: str, differences: str, stem: str) -> tuple[Gap, ...]:
    """Return the gaps that an answer cell writes.

    Each line is a gap, unless the stem draws exactly one: then each is an answer of it. On a single line
    several gaps are divided by whatever gives as many parts as the stem draws gaps.
    """
    lines = [line for line in answer.split("\n") if line.strip()]
    count = drawn(stem)
    if len(GAP.findall(stem)) == 1 and len(lines) > 1:
        lines = ["|".join(lines)]
    elif len(lines) == 1 and count > 1:
        parts = (lines[0].strip().split(each) for each in BETWEEN)
        lines = next((found for found in parts if len(found) == count), lines)
    ignoring = _ignoring(differences, len(lines))
    return tuple(Gap(_answers(line), ignored) for line, ignored in zip(lines, ignoring, strict=True))


def drawn(stem: str) -> int:
    """Return how many gaps a stem draws."""
    return len(GAP.findall(stem)) or len(BRACKETS.findall(stem))


def one_of(texts: Sequence[str]) -> str:
    """Return an answer cell of one gap that accepts any of these texts."""
    return "|".join(TO_ESCAPE.sub(lambda found: f"\\{found[0]}", text) for text in texts if text.strip())


def answer_cell(gaps: Sequence[Gap]) -> str:
    """Return gaps as an answer cell; feedback of single answers does not fit in."""
    return "\n".join("|".join(map(_answer, gap.accepted)) for gap in gaps)


def differences_cell(gaps: Sequence[Gap]) -> str:
    """Return what makes a difference in gaps, "" for the usual."""
    said = [_difference(gap) for gap in gaps]
    return said[0].removeprefix(USUAL) if len(set(said)) == 1 else "\n".join(said)


def _answers(line: str) -> tuple[Accepted, ...]:
    parts = BAR.sub("\\1\n", line).split("\n")
    return tuple(_accepted(part.strip()) for part in parts if part.strip() or len(parts) == 1)


def _accepted(part: str) -> Accepted:
    weight, tolerance = WHOLE, None
    if found := WEIGHT.match(part):
        share = found[1]
        weight, part = Fraction(share) if "/" in share else Fraction(share) / 100, part[found.end() :]
    if found := TOLERANCE.search(part):
        tolerance, part = Fraction(found[2]), part[: found.start()] + found[1]
    return Accepted(ESCAPED.sub(r"\1", part.strip()), tolerance, weight)


def _answer(accepted: Accepted) -> str:
    percent = short(accepted.weight * 100)
    share = str(accepted.weight) if "/" in percent else percent
    before = "" if accepted.weight == WHOLE else f"%{share}%"
    after = "" if accepted.tolerance is None else f"±{short(accepted.tolerance)}"
    return before + TO_ESCAPE.sub(lambda found: f"\\{found[0]}", accepted.text) + after


def _ignoring(cell: str, count: int) -> list[frozenset[str]]:
    said = [_ignored(line) for line in cell.strip().split("\n")]
    return said * count if len(said) == 1 else (said + [USUALLY_IGNORED] * count)[:count]


def _ignored(line: str) -> frozenset[str]:
    found = set(USUALLY_IGNORED)
    for words, (name, is_ignored) in IGNORED_WORDS.items():
        if words in line:
            (found.add if is_ignored else found.discard)(name)
    return frozenset(found)


def _difference(gap: Gap) -> str:
    said = [
        words for words, (name, is_ignored) in IGNORED_WORDS.items() if (name in gap.ignoring) == is_ignored
    ]
    return "、".join(said) or USUAL
