"""A file read once and kept row by row, so that no later step has to hold or read all of it.

What is kept is a file of lines: one a row as JSON, then the head (what is said of the whole file, and where
each row stands), then the length of the head.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from question_bank.formats.checks import repeated_rows
from question_bank.formats.reading import (
    Column,
    ColumnSeen,
    RawRow,
    Reading,
    RowLayout,
    SheetSeen,
)
from question_bank.problems import ERROR, WARNING, Problem
from question_bank.question import Question, digest

LENGTH = 16  # digits of the head's length, at the end
AGAIN = ("repeated-id", "duplicate", "conflict")  # what is found between rows, and found anew after mending
GOOD, WARNED, FAULTY = 0, 1, 2


@dataclass(frozen=True)
class Entry:
    """What is known of a row without opening it."""

    sheet: str
    row: int
    offset: int
    length: int  # bytes
    state: int  # GOOD, WARNED, FAULTY: by its own problems
    name: str  # its own id
    digest: str  # of its question, "" where it has none
    right: str  # digest of what is right


@dataclass(frozen=True)
class KeptRow:
    """One row with what it came to."""

    raw: RawRow
    question: Question | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Head:
    """What is known of a file beside its rows."""

    problems: tuple[Problem, ...] = ()  # of the file, its sheets and headers
    columns: tuple[Column, ...] = ()
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    layouts: Mapping[str, RowLayout] = field(default_factory=dict)
    seen: tuple[SheetSeen, ...] = ()
    scale: Mapping[str, str] = field(default_factory=dict)
    difficulties: Mapping[str, int] = field(default_factory=dict)
    unsupported: Mapping[str, int] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()


def lines(reading: Reading, has_sheets: bool) -> Iterator[str]:
    """Yield a reading as it is kept; `has_sheets`: a person may say how its sheets are to be read."""
    questions = {(p.sheet, p.row): p.question for p in reading.questions}
    by_row: dict[tuple[str, int], list[Problem]] = {}
    for problem in reading.problems:
        if problem.code not in AGAIN:
            by_row.setdefault((problem.sheet, problem.row), []).append(problem)
    entries, offset = [], 0
    for raw in reading.raw:
        question = questions.get((raw.sheet, raw.row))
        problems = by_row.pop((raw.sheet, raw.row), [])
        asked = question.as_dict() if question is not None else None
        line = json.dumps([raw.as_json(), asked, [asdict(p) for p in problems]]) + "\n"
        known = (digest(question), right_digest(question)) if question is not None else ("", "")
        state = state_of(problems)
        entries.append([raw.sheet, raw.row, offset, len(line), state, raw.name, *known])
        offset += len(line)
        yield line
    head = {
        "problems": [asdict(p) for problems in by_row.values() for p in problems],
        "columns": [asdict(c) for c in reading.columns],
        "headers": {sheet: list(cells) for sheet, cells in reading.headers.items()},
        "layouts": {sheet: layout.as_json() for sheet, layout in reading.layouts.items()},
        "seen": [asdict(sheet) for sheet in reading.seen] if has_sheets else [],
        "scale": dict(reading.scale),
        "difficulties": dict(reading.difficulties),
        "unsupported": dict(reading.unsupported),
        "entries": entries,
    }
    text = json.dumps(head)
    yield text
    yield f"{len(text):0{LENGTH}}"


def head(path: Path) -> Head:
    """Return the head of a kept reading."""
    with path.open("rb") as file:
        file.seek(-LENGTH, 2)
        length = int(file.read(LENGTH))
        file.seek(-LENGTH - length, 2)
        data = json.loads(file.read(length))
    return Head(
        problems=tuple(Problem(**p) for p in data["problems"]),
        columns=tuple(Column(**c) for c in data["columns"]),
        headers={sheet: tuple(cells) for sheet, cells in data["headers"].items()},
        layouts={sheet: RowLayout.from_json(each) for sheet, each in data["layouts"].items()},
        seen=tuple(_seen(each) for each in data["seen"]),
        scale=data["scale"],
        difficulties=data["difficulties"],
        unsupported=data["unsupported"],
        entries=tuple(Entry(*each) for each in data["entries"]),
    )


def rows(path: Path, entries: Iterable[Entry]) -> Iterator[KeptRow]:
    """Yield rows of a kept reading, each read when it is wanted."""
    with path.open("rb") as file:
        for entry in entries:
            yield _row(file, entry)


def state_of(problems: Iterable[Problem]) -> int:
    """Return how a row stands by its own problems."""
    severities = {p.severity for p in problems}
    return FAULTY if ERROR in severities else WARNED if WARNING in severities else GOOD


def right_digest(question: Question) -> str:
    """Return a digest of what is right, equal for questions with the same answer."""
    return sha256("\n".join(sorted(question.right_texts)).encode()).hexdigest()


def mended_entry(entry: Entry, row: KeptRow) -> Entry:
    """Return what is known of a row that was mended."""
    asked = row.question
    known = (digest(asked), right_digest(asked)) if asked is not None else ("", "")
    return replace(entry, state=state_of(row.problems), name=row.raw.name, digest=known[0], right=known[1])


def between(entries: Sequence[Entry]) -> list[Problem]:
    """Return what is wrong between rows: an id that stands twice, the same question twice."""
    named = [(e.name, e.sheet, e.row) for e in entries if e.name]
    asked = [(e.sheet, e.row, e.digest, e.right) for e in entries if e.digest]
    return repeated_rows(asked, named)


def _row(file: IO[bytes], entry: Entry) -> KeptRow:
    file.seek(entry.offset)
    raw, asked, problems = json.loads(file.read(entry.length))
    question = Question.from_dict(asked) if asked is not None else None
    return KeptRow(RawRow.from_json(raw), question, tuple(Problem(**p) for p in problems))


def _seen(data: Mapping[str, Any]) -> SheetSeen:  # Any: what `lines` wrote
    columns = tuple(ColumnSeen(**{**each, "samples": tuple(each["samples"])}) for each in data["columns"])
    shown = tuple((number, tuple(cells)) for number, cells in data["rows"])
    return SheetSeen(**{**data, "rows": shown, "columns": columns})
