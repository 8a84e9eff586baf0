"""The rows of a case as plain values: a person, a unit, an attempt, an event, a correction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from quiz.rules import beside
from quiz.rules.numbers import Exact
from quiz.rules.rekeyed import Rekeyed


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person and the path of their unit in each tree."""

    id: str
    group: str = ""
    marks: tuple[str, ...] = ()  # what else a roster marks them as
    age: int | None = None
    grade: str = ""
    registered_ms: int | None = None
    extra: str = ""  # extra time, as rules.extra_time keeps it
    is_guest: bool = False  # until the close nothing but a nickname told who they are
    paths: Mapping[str, str] = field(default_factory=dict)  # tree → "渝中区/P"


@dataclass(frozen=True)
class UnitRow:
    """A unit, and how many people it had on a day."""

    tree: str
    unit: str
    enrolled: int | None  # None: not known, it is only named
    as_of: str


class Stored(NamedTuple):
    """What an attempt came to, as it was on record."""

    score: Exact
    correct: int
    full: bool
    done: bool  # every question was answered
    time_ms: int | None  # None: from start to finish


class AttemptRow(NamedTuple):
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
    left: tuple[int, ...] = ()  # ms after the start at which the page was left
    is_named: bool = False  # by the file, not by its line
    sheet: beside.Sheet | None = None  # by which it can be marked by a corrected key
    time_ms: int | None = None  # as it was reckoned, beside answers
    refused: str = ""  # code of the reason for which it could not start: it is told, not judged again


class EventRow(NamedTuple):
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
    question: str | None = None
    key: Rekeyed | None = None  # how that question is marked from then on
    options: int = 0  # how many that question has
