"""The wrong questions of a person: collected from contests once their answers are told, due, taken out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import orjson
from sqlalchemy import Connection, select, update
from sqlalchemy.orm import Session

from question_bank.question import Question
from quiz.errors import Busy
from quiz.models.bank import QuestionVersion
from quiz.models.base import insert_for
from quiz.models.learning import Collected
from quiz.models.learning import Learned as LearnedRow
from quiz.models.play import Attempt, Result
from quiz.rules.extra_time import extended
from quiz.rules.learning import day_of
from quiz.services.corrected import NOTHING_SAID, Said, said_by_contest
from quiz.services.learned import Answered, put_down
from quiz.services.offered import offer
from quiz.services.platform import Platform
from quiz.services.published import published
from quiz.services.reviewing import LEVELS, level_of

TELLS_THE_ANSWER = LEVELS.index("key")
MOST_AT_ONCE = 200  # attempts collected by one look; the next look goes on


@dataclass(frozen=True)
class Mistake:
    """A question of the book."""

    question_id: int
    question: Question
    due_on: str
    right_days: int
    is_due: bool


@dataclass(frozen=True)
class Book:
    """One page of the wrong questions, what is due first."""

    rows: Sequence[Mistake]
    count: int
    due: int


def book(platform: Platform, person_id: int, now_ms: int, first: int = 0, size: int = 20) -> Book:
    """Return one page of a person's wrong questions; those that may not be practised now are left out."""
    day = day_of(now_ms)
    with platform.store.reading() as session:
        rows = _waiting(platform, session, person_id, day)
        shown = rows[first : first + size]
        contents = _contents(session, [version_id for _row, version_id in shown])
    found = [
        Mistake(
            row.question_id,
            contents[version_id],
            row.due_on or day,
            row.right_days,
            (row.due_on or day) <= day,
        )
        for row, version_id in shown
    ]
    return Book(found, len(rows), sum((row.due_on or day) <= day for row, _version in rows))


def next_due(platform: Platform, person_id: int, now_ms: int) -> int | None:
    """Return the question that is due first, None where none is due today."""
    day = day_of(now_ms)
    with platform.store.reading() as session:
        rows = _waiting(platform, session, person_id, day)
    return next((row.question_id for row, _version in rows if (row.due_on or day) <= day), None)


def remove(platform: Platform, person_id: int, question_id: int) -> None:
    """Take a question out of a person's wrong questions, until it is wrong again."""
    own = (LearnedRow.person_id == person_id) & (LearnedRow.question_id == question_id)
    platform.writer.run(lambda c: c.execute(update(LearnedRow).where(own).values(due_on=None)).rowcount)


def collect(platform: Platform, persons: Sequence[int], now_ms: int) -> None:
    """Put what was wrong in finished attempts into the book, as soon as the rules tell the right answers.

    `persons`: all of an account; the book is the first one's. Nothing of the record is changed, and a second
    look adds nothing. Where too many write at this moment, the next look does it.
    """
    with platform.store.reading() as session:
        attempts = [a for a in _not_collected(session, persons) if _is_told(platform, a, now_ms)]
        if not attempts:
            return
        attempts = attempts[:MOST_AT_ONCE]
        contests = {attempt.contest_id for attempt in attempts}
        said = {each: said_by_contest(session.connection(), each, contests) for each in persons}
        wrong = [
            (version_id, attempt.finished_ms or 0)
            for attempt, sheet in _with_sheets(session, attempts)
            for version_id in _wrong(platform, attempt, sheet, said[attempt.person_id])
        ]
        questions = dict(
            session.execute(
                select(QuestionVersion.id, QuestionVersion.question_id).where(
                    QuestionVersion.id.in_({version_id for version_id, _ms in wrong})
                )
            ).all()
        )
    answers = [Answered(questions[version_id], False, ms) for version_id, ms in wrong]
    with suppress(Busy):
        platform.writer.run(lambda c: _put_in(c, persons[0], [a.id for a in attempts], answers))


def _put_in(
    connection: Connection, person_id: int, attempt_ids: Sequence[int], answers: Sequence[Answered]
) -> None:
    new = insert_for(connection.dialect.name, Collected).on_conflict_do_nothing()
    connection.execute(new, [{"attempt_id": attempt_id} for attempt_id in attempt_ids])
    put_down(connection, person_id, answers)


def _not_collected(session: Session, persons: Sequence[int]) -> Sequence[Attempt]:
    known = select(Collected.attempt_id).where(Collected.attempt_id == Attempt.id).exists()
    wanted = select(Attempt).where(Attempt.person_id.in_(persons), Attempt.finished_ms.is_not(None), ~known)
    return session.scalars(wanted.order_by(Attempt.finished_ms, Attempt.id)).all()


def _is_told(platform: Platform, attempt: Attempt, now_ms: int) -> bool:
    """Return whether the right answers of an attempt may be shown to its person by now."""
    stage = extended(published(platform, attempt.rules_id).document.stages[attempt.stage], attempt.extra)
    return LEVELS.index(level_of(stage, True, now_ms)) >= TELLS_THE_ANSWER


def _with_sheets(session: Session, attempts: Sequence[Attempt]) -> Iterator[tuple[Attempt, str]]:
    ids = [attempt.id for attempt in attempts]
    rows = session.execute(select(Result.attempt_id, Result.sheet).where(Result.attempt_id.in_(ids)))
    sheets = dict(rows.all())
    return ((attempt, sheets[attempt.id]) for attempt in attempts if attempt.id in sheets)


def _wrong(platform: Platform, attempt: Attempt, sheet: str, by_contest: Mapping[int, Said]) -> Iterator[int]:
    """Return the versions that were answered, and not rightly by the keys that are in force."""
    said = by_contest.get(attempt.contest_id, NOTHING_SAID)
    rules = published(platform, attempt.rules_id)
    stage = rules.document.stages[attempt.stage]
    entries: list[list[Any]] = orjson.loads(sheet)  # Any: services.marking.Marks.sheet
    for version_id, chosen, right, *_more in entries:
        corrected = said.key_of(stage, version_id, attempt.finished_ms or 0)
        if not chosen or (corrected is not None and not corrected.has_key):
            continue
        share = Fraction(right or 0)
        if corrected is not None:
            options = len(rules.questions[version_id].options)
            share = corrected.right(chosen, options, stage.marking.multiple) or Fraction(0)
        if share != 1:
            yield version_id


def _waiting(platform: Platform, session: Session, person_id: int, day: str) -> list[tuple[LearnedRow, int]]:
    """Return what is in the book with the version that is asked, what is due first."""
    versions: Mapping[int, int] = offer(platform, session, day).versions
    rows = session.scalars(
        select(LearnedRow)
        .where(LearnedRow.person_id == person_id, LearnedRow.due_on.is_not(None))
        .order_by(LearnedRow.due_on, LearnedRow.answered_ms, LearnedRow.question_id)
    )
    return [(row, versions[row.question_id]) for row in rows if row.question_id in versions]


def _contents(session: Session, version_ids: Sequence[int]) -> dict[int, Question]:
    wanted = select(QuestionVersion.id, QuestionVersion.content).where(QuestionVersion.id.in_(version_ids))
    return {version_id: Question.from_dict(content) for version_id, content in session.execute(wanted)}
