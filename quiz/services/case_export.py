"""A running contest written out as a recorded case, which `flask contest replay` folds to the same boards.

People are numbers: nobody's name, birth or grade is written. Who may take part was decided at each start.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, func, select

from quiz.models.accounts import About, Enrolment, Membership, Person, Unit
from quiz.models.contests import Rules
from quiz.models.ledger import Ledger
from quiz.models.play import Attempt, Line, RefusedStart, Result
from quiz.models.rewards import AwardList, AwardWinner, Event
from quiz.rules import course, rekeyed, sheet, timing
from quiz.rules.document import Document, Stage
from quiz.rules.eligibility import group_of
from quiz.services.awards import AwardId, prize_of
from quiz.services.belonging import keeps_apart
from quiz.services.platform import Platform
from quiz.services.published import Published, in_force
from quiz.services.received import receipts

ROWS_READ = 1_000
DIGITS = 12  # numbers with leading zeros stand in their order also as text
REASON = "withheld"  # in place of the reasons of the organizer, which may name people


def export_case(platform: Platform, contest_id: int, folder: Path, is_anonymous: bool = False) -> int:
    """Write a contest as a case into a folder; returns how many attempts it has. Raises NotFound.

    Attempts that are still open are left out. `is_anonymous`: people are counted from 1 in place of their
    numbers on the platform, and reasons are left out.
    """
    rules = in_force(platform, contest_id)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rules.yaml").write_text(rules.text, "utf-8")
    with platform.store.snapshot() as session:
        return _Export(session.connection(), rules, is_anonymous).write(folder)


Record = dict[str, Any]  # Any: JSON


class _Export:
    """What every file of one case is written from."""

    def __init__(self, connection: Connection, rules: Published, is_anonymous: bool) -> None:
        self.connection, self.rules, self.is_anonymous = connection, rules, is_anonymous
        self.document: Document = rules.document
        units = connection.execute(select(Unit.id, Unit.tree, Unit.path).order_by(Unit.tree, Unit.path))
        self.units = {unit: (tree, path) for unit, tree, path in units if tree in self.document.units}
        people = sorted(self._people())
        self.names = {
            person: f"{number if is_anonymous else person:0{DIGITS}d}"
            for number, person in enumerate(people, 1)
        }

    def write(self, folder: Path) -> int:
        """Write all files beside the rules."""
        published = self.connection.scalar(
            select(func.min(Rules.published_ms)).where(Rules.contest_id == self.rules.contest_id)
        )
        _json(
            folder / "about.json", [{"title": self.document.title, "published_at": self._at(published or 0)}]
        )
        members = self._members()
        moved = {(person, tree) for (person, tree), rows in members.items() if len(rows) > 1}
        _table(folder / "people.csv", self._rows_of_people(members))
        _table(folder / "moves.csv", self._moves(members, moved))
        _table(folder / "units.csv", self._sizes())
        _json(folder / "events.jsonl", self._events())
        _json(folder / "ledger.jsonl", self._ledger())
        _json(folder / "confirmed.jsonl", self._confirmed())
        refused = list(self._refused_starts())
        return _json(folder / "attempts.jsonl", chain(self._attempts(), refused)) - len(refused)

    def _people(self) -> set[int]:
        """Return everybody who did something in the contest, or of whom its ledger says something."""
        found: set[int] = set()
        for table in (Attempt, RefusedStart, Event, Line, Ledger):
            rows = self.connection.scalars(
                select(table.person_id).where(table.contest_id == self.rules.contest_id).distinct()
            )
            found.update(person for person in rows if person is not None)
        return found

    def _members(self) -> Mapping[tuple[int, str], list[Any]]:  # Any: rows of Membership
        """Return the memberships of everybody by person and tree, in the order in which they were written."""
        columns = (Membership.unit_id, Membership.since_ms, Membership.because)
        found: dict[tuple[int, str], list[Any]] = defaultdict(list)
        for row in self.connection.execute(
            select(Membership.person_id, Membership.tree, *columns).order_by(
                Membership.person_id, Membership.tree, Membership.number
            )
        ):
            if row.person_id in self.names and row.tree in self.document.units:
                found[row.person_id, row.tree].append(row)
        return found

    def _rows_of_people(self, members: Mapping[tuple[int, str], list[Any]]) -> Iterator[list[str]]:
        trees = list(self.document.units)
        yield ["person", "group", "marks", "extra_time", "guest", *trees]
        guests = self._guests()
        found = self.connection.execute(select(About.person_id, About.groups))
        groups = {person: text for person, text in found if person in self.names}
        extra = self._extra()
        for person, name in self.names.items():
            marks = tuple(orjson.loads(groups.get(person) or "[]"))
            group = group_of(self.document.people, marks) or ""
            others = "|".join(each for each in marks if each != group)
            firsts = [members.get((person, tree), []) for tree in trees]
            paths = [self.units[rows[0].unit_id][1] if rows else "" for rows in firsts]
            yield [name, group, others, extra.get(person, ""), "yes" if person in guests else "", *paths]

    def _guests(self) -> set[int]:
        """Return who was a guest until the last close, where the rules keep guests apart from units."""
        if not keeps_apart(self.document):
            return set()
        closes_ms = max(stage.calendar.closes_ms for stage in self.document.stages)
        rows = self.connection.execute(select(Person.id, Person.known_ms))
        return {person for person, known_ms in rows if known_ms is None or known_ms > closes_ms}

    def _extra(self) -> dict[int, str]:
        """Return the extra time with which people last started, as people.csv writes it."""
        rows = self.connection.execute(
            select(Attempt.person_id, Attempt.extra)
            .where(Attempt.contest_id == self.rules.contest_id, Attempt.extra != "")
            .order_by(Attempt.started_ms, Attempt.id)
        )
        return {person: _extra_time(extra) for person, extra in rows}

    def _moves(
        self, members: Mapping[tuple[int, str], list[Any]], moved: set[tuple[int, str]]
    ) -> Iterator[list[str]]:
        yield ["person", "tree", "unit", "since", "because"]
        for key in sorted(moved):
            for row in members[key]:
                because = REASON if row.because and self.is_anonymous else row.because
                path = self.units[row.unit_id][1]
                yield [self.names[row.person_id], row.tree, path, self._at(row.since_ms), because]

    def _sizes(self) -> Iterator[list[str]]:
        yield ["tree", "unit", "enrolled", "as_of"]
        for tree, path in self.units.values():
            yield [tree, path, "", ""]
        for row in self.connection.execute(select(Enrolment.unit_id, Enrolment.enrolled, Enrolment.as_of)):
            if row.unit_id in self.units:
                yield [*self.units[row.unit_id], str(row.enrolled), row.as_of]

    def _events(self) -> Iterator[Record]:
        for person, at_ms, kind in self.connection.execute(
            select(Event.person_id, Event.at_ms, Event.kind)
            .where(Event.contest_id == self.rules.contest_id)
            .order_by(Event.person_id, Event.at_ms, Event.id)
        ):
            yield {"person": self.names[person], "at": self._at(at_ms), "kind": kind}

    def _ledger(self) -> Iterator[Record]:
        for row in self.connection.execute(
            select(Ledger.__table__)
            .where(Ledger.contest_id == self.rules.contest_id)
            .order_by(Ledger.at_ms, Ledger.id)
        ):
            target = next(name for name in TARGETS if getattr(row, name) is not None)
            found = {
                "at": self._at(row.at_ms),
                "actor": f"{row.actor_id or 0:0{DIGITS}d}",
                "do": row.do,
                "because": REASON if self.is_anonymous else row.because,
                **TARGETS[target](self, getattr(row, target)),
            }
            if row.points is not None:
                found["points"] = row.points
            if row.key is not None:
                found["key"] = rekeyed.stored(row.key).written
                found["options"] = len(self.rules.questions[row.version_id].options)
            yield found

    def _confirmed(self) -> Iterator[Record]:
        winners: dict[int, list[int]] = defaultdict(list)
        for list_id, who in self.connection.execute(
            select(AwardWinner.list_id, AwardWinner.who)
            .join(AwardList, AwardList.id == AwardWinner.list_id)
            .where(AwardList.contest_id == self.rules.contest_id)
            .order_by(AwardWinner.list_id, AwardWinner.number)
        ):
            winners[list_id].append(who)
        for row in self.connection.execute(
            select(AwardList.__table__)
            .where(AwardList.contest_id == self.rules.contest_id)
            .order_by(AwardList.confirmed_ms, AwardList.id)
        ):
            stage, prize = prize_of(self.rules, AwardId(row.stage, row.prize))
            of_people = all(b.of == "people" for b in stage.boards if b.name == prize.board)
            getters = [self.names[n] if of_people else self.units[n][1] for n in winners[row.id]]
            yield {
                "at": self._at(row.confirmed_ms),
                "stage": stage.name,
                "award": prize.name,
                "period": row.period,
                "who": getters,
            }

    def _attempts(self) -> Iterator[Record]:
        columns = (Attempt.id, Attempt.person_id, Attempt.stage, Attempt.scene, Attempt.practice)
        for row in self.connection.execute(
            select(*columns, Attempt.started_ms, Attempt.finished_ms, Result.sheet, Result.time_ms)
            .join(Result, Result.attempt_id == Attempt.id)
            .where(Attempt.contest_id == self.rules.contest_id)
            .order_by(Attempt.id)
            .execution_options(yield_per=ROWS_READ)
        ):
            stage = self.document.stages[row.stage]
            if not timing.is_practice(stage, row.started_ms):  # after the close: it stands nowhere
                yield self._attempt(stage, row)

    def _attempt(self, stage: Stage, row: Any) -> Record:  # Any: what `_attempts` selects
        kept = orjson.loads(row.sheet)
        return {
            "person": self.names[row.person_id],
            "id": str(row.id),
            "stage": stage.name,
            "started_at": self._at(row.started_ms),
            "finished_at": self._at(row.finished_ms),
            "answers": [_share(right) for _, _, right, *_ in kept],
            "ms": [ms for _, _, _, ms, *_ in kept],
            "time_ms": row.time_ms,
            "questions": [str(version) for version, *_ in kept],
            "chosen": [self._chosen(version, chosen) for version, chosen, *_ in kept],
            **({"scene": row.scene} if row.scene else {}),
            **({"practice": True} if row.practice else {}),
            **({"left": left} if (left := self._left(stage, row)) else {}),
        }

    def _refused_starts(self) -> Iterator[Record]:
        for row in self.connection.execute(
            select(RefusedStart.__table__)
            .where(RefusedStart.contest_id == self.rules.contest_id)
            .order_by(RefusedStart.at_ms, RefusedStart.person_id, RefusedStart.because)
        ):
            yield {
                "person": self.names[row.person_id],
                "stage": self.document.stages[row.stage].name,
                "started_at": self._at(row.at_ms),
                "finished_at": self._at(row.at_ms),
                "answers": [],
                "refused": row.because,
                **({"scene": row.scene} if row.scene else {}),
            }

    def _chosen(self, version_id: int, chosen: list[str]) -> str | list[str]:
        """Return what was given: letters in one word, of a question with places what stands in each."""
        return "".join(chosen) if self.rules.questions[version_id].key else chosen

    def _left(self, stage: Stage, row: Any) -> list[int]:  # Any: what `_attempts` selects
        """Return how long after the start the page was left, where the rules ask for it."""
        if not course.watches(stage):
            return []
        return [ms - row.started_ms for ms in sheet.leavings(receipts(self.connection, row.id))]

    def _at(self, ms: int) -> str:
        return timing.local_time(self.document.timezone, ms).isoformat(timespec="milliseconds")

    def unit_named(self, unit: int) -> str:
        """Return a unit as a ledger names it."""
        return ":".join(self.units[unit])


TARGETS: Mapping[str, Callable[[_Export, int], Record]] = {  # the column that says what a row is about
    "attempt_id": lambda _, number: {"attempt": str(number)},
    "version_id": lambda _, number: {"question": str(number)},
    "unit_id": lambda export, number: {"unit": export.unit_named(number)},
    "person_id": lambda export, number: {"person": export.names[number]},
}


def _share(right: str | None) -> str:
    return {None: "-", "0": "W", "1": "R"}.get(right, right or "")


def _extra_time(kept: str) -> str:
    """Return extra time as `rules.extra_time` reads it: a factor as a decimal."""
    if not kept.startswith("*"):
        return kept
    factor = Fraction(kept[1:])
    return f"x{Decimal(factor.numerator) / Decimal(factor.denominator)}"


def _json(path: Path, rows: Iterable[Record]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            count += 1
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return count


def _table(path: Path, rows: Iterable[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
