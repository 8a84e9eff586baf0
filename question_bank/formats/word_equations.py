"""Equations of Word as TeX: fractions, roots, indices, brackets, sums; what is unknown keeps its text."""

from __future__ import annotations

from xml.etree.ElementTree import Element

SIGNS = {
    "×": r"\times ", "÷": r"\div ", "≤": r"\le ", "≥": r"\ge ", "≠": r"\ne ", "±": r"\pm ", "·": r"\cdot ",
    "∞": r"\infty ", "→": r"\to ", "π": r"\pi ", "α": r"\alpha ", "β": r"\beta ", "γ": r"\gamma ",
    "θ": r"\theta ", "λ": r"\lambda ", "μ": r"\mu ", "ρ": r"\rho ", "σ": r"\sigma ", "ω": r"\omega ",
    "Δ": r"\Delta ", "Ω": r"\Omega ", "∠": r"\angle ", "°": r"^{\circ}", "%": r"\%", "#": r"\#", "&": r"\&",
    "$": r"\$", "{": r"\{", "}": r"\}", "\\": r"\backslash ",
}  # fmt: skip
SHAPES = {
    "f": r"\frac{%(num)s}{%(den)s}",
    "sSup": "%(e)s^{%(sup)s}",
    "sSub": "%(e)s_{%(sub)s}",
    "sSubSup": "%(e)s_{%(sub)s}^{%(sup)s}",
    "bar": r"\overline{%(e)s}",
}
OPERATORS = {"∑": r"\sum", "∏": r"\prod", "∫": r"\int"}


def tex(element: Element | None) -> str:
    """Return an equation, or a part of one, as TeX."""
    if element is None:
        return ""
    return "".join(map(_part, element)).strip()


def _part(part: Element) -> str:
    if part.tag == "t":
        return "".join(SIGNS.get(each, each) for each in part.text or "")
    if part.tag in SHAPES:
        inside = {name: tex(part.find(name)) for name in ("e", "num", "den", "sup", "sub", "deg")}
        return SHAPES[part.tag] % inside
    if part.tag in WRITTEN:
        return WRITTEN[part.tag](part)
    return "" if part.tag.endswith("Pr") else tex(part)


def _root(part: Element) -> str:
    degree = tex(part.find("deg"))
    return rf"\sqrt{f'[{degree}]' if degree else ''}{{{tex(part.find('e'))}}}"


def _sum(part: Element) -> str:
    sign = part.find("naryPr/chr")
    name = OPERATORS.get("∫" if sign is None else sign.get("val", ""), r"\sum")
    below, above = tex(part.find("sub")), tex(part.find("sup"))
    limits = f"{f'_{{{below}}}' if below else ''}{f'^{{{above}}}' if above else ''}"
    return f"{name}{limits} {tex(part.find('e'))}"


def _bracketed(part: Element) -> str:
    begin, end = part.find("dPr/begChr"), part.find("dPr/endChr")
    left = "(" if begin is None else begin.get("val", "")
    right = ")" if end is None else end.get("val", "")
    inside = ",".join(tex(each) for each in part.iterfind("e"))
    return f"{SIGNS.get(left, left)}{inside}{SIGNS.get(right, right)}"


WRITTEN = {"rad": _root, "nary": _sum, "d": _bracketed}
