"""The font of formulas, with Chinese letters as texts that the page's own font draws."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from ziafont.fonttypes import BBox
from ziafont.glyph import SimpleGlyph
from ziamath.mathfont import MathFont
from ziamath.zmath import fontname

from question_bank.formulas import CHINESE

FIRST = 0x110000  # above every glyph: what a letter without one is known by, added to its code point
WIDTH, ABOVE, BELOW = 1_000, 920, 200  # of a Chinese letter with the room it needs, in thousandths of an em
NAME = "page"


class PageLetter(SimpleGlyph):
    """A letter that has its place and size in the formula and its outline in the page's font."""

    def __init__(self, index: int, font: MathFont) -> None:
        units = font.info.layout.unitsperem
        box = BBox(0, *(round(each * units / 1_000) for each in (WIDTH, -BELOW, ABOVE)))
        super().__init__(index, [], box, font)

    def place(self, x: float, y: float, point_size: float) -> Element:
        """Return the letter as a text of SVG."""
        found = Element("text", {"x": str(x), "y": str(y), "font-size": str(point_size)})
        found.text = chr(self.index - FIRST)
        return found


class PageFont(MathFont):
    """The library's font, which has every Chinese letter as well."""

    def glyphindex(self, char: str) -> int:
        """Return what a character is known by, 0 where there is nothing to draw it."""
        own = super().glyphindex(char)
        return FIRST + ord(char) if not own and CHINESE.fullmatch(char) else own

    def glyph_fromid(self, glyphid: int) -> SimpleGlyph:
        """Return the glyph that is known by a number."""
        return PageLetter(glyphid, self) if glyphid >= FIRST else super().glyph_fromid(glyphid)

    def advance(self, glyph: int, glyph2: int | None) -> int:
        """Return how far the next glyph is away, in units of the font."""
        if glyph >= FIRST:
            return int(WIDTH * self.info.layout.unitsperem / 1_000)
        return int(super().advance(glyph, glyph2 if glyph2 is None or glyph2 < FIRST else None))


def page_font() -> MathFont:
    """Return the font, read anew."""
    return PageFont(fontname)
