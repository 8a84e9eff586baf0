"""Folding many people of a stage again in short transactions, each of which reads all its people together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, select

from quiz.live import LiveLine
from quiz.models import record
from quiz.models.accounts import Person
from quiz.models.play import Attempt, Result
from quiz.rules.standings import Played
from quiz.services import at_once, closing
from quiz.services.closing import played_in_row
from quiz.services.corrected import Book, book_of
from quiz.services.platform import Clock
from quiz.services.published import Published

HELD_MS = 40  # then a transaction ends: answers wait for it
LINES_AT_ONCE = 150  # after so many lines too
PERSON = [column.key for column in record.PLAYED_COLUMNS].index("person_id")


@dataclass(frozen=True)
class Refolded:
    """How far folding again came in one transaction."""

    count: int  # of the people, the first ones
    lines: Sequence[LiveLine]  # for the boards
    now_ms: int


def refold_some(
    connection: Connection, rules: Published, stage_index: int, people: Sequence[int], clock: Clock
) -> Refolded:
    """Fold the first of some people again, at least one, and store their lines, until answers have waited.

    `people`: in order of their ids; all are locked first, so that nobody is folded twice side by side.
    """
    now_ms, lines, count = clock.now_ms(), list[LiveLine](), 0
    at_once.lock(connection, rules)
    _lock(connection, people)
    book = book_of(connection, rules.contest_id, people)
    played = dict(_played(connection, rules, book, stage_index, people))
    for person_id in people:
        said, mine = book.of(person_id), played.get(person_id, ())
        made = closing.made_of(connection, rules, stage_index, person_id, said, mine)
        lines += closing.store(connection, made, (stage_index, person_id), now_ms)
        count += 1
        if len(lines) >= LINES_AT_ONCE or clock.now_ms() - now_ms >= HELD_MS:
            break
    return Refolded(count, lines, now_ms)


def _lock(connection: Connection, people: Sequence[int]) -> None:
    wanted = select(Person.id).where(Person.id.in_(people)).order_by(Person.id)
    connection.execute(wanted.with_for_update()).all()


def _played(
    connection: Connection, rules: Published, book: Book, stage_index: int, people: Sequence[int]
) -> Iterator[tuple[int, list[Played]]]:
    """Yield people with their closed attempts in a stage after corrections, void ones too."""
    wanted = select(*record.PLAYED_COLUMNS)
    if book.corrects_keys:
        wanted = wanted.add_columns(Attempt.paper, Result.sheet)
    rows = connection.execute(
        wanted.join(Result, Result.attempt_id == Attempt.id)
        .where(
            Attempt.contest_id == rules.contest_id,
            Attempt.stage == stage_index,
            Attempt.person_id.in_(people),
            Attempt.practice.is_(False),
        )
        .order_by(Attempt.person_id, Attempt.started_ms, Attempt.id)
    )
    for person_id, group in groupby(rows, key=itemgetter(PERSON)):
        said = book.of(person_id)
        yield person_id, [played_in_row(rules, stage_index, row, said) for row in group]
