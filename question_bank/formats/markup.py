"""HTML of other systems as the plain text that it shows, and plain text as HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from html.parser import HTMLParser
from types import MappingProxyType

from question_bank.attached import SHOWN, picture
from question_bank.formats.mathml import Formula

BLOCKS = (
    "address article aside blockquote dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header "
    "hr li main nav ol p pre section table tbody thead tr ul"
)
IS_BLOCK = frozenset(BLOCKS.split())
SILENT = frozenset(("script", "style", "head", "title", "template"))
RAISED = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
SHIFTED = {"sup": ("^", RAISED), "sub": ("_", LOWERED)}
LONGEST = 100_000
MARKS = re.compile("<[^<>]*>")
ELSEWHERE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|[#/]")  # a link that leads out of the file
SHOWING = {
    "img": ("src",),
    "audio": ("src",),
    "video": ("src",),
    "source": ("src",),
    "object": ("data",),
    "a": ("href",),
    "embed": ("src",),
    "iframe": ("src",),
}
BRACKETS = re.compile(r"(\\[()\[\]])")  # around TeX, as web pages have it
DOLLARS = {(r"\(", r"\)"): "$", (r"\[", r"\]"): "$$"}
SPACES = re.compile(r"[ \t\r\n\f]+")
VERBATIM = "plain-text"  # the class of an element whose text is meant as it stands
EXACT = re.compile(rf'<span class="{VERBATIM}">(.*)</span>', re.DOTALL)
IN_EXACT = re.compile(r'<br>|<img src="([^"<>]*)" alt="([^"<>]*)">')
Named = Callable[[str], str | None]  # the address of a picture → its name among the question's media


def text_of(html: str, named: Named | None = None) -> str:
    """Return the text that HTML shows: a line for each block, x<sup>2</sup> as x².

    `named`: what pictures are called; one that has no name leaves nothing, and its reader reports it.
    """
    if (exact := EXACT.fullmatch(html)) and "<" not in IN_EXACT.sub("", exact[1]):
        return _exact_text(exact[1], named or (lambda _: None))
    if "<" not in html and "&" not in html:
        return _between_dollars(SPACES.sub(" ", html).strip())
    if len(html) > LONGEST:  # no question: the parser takes its time over marks that are never closed
        return SPACES.sub(" ", MARKS.sub(" ", html)).strip()
    reader = _Reader(named or (lambda _: None))
    reader.feed(html)
    reader.close()
    return reader.text()


def html_of(text: str, shown: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return plain text as HTML of which `text_of` makes exactly it, blanks at its ends included.

    `shown`: name → address of the media that the text shows.
    """
    pieces = []
    at = 0
    for found in SHOWN.finditer(text):
        if found[2] in shown:
            image = f'<img src="{escape(shown[found[2]])}" alt="{escape(found[1])}">'
            pieces += [_escaped(text[at : found.start()]), image]
            at = found.end()
    return f'<span class="{VERBATIM}">{"".join(pieces)}{_escaped(text[at:])}</span>'


def _escaped(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>").replace("\r", "&#13;")


def _exact_text(html: str, named: Named) -> str:
    def piece(found: re.Match[str]) -> str:
        if found[0] == "<br>":
            return "\n"
        name = named(unescape(found[1]))
        return escape(f"![{unescape(found[2])}]({name})", quote=False) if name else ""

    return unescape(IN_EXACT.sub(piece, html))


class _Reader(HTMLParser):
    def __init__(self, named: Named) -> None:
        super().__init__(convert_charrefs=True)
        self.named = named
        self.pieces: list[str] = []
        self.silent = 0
        self.shift = ""
        self.formula: Formula | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if self.formula is not None:
            self.formula.begin(tag, said)
        elif tag == "math":
            self.formula = Formula()
        elif tag == "script" and said.get("type", "").startswith("math/tex"):
            self.pieces.append(r"\(")
        elif tag in SILENT:
            self.silent += 1
        elif tag == "br" or tag in IS_BLOCK:
            self.pieces.append("\n")
        elif tag in ("td", "th"):
            self.pieces.append("\t")
        elif tag in SHIFTED:
            self.shift = tag
        elif tag in SHOWING:
            self._show(tag, said)

    def _show(self, tag: str, said: dict[str, str]) -> None:
        if tex := _equation(said):
            self.pieces.append(rf"\({tex}\)")
            return
        address = next((said[name] for name in SHOWING[tag] if said.get(name)), "")
        if not address or (tag == "a" and ELSEWHERE.match(address)):
            return
        if name := self.named(address):
            self.pieces.append(picture(said.get("alt", ""), name))

    def handle_endtag(self, tag: str) -> None:
        if self.formula is not None:
            self._end_formula(tag)
        elif tag == "script" and not self.silent:
            self.pieces.append(r"\)")
        elif tag in SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in IS_BLOCK:
            self.pieces.append("\n")
        elif tag in SHIFTED:
            self.shift = ""

    def _end_formula(self, tag: str) -> None:
        if self.formula is not None and tag == "math":
            self.pieces.append(rf"\({self.formula.tex()}\)")
            self.formula = None
        elif self.formula is not None:
            self.formula.end()

    def handle_data(self, data: str) -> None:
        if self.formula is not None:
            self.formula.text(data)
        if self.silent or self.formula is not None:
            return
        words = SPACES.sub(" ", data)
        self.pieces.append(shifted(words, self.shift) if self.shift else words)

    def text(self) -> str:
        if self.formula is not None:  # never closed
            self._end_formula("math")
        whole = _between_dollars("".join(self.pieces))
        lines = (re.sub(r" *\t *", "\t", re.sub(" {2,}", " ", line)).strip() for line in whole.split("\n"))
        return "\n".join(line for line in lines if line).replace("\xa0", " ").strip()


def _equation(said: dict[str, str]) -> str:
    """Return the TeX of a picture that shows an equation (Canvas, Moodle), "" for any other picture."""
    written = said.get("data-equation-content", "")
    if not written and "equation_image" in said.get("class", ""):
        written = said.get("alt", "").removeprefix("LaTeX:") or said.get("title", "")
    return " ".join(written.split()).replace("$", r"\$")


def _between_dollars(text: str) -> str:
    r"""Return a text with its formulas between dollars instead of \(…\) and \[…\]; a space divides two."""
    pieces = BRACKETS.split(text)
    found: list[str] = []
    at = 0
    while at < len(pieces):
        mark = DOLLARS.get((pieces[at], pieces[at + 2])) if at + 2 < len(pieces) else None
        if mark is None or not pieces[at + 1].strip():
            found.append(pieces[at])
            at += 1
            continue
        last = next((piece for piece in reversed(found[-2:]) if piece), "")
        found.append(f"{' ' if last.endswith('$') else ''}{mark}{pieces[at + 1].strip()}{mark}")
        at += 3
    return "".join(found)


def shifted(text: str, tag: str) -> str:
    """Return a text as it stands raised ("sup") or lowered ("sub"): by its own characters, else as ^{…}."""
    mark, table = SHIFTED[tag]
    if text.strip() and all(ord(each) in table for each in text.strip()):
        return text.translate(table)
    return f"{mark}{{{text}}}" if text.strip() else text
