"""Looks through the XML of an .xlsx for what values alone do not tell: number formats, formulas, the span."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from xml.parsers import expat

from question_bank.formats.guard import BROKEN_ZIP
from question_bank.formats.number_formats import BUILT_IN
from question_bank.formats.tables import FAILED, NO_VALUE
from question_bank.problems import N_, Unreadable

CHUNK = 2**18  # bytes handed to the parser at once
MOST_CELLS = 3_000_000  # stored, and of the rectangle that a sheet spans
CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")
Attributes = dict[str, str]
Element = Callable[[str, Attributes], None]


@dataclass
class Scanned:
    """What was found in one sheet: by row number and column position."""

    formats: dict[int, dict[int, str]] = field(
        default_factory=dict
    )  # number formats that change what is read
    notes: dict[int, dict[int, str]] = field(default_factory=dict)  # NO_VALUE, FAILED


def scan(content: bytes) -> tuple[dict[str, Scanned], int]:
    """Return what was found, by sheet name, and the number of pictures.

    Raises Unreadable for XML with a DOCTYPE, for broken XML and for a vast sheet.

    Works on the parts one after another; a sheet is never in memory as a whole.
    """
    with zipfile.ZipFile(BytesIO(content)) as packed:
        names = {info.filename.lower().lstrip("/"): info.filename for info in packed.infolist()}
        for name in names.values():
            if name.lower().endswith((".xml", ".rels")):
                _refuse_doctype(packed, name)
        formats = _number_formats(packed, names)
        found = {}
        for sheet, part in _sheet_parts(packed, names):
            if part in names:
                scanner = _SheetScanner(sheet, formats)
                _parse(packed, names[part], scanner.begin, scanner.end, scanner.text)
                found[sheet] = scanner.found
        return found, sum(name.startswith("xl/media/") for name in names)


class _SheetScanner:
    def __init__(self, sheet: str, formats: list[str]) -> None:
        self.sheet, self.number_formats = sheet, formats
        self.found = Scanned()
        self.row, self.column = 0, -1
        self.cells = self.last_row = self.last_column = 0
        self.is_formula = self.has_value = self.is_in_value = False
        self.kind = ""

    def begin(self, name: str, attributes: Attributes) -> None:
        match name:
            case "row":
                self.row = int(attributes.get("r", self.row + 1))
                self.column = -1
            case "c":
                self._begin_cell(attributes)
            case "f":
                self.is_formula = True
            case "v":
                self.is_in_value = True

    def text(self, _text: str) -> None:
        self.has_value = self.has_value or self.is_in_value

    def end(self, name: str) -> None:
        if name == "v":
            self.is_in_value = False
        if name != "c":
            return
        if self.kind == "e":
            self.found.notes.setdefault(self.row, {})[self.column] = FAILED
        elif self.is_formula and not self.has_value:
            self.found.notes.setdefault(self.row, {})[self.column] = NO_VALUE

    def _begin_cell(self, attributes: Attributes) -> None:
        self.column += 1
        if place := CELL.fullmatch(attributes.get("r", "")):
            self.column, self.row = _position(place[1]), int(place[2])
        self.kind = attributes.get("t", "n")
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
        _parse(packed, names["xl/styles.xml"], begin, lambda _: inside.pop())
    return ["" if text == "General" else text for text in styles]


def _sheet_parts(packed: zipfile.ZipFile, names: dict[str, str]) -> list[tuple[str, str]]:
    """Return the sheets with the names of their parts, in the order of the workbook."""
    sheets: list[tuple[str, str]] = []
    targets: dict[str, str] = {}

    def sheet(name: str, attributes: Attributes) -> None:
        if name == "sheet":
            link = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
            sheets.append((attributes.get("name", ""), link))

    def relation(name: str, attributes: Attributes) -> None:
        if name == "Relationship":
            target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))
            targets[attributes.get("Id", "")] = target.lstrip("/").lower()

    for part, begin in (("xl/workbook.xml", sheet), ("xl/_rels/workbook.xml.rels", relation)):
        if part in names:
            _parse(packed, names[part], begin, lambda _: None)
    return [(name, targets.get(link, "")) for name, link in sheets]


def _parse(
    packed: zipfile.ZipFile,
    part: str,
    begin: Element,
    end: Callable[[str], object],
    text: Callable[[str], object] | None = None,
) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _doctype
    parser.StartElementHandler = lambda name, attributes: begin(name.rpartition(":")[2], attributes)
    parser.CharacterDataHandler = text
    parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    try:
        with packed.open(part) as stream:
            while chunk := stream.read(CHUNK):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, *BROKEN_ZIP) as error:
        raise Unreadable("broken-file", BROKEN) from error


def _refuse_doctype(packed: zipfile.ZipFile, part: str) -> None:
    try:
        with packed.open(part) as stream:
            head = stream.read(4096).replace(b"\0", b"")
    except BROKEN_ZIP as error:
        raise Unreadable("broken-file", BROKEN) from error
    if b"<!DOCTYPE" in head.upper():
        raise Unreadable("doctype", DOCTYPE)


def _doctype(*_: object) -> None:
    raise Unreadable("doctype", DOCTYPE)


def _position(letters: str) -> int:
    number = 0
    for each in letters:
        number = number * 26 + ord(each) - ord("A") + 1
    return number - 1


BROKEN = N_("文件已损坏，打不开。请用 Excel 另存为 .xlsx 再上传。")
DOCTYPE = N_("文件里有不该有的声明（DOCTYPE），没有打开。请把题目复制到新的工作簿再上传。")
TOO_WIDE = N_("工作表“%(sheet)s”大得不正常：可能在很远的地方有多余的单元格。请把题目复制到新的工作表再上传。")
