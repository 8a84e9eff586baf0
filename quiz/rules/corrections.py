"""What the ledger says in the end: who and what is out, which points are changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction

from quiz.rules.case_rows import LedgerRow
from quiz.rules.numbers import Exact
from quiz.rules.parts import NOTHING
from quiz.rules.rekeyed import Rekeyed, in_force

Target = tuple[str, str]  # attempt, person or unit, and its name
Keys = dict[str, tuple[Rekeyed, int]]  # question → how it is marked, and how many options it has


class Corrections:
    """The ledger applied in order of its moments; a restore takes back a void, a zero, a disqualification."""

    def __init__(self, rows: Iterable[LedgerRow]) -> None:
        self.rows = sorted(rows, key=lambda row: row.at_ms)
        self.out: dict[Target, LedgerRow] = {}
        self.zero: dict[Target, LedgerRow] = {}
        self.adjusted: dict[Target, Fraction] = defaultdict(Fraction)
        self.remarked: dict[Target, Fraction] = {}
        self.keys: dict[str, list[LedgerRow]] = defaultdict(list)  # by question, in order
        for row in self.rows:
            if row.question is not None:
                self.keys[row.question].append(row)
            else:
                self._apply(row, _target(row))

    def marked_as(self, questions: Iterable[str], keeps: bool, finished_ms: int) -> Keys:
        """Return by which corrections an attempt is marked that ended at a moment; see `rekeyed.in_force`."""
        found: Keys = {}
        for question in questions if self.keys else ():
            rows = self.keys.get(question, [])
            key = in_force([(row.at_ms, row.key) for row in rows if row.key], keeps, finished_ms)
            if key is not None:
                found[question] = (key, rows[-1].options)
        return found

    def attempt_is_void(self, name: str, at_ms: int | None = None) -> bool:
        """Return whether an attempt counts for nothing, in the end or as it was at a moment."""
        if at_ms is None:
            return ("attempt", name) in self.out
        until = [row for row in self.rows if row.at_ms <= at_ms and row.attempt == name]
        return ("attempt", name) in Corrections(until).out if until else False

    def person_is_out(self, person: str) -> bool:
        """Return whether a person is on no board."""
        return ("person", person) in self.out

    def points(self, attempt: str, person: str, points: Exact) -> Exact:
        """Return what an attempt is worth after corrections."""
        name = ("attempt", attempt)
        if name in self.zero or ("person", person) in self.zero:
            return NOTHING
        return self.remarked.get(name, points) + self.adjusted.get(name, NOTHING)

    def added_to(self, person: str) -> Fraction:
        """Return what is added to a person's total."""
        return NOTHING if self.is_zero(person) else self.adjusted.get(("person", person), NOTHING)

    def is_zero(self, person: str) -> bool:
        """Return whether a person's total was set to zero."""
        return ("person", person) in self.zero

    def units_out(self) -> list[str]:
        """Return the units that are disqualified, as "tree:unit"."""
        return [name for kind, name in self.out if kind == "unit"]

    def people_out(self) -> list[str]:
        """Return the people who are disqualified."""
        return [name for kind, name in self.out if kind == "person"]

    def _apply(self, row: LedgerRow, target: Target) -> None:
        match row.do:
            case "void" | "disqualify":
                self.out[target] = row
            case "zero":
                self.zero[target] = row
            case "restore":
                self.out.pop(target, None)
                self.zero.pop(target, None)
            case "adjust":
                self.adjusted[target] += row.points or NOTHING
            case "remark" if row.points is not None:  # without points the answers on file are the new ones
                self.remarked[target] = row.points


def _target(row: LedgerRow) -> Target:
    for kind in ("attempt", "person", "unit"):
        name = getattr(row, kind)
        if name is not None:
            return kind, name
    raise ValueError("a ledger row names nothing")
