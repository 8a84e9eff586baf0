"""The files of a case: people, units, attempts, events and ledger as text, read into plain values."""

from __future__ import annotations

import csv
import io
from array import array
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from mmap import mmap
from typing import Any, TypeVar

import orjson

from quiz.errors import N_, InvalidInput
from quiz.rules import extra_time
from quiz.rules.numbers import Exact, plain

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
FILES = ("rules.yaml", "people.csv", "units.csv", "attempts.jsonl", "events.jsonl", "ledger.jsonl")
T = TypeVar("T")


@dataclass(frozen=True)
class PersonRow:
    """A person and the path of their unit in each tree."""

    id: str
    group: str = ""
    age: int | None = None
    grade: str = ""
    registered_ms: int | None = None
    extra: str = ""  # extra time, as rules.extra_time keeps it
    paths: Mapping[str, str] = field(default_factory=dict)  # tree → "渝中区/P"


@dataclass(frozen=True)
class UnitRow:
    """How many people a unit had on a day."""

    tree: str
    unit: str
    enrolled: int
    as_of: str


@dataclass(frozen=True, slots=True)
class Stored:
    """What an attempt came to, as it was on record."""

    score: Exact
    correct: int
    full: bool
    done: bool  # every question was answered
    time_ms: int | None  # None: from start to finish


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt as it was sent."""

    id: int  # decides between attempts that started at one moment
    name: str  # what the ledger calls it: its id in the file, else its line
    person: str
    started_at: str  # as in the file
    started_ms: int
    finished_ms: int
    answers: tuple[Exact | None, ...]  # rightness; None is blank
    ms: tuple[int, ...]
    scene: str = ""  # or level
    stage: str = ""
    practice: bool = False
    duel: str = ""  # win, draw, loss
    stored: Stored | None = None  # then there are no answers
    is_named: bool = False  # by the file, not by its line


@dataclass(frozen=True)
class EventRow:
    """Something a person did that may earn points, attempts or entries."""

    person: str
    at_ms: int
    kind: str


@dataclass(frozen=True)
class LedgerRow:
    """A correction."""

    at_ms: int
    actor: str
    do: str  # void, restore, adjust, zero, disqualify, remark
    because: str
    attempt: str | None = None
    person: str | None = None
    unit: str | None = None  # "school:S1"
    points: Fraction | None = None


Text = str | bytes | mmap


class Attempts(Collection[AttemptRow]):
    """The attempts of a record by person; a line is read again when wanted, so that memory stays small."""

    def __init__(self, content: Text = b"") -> None:
        self._content = content.encode() if isinstance(content, str) else content
        self._lines: dict[str, array[int]] = {}  # person → beginning, end, number of each line
        self._count = 0
        for start, end, number in self._spans():
            ((line, row),) = _json(FILE, number, self._content[start:end])
            person = str(_needed(row, "person", line))
            self._lines.setdefault(person, array("q")).extend((start, end, number))
            self._count += 1

    def people(self) -> list[str]:
        """Return who has attempts, in order."""
        return sorted(self._lines)

    def of(self, person: str) -> list[AttemptRow]:
        """Return a person's attempts in the order of the lines; raises InvalidInput naming the line."""
        where = self._lines.get(person, array("q"))
        found: list[AttemptRow] = []
        for n in range(0, len(where), 3):
            start, end, number = where[n : n + 3]
            found += _rows(_json(FILE, number, self._content[start:end]), FILE, _attempt)
        return found

    def __iter__(self) -> Iterator[AttemptRow]:
        for start, end, number in self._spans():
            yield from _rows(_json(FILE, number, self._content[start:end]), FILE, _attempt)

    def __len__(self) -> int:
        return self._count

    def __contains__(self, row: object) -> bool:
        return any(each == row for each in self)

    def _spans(self) -> Iterator[tuple[int, int, int]]:
        """Yield beginning, end and number of every line that is not empty."""
        start, number, length = len(BOM) * (self._content[: len(BOM)] == BOM), 0, len(self._content)
        while start < length:
            end = self._content.find(b"\n", start)
            end = length if end < 0 else end
            number += 1
            if self._content[start:end].strip():
                yield start, end, number
            start = end + 1


