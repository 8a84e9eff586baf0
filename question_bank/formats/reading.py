"""What reading a file came to: the questions with their places, the problems, and what a preview shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from question_bank.problems import ERROR, Problem
from question_bank.question import Question


@dataclass(frozen=True)
class Placed:
    """A question and the row it was read from."""

    question: Question
    sheet: str
    row: int


@dataclass(frozen=True)
class Column:
    """A column of a sheet as it was understood."""

    sheet: str
    letter: str
    header: str
    meaning: str  # one of `headers.MEANINGS`, "option", a facet as "tags.topic"; "": not used


@dataclass(frozen=True)
class RawRow:
    """A row as the file has it, to be given back with what is wrong."""

    sheet: str
    row: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """Everything a file holds. Rows with an error are in `raw`; duplicates are in `questions` too."""

    questions: tuple[Placed, ...] = ()
    problems: tuple[Problem, ...] = ()
    columns: tuple[Column, ...] = ()
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # sheet → its header row
    raw: tuple[RawRow, ...] = ()  # every row that is or should be a question
    difficulties: Mapping[str, int] = field(default_factory=dict)  # words that want a mapping → rows
    unsupported: Mapping[str, int] = field(default_factory=dict)  # kinds that cannot be represented → rows

    @property
    def unknown_columns(self) -> tuple[Column, ...]:
        """The columns that were not understood and are not read."""
        return tuple(column for column in self.columns if not column.meaning)

    @property
    def faulty(self) -> frozenset[tuple[str, int]]:
        """The rows (sheet, row) that an error keeps out; row 0 stands for the whole file or sheet."""
        return frozenset((p.sheet, p.row) for p in self.problems if p.severity == ERROR)

    def as_dict(self) -> dict[str, Any]:
        """Return the reading as JSON data, for the pipe from the reading process."""
        return {
            "questions": [[p.question.as_dict(), p.sheet, p.row] for p in self.questions],
            "problems": [asdict(p) for p in self.problems],
            "columns": [asdict(c) for c in self.columns],
            "headers": {sheet: list(cells) for sheet, cells in self.headers.items()},
            "raw": [[r.sheet, r.row, list(r.cells)] for r in self.raw],
            "difficulties": dict(self.difficulties),
            "unsupported": dict(self.unsupported),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Reading:  # Any: JSON data that `as_dict` wrote
        """Read back what `as_dict` wrote."""
        return cls(
            questions=tuple(Placed(Question.from_dict(q), sheet, row) for q, sheet, row in data["questions"]),
            problems=tuple(Problem(**p) for p in data["problems"]),
            columns=tuple(Column(**c) for c in data["columns"]),
            headers={sheet: tuple(cells) for sheet, cells in data["headers"].items()},
            raw=tuple(RawRow(sheet, row, tuple(cells)) for sheet, row, cells in data["raw"]),
            difficulties=data["difficulties"],
            unsupported=data["unsupported"],
        )
