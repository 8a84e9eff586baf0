"""What the address of a list asks for: which part of it, which words."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

LONGEST_TEXT = 200  # characters
LONGEST_ID = 15  # digits
LAST_PAGE = 1_000_000  # beyond it nobody asks in earnest


@dataclass(frozen=True)
class Part:
    """One page of a list."""

    page: int
    size: int
    count: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.count // self.size))


def asked_page() -> int:
    """Return the page number of the address; anything else than a number from 1 is the first page."""
    asked = request.args.get("page", "1")
    page = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < len(str(LAST_PAGE)) else 1
    return max(1, page)


def asked_part() -> int | None:
    """Return which part of a divided board the address asks for; None where it names none."""
    return asked_number("each")


def asked_number(name: str) -> int | None:
    """Return a number of the address, of a unit or a group; None where it names none."""
    asked = request.args.get(name, "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= LONGEST_ID else None


def asked_text(name: str) -> str:
    """Return a text of the address, cleaned."""
    return cleaned(request.args.get(name, ""))


def cleaned(text: str) -> str:
    """Return a text that somebody sent without what no text holds: PostgreSQL refuses NUL."""
    return "".join(letter for letter in text if letter.isprintable()).strip()[:LONGEST_TEXT]
