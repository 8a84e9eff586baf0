"""Word documents as papers: automatic numbers, equations, pictures, coloured answers; tables as tables."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from html import unescape
from io import BytesIO
from itertools import islice, pairwise
from xml.etree.ElementTree import Element

from question_bank.attached import Medium, picture
from question_bank.formats import effort, exam_text, sheets_in
from question_bank.formats.exam_right import BEGIN_RIGHT, BEGIN_SET, END_RIGHT, END_SET, RIGHT
from question_bank.formats.exam_text import Line
from question_bank.formats.guard import BROKEN_ZIP
from question_bank.formats.markup import shifted
from question_bank.formats.pictures import Pictures
from question_bank.formats.reading import Reading
from question_bank.formats.tables import Row, Sheet
from question_bank.formats.word_equations import tex
from question_bank.formats.word_numbers import Numbers
from question_bank.formats.xml_in import parts_of, root_of
from question_bank.gaps import MARK
from question_bank.problems import N_, WARNING, Problem, Unreadable

DOCUMENT = "word/document.xml"
BODY = ["document", "body"]
BLOCKS = ("p", "tbl")
AROUND = ("sdt", "sdtContent", "ins", "customXml", "smartTag")  # blocks may stand in these
PARAGRAPH_END = re.compile(rb"</(?:\w+:)?p>")
MARKS = re.compile(rb"<[^<>]*>")
SHIFTS = {"superscript": "sup", "subscript": "sub"}
TABLE = "表格"  # before its number: the name of a sheet
KEY_TABLE = ("题号", "答案")  # before the numbers, at the end of what stands before the answers below them
TOGETHER, HEAD = 200, 10  # rows of a table that are judged together, and those at its top beside them
TITLES = ("title", "subtitle", "标题")


def read(content: bytes, scale: Mapping[str, str] | None = None) -> Reading:
    """Return what a Word document holds: the questions of its tables, then those of its text."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            document = _Document(packed)
            text = exam_text.read_lines(document.lines(), scale, document.behind)
    except (*BROKEN_ZIP, KeyError) as error:
        raise Unreadable("broken-file", BROKEN) from error
    tables = sheets_in.read(document.sheets, scale) if document.sheets else None
    if tables is not None and not document.has_text:
        found = tables
    else:
        found = text if tables is None else _together(tables, text)
    if document.missing:
        values = {"count": document.missing}
        said = Problem("", 0, "", "pictures", PICTURES, WARNING, values)
        found = replace(found, problems=(said, *found.problems))
    return found


def _together(first: Reading, second: Reading) -> Reading:
    """Return two readings as one; tables keep their sheets, text has none."""
    problems = [p for p in second.problems if p.code != "no-rows"] if first.questions else second.problems
    return Reading(
        questions=(*first.questions, *second.questions),
        problems=(*first.problems, *problems),
        columns=first.columns,
        headers={**first.headers, **second.headers},
        raw=(*first.raw, *second.raw),
        layouts=first.layouts,
        scale={**first.scale, **second.scale},
        difficulties={**first.difficulties, **second.difficulties},
        unsupported={
            name: first.unsupported.get(name, 0) + second.unsupported.get(name, 0)
            for name in {**first.unsupported, **second.unsupported}
        },
    )


