"""The files of a case: people, units, attempts, events and ledger as text, read into plain values."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from sys import intern
from typing import Any, TypeVar

import orjson

from quiz.errors import N_, InvalidInput
from quiz.rules import beside, extra_time, misread
from quiz.rules.case_rows import AttemptRow, EventRow, LedgerRow, PersonRow, Stored, UnitRow
from quiz.rules.instants import instant_ms
from quiz.rules.numbers import Exact, plain
from quiz.rules.rekeyed import Rekeyed

FILES = (
    "rules.yaml",
    "people.csv",
    "moves.csv",
    "units.csv",
    "attempts.jsonl",
    "events.jsonl",
    "ledger.jsonl",
    "confirmed.jsonl",
    "about.json",
)
T = TypeVar("T")


Text = str | bytes
Numbered = tuple[int, bytes]  # a line of a file, and which one it is


class Attempts(Collection[AttemptRow]):
    """The attempts of a record by person; a line is read when it is wanted, so that memory stays small."""

    def __init__(self, lines: Iterable[Numbered] = ()) -> None:
        self._lines: dict[str, list[Numbered]] = {}
        for line in lines:
            self._lines.setdefault(person_of(FILE, line), []).append(line)

    def people(self) -> list[str]:
        """Return who has attempts, in order."""
        return sorted(self._lines)

    def of(self, person: str) -> list[AttemptRow]:
        """Return a person's attempts in the order of the lines; raises InvalidInput naming the line."""
        return list(_read(self._lines.get(person, ()), FILE, _attempt))

    def __iter__(self) -> Iterator[AttemptRow]:
        for person in self._lines:
            yield from self.of(person)

    def __len__(self) -> int:
        return sum(map(len, self._lines.values()))

    def __contains__(self, row: object) -> bool:
        return any(each == row for each in self)


FILE = "attempts.jsonl"
EVENTS = "events.jsonl"
BOM = b"\xef\xbb\xbf"
PERSON_FIRST = re.compile(rb'\{"person": ?"([^"\\]*)"')  # as programs write a line


def person_of(name: str, line: Numbered) -> str:
    """Return whose a line is; raises InvalidInput naming file and line."""
    number, text = line
    first = PERSON_FIRST.match(text)
    if first is not None and b"\\" not in text and text.count(b'"person"') == 1:
        with suppress(UnicodeDecodeError):
            return first[1].decode()  # several times cheaper than reading all of it
    row = _json(name, line)[1]
    if "person" not in row:
        raise misread.missing(name, number, "person")
    return str(row["person"])


def lines_of(content: Text) -> Iterator[Numbered]:
    """Yield the lines of a file that are not empty, with their numbers from 1."""
    encoded = content.encode() if isinstance(content, str) else content
    for number, text in enumerate(encoded.removeprefix(BOM).split(b"\n"), 1):
        if text.strip():
            yield number, text


@dataclass(frozen=True)
class Case:
    """Everything that was recorded of a contest."""

    rules: str
    people: Mapping[str, PersonRow] = field(default_factory=dict)
    units: tuple[UnitRow, ...] = ()
    attempts: Attempts = field(default_factory=Attempts)
    events: tuple[EventRow, ...] = ()
    ledger: tuple[LedgerRow, ...] = ()
    moves: tuple[beside.MoveRow, ...] = ()
    confirmed: tuple[beside.ListRow, ...] = ()
    published_ms: int = 0  # changes of a unit before it are not counted

    def part(self, attempts: Iterable[Numbered], events: Iterable[Numbered]) -> Case:
        """Return the case with these lines of its attempts and events: all of some people's, or of all."""
        return replace(self, attempts=Attempts(attempts), events=tuple(_read(events, EVENTS, _event)))

    def heard(self) -> Heard:
        """Return which of the attempts and people that the ledger names are in the record."""
        wanted = {row.attempt for row in self.ledger if row.attempt is not None}
        people = {row.person for row in self.ledger if row.person is not None}
        attempts = (row.name for row in self.attempts if row.name in wanted) if wanted else ()
        here = {*self.attempts.people(), *(row.person for row in self.events)} if people else set()
        return {*(("attempt", name) for name in attempts), *(("person", name) for name in here & people)}


def parse(files: Mapping[str, Text]) -> Case:
    """Read the files of a case, by name; raises InvalidInput naming file and line.

    Of attempts only who they are of; the rest of a line is read, and may be refused, when it is folded.
    """
    part = lines_of(files.get(FILE, b"")), lines_of(files.get(EVENTS, b""))
    found = frame(files).part(*part)
    all_heard(found, found.heard())
    return found


