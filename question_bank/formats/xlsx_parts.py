"""The parts of an .xlsx: parsed piece by piece, and what they refer to."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Callable, Mapping
from xml.parsers import expat

from question_bank.formats.guard import BROKEN_ZIP, TOO_MUCH
from question_bank.problems import N_, Unreadable

CHUNK = 2**18  # bytes handed to the parser at once
MOST_ELEMENTS = 400_000  # of a part that is no sheet: styles, drawings; half a second
Attributes = dict[str, str]
Element = Callable[[str, Attributes], None]


def relations(packed: zipfile.ZipFile, names: Mapping[str, str], part: str) -> dict[str, str]:
    """Return the parts that a part refers to, by the ids of its references; "" for what lies outside."""
    targets: dict[str, str] = {}
    folder, name = posixpath.split(part)

    def relation(element: str, attributes: Attributes) -> None:
        if element == "Relationship":
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
            is_inside = attributes.get("TargetMode") != "External"
            targets[attributes.get("Id", "")] = target.lstrip("/").lower() if is_inside else ""

    own = f"{folder}/_rels/{name}.rels"
    if own in names:
        parse(packed, names[own], relation, lambda _: None)
    return targets


def parse(
    packed: zipfile.ZipFile,
    part: str,
    begin: Element,
    end: Callable[[str], object],
    text: Callable[[str], object] | None = None,
    most: int = MOST_ELEMENTS,
) -> None:
    """Parse a part of at most so many elements; names come without their prefixes. Raises Unreadable."""
    elements = 0

    def begin_counted(name: str, attributes: Attributes) -> None:
        nonlocal elements
        elements += 1
        if elements > most:
            raise Unreadable("too-much-inside", TOO_MUCH)
        begin(name.rpartition(":")[2], attributes)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _doctype
    parser.StartElementHandler = begin_counted
    parser.CharacterDataHandler = text
    parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    try:
        with packed.open(part) as stream:
            while chunk := stream.read(CHUNK):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, *BROKEN_ZIP) as error:
        raise Unreadable("broken-file", BROKEN) from error


def refuse_doctype(packed: zipfile.ZipFile, part: str) -> None:
    """Raise Unreadable for a part that begins with a DOCTYPE."""
    try:
        with packed.open(part) as stream:
            head = stream.read(4096).replace(b"\0", b"")
    except BROKEN_ZIP as error:
        raise Unreadable("broken-file", BROKEN) from error
    if b"<!DOCTYPE" in head.upper():
        raise Unreadable("doctype", DOCTYPE)


def _doctype(*_: object) -> None:
    raise Unreadable("doctype", DOCTYPE)


BROKEN = N_("文件已损坏，打不开。请用 Excel 另存为 .xlsx 再上传。")
DOCTYPE = N_("文件里有不该有的声明（DOCTYPE），没有打开。请把题目复制到新的工作簿再上传。")