class _Document:
    def __init__(self, packed: zipfile.ZipFile) -> None:
        self.packed = packed
        self.names = {info.filename.lower(): info.filename for info in packed.infolist()}
        self.numbers = Numbers(self._tree("word/numbering.xml"), self._tree("word/styles.xml"))
        relations = self._tree("word/_rels/document.xml.rels")
        self.targets = {
            each.get("Id", ""): each.get("Target", "")
            for each in (() if relations is None else relations.iter("Relationship"))
        }
        self.sheets: list[Sheet] = []
        self.missing = 0  # pictures that cannot be shown
        self.row = 0
        self.has_text = False
        self.content = packed.read(self.names[DOCUMENT])

    def lines(self) -> Iterator[Line]:
        """Yield the lines of the text one after another, while the document is being read."""
        is_empty = True
        for element, above in parts_of(self.content, *BLOCKS):
            is_empty = False
            if [each.tag for each in above[:2]] == BODY and all(each.tag in AROUND for each in above[2:]):
                for line in self._paragraph(element) if element.tag == "p" else self._table(element):
                    self.has_text = self.has_text or bool(line.text.strip())
                    yield line
        if is_empty and root_of(self.content).find("body") is None:
            raise Unreadable("broken-file", BROKEN)

    def behind(self, row: int) -> Iterator[str]:
        """Yield the text behind a paragraph as far as it is seen without its marks, for a key at the end."""
        ends = islice(PARAGRAPH_END.finditer(self.content), row - 1, None)
        for this, following in pairwise(ends):
            yield unescape(
                MARKS.sub(b"", self.content[this.end() : following.start()]).decode("utf-8", "replace")
            )

    def _table(self, table: Element) -> Iterator[Line]:
        """Take a table with a header of questions as a sheet, any other cell by cell."""
        rows = []
        missing = self.missing
        for number, row in enumerate(table.iterfind("tr"), 1):
            cells: list[str] = []
            media: dict[Medium, None] = {}
            for cell in row.iterfind("tc"):
                found = [self._text(paragraph) for paragraph in cell.iter("p")]
                cells.append(RIGHT.sub("", "\n".join(text for text, _ in found)))
                media |= {each: None for _, pictures in found for each in pictures.taken.values()}
            rows.append(Row(number, tuple(cells), media=tuple(media)))
            if number % TOGETHER == 0:
                _note_questions(rows)
        sheet = Sheet(f"{TABLE}{len(self.sheets) + 1}", tuple(rows))
        if sheets_in.has_header(sheet):
            self.sheets.append(sheet)
            return
        self.missing = missing  # its cells are looked at again
        if key := _key_of(rows):
            yield Line(self.row, key)
            return
        for row in table.iterfind("tr"):
            for cell in row.iterfind("tc"):
                for element in _blocks(cell):
                    yield from self._paragraph(element) if element.tag == "p" else self._table(element)

    def _paragraph(self, paragraph: Element) -> Iterator[Line]:
        self.row += 1
        style = _value(paragraph.find("pPr/pStyle")).casefold()
        if style in TITLES:
            return
        text, pictures = self._text(paragraph)
        label = self.numbers.label_of(paragraph)
        begun = f"{label} " if label and text.strip() else ""
        media = tuple(pictures.taken.values())
        for n, line in enumerate((begun + text).split("\n")):
            yield Line(self.row, line, media if n == 0 else ())

    def _text(self, paragraph: Element) -> tuple[str, Pictures]:
        pictures = Pictures(load=self._load)
        text = "".join(self._pieces(paragraph, pictures))
        self.missing += len(pictures.missing)
        joined = text.replace(f"{END_RIGHT}{BEGIN_RIGHT}", "").replace(f"{END_SET}{BEGIN_SET}", "")
        return joined, pictures

    def _pieces(self, element: Element, pictures: Pictures) -> Iterator[str]:
        for child in element:
            match child.tag:
                case "r":
                    yield from self._run(child, pictures)
                case "t":
                    yield RIGHT.sub("", child.text or "")
                case "tab":
                    yield "\t"
                case "br" | "cr":
                    yield "\n"
                case "noBreakHyphen":
                    yield "-"
                case "oMath":
                    yield f"${tex(child)}$"
                case "blip" | "imagedata":
                    name = pictures.name_of(child.get("embed") or child.get("id") or "")
                    yield picture("", name) if name else ""
                case "del" | "pPr" | "rPr" | "Fallback" | "instrText":
                    pass
                case _:
                    yield from self._pieces(child, pictures)

    def _run(self, run: Element, pictures: Pictures) -> Iterator[str]:
        """Yield the text of a run: indices raised and lowered, underlined spaces as a gap, marks."""
        text = "".join(self._pieces(run, pictures))
        look = run.find("rPr")
        if look is None or not text:
            yield text
            return
        if shift := SHIFTS.get(_value(look.find("vertAlign"))):
            text = shifted(text, shift)
        is_underlined = _value(look.find("u")) not in ("", "none")
        if is_underlined and len(text) > 1 and not text.strip(" \u3000\xa0"):
            text = MARK
        elif _is_marked(run):
            text = f"{BEGIN_RIGHT}{text}{END_RIGHT}"
        elif text.strip() and (is_underlined or _is_set_apart(look)):
            text = f"{BEGIN_SET}{text}{END_SET}"
        yield text

    def _load(self, link: str) -> bytes:
        target = posixpath.normpath(posixpath.join("word", self.targets.get(link, "-")))
        name = self.names.get(target.lstrip("/").lower())
        return self.packed.read(name) if name is not None else b""

    def _tree(self, part: str) -> Element | None:
        name = self.names.get(part)
        return root_of(self.packed.read(name)) if name is not None else None