FILE = "attempts.jsonl"
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Case:
    """Everything that was recorded of a contest."""

    rules: str
    people: Mapping[str, PersonRow] = field(default_factory=dict)
    units: tuple[UnitRow, ...] = ()
    attempts: Attempts = field(default_factory=Attempts)
    events: tuple[EventRow, ...] = ()
    ledger: tuple[LedgerRow, ...] = ()


def parse(files: Mapping[str, Text]) -> Case:
    """Read the files of a case, by name; raises InvalidInput naming file and line.

    Of attempts only who they are of; the rest of a line is read, and may be refused, when it is folded.
    """
    texts = {name: _text(content) for name, content in files.items() if name != FILE}
    people = _rows(_csv(texts, "people.csv", ("person",)), "people.csv", _person)
    found = Case(
        rules=texts["rules.yaml"],
        people={person.id: person for person in people},
        units=tuple(
            _rows(_csv(texts, "units.csv", ("tree", "unit", "enrolled", "as_of")), "units.csv", _unit)
        ),
        attempts=Attempts(files.get(FILE, b"")),
        events=tuple(_rows(_all_json(texts, "events.jsonl"), "events.jsonl", _event)),
        ledger=tuple(_rows(_all_json(texts, "ledger.jsonl"), "ledger.jsonl", _ledger)),
    )
    _names_exist(found)
    return found


