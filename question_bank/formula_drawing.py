"""TeX as outlines: a formula drawn for the line of text it stands in, the same for the same TeX."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from question_bank.formulas import CHINESE, Formula, NotAFormula, check
from question_bank.problems import N_

KEPT = 4_096  # drawn formulas in memory, about 2 KB each
EM = 200  # units to the em: finer than any phone shows
WIDEST, HIGHEST = 40 * EM, 12 * EM
LARGEST = 40_000  # characters of outlines
MOST_WORK = (
    4_000  # measured: the library lays a part out anew for each part around it, so work doubles by level
)
COSTLY = {"mpadded": 8}  # times; two for everything else
STEP = 40  # depths below the baseline are told in fifths of an em, which style sheets name
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
REACTION = re.compile(r"\\ce\s*\{([^{}]*)\}")
CONDITION = re.compile(r"->\[([^\]]*)\]")
ARROWS = (("<=>", r"\rightleftharpoons "), ("<-", r"\leftarrow "), ("->", r"\rightarrow "))
_drawing = Lock()  # the library keeps settings and fonts for everybody


@dataclass(frozen=True)
class Drawn:
    """A formula as outlines, in units of 1/200 em; the baseline is y = 0."""

    shapes: str  # SVG elements without a colour of their own
    left: int
    top: int
    width: int
    height: int
    steps: int  # how far it reaches below the baseline, in steps of 1/5 em
    math: str  # the same as MathML


def drawn(formula: Formula) -> Drawn:
    """Return a formula as outlines. Raises NotAFormula."""
    found = _kept(formula)
    if isinstance(found, NotAFormula):
        raise NotAFormula(found.message, **found.values)
    return found


@lru_cache(maxsize=KEPT)
def _kept(formula: Formula) -> Drawn | NotAFormula:
    try:
        check(formula.tex)
        with _drawing:
            math = _math(formula)
            return _outlined(math, _svg(math))
    except NotAFormula as error:
        return error


def _math(formula: Formula) -> str:
    """Return a formula as MathML that names nothing unknown."""
    from ziamath.tex import tex2mml  # the library is loaded where a formula is seen

    tex = REACTION.sub(lambda found: _reaction(found[1]), formula.tex)
    tex = tex.replace("<", r"\lt ").replace(">", r"\gt ")
    try:
        math = str(tex2mml(tex, inline=not formula.is_line))
        parts = list(ElementTree.fromstring(math).iter())
    except Exception as error:  # whatever the library makes of text that is no TeX
        raise NotAFormula(*REASONS.get(type(error).__name__, (NOT_READ,))) from error
    if _work(parts[0], 1) > MOST_WORK:
        raise NotAFormula(TOO_NESTED)
    for part in parts:
        text = (part.text or "").strip()
        if text.startswith("\\") and len(text) > 1:
            raise NotAFormula(UNKNOWN, command=text[:30])
    return math


def _work(part: Element, times: int) -> int:
    """Return how often parts are laid out to draw this one."""
    inside = times * COSTLY.get(part.tag.rpartition("}")[2], 2)
    return times + sum(_work(each, inside) for each in part)


def _reaction(written: str) -> str:
    r"""Return what stands in `\ce{…}` as TeX: 2H2 + O2 -> 2H2O, SO4^2-."""
    written = CONDITION.sub(r"\\xrightarrow {\\text {\1}}", written)
    for arrow, tex in ARROWS:
        written = written.replace(arrow, tex)
    written = re.sub(r"\^\{?(\d*[+-])\}?", r"^{\1}", written)
    written = re.sub(r"(?<=[A-Za-z)\]])(\d+)", r"_{\1}", written)
    return rf"\mathrm {{{written}}}"


def _svg(math: str) -> Element:
    from ziamath.config import config
    from ziamath.zmath import Math, loadedfonts

    from question_bank.formula_font import NAME, page_font

    if NAME not in loadedfonts:
        loadedfonts[NAME] = page_font()
    config.svg2 = False  # outlines and no references between them
    config.precision = 2
    try:
        found = Math(math, size=EM, font=NAME)
        for letter in {letter for part in ElementTree.fromstring(math).itertext() for letter in part}:
            if letter.isprintable() and not letter.isspace() and not found.font.glyphindex(letter):
                raise NotAFormula(NO_LETTER, letter=letter)
        return found.svgxml()
    except NotAFormula:
        raise
    except Exception as error:  # as above
        raise NotAFormula(NOT_READ) from error


def _outlined(math: str, svg: Element) -> Drawn:
    left, top, width, height = (round(float(each)) for each in svg.attrib["viewBox"].split())
    steps = max(0, -(-(top + height) // STEP))
    shapes = "".join(_shapes(svg))
    if not (0 < width <= WIDEST and 0 < height <= HIGHEST and len(shapes) <= LARGEST and shapes):
        raise NotAFormula(TOO_LARGE)
    return Drawn(shapes, left, top, width, steps * STEP - top, steps, math)


def _shapes(svg: Element) -> Iterator[str]:
    """Yield shapes as numbers alone, so that nothing else can get into a page."""
    outline = []
    for each in svg.iter():
        name = each.tag.rpartition("}")[2]
        if "transform" in each.attrib or name not in ("svg", "g", "path", "rect", "line", "text"):
            raise NotAFormula(NOT_READ)
        if name == "text":
            yield _letter(each)
        elif name == "path" and "stroke" not in each.attrib:
            outline.append(_whole(each.attrib["d"]))
        elif name == "path":
            yield f'<path d="{_whole(each.attrib["d"])}"{_stroke(each.attrib)}/>'
        elif name in ("rect", "line"):
            places = ("x", "y", "width", "height") if name == "rect" else ("x1", "y1", "x2", "y2")
            numbers = " ".join(f'{place}="{_whole(each.attrib[place])}"' for place in places)
            yield f"<{name} {numbers}{_stroke(each.attrib)}/>"
    if outline:
        yield f'<path d="{"".join(outline)}"/>'


def _letter(each: Element) -> str:
    """Return a Chinese letter, which the page's font draws."""
    if not each.text or not CHINESE.fullmatch(each.text):
        raise NotAFormula(NOT_READ)
    numbers = " ".join(f'{place}="{_whole(each.attrib[place])}"' for place in ("x", "y", "font-size"))
    return f"<text {numbers}>{each.text}</text>"