def _note_questions(rows: Sequence[Row]) -> None:
    """Note what the last rows of a table are worth: so many questions as they are read as, below its head."""
    sheet = Sheet(TABLE, (*rows[:HEAD], *rows[-TOGETHER:]))
    if sheets_in.has_header(sheet):
        for _ in sheets_in.read([sheet]).questions:
            effort.found()


def _key_of(rows: Sequence[Row]) -> str:
    """Return a table of numbers with answers below them as a line of a key, "" for any other table."""
    found = []
    for above, below in zip(rows[::2], rows[1::2], strict=False):
        is_key = above.cells[:1] == KEY_TABLE[:1] and "".join(below.cells[:1]).strip().endswith(KEY_TABLE[1])
        if not is_key:
            return ""
        pairs = zip(above.cells[1:], below.cells[1:], strict=False)
        found += [f"{number.strip()}.{said.strip()}" for number, said in pairs if number.strip().isdigit()]
    return " ".join(found) if len(rows) % 2 == 0 else ""


def _blocks(parent: Element) -> Iterator[Element]:
    """Yield paragraphs and tables, those inside content controls and insertions too."""
    for child in parent:
        if child.tag in BLOCKS:
            yield child
        elif child.tag in AROUND:
            yield from _blocks(child)


def _is_marked(run: Element) -> bool:
    """Return whether a run has a red colour or a highlight, by which people mark what is right."""
    properties = run.find("rPr")
    if properties is None:
        return False
    colour = _value(properties.find("color")).casefold()
    is_red = len(colour) == 6 and _is_red(colour)
    highlight = _value(properties.find("highlight"))
    return is_red or highlight not in ("", "none", "white", "black")


def _is_set_apart(look: Element) -> bool:
    """Return whether a run is bold, coloured or shaded."""
    bold = look.find("b")
    is_bold = bold is not None and bold.get("val", "1") not in ("0", "false", "off")
    colour, shade = _value(look.find("color")).upper(), look.find("shd")
    fill = "" if shade is None else shade.get("fill", "").upper()
    return is_bold or colour not in ("", "AUTO", "000000") or fill not in ("", "AUTO", "FFFFFF")


def _is_red(colour: str) -> bool:
    try:
        red, green, blue = (int(colour[n : n + 2], 16) for n in (0, 2, 4))
    except ValueError:
        return False
    return red >= 160 and green <= 100 and blue <= 100


def _value(element: Element | None) -> str:
    return "" if element is None else element.get("val", "")


BROKEN = N_("文件已损坏，打不开。请用 Word 另存为 .docx 再上传。")
PICTURES = N_("文档里有 %(count)s 张图片没有导入：格式不支持或文件里没有。请核对用到图片的题目。")
