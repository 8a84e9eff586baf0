"""Pictures in columns of their own: each lies on a cell that says the name by which texts show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO

from xlsxwriter.exceptions import UndefinedImageSize, UnsupportedImageFormat
from xlsxwriter.image import Image
from xlsxwriter.worksheet import Worksheet

from question_bank.attached import Medium, shown
from question_bank.formats.headers import heading
from question_bank.formats.pictures import media_type
from question_bank.question import Question

TITLE = "图片"
WIDTH, HEIGHT = 120, 90  # pixels of the cell that a picture lies on
CHARACTERS = 17  # as wide as that
HELD = ("image/png", "image/jpeg", "image/gif")  # what a spreadsheet shows


def titles(count: int, first: int = 1) -> list[str]:
    """Return the titles of so many columns."""
    return [f"{TITLE}{n}" for n in range(first, first + count)]


def carries(question: Question) -> bool:
    """Return whether a workbook shows all media of a question, each where a text names it."""
    named = {name for text in texts(question) for name in shown(text)}
    names = {medium.name for medium in question.media}
    return names <= named and len(names) == len(question.media) and all(map(is_held, question.media))


def is_held(medium: Medium) -> bool:
    """Return whether a medium can lie on a cell, and is read again as what it is."""
    return medium.type in HELD and media_type(medium.content) == medium.type and _image(medium) is not None


def texts(question: Question) -> list[str]:
    """Return all texts of a question that stand in cells and may show something."""
    material = [question.material.text] if question.material is not None else []
    told = [each.feedback for gap in question.gaps for each in gap.accepted]
    options = [option.text for option in question.options]
    said = [question.explanation, *question.feedback.values(), *told]
    return [question.stem, *material, *options, *question.prompts, *said]


def lay(sheet: Worksheet, row: int, position: int, medium: Medium) -> None:
    """Lay a picture on a cell, small enough for it; one that cannot lie there is left to its name."""
    image = _image(medium)
    if image is None or medium.type not in HELD:
        return
    scale = min(1.0, (WIDTH - 4) / image.width, (HEIGHT - 4) / image.height)
    sheet.set_row_pixels(row, HEIGHT)
    sheet.set_column(position, position, CHARACTERS)
    said = {"x_scale": scale, "y_scale": scale, "x_offset": 2, "y_offset": 2}
    sheet.insert_image(row, position, image, {**said, "object_position": 1, "description": medium.name})


def _image(medium: Medium) -> Image | None:
    try:
        return Image(BytesIO(medium.content))
    except (UnsupportedImageFormat, UndefinedImageSize, IndexError, ValueError, ArithmeticError):
        return None


class Places:
    """Where the pictures of rows lie that keep the columns of their file."""

    def __init__(self, header: Sequence[str], most: int) -> None:
        self.own = [n for n, title in enumerate(header) if heading(title).meaning == "image"]
        taken = sum(header[n].startswith(TITLE) for n in self.own)
        self.width = len(header)
        self.header = [*header, *titles(most, taken + 1)]

    def filled(self, cells: Sequence[str], media: Sequence[Medium]) -> tuple[list[str], Mapping[int, Medium]]:
        """Return a row with the names of its pictures, and where they lie."""
        found: dict[int, Medium] = {}
        row = [*cells, *[""] * (len(self.header) - self.width)]
        free = iter(range(self.width, len(self.header)))
        for medium in media:
            named = [n for n in self.own if row[n] == medium.name and n not in found]
            position = named[0] if named else next(free)
            row[position] = medium.name
            found[position] = medium
        return row, found
