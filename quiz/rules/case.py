"""The files of a case: people, units, attempts, events and ledger as text, read into plain values."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, TypeVar

from quiz.errors import N_, InvalidInput
from quiz.rules import extra_time

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


@dataclass(frozen=True)
class AttemptRow:
    """One attempt as it was sent."""

    id: int  # decides between attempts that started at one moment
    name: str  # what the ledger calls it: its id in the file, else its line
    person: str
    started_at: str  # as in the file
    started_ms: int
    finished_ms: int
    answers: tuple[Fraction | None, ...]  # rightness; None is blank
    ms: tuple[int, ...]
    scene: str = ""
    stage: str = ""


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


@dataclass(frozen=True)
class Case:
    """Everything that was recorded of a contest."""

    rules: str
    people: Mapping[str, PersonRow] = field(default_factory=dict)
    units: tuple[UnitRow, ...] = ()
    attempts: tuple[AttemptRow, ...] = ()
    events: tuple[EventRow, ...] = ()
    ledger: tuple[LedgerRow, ...] = ()


def parse(files: Mapping[str, str]) -> Case:
    """Read the files of a case, by name; raises InvalidInput naming file and line."""
    people = _rows(_csv(files, "people.csv", ("person",)), "people.csv", _person)
    found = Case(
        rules=files["rules.yaml"],
        people={person.id: person for person in people},
        units=tuple(
            _rows(_csv(files, "units.csv", ("tree", "unit", "enrolled", "as_of")), "units.csv", _unit)
        ),
        attempts=tuple(_rows(_json(files, "attempts.jsonl"), "attempts.jsonl", _attempt)),
        events=tuple(_rows(_json(files, "events.jsonl"), "events.jsonl", _event)),
        ledger=tuple(_rows(_json(files, "ledger.jsonl"), "ledger.jsonl", _ledger)),
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


def _json(files: Mapping[str, str], name: str) -> Iterator[Line]:
    for line, text in enumerate(files.get(name, "").splitlines(), 1):
        if text.strip():
            try:
                row = json.loads(text)
            except ValueError:
                raise _unreadable(name, line, "JSON") from None
            if not isinstance(row, dict):
                raise _unreadable(name, line, "JSON")
            yield line, row


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
    attempts = {row.name for row in found.attempts}
    people = {*found.people, *(row.person for row in found.attempts), *(row.person for row in found.events)}
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


SHARES = {"R": Fraction(1), "W": Fraction(0), "-": None}


def _attempt(line: int, row: Mapping[str, Any]) -> AttemptRow:
    answers = tuple(SHARES[a] if a in SHARES else Fraction(a) for a in row["answers"])
    ms = tuple(row.get("ms", [0] * len(answers)))
    if len(ms) != len(answers) or not all(type(each) is int and each >= 0 for each in ms):
        raise ValueError("ms")
    if any(a is not None and not 0 <= a <= 1 for a in answers):
        raise ValueError("answers")
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