def frame(files: Mapping[str, Text]) -> Case:
    """Read what a case has beside attempts and events; raises InvalidInput naming file and line."""
    texts = {name: _text(content) for name, content in files.items() if name not in (FILE, EVENTS)}
    people = _rows(_csv(texts, "people.csv", ("person",)), "people.csv", _Roster().person)
    units = _rows(_csv(texts, "units.csv", ("tree", "unit", "enrolled", "as_of")), "units.csv", _unit)
    ledger = _read(lines_of(texts.get("ledger.jsonl", "")), "ledger.jsonl", _ledger)
    moves = _rows(_csv(texts, "moves.csv", ("person", "tree", "unit", "since")), "moves.csv", beside.move)
    lists = _read(lines_of(texts.get("confirmed.jsonl", "")), "confirmed.jsonl", beside.list_of)
    about = _read(lines_of(texts.get("about.json", "")), "about.json", beside.published)
    return Case(
        rules=texts["rules.yaml"],
        people=_once(people),
        units=tuple(units),
        ledger=tuple(ledger),
        moves=tuple(moves),
        confirmed=tuple(lists),
        published_ms=max(about, default=0),
    )


def _once(people: Iterable[PersonRow]) -> dict[str, PersonRow]:
    found: dict[str, PersonRow] = {}
    for person in people:
        if person.id in found:
            raise InvalidInput(N_("people.csv 里“%(name)s”出现了两次，请只留一行。"), name=person.id)
        found[person.id] = person
    return found


Line = tuple[int, Mapping[str, Any]]  # Any: what somebody wrote into a file


def _csv(files: Mapping[str, str], name: str, needed: tuple[str, ...]) -> Iterator[Line]:
    reader = csv.DictReader(io.StringIO(files.get(name, "").lstrip("\ufeff").replace("\0", "")))
    try:
        written = reader.fieldnames
    except csv.Error:
        raise _unreadable(name, 1, "CSV") from None
    missing = [column for column in needed if column not in (written or needed)]
    if missing:
        raise InvalidInput(
            N_("%(file)s 的第一行缺少这些列：%(columns)s。"), file=name, columns="、".join(missing)
        )
    try:
        for row in reader:
            yield reader.line_num, {key: value or "" for key, value in row.items() if key}
    except csv.Error:
        raise _unreadable(name, reader.line_num + 1, "CSV") from None


def _read(lines: Iterable[Numbered], name: str, make: Callable[[int, Mapping[str, Any]], T]) -> Iterator[T]:
    return _rows((_json(name, line) for line in lines), name, make)


def _json(name: str, line: Numbered) -> Line:
    number, text = line
    try:
        row = orjson.loads(text)
    except ValueError:
        raise _unreadable(name, number, "JSON") from None
    if not isinstance(row, dict):
        raise _unreadable(name, number, "JSON")
    return number, row


def _text(content: Text) -> str:
    return content if isinstance(content, str) else bytes(content).decode()


def _rows(lines: Iterator[Line], name: str, make: Callable[[int, Mapping[str, Any]], T]) -> Iterator[T]:
    for line, row in lines:
        try:
            yield make(line, row)
        except KeyError as error:
            raise misread.missing(name, line, str(error.args[0])) from error
        except (ValueError, TypeError, AttributeError, ArithmeticError) as error:
            raise misread.refusal(name, line, row) or _unreadable(name, line, str(error)) from error


def _unreadable(name: str, line: int, what: str) -> InvalidInput:
    return InvalidInput(
        N_("%(file)s 第 %(line)s 行读不懂（%(what)s），请对照格式说明改正。"), file=name, line=line, what=what
    )


# columns of people.csv that are no unit tree
NO_TREES = ("person", "group", "marks", "age", "grade", "registered_at", "extra_time", "guest")


Heard = set[tuple[str, str]]  # attempts and people that the ledger names, by kind and name


def all_heard(case: Case, heard: Heard) -> None:
    """Raise InvalidInput for a correction of an attempt or a person that nobody has heard of."""
    for row in case.ledger:
        for kind, name in (("attempt", row.attempt), ("person", row.person)):
            if (
                name is not None
                and (kind, name) not in heard
                and not (kind == "person" and name in case.people)
            ):
                raise InvalidInput(N_("ledger.jsonl 中的“%(name)s”不在这次比赛的记录里。"), name=name)


