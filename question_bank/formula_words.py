"""A formula read aloud: what somebody hears who cannot see it."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from question_bank.formulas import CHINESE
from question_bank.problems import N_

Say = Callable[[str], str]  # a sentence of the catalogue in the listener's language
FRACTION = N_("%(below)s 分之 %(above)s")
ROOT = N_("根号 %(inside)s")
NTH_ROOT = N_("%(inside)s 的 %(n)s 次方根")
SQUARED, CUBED = N_("%(base)s 的平方"), N_("%(base)s 的立方")
POWER = N_("%(base)s 的 %(n)s 次方")
DEGREES = N_("%(base)s 度")
VECTOR = N_("向量 %(base)s")
FROM_TO = N_("%(what)s 从 %(low)s 到 %(high)s")
BELOW = N_("%(what)s %(low)s")
SIGNS = {
    "=": N_("等于"),
    "+": N_("加"),
    "−": N_("减"),
    "-": N_("减"),
    "×": N_("乘"),
    "·": N_("乘"),
    "÷": N_("除以"),
    "/": N_("除以"),
    "<": N_("小于"),
    ">": N_("大于"),
    "≤": N_("小于或等于"),
    "⩽": N_("小于或等于"),
    "≥": N_("大于或等于"),
    "⩾": N_("大于或等于"),
    "≠": N_("不等于"),
    "≈": N_("约等于"),
    "±": N_("正负"),
    "→": N_("变为"),
    "⇌": N_("可逆地变为"),
    "∑": N_("求和"),
    "∫": N_("积分"),
    "∞": N_("无穷大"),
    "∘": N_("度"),
    "°": N_("度"),
    "′": N_("撇"),
    "∠": N_("角"),
    "△": N_("三角形"),
}
ONE = CHINESE.pattern  # letters that TeX sets one by one are words again
SILENT = ("mspace", "mphantom", "annotation")


def in_words(math: str, say: Say) -> str:
    """Return MathML as words: 「x 的平方 加 1」."""
    words = " ".join(_read(ElementTree.fromstring(math), say).split())
    return re.sub(rf"(?<![^ ])({ONE}) (?={ONE}(?![^ ]))", r"\1", words)


def _read(node: Element, say: Say) -> str:
    name = node.tag.rpartition("}")[2]
    if name in SILENT:
        return ""
    inside = [_read(child, say) for child in node]
    match name, inside:
        case "mfrac", [above, below]:
            return say(FRACTION) % {"above": above, "below": below}
        case "msqrt", _:
            return say(ROOT) % {"inside": " ".join(inside)}
        case "mroot", [root, n]:
            return say(NTH_ROOT) % {"inside": root, "n": n}
        case "msup" | "mover", [base, n]:
            return _raised(base, n, say)
        case "msub" | "munder", [what, low]:
            return say(BELOW) % {"what": what, "low": low}
        case "msubsup" | "munderover", [what, low, high]:
            if what in (say(SIGNS["∑"]), say(SIGNS["∫"])):
                return say(FROM_TO) % {"what": what, "low": low, "high": high}
            return _raised(say(BELOW) % {"what": what, "low": low}, high, say)
    sign = (node.text or "").strip()
    words = say(SIGNS[sign]) if sign in SIGNS else sign
    separator = "，" if name in ("mtable", "mtr") else " "
    return " ".join((words, separator.join(inside))).strip()


def _raised(base: str, n: str, say: Say) -> str:
    if n == say(SIGNS["∘"]):
        return say(DEGREES) % {"base": base}
    if n == say(SIGNS["→"]):
        return say(VECTOR) % {"base": base}
    if n in ("2", "3"):
        return say(SQUARED if n == "2" else CUBED) % {"base": base}
    is_mark = not n or not any(letter.isalnum() for letter in n) or n == say(SIGNS["′"])
    return f"{base} {n}".strip() if is_mark else say(POWER) % {"base": base, "n": n}