def _stroke(attributes: dict[str, Any]) -> str:
    if attributes.get("stroke", "none") == "none":
        return ""
    return f' fill="none" stroke="currentColor" stroke-width="{_whole(attributes.get("stroke-width", "1"))}"'


def _whole(written: str) -> str:
    """Return numbers and commands of an outline rounded to units, without what can be left out."""
    if re.sub(r"[-\d.eMLQCZHV\s,]", "", written):
        raise NotAFormula(NOT_READ)
    rounded = NUMBER.sub(lambda found: str(round(float(found[0]))), written)
    return re.sub(r"\s*([A-Z])\s*", r"\1", rounded).replace(" -", "-").strip()


NOT_READ = N_("这个公式画不出来，请核对 TeX 的写法。")
INCOMPLETE = N_("公式没有写完：有一个命令后面缺少内容。")
NO_SCRIPT = N_("公式里的 ^ 或 _ 前后缺少内容，请补上。")
TWO_SCRIPTS = N_("公式里连写了两个上标或两个下标，请用花括号分开，例如 {x^2}^3。")
NOT_ENDED = N_("公式里的 \\left 和 \\right、\\begin 和 \\end 要成对，请核对。")
UNKNOWN = N_("公式里的命令 %(command)s 不认识，请换一种写法。")
NO_LETTER = N_("公式里的“%(letter)s”画不出来，请把它写在美元号外面。")
TOO_NESTED = N_("公式一层套一层，太复杂了，请写得简单些，或拆成几个公式。")
TOO_LARGE = N_("公式画出来太大，手机放不下，请拆成几个公式。")
REASONS = {  # what the library calls it → our sentence
    "NoAvailableTokensError": (INCOMPLETE,),
    "NumeratorNotFoundError": (INCOMPLETE,),
    "DenominatorNotFoundError": (INCOMPLETE,),
    "MissingSuperScriptOrSubscriptError": (NO_SCRIPT,),
    "DoubleSubscriptsError": (TWO_SCRIPTS,),
    "DoubleSuperscriptsError": (TWO_SCRIPTS,),
    "ExtraLeftOrMissingRightError": (NOT_ENDED,),
    "MissingEndError": (NOT_ENDED,),
}