def moment_ms(text: str) -> int:
    """Read a moment with its offset as milliseconds since 1970 UTC; raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    return (moment - EPOCH) // timedelta(milliseconds=1)


Line = tuple[int, Mapping[str, Any]]  # Any: what somebody wrote into a file


def _csv(files: Mapping[str, str], name: str, needed: tuple[str, ...]) -> Iterator[Line]:
    reader = csv.DictReader(io.StringIO(files.get(name, "").lstrip("\ufeff").replace("\0", "")))
    missing = [column for column in needed if column not in (reader.fieldnames or needed)]
    if missing:
        raise InvalidInput(
            N_("%(file)s 的第一行缺少这些列：%(columns)s。"), file=name, columns="、".join(missing)
        )
    for row in reader:
        yield reader.line_num, {key: value or "" for key, value in row.items() if key}


def _all_json(files: Mapping[str, str], name: str) -> Iterator[Line]:
    for line, text in enumerate(files.get(name, "").split("\n"), 1):
        if text.strip():
            yield from _json(name, line, text.encode())


def _json(name: str, line: int, text: bytes) -> Iterator[Line]:
    try:
        row = orjson.loads(text)
    except ValueError:
        raise _unreadable(name, line, "JSON") from None
    if not isinstance(row, dict):
        raise _unreadable(name, line, "JSON")
    yield line, row


def _text(content: Text) -> str:
    return content if isinstance(content, str) else bytes(content).decode()


def _needed(row: Mapping[str, Any], key: str, line: int) -> Any:
    if key not in row:
        raise _unreadable(FILE, line, key)
    return row[key]


def _rows(lines: Iterator[Line], name: str, make: Callable[[int, Mapping[str, Any]], T]) -> Iterator[T]:
    for line, row in lines:
        try:
            yield make(line, row)
        except KeyError as error:
            raise _unreadable(name, line, str(error.args[0])) from error
        except (ValueError, TypeError, AttributeError, ZeroDivisionError) as error:
            raise _unreadable(name, line, str(error)) from error


def _unreadable(name: str, line: int, what: str) -> InvalidInput:
    return InvalidInput(
        N_("%(file)s 第 %(line)s 行读不懂（%(what)s），请对照格式说明改正。"), file=name, line=line, what=what
    )


# columns of people.csv that are no unit tree
NO_TREES = ("person", "group", "age", "grade", "registered_at", "extra_time")


def _names_exist(found: Case) -> None:
    """Raise InvalidInput for a correction of an attempt or a person that nobody has heard of."""
    wanted = {row.attempt for row in found.ledger if row.attempt is not None}
    attempts = {row.name for row in found.attempts if row.name in wanted} if wanted else set()
    people = {*found.people, *found.attempts.people(), *(row.person for row in found.events)}
    for row in found.ledger:
        for name, known in ((row.attempt, attempts), (row.person, people)):
            if name is not None and name not in known:
                raise InvalidInput(N_("ledger.jsonl 中的“%(name)s”不在这次比赛的记录里。"), name=name)


def _person(_line: int, row: Mapping[str, Any]) -> PersonRow:
    registered = row.get("registered_at", "")
    return PersonRow(
        id=row["person"],
        group=row.get("group", ""),
        age=int(row["age"]) if row.get("age") else None,
        grade=row.get("grade", ""),
        registered_ms=moment_ms(registered) if registered else None,
        extra=extra_time.read(row.get("extra_time", "")),
        paths={tree: path for tree, path in row.items() if tree not in NO_TREES and path},
    )


def _unit(_line: int, row: Mapping[str, str]) -> UnitRow:
    return UnitRow(
        row["tree"],
        row["unit"],
        int(row["enrolled"]),
        datetime.fromisoformat(row["as_of"]).date().isoformat(),
    )


SHARES: Mapping[str, Exact | None] = {"R": 1, "W": 0, "-": None}


def _attempt(line: int, row: Mapping[str, Any]) -> AttemptRow:
    stored = _stored(row) if "answers" not in row and "score" in row else None
    given = row["answers"] if stored is None else ()
    answers = tuple([SHARES[a] if a in SHARES else _share(a) for a in given])
    ms = tuple(row["ms"]) if "ms" in row else (0,) * len(answers)
    if len(ms) != len(answers) or (ms and ({type(each) for each in ms} != {int} or min(ms) < 0)):
        raise ValueError("ms")
    name = str(row.get("id", row.get("attempt", line)))
    return AttemptRow(
        id=int(name) if name.isdecimal() else line,
        name=name,
        person=str(row["person"]),
        started_at=row["started_at"],
        started_ms=moment_ms(row["started_at"]),
        finished_ms=moment_ms(row["finished_at"]),
        answers=answers,
        ms=ms,
        scene=str(row.get("scene", row.get("level", ""))),
        stage=str(row.get("stage", "")),
        practice=row.get("practice") is True,
        duel=_outcome(row.get("duel", "")),
        stored=stored,
        is_named="id" in row or "attempt" in row,
    )


def _outcome(text: str) -> str:
    if text not in ("", *OUTCOMES):
        raise ValueError("duel")
    return text


OUTCOMES = ("win", "draw", "loss")


def _share(text: str) -> Exact:
    share = Fraction(text)
    if not 0 <= share <= 1:
        raise ValueError("answers")
    return plain(share)


def _stored(row: Mapping[str, Any]) -> Stored:
    """Return a result in place of answers: score, correct, and where wanted full, done, time_ms."""
    return Stored(
        score=plain(Fraction(str(row["score"]))),
        correct=int(row["correct"]),
        full=row.get("full") is True,
        done=row.get("done", True) is True,
        time_ms=int(row["time_ms"]) if "time_ms" in row else None,
    )


def _event(_line: int, row: Mapping[str, Any]) -> EventRow:
    return EventRow(str(row["person"]), moment_ms(row["at"]), str(row["kind"]))


DEEDS = ("void", "restore", "adjust", "zero", "disqualify", "remark")


def _ledger(_line: int, row: Mapping[str, Any]) -> LedgerRow:
    if row["do"] not in DEEDS:
        raise ValueError(f"do: {row['do']}")
    if row["do"] == "adjust" and ("points" not in row or "unit" in row):
        raise ValueError("adjust: points, attempt | person")
    if sum(key in row for key in ("attempt", "person", "unit")) != 1:
        raise ValueError("attempt | person | unit")
    return LedgerRow(
        at_ms=moment_ms(row["at"]),
        actor=str(row["actor"]),
        do=row["do"],
        because=str(row["because"]),
        attempt=str(row["attempt"]) if "attempt" in row else None,
        person=row.get("person"),
        unit=row.get("unit"),
        points=Fraction(str(row["points"])) if "points" in row else None,
    )
