"""Text on pictures: for every sign of a name a font that has it, and a mark for what none has.

Noto Sans and Serif SC hold the rare characters of Chinese names; Noto Emoji, and Noto for other scripts, what
people put beside them. What is in no font is drawn as 〓, the printers' mark for a sign that is not at hand.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path

import manimgx_fonts
import pylopdf_fonts_zh_cn as chinese
from PIL import ImageDraw, ImageFont

Font = ImageFont.FreeTypeFont

HEAVY_FROM = 34  # pixels: smaller signs of many strokes would run together
MISSING = "\U0010ffff"  # stands for what a font does not have
NOT_AT_HAND = "〓"
TRIED_AT = 20  # pixels
CLINGS = ("Mn", "Mc", "Me", "Cf", "Zs")  # kinds of signs that stay with the one before
SKIN_TONES = range(0x1F3FB, 0x1F400)
OTHERS = sorted(
    (each for each in Path(manimgx_fonts.__file__).parent.glob("Noto*.ttf") if "Italic" not in each.name),
    key=lambda each: ("Emoji" not in each.name, "Symbols" not in each.name, each.name),
)


def sans(size: int) -> Font:
    """Return the font of most text."""
    return _font(chinese.sans_path(), size)


def serif(size: int) -> Font:
    """Return the font of titles."""
    return _font(chinese.serif_path(), size)


def width(text: str, font: Font) -> float:
    """Return how wide a text is."""
    return sum(part_font.getlength(part) for part, part_font in _parts(text, font))


def write(
    draw: ImageDraw.ImageDraw, text: str, at: tuple[float, float], font: Font, fill: str, heavy: int
) -> None:
    """Write a line of text from its upper left corner; `heavy`: by how many pixels strokes are thickened."""
    x, y = at
    heavy = heavy if font.size >= HEAVY_FROM else 0
    baseline = y + font.getmetrics()[0]
    for part, part_font in _parts(text, font):
        draw.text((x, baseline), part, fill, part_font, anchor="ls", stroke_width=heavy, stroke_fill=fill)
        x += part_font.getlength(part)


def _parts(text: str, font: Font) -> list[tuple[str, Font]]:
    """Return a text in parts, each with the font that has its signs."""
    found: list[tuple[str, Font]] = []
    for sign in text:
        if found and (unicodedata.category(sign) in CLINGS or ord(sign) in SKIN_TONES):
            before, fits = found[-1]
            if _has(str(fits.path), sign):
                found[-1] = (before + sign, fits)
            continue
        fits_or_none = _that_has(font, sign)
        part, fits = (NOT_AT_HAND, font) if fits_or_none is None else (sign, fits_or_none)
        if found and found[-1][1] is fits:
            found[-1] = (found[-1][0] + part, fits)
        else:
            found.append((part, fits))
    return found


@lru_cache(maxsize=8_192)
def _that_has(font: Font, sign: str) -> Font | None:
    """Return the font that is wanted, or else the first that has a sign; None where none has."""
    paths = (str(font.path), chinese.sans_path(), chinese.serif_path(), *map(str, OTHERS))
    return next((_font(path, int(font.size)) for path in paths if _has(path, sign)), None)


@lru_cache(maxsize=8_192)
def _has(path: str, sign: str) -> bool:
    """Return whether a font has a sign: what it draws for it, signs not put together, is not its box."""
    alone = _font(path, TRIED_AT, ImageFont.Layout.BASIC)
    return sign.isspace() or bytes(alone.getmask(sign)) != bytes(alone.getmask(MISSING))


@lru_cache(maxsize=128)
def _font(path: str, size: int, layout: ImageFont.Layout = ImageFont.Layout.RAQM) -> Font:
    return ImageFont.truetype(path, size, layout_engine=layout)
