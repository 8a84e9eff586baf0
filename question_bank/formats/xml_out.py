"""Writes XML: every text escaped, and nothing in it that XML cannot hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from xml.sax.saxutils import escape, quoteattr

UNKEPT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def kept(text: str) -> str:
    """Return a text without the control characters that no XML can hold."""
    return UNKEPT.sub("", text)


class Xml:
    """A document that is written from its beginning to its end."""

    def __init__(self) -> None:
        self.pieces = [HEAD]
        self.depth = 0

    @contextmanager
    def inside(self, name: str, /, **attributes: str) -> Iterator[None]:
        """Write an element around what is written inside."""
        self.pieces.append(f"{'  ' * self.depth}<{name}{_listed(attributes)}>\n")
        self.depth += 1
        yield
        self.depth -= 1
        self.pieces.append(f"{'  ' * self.depth}</{name}>\n")

    def leaf(self, name: str, text: str = "", /, **attributes: str) -> None:
        """Write an element that holds a text, or nothing."""
        begin = f"{'  ' * self.depth}<{name}{_listed(attributes)}"
        body = escape(kept(text), {"\r": "&#13;"})
        self.pieces.append(f"{begin}>{body}</{name}>\n" if text else f"{begin}/>\n")

    @contextmanager
    def flat(self, name: str, /, **attributes: str) -> Iterator[None]:
        """Write an element on one line around words and empty elements, so that every space in it counts."""
        self.pieces.append(f"{'  ' * self.depth}<{name}{_listed(attributes)}>")
        yield
        self.pieces.append(f"</{name}>\n")

    def words(self, text: str) -> None:
        """Write words inside a flat element."""
        self.pieces.append(escape(kept(text), {"\r": "&#13;"}))

    def empty(self, name: str, /, **attributes: str) -> None:
        """Write an element that holds nothing inside a flat one."""
        self.pieces.append(f"<{name}{_listed(attributes)}/>")

    def content(self) -> bytes:
        """Return the whole document."""
        return "".join(self.pieces).encode()


def _listed(attributes: dict[str, str]) -> str:
    named = ((name.rstrip("_").replace("__", ":"), value) for name, value in attributes.items())
    return "".join(f" {name}={quoteattr(kept(value))}" for name, value in named)
