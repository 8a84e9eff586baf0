"""XML from outside as small trees: no DOCTYPE, no entities of its own, not too deep, not too much."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import NamedTuple
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from question_bank.formats import effort
from question_bank.formats.guard import DOCTYPE
from question_bank.problems import N_, Unreadable

MOST_MARKS = 3_000_000  # "<" in a file; 50,000 questions have about 2.5 million
DEEPEST = 200
QUESTIONS = (b"<question ", b"<item ", b"<assessmentItem ", b"<qti-assessment-item ", b"<resource ")
MOST_ATTRIBUTES = 500  # of one element
CHUNK = 2**18


class Part(NamedTuple):
    """An element of a file and what it stands in, the root first."""

    element: Element
    above: tuple[Element, ...]


def root_of(content: bytes) -> Element:
    """Return the root element, names without their namespaces. Raises Unreadable."""
    (root,) = (part.element for part in _parsed(content, None))
    return root


def parts_of(content: bytes, *names: str) -> Iterator[Part]:
    """Yield the elements of these names one after another, while the file is being read.

    So one that is not worth it is given up early, and none takes memory as a whole. What is inside another
    such element stays there. Raises Unreadable, for a file that is broken at its end after the last element.
    """
    return _parsed(content, frozenset(names))


def _parsed(content: bytes, names: frozenset[str] | None) -> Iterator[Part]:
    if content.count(b"<") > MOST_MARKS:
        raise Unreadable("too-much-inside", TOO_MUCH)
    if sum(map(content.count, QUESTIONS)) > effort.MOST_QUESTIONS:
        raise Unreadable("too-many-rows", effort.TOO_MANY, most=effort.MOST_QUESTIONS)
    parser = expat.ParserCreate()
    tree = _Tree(parser, names)
    try:
        for start in range(0, len(content), CHUNK):
            parser.Parse(content[start : start + CHUNK], False)
            _check_unfinished(content[parser.CurrentByteIndex : start + CHUNK])
            yield from tree.ended()
        parser.Parse(b"", True)
        tree.builder.close()
        yield from tree.ended()
    except (expat.ExpatError, ValueError, LookupError, AssertionError) as error:
        raise Unreadable("broken-file", BROKEN, row=parser.CurrentLineNumber) from error


class _Tree:
    """Makes elements of what a parser tells, and lets go of those that are asked for once they have ended."""

    def __init__(self, parser: expat.XMLParserType, names: frozenset[str] | None) -> None:
        self.names = names  # None: the root, whatever its name
        self.builder = TreeBuilder()
        self.open: list[Element] = []
        self.taken = 0  # how deep the element stands that is asked for and open; 0: none is
        self.parts: list[Part] = []
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _doctype
        parser.StartElementHandler = self.begin
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.builder.data

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.open) == DEEPEST:
            raise Unreadable("too-deep", TOO_DEEP)
        if len(attributes) > MOST_ATTRIBUTES:
            raise Unreadable("too-much-inside", TOO_MUCH)
        tag = name.rpartition(":")[2]
        self.open.append(self.builder.start(tag, {n.rpartition(":")[2]: v for n, v in attributes.items()}))
        if not self.taken and (self.names is None or tag in self.names):
            self.taken = len(self.open)

    def end(self, name: str) -> None:
        self.builder.end(name.rpartition(":")[2])
        element = self.open.pop()
        if len(self.open) < self.taken:
            self.taken = 0
            self.parts.append(Part(element, tuple(self.open)))
            if self.open:
                del self.open[-1][-1]

    def ended(self) -> Iterator[Part]:
        parts, self.parts = self.parts, []
        yield from parts


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
