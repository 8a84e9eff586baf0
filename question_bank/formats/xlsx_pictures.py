"""The pictures of an .xlsx and the cells where they lie: floating ones, and those inside cells.

A floating picture lies where its upper left corner is. Excel keeps pictures in cells as rich values, WPS in a
part of its own (xl/cellimages.xml) that the formula DISPIMG names.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping

from question_bank.formats.guard import BROKEN_ZIP, MEGA, TOO_MUCH
from question_bank.formats.tables import Picture
from question_bank.formats.xlsx_parts import BROKEN, Attributes, parse, relations
from question_bank.problems import Unreadable

MOST_PICTURES = 10_000  # of one workbook, each place where one is shown counted
MOST_DRAWN = 16 * MEGA  # of a part that says where pictures lie
MEDIA = ("xl/media/", "pictures/")  # of an .xlsx, of an .ods
FILES = ("xl/embeddings/",)
SOUNDS = (".mp3", ".wav", ".m4a", ".ogg", ".aac", ".wma", ".mid", ".mp4", ".m4v", ".mov", ".avi", ".wmv")
MOST_ROWS = 2**20  # of a sheet, and far more than its columns
CELL_IMAGES = "xl/cellimages.xml"
RICH = "xl/richdata/"
SHAPES = ("sp", "graphicFrame")
Cell = tuple[int, int]  # row from 1, column from 0


class _Drawn:
    """What one part shows: links of pictures by where they lie, and by what they are called."""

    def __init__(self) -> None:
        self.lying: list[tuple[int, int, str]] = []  # row and column from 0, link
        self.named: dict[str, str] = {}
        self.beside: set[str] = set()  # links of other forms of the same pictures
        self.shapes = 0
        self.inside: list[str] = []
        self.at: dict[str, int] = {}
        self.name = ""
        self.fallbacks = 0  # opened elements with another form of what was shown already

    def begin(self, element: str, attributes: Attributes) -> None:
        self.inside.append(element)
        self.fallbacks += element == "Fallback"
        if self.fallbacks:
            return
        if element.endswith("Anchor"):
            self.at.clear()
        elif element in SHAPES:
            self.shapes += 1
        elif element == "cNvPr":
            self.name = attributes.get("name", "")
        elif element == "svgBlip":
            self.beside.add(_attribute(attributes, "embed"))
        elif element == "blip":
            self._picture(_attribute(attributes, "embed"))

    def end(self, element: str) -> None:
        self.inside.pop()
        self.fallbacks -= element == "Fallback"

    def text(self, written: str) -> None:
        if self.inside[-2:] in (["from", "row"], ["from", "col"]) and _number(written.strip()) < MOST_ROWS:
            self.at[self.inside[-1]] = _number(written.strip())

    def _picture(self, link: str) -> None:
        self.named[self.name] = link
        if len(self.at) == 2:
            self.lying.append((self.at["row"], self.at["col"], link))


def _is_picture(part: str) -> bool:
    return part.startswith(MEDIA) and not part.endswith(SOUNDS)


class PicturesOf:
    """The pictures of a workbook, looked for sheet by sheet."""

    def __init__(self, packed: zipfile.ZipFile, names: Mapping[str, str]) -> None:
        self.packed, self.names = packed, names
        self.placed: dict[str, tuple[Picture, ...]] = {}
        self.drawings = 0
        self._seen: set[str] = set()  # parts of pictures that lie in a cell
        self._contents: dict[str, bytes] = {}
        self._count = 0
        self._wps: dict[str, str] | None = None
        self._excel: dict[int, str] | None = None

    def look(self, sheet: str, part: str, named: Mapping[Cell, str], numbered: Mapping[Cell, int]) -> None:
        """Find the pictures of a sheet, those of cells by their names and numbers. Raises Unreadable."""
        found = [*self._floating(part), *self._in_cells(named, numbered)]
        if found:
            self.placed[sheet] = tuple(sorted(found, key=lambda each: (each.row, each.position)))

    def unplaced(self) -> int:
        """Return how many pictures of the workbook lie in no cell of a sheet that was looked at."""
        return sum(_is_picture(name) and name not in self._seen for name in self.names)

    def attached(self) -> tuple[str, ...]:
        """Return the names of sounds, films and files that the workbook holds beside pictures."""
        found = [name for name in self.names if name.startswith((*MEDIA, *FILES)) and "." in name]
        return tuple(name.rpartition("/")[2] for name in found if not _is_picture(name))

    def _floating(self, part: str) -> Iterator[Picture]:
        for drawing in relations(self.packed, self.names, part).values():
            if drawing.startswith("xl/drawings/") and drawing.endswith(".xml") and drawing in self.names:
                targets = relations(self.packed, self.names, drawing)
                drawn = self._drawn(drawing)
                self.drawings += drawn.shapes
                self._seen |= {targets.get(link, "") for link in drawn.beside}
                for row, column, link in drawn.lying:
                    yield from self._picture(row + 1, column, targets.get(link, ""))

    def _in_cells(self, named: Mapping[Cell, str], numbered: Mapping[Cell, int]) -> Iterator[Picture]:
        if named and self._wps is None:
            self._wps = self._named_by_wps()
        if numbered and self._excel is None:
            self._excel = dict(enumerate(self._numbered_by_excel(), 1))
        for (row, column), name in named.items():
            yield from self._picture(row, column, (self._wps or {}).get(name, ""), is_cell=True)
        for (row, column), number in numbered.items():
            yield from self._picture(row, column, (self._excel or {}).get(number, ""), is_cell=True)

    def _picture(self, row: int, column: int, part: str, is_cell: bool = False) -> Iterator[Picture]:
        self._count += 1
        if self._count > MOST_PICTURES:
            raise Unreadable("too-much-inside", TOO_MUCH)
        if part in self.names:
            self._seen.add(part)
            yield Picture(row, column, part, self._content(part), is_cell)

    def _content(self, part: str) -> bytes:
        if part not in self._contents:
            try:
                self._contents[part] = self.packed.read(self.names[part])
            except BROKEN_ZIP as error:
                raise Unreadable("broken-file", BROKEN) from error
        return self._contents[part]

    def _drawn(self, part: str) -> _Drawn:
        self._check_size(part)
        found = _Drawn()
        parse(self.packed, self.names[part], found.begin, found.end, found.text)
        return found

    def _named_by_wps(self) -> dict[str, str]:
        if CELL_IMAGES not in self.names:
            return {}
        targets = relations(self.packed, self.names, CELL_IMAGES)
        return {name: targets.get(link, "") for name, link in self._drawn(CELL_IMAGES).named.items()}

    def _numbered_by_excel(self) -> list[str]:
        """Return the parts of pictures in the order of the numbers (`vm`) that cells have for them."""
        links = self._attributes(f"{RICH}richvaluerel.xml", "rel", "id")
        targets = relations(self.packed, self.names, f"{RICH}richvaluerel.xml")
        parts = [targets.get(link, "") for link in links]
        values = [parts[n] if n < len(parts) else "" for n in self._first_values()]
        rich = [_number(n) for n in self._attributes("xl/metadata.xml", "rvb", "i")]
        used = [_number(n) for n in self._attributes("xl/metadata.xml", "rc", "v", "valueMetadata")]
        told = [rich[n] if n < len(rich) else len(values) for n in used]
        return [values[n] if n < len(values) else "" for n in told]

    def _first_values(self) -> list[int]:
        """Return the first field of each rich value: of a picture, the number of its reference."""
        part = f"{RICH}rdrichvalue.xml"
        found: list[str] = []
        fields = 0
        is_in = False

        def begin(element: str, _attributes: Attributes) -> None:
            nonlocal fields, is_in
            if element == "rv":
                found.append("")
                fields = 0
            elif element == "v":
                fields += 1
                is_in = fields == 1

        def end(_element: str) -> None:
            nonlocal is_in
            is_in = False

        def text(written: str) -> None:
            if is_in and found:
                found[-1] += written[:10]

        if part in self.names:
            self._check_size(part)
            parse(self.packed, self.names[part], begin, end, text)
        return [_number(each) for each in found]

    def _attributes(self, part: str, element: str, name: str, inside: str = "") -> list[str]:
        """Return an attribute of all elements of a part that are called so, inside another or anywhere."""
        found: list[str] = []
        is_inside = not inside

        def begin(each: str, attributes: Attributes) -> None:
            nonlocal is_inside
            is_inside = is_inside or each == inside
            if each == element and is_inside:
                found.append(_attribute(attributes, name))

        def end(each: str) -> None:
            nonlocal is_inside
            is_inside = is_inside and each != inside

        if part in self.names:
            self._check_size(part)
            parse(self.packed, self.names[part], begin, end)
        return found

    def _check_size(self, part: str) -> None:
        if self.packed.getinfo(self.names[part]).file_size > MOST_DRAWN:
            raise Unreadable("too-much-inside", TOO_MUCH)


def _attribute(attributes: Attributes, name: str) -> str:
    """Return an attribute whatever its prefix."""
    return next((value for key, value in attributes.items() if key.rpartition(":")[2] == name), "")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else MOST_ROWS
