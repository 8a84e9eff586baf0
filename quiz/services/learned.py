"""What a person has learned of single questions: put down after each answer, read by question."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from quiz.models.base import insert_for
from quiz.models.learning import Learned as LearnedRow
from quiz.rules.learning import Learned, answered, day_of

COLUMNS = ("is_right", "right_days", "last_on", "due_on", "answered_ms")


class Answered(NamedTuple):
    """One answer to a question, wherever it was given."""

    question_id: int
    is_right: bool
    at_ms: int


def put_down(connection: Connection, person_id: int, answers: Sequence[Answered]) -> Mapping[int, Learned]:
    """Store what answers come to and return it by question; one older than what is known says nothing."""
    known = _known(connection, person_id, [each.question_id for each in answers])
    found: dict[int, tuple[Learned, int]] = {}
    for question_id, is_right, at_ms in sorted(answers, key=lambda each: each.at_ms):
        before, before_ms = found.get(question_id) or known.get(question_id) or (None, -1)
        if at_ms > before_ms:
            found[question_id] = (answered(before, is_right, day_of(at_ms)), at_ms)
    rows = [
        {"person_id": person_id, "question_id": question_id, "answered_ms": at_ms, **vars(learned)}
        for question_id, (learned, at_ms) in found.items()
    ]
    if rows:
        new = insert_for(connection.dialect.name, LearnedRow)
        changed = {name: getattr(new.excluded, name) for name in COLUMNS}
        key = [LearnedRow.person_id, LearnedRow.question_id]
        connection.execute(new.on_conflict_do_update(index_elements=key, set_=changed), rows)
    return {question_id: learned for question_id, (learned, _ms) in {**known, **found}.items()}


def of_person(session: Session, person_id: int) -> dict[int, Learned]:
    """Return, by question, how a person stands with all they have answered."""
    rows = session.execute(
        select(
            LearnedRow.question_id,
            LearnedRow.is_right,
            LearnedRow.right_days,
            LearnedRow.last_on,
            LearnedRow.due_on,
        ).where(LearnedRow.person_id == person_id)
    )
    return {question_id: Learned(right, days, last, due) for question_id, right, days, last, due in rows}


def _known(
    connection: Connection, person_id: int, question_ids: Collection[int]
) -> dict[int, tuple[Learned, int]]:
    rows = connection.execute(
        select(LearnedRow.question_id, *(getattr(LearnedRow, name) for name in COLUMNS))
        .where(LearnedRow.person_id == person_id, LearnedRow.question_id.in_(question_ids))
        .with_for_update()
    )
    return {question_id: (Learned(*said), at_ms) for question_id, *said, at_ms in rows}
