"""What is wrong in a file: one sentence a place, with the place named as the person sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ERROR, WARNING = "error", "warning"  # an error keeps the row out; a warning is worth a look


def N_(text: str) -> str:  # noqa: N802  # gettext's own name for it
    """Mark a sentence for the catalogue; the floor that shows it translates it."""
    return text


@dataclass(frozen=True)
class Problem:
    """One thing a person should know about one place of a file."""

    sheet: str  # "" in a file without sheets
    row: int  # as the spreadsheet numbers it, from 1; the line of a text file; 0: the whole file or sheet
    column: str  # the column's letter, or the field's name in JSON Lines; "" for the whole row
    code: str
    message: str  # the catalogue's sentence: what is wrong and what to do
    severity: str = ERROR
    values: Mapping[str, object] = field(default_factory=dict)  # for the sentence's named places

    @property
    def text(self) -> str:
        """The sentence in the source language, filled in."""
        return self.message % self.values if self.values else self.message


class Unreadable(Exception):
    """A file that is not opened at all; `problem` says why and what to do."""

    def __init__(self, code: str, message: str, **values: object) -> None:
        self.problem = Problem("", 0, "", code, message, ERROR, values)
        super().__init__(self.problem.text)
