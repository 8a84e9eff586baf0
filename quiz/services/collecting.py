"""What was answered to each question, read from the record person by person in bounded memory.

Counted is of each person the first answer to a question. Left out are practice, attempts and people that the
ledger took out or set to nothing, attempts that count for nothing, and stages where a wrong answer ends the
attempt or comes again: there the answers of the able are others than those of the weak by the rules. What
was left out was seen nevertheless.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, select

from question_bank.quality import Answers, Number, Response, TestFacts, of_test
from question_bank.question import Question
from quiz.models.bank import QuestionVersion
from quiz.models.play import Attempt, Result
from quiz.rules import course, redo
from quiz.rules.document import Stage
from quiz.services.corrected import ENTRY, Book, Said, book_of
from quiz.services.platform import Platform
from quiz.services.published import Published, published

ROWS_READ = 1_000
SOMETHING = ("…",)  # what was given where no options are chosen: texts would have no end


@dataclass
class Exposed:
    """How often a question was shown."""

    attempts: int = 0
    people: int = 0
    contests: set[int] = field(default_factory=set)


class StageSums:
    """Totals of a stage and marks of its items: its questions if all had the same, else its places."""

    def __init__(self) -> None:
        self._totals: Counter[Number] = Counter()
        self._questions: dict[int, Counter[Number]] = defaultdict(Counter)
        self._places: dict[int, Counter[Number]] = defaultdict(Counter)

    def add(self, total: Number, marks: Sequence[tuple[int, Number]]) -> None:
        """Count an attempt; `marks` by version in the order of the paper."""
        self._totals[total] += 1
        for place, (version_id, mark) in enumerate(marks):
            self._questions[version_id][mark] += 1
            self._places[place][mark] += 1

    @property
    def facts(self) -> TestFacts:
        """How the stage did as a test."""
        items = self._questions if len(self._questions) == len(self._places) else self._places
        if any(each.total() < self._totals.total() for each in items.values()):  # papers of several lengths
            items = {}
        of_items = [[(float(mark), n) for mark, n in each.items()] for each in items.values()]
        return of_test([(float(total), n) for total, n in self._totals.items()], of_items)


@dataclass
class Collected:
    """Everything an analysis is made from; questions by version, those that ask the same by the first."""

    questions: dict[int, Question] = field(default_factory=dict)
    answers: dict[int, Answers] = field(default_factory=lambda: defaultdict(Answers))
    exposed: dict[int, Exposed] = field(default_factory=lambda: defaultdict(Exposed))
    stages: dict[tuple[int, int], StageSums] = field(default_factory=lambda: defaultdict(StageSums))
    attempts: int = 0
    # a counted answer each: the person, counted from 0, the version, whether it was wholly right
    people: array[int] = field(default_factory=lambda: array("l"))
    versions: array[int] = field(default_factory=lambda: array("q"))
    right: bytearray = field(default_factory=bytearray)


class Marked(NamedTuple):
    """One answer as it is counted."""

    version_id: int
    chosen: tuple[str, ...]
    mark: Number  # share of the points
    points: Number
    ms: int


def collect(platform: Platform, contest_id: int | None = None) -> Collected:
    """Read all attempts that were closed, or those of one contest; the practice of a contest never counts.

    Practices count where one is asked for by itself.
    """
    found = Collected()
    with platform.store.snapshot() as session:
        connection = session.connection()
        reader = _Reader(platform, connection, found, with_practices=contest_id is not None)
        for row in _rows(connection, contest_id):
            reader.take(row)
    return found


def _rows(connection: Connection, contest_id: int | None) -> Iterator[Any]:  # Any: a row of two tables
    wanted = (
        select(
            Attempt.id,
            Attempt.person_id,
            Attempt.contest_id,
            Attempt.rules_id,
            Attempt.stage,
            Attempt.paper,
            Attempt.practice,
            Attempt.started_ms,
            Attempt.finished_ms,
            Result.sheet,
        )
        .join(Result, Result.attempt_id == Attempt.id)
        .order_by(Attempt.person_id, Attempt.id)
    )
    if contest_id is not None:
        wanted = wanted.where(Attempt.contest_id == contest_id)
    yield from connection.execute(wanted.execution_options(yield_per=ROWS_READ))


class _Reader:
    """Adds attempt by attempt; those of a person come together."""

    def __init__(
        self, platform: Platform, connection: Connection, found: Collected, with_practices: bool
    ) -> None:
        self.platform, self.connection, self.found = platform, connection, found
        self.with_practices = with_practices
        shared = select(QuestionVersion.id, QuestionVersion.proved_as)
        rows = connection.execute(shared.where(QuestionVersion.proved_as.is_not(None)))
        self.proved_as: dict[int, int] = {row.id: row.proved_as for row in rows}  # of those that ask the same
        self.books: dict[int, Book] = {}
        self.person, self.number = 0, -1
        self.met: set[int] = set()  # versions this person was shown
        self.answered: set[int] = set()  # and gave an answer to that counted
        self.played: set[tuple[int, int]] = set()  # stages of which an attempt of this person counted

    def take(self, row: Any) -> None:  # Any: a row of two tables, here and below
        """Add one attempt."""
        if row.person_id != self.person:
            self.person, self.number = row.person_id, self.number + 1
            self.met, self.answered, self.played = set(), set(), set()
        rules = published(self.platform, row.rules_id)
        entries = orjson.loads(row.sheet)
        for version_id, *_rest in entries:
            self._expose(version_id, rules)
        said = self._said(rules, row)
        if said is not None and self._counts(rules, row, entries, said):
            self._count(row, list(_marked(rules, row, entries, said)))

    def _expose(self, version_id: int, rules: Published) -> None:
        question = rules.questions[version_id]
        version_id = self.proved_as.get(version_id, version_id)
        exposed = self.found.exposed[version_id]
        exposed.attempts += 1
        exposed.contests.add(rules.contest_id)
        if version_id not in self.met:
            self.met.add(version_id)
            exposed.people += 1
            self.found.questions.setdefault(version_id, question)

    def _said(self, rules: Published, row: Any) -> Said | None:
        """Return what the ledger says of a person; None where it takes out this attempt."""
        book = self.books.get(rules.contest_id)
        if book is None:
            book = self.books[rules.contest_id] = book_of(self.connection, rules.contest_id)
        said = book.of(row.person_id)
        if not said.rows:
            return said
        names = ("attempt", str(row.id)), ("person", str(row.person_id))
        gone = said.corrections.out.keys() | said.corrections.zero.keys()
        return None if gone.intersection(names) else said

    def _counts(self, rules: Published, row: Any, entries: Sequence[Any], said: Said) -> bool:
        stage = rules.document.stages[row.stage]
        is_practice = row.practice or (rules.kind == "practice" and not self.with_practices)
        is_worth_nothing = any(len(entry) > ENTRY for entry in entries[:1])
        return not (is_practice or is_worth_nothing or course.is_run(stage) or redo.asks_again(stage))

    def _count(self, row: Any, marked: Sequence[Marked]) -> None:
        found = self.found
        found.attempts += 1
        total = sum(each.mark * each.points for each in marked)
        most = sum(each.points for each in marked)
        if (row.contest_id, row.stage) not in self.played:
            self.played.add((row.contest_id, row.stage))
            marks = [(self.proved_as.get(v, v), mark * points) for v, _chosen, mark, points, _ms in marked]
            found.stages[row.contest_id, row.stage].add(total, marks)
        for asked, chosen, mark, points, ms in marked:
            version_id = self.proved_as.get(asked, asked)
            if version_id in self.answered:
                continue
            self.answered.add(version_id)
            others = most - points
            rest = float((total - mark * points) / others) if others else None
            taken_ms = ms if chosen and ms > 0 else None
            found.answers[version_id].add(Response(chosen, mark, rest, taken_ms, row.started_ms))
            found.people.append(self.number)
            found.versions.append(version_id)
            found.right.append(mark == 1)


def _marked(rules: Published, row: Any, entries: Iterable[Any], said: Said) -> Iterator[Marked]:
    """Yield the answers by the keys that are right by now; of a question that was given up nothing."""
    stage = rules.document.stages[row.stage]
    for word, (version_id, chosen, right, ms, *_more) in zip(row.paper.split(), entries, strict=False):
        key = said.key_of(stage, version_id, row.finished_ms) if said.keys else None
        if key is not None and not key.has_key:
            continue
        question = rules.questions[version_id]
        if key is None:
            mark = _number(right)
        else:
            mark = _whole(key.right(chosen, len(question.options), stage.marking.multiple) or Fraction(0))
        given = tuple(chosen) if question.key else SOMETHING if chosen else ()
        yield Marked(version_id, given, mark, _points(stage, int(word.split(".")[2])), ms)


@lru_cache(maxsize=1_024)
def _number(right: str | None) -> Number:
    return 0 if right is None else _whole(Fraction(right))


def _points(stage: Stage, section: int) -> Number:
    return _whole(stage.paper.sections[section].points)


def _whole(share: Fraction) -> Number:
    """Return the same number, as a whole one where it is: several times as fast to add up."""
    return share.numerator if share.denominator == 1 else share
