"""XML from outside as a small tree: no DOCTYPE, no entities of its own, not too deep, not too much."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from question_bank.formats import effort
from question_bank.formats.guard import DOCTYPE
from question_bank.problems import N_, Unreadable

MOST_MARKS = 3_000_000  # "<" in a file; 50,000 questions have about 2.5 million
DEEPEST = 200
QUESTIONS = (b"<question ", b"<item ", b"<assessmentItem ", b"<qti-assessment-item ", b"<resource ")
MOST_ATTRIBUTES = 500  # of one element
MARKS = 20  # the beginnings of so many questions are worth the time of one that is read
CHUNK = 2**18


def root_of(content: bytes) -> Element:
    """Return the root element, names without their namespaces. Raises Unreadable."""
    if content.count(b"<") > MOST_MARKS:
        raise Unreadable("too-much-inside", TOO_MUCH)
    begun = sum(map(content.count, QUESTIONS))
    if begun > effort.MOST_QUESTIONS:
        raise Unreadable("too-many-rows", effort.TOO_MANY, most=effort.MOST_QUESTIONS)
    effort.found(begun // MARKS)
    builder = TreeBuilder()
    depth = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise Unreadable("too-deep", TOO_DEEP)
        if len(attributes) > MOST_ATTRIBUTES:
            raise Unreadable("too-much-inside", TOO_MUCH)
        builder.start(name.rpartition(":")[2], {n.rpartition(":")[2]: v for n, v in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name.rpartition(":")[2])

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _doctype
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    try:
        for start in range(0, len(content), CHUNK):
            parser.Parse(content[start : start + CHUNK], False)
            _check_unfinished(content[parser.CurrentByteIndex : start + CHUNK])
        parser.Parse(b"", True)
        return builder.close()
    except (expat.ExpatError, ValueError, LookupError, AssertionError) as error:
        raise Unreadable("broken-file", BROKEN, row=parser.CurrentLineNumber) from error


def _check_unfinished(begun: bytes) -> None:
    """Refuse an element of endless attributes before the parser has them all: nothing can end that then."""
    if len(begun) > CHUNK and begun.startswith(b"<") and begun.count(b"=") > MOST_ATTRIBUTES:
        raise Unreadable("too-much-inside", TOO_MUCH)


def plain(element: Element | None) -> str:
    """Return the text inside an element and all that it holds, "" for none."""
    return "" if element is None else "".join(element.itertext())


def html_inside(element: Element) -> Iterator[str]:
    """Yield what an element holds as HTML, piece by piece."""
    yield escape(element.text or "", quote=False)
    for child in element:
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in child.attrib.items())
        yield f"<{child.tag}{attributes}>"
        yield from html_inside(child)
        yield f"</{child.tag}>"
        yield escape(child.tail or "", quote=False)


def _doctype(*_: object) -> None:
    raise Unreadable("doctype", DOCTYPE)


BROKEN = N_("文件已损坏：第 %(row)s 行起不是完整的 XML。请从原系统重新导出再上传。")
TOO_DEEP = N_("文件里的层次深得不正常，没有打开。")
TOO_MUCH = N_("文件解开后大得不正常，没有打开。请分成几个文件上传。")
