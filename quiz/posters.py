"""A poster of one row of a board as a PNG: what it says, a QR code to the board, in the product's colours.

750 × 1000 pixels, drawn with Pillow; how text is written is in `quiz.lettering`.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from hashlib import sha256

import segno
from PIL import Image, ImageDraw

from quiz.lettering import Font, sans, serif, width, write

DESIGN = "3"  # changes with every change of how posters look, so that those that were kept are drawn anew
WIDTH, HEIGHT = 750, 1000
MARGIN = 56
COLOURS = 64  # of the palette: a poster takes some 30 KB
PAPER, SURFACE, INK, MUTED, LINE = "#f4f7f5", "#ffffff", "#15262a", "#4b6064", "#d3deda"
RIVER, RIVER_DEEP, HILL, SAND, GOLD = "#0b5d63", "#08474d", "#3c8f8c", "#d8b36c", "#7d5a00"
QR_WIDTH = 220
NOT_FIRST = "，。、；：！？）》」』”’…·,.;:!?)"  # no line begins with these
FAR_HILLS = (0, 300, 120, 246, 240, 288, 380, 232, 540, 282, 660, 244, 750, 280, 750, 380, 0, 380)
NEAR_HILLS = (0, 344, 190, 316, 420, 350, 610, 322, 750, 346, 750, 400, 0, 400)


@dataclass(frozen=True)
class Poster:
    """What a poster says: no more than the board does."""

    contest: str
    board: str  # with its period or part
    who: str  # as the board calls them
    unit: str  # a person's street or school, what a unit belongs to
    place: str  # in words
    value: str
    value_label: str
    more: str  # time, or how many people take part
    as_of: str
    scan: str  # what the code is for
    foot: str
    address: str  # of the board

    @property
    def digest(self) -> str:
        """Return what tells it from every other poster."""
        return sha256("\0".join((DESIGN, *astuple(self))).encode()).hexdigest()[:32]


def drawn(poster: Poster) -> bytes:
    """Return a poster as a PNG."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    _background(draw)
    y = _paragraph(draw, poster.contest, (MARGIN, 56), serif(42), "#ffffff", most=2)
    _paragraph(draw, poster.board, (MARGIN, y + 12), sans(28), "#dcecea", most=1)
    draw.rounded_rectangle((MARGIN, 300, WIDTH - MARGIN, 690), 28, SURFACE, LINE, 2)
    _centred(draw, poster.who, 340, (46, 26), INK, heavy=1)
    _centred(draw, poster.unit, 408, (26, 20), MUTED)
    _centred(draw, poster.place, 452, (104, 48), RIVER, heavy=2)
    told = " · ".join(text for text in (f"{poster.value_label} {poster.value}", poster.more) if text)
    _centred(draw, told, 606, (32, 20), INK)
    _code(image, poster.address, (MARGIN, 728))
    right = MARGIN + QR_WIDTH + 32
    y = _paragraph(draw, poster.scan, (right, 748), sans(28), INK, most=3)
    y = _paragraph(draw, poster.as_of, (right, y + 14), sans(24), MUTED, most=2)
    _paragraph(draw, poster.foot, (right, y + 14), sans(24), MUTED, most=1)
    kept = io.BytesIO()
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(kept, "PNG", optimize=True)
    return kept.getvalue()


def _background(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((0, 0, WIDTH, 380), RIVER)
    draw.ellipse((616, 196, 672, 252), SAND)
    draw.polygon(FAR_HILLS, RIVER_DEEP)
    draw.polygon(NEAR_HILLS, HILL)
    draw.rectangle((0, 380, WIDTH, HEIGHT), PAPER)
    draw.line([(0, 394), (750, 394)], SAND, 3)


def _code(image: Image.Image, address: str, at: tuple[int, int]) -> None:
    """Put the QR code of an address on a poster, with the quiet zone that readers want."""
    rows = [list(row) for row in segno.make(address, micro=False, error="m").matrix_iter(border=3)]
    small = Image.new("L", (len(rows), len(rows)))
    small.putdata([0 if dark else 255 for row in rows for dark in row])
    scale = max(1, QR_WIDTH // len(rows))
    image.paste(small.resize((len(rows) * scale,) * 2, Image.Resampling.NEAREST).convert("RGB"), at)


def _centred(
    draw: ImageDraw.ImageDraw, text: str, y: int, sizes: tuple[int, int], fill: str, heavy: int = 0
) -> None:
    """Write one line in the middle, smaller where it is long; what does not fit even so is cut."""
    largest, smallest = sizes
    room = WIDTH - 2 * MARGIN - 48
    size = next((s for s in range(largest, smallest, -2) if width(text, sans(s)) <= room), smallest)
    font = sans(size)
    text = _cut(text, font, room)
    write(draw, text, (WIDTH / 2 - width(text, font) / 2, y + (largest - size) / 2), font, fill, heavy)


def _paragraph(
    draw: ImageDraw.ImageDraw,
    text: str,
    at: tuple[float, float],
    font: Font,
    fill: str,
    most: int,
    heavy: int = 0,
) -> float:
    """Write at most so many lines, broken between characters, or words; returns where they end."""
    x, y = at
    lines = _even(text, font, WIDTH - MARGIN - x)
    shown = [*lines[: most - 1], _cut("".join(lines[most - 1 :]), font, WIDTH - MARGIN - x)]
    for line in filter(None, shown):
        write(draw, line.strip(), (x, y), font, fill, heavy)
        y += font.size * 1.35
    return y


def _even(text: str, font: Font, room: float) -> list[str]:
    """Return a text in as few lines as it needs, none of them much shorter than the others."""
    lines = _broken(text, font, room)
    while len(lines) > 1 and len(narrower := _broken(text, font, room - font.size / 2)) == len(lines):
        lines, room = narrower, room - font.size / 2
    return lines


def _broken(text: str, font: Font, room: float) -> list[str]:
    lines, line = list[str](), ""
    for piece in _pieces(text):
        if line and width(line + piece, font) > room:
            lines.append(line)
            line = ""
        line += piece
    return [*lines, line]


def _pieces(text: str) -> Sequence[str]:
    """Return what is not broken: Chinese characters, and words of letters with the space after them."""
    found, word = list[str](), ""
    for sign in text:
        if sign.isascii() and not sign.isspace():
            word += sign
            continue
        if sign in NOT_FIRST and (word or found):
            found.append((word or found.pop()) + sign)
        elif sign.isspace():
            found.append(word + sign)
        else:
            found += [word, sign] if word else [sign]
        word = ""
    return [*found, word] if word else found


def _cut(text: str, font: Font, room: float) -> str:
    if width(text, font) <= room:
        return text
    while text and width(text + "…", font) > room:
        text = text[:-1]
    return text + "…"
