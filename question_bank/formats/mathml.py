"""MathML as TeX: what other systems write between <math> and </math>."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from question_bank.formats.word_equations import OPERATORS, SIGNS

TEX = ("application/x-tex", "latex", "tex")  # encodings of an annotation that is TeX already
DEEPEST = 60


@dataclass
class Node:
    """One element of MathML with what stands inside it."""

    name: str
    said: dict[str, str] = field(default_factory=dict)
    inside: list[Node | str] = field(default_factory=list)

    @property
    def parts(self) -> list[Node]:
        """The elements inside, without the text between them."""
        return [each for each in self.inside if isinstance(each, Node)]


class Formula:
    """A formula as it is read, mark by mark."""

    def __init__(self) -> None:
        self.open = [Node("math")]
        self.skipped = 0  # elements below the deepest one

    def begin(self, name: str, said: dict[str, str]) -> None:
        """Take the beginning of an element."""
        if len(self.open) >= DEEPEST:
            self.skipped += 1
            return
        node = Node(name.rpartition(":")[2], said)
        self.open[-1].inside.append(node)
        self.open.append(node)

    def end(self) -> None:
        """Take the end of an element."""
        if self.skipped:
            self.skipped -= 1
        elif len(self.open) > 1:
            self.open.pop()

    def text(self, words: str) -> None:
        """Take text."""
        self.open[-1].inside.append(words)

    def tex(self) -> str:
        """Return the formula as TeX."""
        return _tex(self.open[0]).strip()


def _tex(node: Node) -> str:
    if node.name in ("annotation", "annotation-xml"):
        return ""
    if node.name == "semantics":
        for each in node.parts:
            if each.name == "annotation" and each.said.get("encoding", "").casefold() in TEX:
                return "".join(text for text in each.inside if isinstance(text, str)).strip()
    if node.name in WRITTEN:
        return WRITTEN[node.name]([_tex(each) for each in node.parts], node)
    pieces = []
    for part in node.inside:
        pieces.append(_tex(part) if isinstance(part, Node) else _signs(part.strip()))
    joined = "".join(pieces)
    return rf"\text{{{joined}}}" if node.name == "mtext" and joined else joined


def _signs(text: str) -> str:
    return "".join(f"{OPERATORS[each]} " if each in OPERATORS else SIGNS.get(each, each) for each in text)


def _part(parts: Sequence[str], n: int) -> str:
    return parts[n] if n < len(parts) else ""


def _fraction(parts: Sequence[str], _node: Node) -> str:
    return rf"\frac{{{_part(parts, 0)}}}{{{_part(parts, 1)}}}"


def _indexed(*marks: str) -> Callable[[Sequence[str], Node], str]:
    def written(parts: Sequence[str], _node: Node) -> str:
        base = _part(parts, 0)
        base = base if len(base) < 2 or base.startswith("\\") else f"{{{base}}}"
        return base + "".join(f"{mark}{{{_part(parts, n)}}}" for n, mark in enumerate(marks, 1))

    return written


def _fenced(parts: Sequence[str], node: Node) -> str:
    begin, end = node.said.get("open", "("), node.said.get("close", ")")
    return f"{SIGNS.get(begin, begin)}{','.join(parts)}{SIGNS.get(end, end)}"


def _table(parts: Sequence[str], _node: Node) -> str:
    rows = r" \\ ".join(parts)
    return rf"\begin{{matrix}}{rows}\end{{matrix}}"


WRITTEN: dict[str, Callable[[Sequence[str], Node], str]] = {
    "mfrac": _fraction,
    "msqrt": lambda parts, _: rf"\sqrt{{{''.join(parts)}}}",
    "mroot": lambda parts, _: rf"\sqrt[{_part(parts, 1)}]{{{_part(parts, 0)}}}",
    "msup": _indexed("^"),
    "msub": _indexed("_"),
    "msubsup": _indexed("_", "^"),
    "munder": _indexed("_"),
    "mover": lambda parts, _: (
        rf"\overline{{{_part(parts, 0)}}}"
        if _part(parts, 1) in ("¯", "‾", "_")
        else f"{_part(parts, 0)}^{{{_part(parts, 1)}}}"
    ),
    "munderover": _indexed("_", "^"),
    "mfenced": _fenced,
    "mtable": _table,
    "mtr": lambda parts, _: " & ".join(parts),
}