class _Roster:
    """Reads people, most of whom have the same units: what is equal is kept once."""

    def __init__(self) -> None:
        self._paths: dict[tuple[tuple[str, str], ...], Mapping[str, str]] = {}

    def person(self, _line: int, row: Mapping[str, Any]) -> PersonRow:
        """Return a person as a line has them."""
        registered = row.get("registered_at", "")
        paths = tuple((tree, path) for tree, path in row.items() if tree not in NO_TREES and path)
        return PersonRow(
            id=row["person"],
            group=intern(row.get("group", "")),
            marks=tuple(intern(each) for each in row.get("marks", "").split("|") if each),
            age=int(row["age"]) if row.get("age") else None,
            grade=intern(row.get("grade", "")),
            registered_ms=instant_ms(registered) if registered else None,
            extra=extra_time.read(row.get("extra_time", "")),
            is_guest=row.get("guest") == "yes",
            paths=self._paths.setdefault(paths, dict(paths)),
        )


def _unit(_line: int, row: Mapping[str, str]) -> UnitRow:
    return UnitRow(
        row["tree"],
        row["unit"],
        int(row["enrolled"]) if row["enrolled"] else None,
        datetime.fromisoformat(row["as_of"]).date().isoformat() if row["enrolled"] else "",
    )


SHARES: Mapping[str, Exact | None] = {"R": 1, "W": 0, "-": None}


def _attempt(line: int, row: Mapping[str, Any]) -> AttemptRow:
    stored = _stored(row) if "answers" not in row and "score" in row else None
    given = row["answers"] if stored is None else ()
    answers = tuple(map(_share, given))
    ms = tuple(row["ms"]) if "ms" in row else (0,) * len(answers)
    if len(ms) != len(answers) or (ms and (set(map(type, ms)) != {int} or min(ms) < 0)):
        raise ValueError("ms")
    name = str(row.get("id", row.get("attempt", line)))
    return AttemptRow(
        id=int(name) if name.isdecimal() else line,
        name=name,
        person=str(row["person"]),
        started_at=row["started_at"],
        started_ms=instant_ms(row["started_at"]),
        finished_ms=instant_ms(row["finished_at"]),
        answers=answers,
        ms=ms,
        scene=str(row.get("scene", row.get("level", ""))),
        stage=str(row.get("stage", "")),
        practice=row.get("practice") is True,
        duel=_outcome(row.get("duel", "")),
        stored=stored,
        left=_left(row.get("left", ())),
        is_named="id" in row or "attempt" in row,
        sheet=beside.sheet(row, len(answers)) if "questions" in row else None,
        time_ms=int(row["time_ms"]) if "time_ms" in row else None,
        refused=str(row.get("refused", "")),
    )


def _left(given: Any) -> tuple[int, ...]:  # Any: as above
    found = tuple(sorted(given))
    if any(type(each) is not int or each < 0 for each in found):
        raise ValueError("left")
    return found


def _outcome(text: str) -> str:
    if text not in ("", *OUTCOMES):
        raise ValueError("duel")
    return text


OUTCOMES = ("win", "draw", "loss")


@lru_cache(maxsize=1_024)
def _share(text: str) -> Exact | None:
    if text in SHARES:
        return SHARES[text]
    share = Fraction(text)
    if not 0 <= share <= 1:
        raise ValueError("answers")
    return plain(share)


def _stored(row: Mapping[str, Any]) -> Stored:
    """Return a result in place of answers: score, correct, and where wanted full, done, time_ms."""
    return Stored(
        score=_number(str(row["score"])),
        correct=int(row["correct"]),
        full=row.get("full") is True,
        done=row.get("done", True) is True,
        time_ms=int(row["time_ms"]) if "time_ms" in row else None,
    )


@lru_cache(maxsize=65_536)
def _number(text: str) -> Exact:
    return plain(Fraction(text))


def _event(_line: int, row: Mapping[str, Any]) -> EventRow:
    return EventRow(str(row["person"]), instant_ms(row["at"]), intern(str(row["kind"])))


def _ledger(_line: int, row: Mapping[str, Any]) -> LedgerRow:
    if row["do"] not in misread.DEEDS:
        raise ValueError(f"do: {row['do']}")
    if row["do"] == "adjust" and ("points" not in row or "unit" in row):
        raise ValueError("adjust: points, attempt | person")
    if sum(key in row for key in ("attempt", "person", "unit", "question")) != 1:
        raise ValueError("attempt | person | unit | question")
    key = Rekeyed.read(row["key"]) if "question" in row else None
    if key is not None and (row["do"] != "remark" or int(row["options"]) < bool(key.keys)):
        raise ValueError("question: remark, options")
    return LedgerRow(
        at_ms=instant_ms(row["at"]),
        actor=str(row["actor"]),
        do=row["do"],
        because=str(row["because"]),
        attempt=str(row["attempt"]) if "attempt" in row else None,
        person=row.get("person"),
        unit=row.get("unit"),
        points=Fraction(str(row["points"])) if "points" in row else None,
        question=str(row["question"]) if "question" in row else None,
        key=key,
        options=int(row.get("options", 0)),
    )
