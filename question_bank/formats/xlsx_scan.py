"""Looks through the XML of an .xlsx for what values alone do not tell: number formats, formulas, the span."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO

from question_bank.formats.guard import TOO_MUCH
from question_bank.formats.number_formats import BUILT_IN
from question_bank.formats.tables import FAILED, NO_VALUE, Picture
from question_bank.formats.xlsx_parts import Attributes, parse, refuse_doctype, relations
from question_bank.formats.xlsx_pictures import PicturesOf
from question_bank.problems import N_, Unreadable

LONGEST_FORMULA = 200  # characters: it is looked at only for whether it shows a picture
BESIDE_CELLS, EACH_CELL = 200_000, 20  # elements of a sheet: its rows and all else, and those of each cell
MOST_CELLS = 3_000_000  # stored, and of the rectangle that a sheet spans
MOST_COLUMNS = 1_000  # with something in them
MOST_IN_SHEET = BESIDE_CELLS + EACH_CELL * MOST_CELLS
CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")
WPS_PICTURE = re.compile(r'=?(?:_xlfn\.)?DISPIMG\("([^"]{1,100})"', re.IGNORECASE)


@dataclass
class Scanned:
    """What was found in one sheet: by row number and column position."""

    formats: dict[int, dict[int, str]] = field(
        default_factory=dict
    )  # number formats that change what is read
    notes: dict[int, dict[int, str]] = field(default_factory=dict)  # NO_VALUE, FAILED
    # Cells that are pictures: row and position → the picture's name (WPS), its number from 1 (Excel)
    named_pictures: dict[tuple[int, int], str] = field(default_factory=dict)
    numbered_pictures: dict[tuple[int, int], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """What was found in a workbook, by the names of its sheets."""

    sheets: Mapping[str, Scanned] = field(default_factory=dict)
    pictures: Mapping[str, tuple[Picture, ...]] = field(default_factory=dict)
    unplaced: int = 0  # pictures that lie in no cell of a sheet
    drawings: int = 0  # text boxes, shapes and charts
    attached: tuple[str, ...] = ()  # names of sounds, films and files


def scan(content: bytes) -> Found:
    """Return what was found in a workbook.

    Raises Unreadable for XML with a DOCTYPE, for broken XML and for a vast sheet.

    Works on the parts one after another; a sheet is never in memory as a whole.
    """
    with zipfile.ZipFile(BytesIO(content)) as packed:
        names = names_in(packed)
        for name in names.values():
            if name.lower().endswith((".xml", ".rels")):
                refuse_doctype(packed, name)
        formats = _number_formats(packed, names)
        found = {}
        pictures = PicturesOf(packed, names)
        for sheet, part in sheet_parts(packed, names):
            if part in names:
                scanner = _SheetScanner(sheet, formats)
                parse(packed, names[part], scanner.begin, scanner.end, scanner.text, MOST_IN_SHEET)
                found[sheet] = scanner.found
                pictures.look(sheet, part, scanner.found.named_pictures, scanner.found.numbered_pictures)
        return Found(found, pictures.placed, pictures.unplaced(), pictures.drawings, pictures.attached())


class _SheetScanner:
    def __init__(self, sheet: str, formats: list[str]) -> None:
        self.sheet, self.number_formats = sheet, formats
        self.found = Scanned()
        self.row, self.column = 0, -1
        self.elements = self.cells = self.last_row = self.last_column = 0
        self.is_formula = self.has_value = self.is_in_value = False
        self.kind = self.formula = ""

    def begin(self, name: str, attributes: Attributes) -> None:
        self.elements += 1
        if self.elements > BESIDE_CELLS + EACH_CELL * self.cells:
            raise Unreadable("too-much-inside", TOO_MUCH)
        match name:
            case "row":
                self.row = int(attributes.get("r", self.row + 1))
                self.column = -1
            case "c":
                self._begin_cell(attributes)
            case "f":
                self.is_formula, self.formula = True, ""
            case "v" | "is":
                self.is_in_value = name == "v"
                if self.column >= MOST_COLUMNS:
                    raise Unreadable("too-wide", TOO_WIDE, sheet=self.sheet)

    def text(self, text: str) -> None:
        self.has_value = self.has_value or self.is_in_value
        if self.is_formula and not self.is_in_value and len(self.formula) < LONGEST_FORMULA:
            self.formula += text

    def end(self, name: str) -> None:
        if name == "v":
            self.is_in_value = False
        if name != "c":
            return
        if self.is_formula and (shown := WPS_PICTURE.match(self.formula)):
            self.found.named_pictures[self.row, self.column] = shown[1]
        if self.kind == "e":
            self.found.notes.setdefault(self.row, {})[self.column] = FAILED
        elif self.is_formula and not self.has_value:
            self.found.notes.setdefault(self.row, {})[self.column] = NO_VALUE

    def _begin_cell(self, attributes: Attributes) -> None:
        self.column += 1
        if place := CELL.fullmatch(attributes.get("r", "")):
            self.column, self.row = _position(place[1]), int(place[2])
        self.kind = attributes.get("t", "n")
        if self.kind == "e" and attributes.get("vm", "").isdecimal():
            self.found.numbered_pictures[self.row, self.column] = int(attributes["vm"])
        self.is_formula = self.has_value = False
        style = int(attributes.get("s", "0"))
        if self.kind == "n" and style < len(self.number_formats) and self.number_formats[style]:
            self.found.formats.setdefault(self.row, {})[self.column] = self.number_formats[style]
        self.cells += 1
        self.last_row, self.last_column = max(self.last_row, self.row), max(self.last_column, self.column)
        if max(self.cells, self.last_row * (self.last_column + 1)) > MOST_CELLS:
            raise Unreadable("too-wide", TOO_WIDE, sheet=self.sheet)


def _number_formats(packed: zipfile.ZipFile, names: dict[str, str]) -> list[str]:
    """Return the number format of each cell style, "" for the general one."""
    own: dict[int, str] = {}
    styles: list[str] = []
    inside: list[str] = []

    def begin(name: str, attributes: Attributes) -> None:
        inside.append(name)
        if name == "numFmt":
            own[int(attributes.get("numFmtId", "0"))] = attributes.get("formatCode", "")
        elif name == "xf" and "cellXfs" in inside:
            number = int(attributes.get("numFmtId", "0"))
            styles.append(own.get(number, BUILT_IN.get(number, "")))

    if "xl/styles.xml" in names:
        parse(packed, names["xl/styles.xml"], begin, lambda _: inside.pop())
    return ["" if text == "General" else text for text in styles]


def names_in(packed: zipfile.ZipFile) -> dict[str, str]:
    """Return the names of a workbook's parts as they are referred to → as the file has them."""
    return {info.filename.lower().lstrip("/"): info.filename for info in packed.infolist()}


def sheet_parts(packed: zipfile.ZipFile, names: dict[str, str]) -> list[tuple[str, str]]:
    """Return the sheets with the names of their parts, in the order of the workbook."""
    sheets: list[tuple[str, str]] = []

    def sheet(name: str, attributes: Attributes) -> None:
        if name == "sheet":
            link = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
            sheets.append((attributes.get("name", ""), link))

    if "xl/workbook.xml" in names:
        parse(packed, names["xl/workbook.xml"], sheet, lambda _: None)
    targets = relations(packed, names, "xl/workbook.xml")
    return [(name, targets.get(link, "")) for name, link in sheets]


def _position(letters: str) -> int:
    number = 0
    for each in letters:
        number = number * 26 + ord(each) - ord("A") + 1
    return number - 1


TOO_WIDE = N_("工作表“%(sheet)s”大得不正常：可能在很远的地方有多余的单元格。请把题目复制到新的工作表再上传。")
