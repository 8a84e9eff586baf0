r"""Which dollars of a text enclose a formula, and what is wrong with one.

A formula is `$…$` within a line, or `$$…$$` for a line of its own. Dollars are also money, so one opens a
formula only before something that is no space, and closes it only after something that is no space and not
before a digit; with Chinese between them they are a formula only where it stands in `\text{…}` or beside a
command of TeX. `\$` is a dollar wherever it stands.
Source: the first two rules are those of pandoc's `tex_math_dollars`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from question_bank.problems import N_

LONGEST = 500  # characters; it bounds how long drawing takes
DEEPEST = 16  # braces in braces
FORMULA = re.compile(
    r"\\\$|\$\$(?P<line>(?:[^$\\]|\\.)+?)\$\$|\$(?P<inside>(?!\s)(?:[^$\\\n]|\\.)+?)(?<!\s)\$(?!\d)",
    re.DOTALL,
)
WORDS = re.compile(r"\\(?:text|mathrm|textrm|xrightarrow|ce)\s*\{[^{}]*\}")
TEX = re.compile(r"\\[A-Za-z]|\^|(?<![_\s])_(?![_\s])")  # not the line of a gap
CHINESE = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")


@dataclass(frozen=True)
class Formula:
    """One formula of a text."""

    tex: str
    is_line: bool  # it stands on a line of its own


class NotAFormula(ValueError):
    """It cannot be drawn; `message` and `values` say what is wrong and what to write instead."""

    def __init__(self, message: str, **values: object) -> None:
        self.message, self.values = message, values
        super().__init__(message % values if values else message)


def pieces(text: str) -> Iterator[str | Formula]:
    """Yield a text in its order as plain texts and formulas; every character but `\\$` stays as it is."""
    end = 0
    for found in FORMULA.finditer(text):
        tex = found["line"] or found["inside"]
        if tex is not None and not _is_formula(tex):
            continue
        yield text[end : found.start()]
        yield "$" if tex is None else Formula(tex.strip(), found["line"] is not None)
        end = found.end()
    yield text[end:]


def _is_formula(tex: str) -> bool:
    return bool(tex.strip()) and (not CHINESE.search(WORDS.sub("", tex)) or bool(TEX.search(tex)))


def formulas(text: str) -> list[Formula]:
    """Return the formulas of a text in its order."""
    return [piece for piece in pieces(text) if isinstance(piece, Formula)]


def check(tex: str) -> None:
    """Raise NotAFormula for what is too large to be drawn, or whose braces do not match."""
    if len(tex) > LONGEST:
        raise NotAFormula(TOO_LONG, length=len(tex), most=LONGEST)
    depth = 0
    for brace in re.findall(r"\\.|[{}]", tex, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(brace, 0)
        if depth < 0:
            raise NotAFormula(TOO_MANY_CLOSED)
        if depth > DEEPEST:
            raise NotAFormula(TOO_DEEP, most=DEEPEST)
    if depth:
        raise NotAFormula(NOT_CLOSED, count=depth)


TOO_LONG = N_("公式有 %(length)s 个字符，最多 %(most)s 个，请拆成几个公式。")
TOO_MANY_CLOSED = N_("公式里多了一个右花括号 }，请核对。")
NOT_CLOSED = N_("公式里有 %(count)s 个左花括号 { 没有配对，请补上 }。")
TOO_DEEP = N_("公式的花括号超过 %(most)s 层，请写得简单些。")
