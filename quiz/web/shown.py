"""The texts of a question as HTML: exactly their words, formulas drawn, pictures and sounds in place."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from functools import lru_cache

from flask import g, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup, escape

from question_bank.attached import MEDIA_TYPES, SHOWN, Medium, shown
from question_bank.formula_drawing import EM, drawn
from question_bank.formula_words import in_words
from question_bank.formulas import Formula, NotAFormula, formulas, pieces
from question_bank.question import Question

NEVER_SHOWN = "image/svg+xml"  # of questions from before; an upload of it is refused
IN_LINE = (160, 48)  # a picture as small as that is part of a line, and large enough as it is
NARROW = 280  # pixels: what fits a phone needs no enlarging
LARGEST_PAGE = 4_000_000  # bytes of what is not stored yet that one page carries
MOST_STEPS = 20  # of a formula's depth that the style sheet names


def as_html(text: str, media: Iterable[Medium] = (), is_first: bool = False, is_choice: bool = False) -> str:
    """Return a text as HTML that shows exactly it, with its line ends, formulas, pictures and sounds.

    `is_first`: its pictures load at once, those of later questions when the phone has time.
    `is_choice`: it stands where a tap chooses, so that nothing in it can be tapped.
    """
    return part_html(text.strip(), media, is_first, is_choice)


def part_html(
    text: str, media: Iterable[Medium] = (), is_first: bool = False, is_choice: bool = False
) -> str:
    """Return a part of a text as HTML, as `as_html` does, with the spaces at its ends."""
    if "$" not in text and "](" not in text:
        return _plain(text)
    named = {medium.name: medium for medium in media if medium.type != NEVER_SHOWN}
    html, end = [], 0
    for found in SHOWN.finditer(text):
        if found[2] in named:
            html += [_words(text[end : found.start()])]
            html += [_medium(named[found[2]], found[1], is_first, is_choice)]
            end = found.end()
    return "".join((*html, _words(text[end:])))


def as_words(text: str) -> str:
    """Return a text where nothing can be drawn: what pictures and formulas are called stands for them."""
    plain = SHOWN.sub(lambda found: found[1] or _("图片"), text.strip())
    return "".join(piece if isinstance(piece, str) else _read_aloud(piece) for piece in pieces(plain))


def remarks(question: Question) -> list[str]:
    """Return what an author should know of the pictures and formulas of a question, as sentences."""
    texts = texts_of(question)
    names = {medium.name for medium in question.media}
    seen = {name for text in texts for name in shown(text)}
    found = [_not_drawn(formula) for text in texts for formula in formulas(text)]
    sounds = {medium.name for medium in question.media if medium.is_sound}
    found += [
        _("录音“%(name)s”没有文字，听不见的人无法作答。请写下录音里的内容。", name=name)
        if name in sounds
        else _("“%(name)s”没有文字说明，看不见的人不知道它是什么。", name=name)
        for text in texts
        for words, name in SHOWN.findall(text)
        if name in names and not words.strip()
    ]
    found += [_("“%(name)s”没有放进任何文字里，答题时看不到。", name=n) for n in sorted(names - seen)]
    found += [
        _("“%(name)s”是 SVG，答题时不显示。请换成 PNG。", name=medium.name)
        for medium in question.media
        if medium.type == NEVER_SHOWN
    ]
    return [sentence for sentence in dict.fromkeys(found) if sentence]


def texts_of(question: Question) -> list[str]:
    """Return every text of a question that may show a picture or a formula."""
    material = [question.material.text] if question.material is not None else []
    options = [option.text for option in question.options]
    return [*material, question.stem, *question.prompts, *options, question.explanation]


def _plain(text: str) -> str:
    return str(escape(text).replace("\n", Markup("<br>")))


def _words(text: str) -> str:
    return "".join(_plain(piece) if isinstance(piece, str) else _formula(piece) for piece in pieces(text))


def _formula(formula: Formula) -> str:
    try:
        svg = _drawn_html(formula, str(get_locale()))
    except NotAFormula:  # its author is told at the desk
        mark = "$$" if formula.is_line else "$"
        return _plain(f"{mark}{formula.tex}{mark}")
    return f'<span class="formula-line">{svg}</span>' if formula.is_line else svg


@lru_cache(maxsize=4_096)
def _drawn_html(formula: Formula, _language: str) -> str:
    """Return a formula as SVG with its words as title: read aloud, and left where tags are removed."""
    found = drawn(formula)
    box = f"{found.left} {found.top} {found.width} {found.height}"
    size = f'width="{found.width / EM:.3g}em" height="{found.height / EM:.3g}em"'
    words = escape(in_words(found.math, _))
    return (
        f'<svg class="formula d{min(found.steps, MOST_STEPS)}" role="img" viewBox="{box}" {size} '
        f'fill="currentColor"><title>{words}</title>{found.shapes}</svg>'
    )


def _read_aloud(formula: Formula) -> str:
    try:
        return in_words(drawn(formula).math, _)
    except NotAFormula:
        return formula.tex


def _not_drawn(formula: Formula) -> str:
    try:
        drawn(formula)
    except NotAFormula as error:
        why = _(error.message, **error.values)
        return _("公式“%(tex)s”：%(why)s 答题时显示原文。", tex=formula.tex[:60], why=why)
    return ""


def _medium(medium: Medium, words: str, is_first: bool, is_choice: bool) -> str:
    if not medium.kept and not _has_room(medium):
        return _plain(_("［%(words)s：太大，导入以后才能看］", words=words.strip() or medium.name))
    source = escape(_address(medium))
    if medium.is_sound:
        label = escape(words.strip() or _("录音"))
        told = f'<span class="small muted">{escape(words.strip())}</span>' if words.strip() else ""
        return (
            f'<span class="sound"><audio controls preload="none" src="{source}" '
            f'aria-label="{label}"></audio>{told}</span>'
        )
    size = f' width="{medium.width}" height="{medium.height}"' if medium.width else ""
    lazy = "" if is_first else ' loading="lazy"'
    is_small = 0 < medium.width <= IN_LINE[0] and medium.height <= IN_LINE[1]
    image = (
        f'<img class="shown{" in-line" if is_small else ""}" src="{source}" '
        f'alt="{escape(words.strip() or _("图片"))}"{size}{lazy} decoding="async">'
    )
    if is_choice or 0 < medium.width <= NARROW:
        return image
    return f'<details class="zoom"><summary>{image}</summary></details>'


def _has_room(medium: Medium) -> bool:
    """Count what a page carries itself, and return whether a medium still fits."""
    carried = g.get("carried_bytes", 0) + len(medium.content)
    if carried > LARGEST_PAGE:
        return False
    g.carried_bytes = carried
    return True


def _address(medium: Medium) -> str:
    """Return where a browser finds a medium; of a question that is not stored yet it stands in the page."""
    if not medium.kept:
        return f"data:{medium.type};base64,{b64encode(medium.content).decode()}"
    return url_for("media.medium", digest=medium.kept, ending=MEDIA_TYPES[medium.type][1:])
