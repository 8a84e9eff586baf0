"""What reading a file came to: the questions with their places, the problems, and what a preview shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from question_bank.attached import Medium
from question_bank.formats.headers import Heading
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
    """A row as the file has it, to be mended, or given back with what is wrong."""

    sheet: str
    row: int
    cells: tuple[str, ...]
    notes: Mapping[int, str] = field(default_factory=dict)  # of the cells of a table, as in `tables.Row`
    kind: str | None = None  # what a heading above or the sheet's name says of the rows that name none
    name: str = ""  # its own id as written
    draft: Question | None = None  # what a question that is no row of a table comes to, faults and all
    word: str = ""  # the file's word for a kind that is not ours
    media: tuple[Medium, ...] = ()  # of a row of a table that came to no question

    def as_json(self) -> list[Any]:
        """Return the row as JSON data."""
        draft = self.draft.as_dict() if self.draft is not None else None
        return [
            self.sheet, self.row, list(self.cells), dict(self.notes), self.kind, self.name, draft, self.word,
            [medium.as_json() for medium in self.media],
        ]  # fmt: skip

    @classmethod
    def from_json(cls, data: Sequence[Any]) -> RawRow:  # Any: what `as_json` wrote
        """Read back what `as_json` wrote."""
        sheet, row, cells, notes, kind, name, draft, word, *rest = data  # media were added later
        noted = {int(position): note for position, note in notes.items()}
        asked = Question.from_dict(draft) if draft is not None else None
        media = tuple(Medium.from_json(each) for each in (rest[0] if rest else ()))
        return cls(sheet, row, tuple(cells), noted, kind, name, asked, word, media)


@dataclass(frozen=True)
class RowLayout:
    """How the columns of a sheet are read, row by row."""

    headings: tuple[Heading, ...]
    answers_are_numbers: bool = False

    def as_json(self) -> list[Any]:
        """Return the layout as JSON data."""
        return [
            [[each.meaning, each.option, each.is_numbered] for each in self.headings],
            self.answers_are_numbers,
        ]

    @classmethod
    def from_json(cls, data: Sequence[Any]) -> RowLayout:  # Any: what `as_json` wrote
        """Read back what `as_json` wrote."""
        return cls(tuple(Heading(*each) for each in data[0]), data[1])


@dataclass(frozen=True)
class SheetSeen:
    """A sheet as a person is shown it, to say how it is to be read."""

    name: str
    header: int  # the number of the row that heads its columns; 0: none was found
    is_read: bool
    rows: tuple[tuple[int, tuple[str, ...]], ...]  # the first ones: number and beginnings of cells
    columns: tuple[ColumnSeen, ...]


@dataclass(frozen=True)
class ColumnSeen:
    """A column with what stands in it."""

    letter: str
    header: str
    meaning: str  # as `told.named` writes it
    samples: tuple[str, ...]


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
    # What `by_row` keeps beside it, and a reading as a whole does not carry out of the reading process:
    layouts: Mapping[str, RowLayout] = field(default_factory=dict, compare=False)  # of sheets
    seen: tuple[SheetSeen, ...] = field(default=(), compare=False)  # every sheet that holds something
    scale: Mapping[str, str] = field(default_factory=dict, compare=False)  # words for difficulty as taken

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
            "raw": [r.as_json() for r in self.raw],
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
            raw=tuple(RawRow.from_json(row) for row in data["raw"]),
            difficulties=data["difficulties"],
            unsupported=data["unsupported"],
        )
