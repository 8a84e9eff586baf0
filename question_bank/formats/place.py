"""A place of a file under examination: where it stands, and what was found there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from question_bank.problems import ERROR, WARNING, Problem

LONGEST_QUOTED = 40  # characters of the file in a sentence


@dataclass
class Place:
    """A row under examination: where it stands, which column is which, and what was found."""

    sheet: str
    row: int
    columns: Mapping[str, str] = field(default_factory=dict)  # field → the column to name
    problems: list[Problem] = field(default_factory=list)

    def error(self, about: str, code: str, message: str, **values: object) -> None:
        """Note what keeps the row out."""
        self.problems.append(self._problem(about, code, message, ERROR, values))

    def warn(self, about: str, code: str, message: str, **values: object) -> None:
        """Note what is worth a look."""
        self.problems.append(self._problem(about, code, message, WARNING, values))

    @property
    def is_faulty(self) -> bool:
        """Whether an error was noted."""
        return any(p.severity == ERROR for p in self.problems)

    def _problem(
        self, about: str, code: str, message: str, severity: str, values: Mapping[str, object]
    ) -> Problem:
        return Problem(
            self.sheet, self.row, self.columns.get(about, ""), code, message, severity, dict(values)
        )


def brief(text: str) -> str:
    """Return a text as it can stand in a sentence: its beginning, if it is long."""
    return text if len(text) <= LONGEST_QUOTED else f"{text[:LONGEST_QUOTED]}…"
