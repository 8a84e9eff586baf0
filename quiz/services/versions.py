"""Writing versions of questions, with all that the list of the bank finds them by, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from question_bank.bounds import valid_until
from question_bank.question import Question, asks_the_same, digest
from question_bank.searched import searched, tags_of
from quiz.models.bank import BankState, QuestionTag, QuestionVersion
from quiz.models.bank import Question as QuestionRow
from quiz.services import media, wordings


def version_of(question_id: int, question: Question, now_ms: int, **more: Any) -> QuestionVersion:
    """Return a version that is not stored yet; `more`: its other columns, such as number and state."""
    return QuestionVersion(
        question_id=question_id,
        kind=question.kind,
        stem=question.stem,
        content=media.by_digest(question).as_dict(),
        difficulty=question.difficulty,
        digest=digest(question),
        created_ms=now_ms,
        valid_until=valid_until(question.tags),
        **more,
    )


def proved_as(before: QuestionVersion, question: Question) -> int | None:
    """Return the version whose figures hold for a new one, where it asks the same as the one before it."""
    if not asks_the_same(Question.from_dict(before.content), media.by_digest(question)):
        return None
    return before.id if before.proved_as is None else before.proved_as


def add_newest(session: Session, versions: Sequence[QuestionVersion], questions: Sequence[Question]) -> None:
    """Store versions of as many questions, each the newest, and what they are found and compared by."""
    session.add_all(versions)
    session.flush()
    media.keep(session, versions, questions)
    number = raise_number(session)
    listed = [
        {
            "id": version.question_id,
            "newest_id": version.id,
            "kind": question.kind,
            "difficulty": question.difficulty,
            "searched": searched(question),
            "changed": number,
        }
        for version, question in zip(versions, questions, strict=True)
    ]
    tags = [
        {"question_id": version.question_id, "facet": facet, "value": value}
        for version, question in zip(versions, questions, strict=True)
        for facet, value in sorted(tags_of(question))
    ]
    forget_tags(session, [version.question_id for version in versions])
    if listed:
        session.execute(update(QuestionRow), listed)
    if tags:
        session.execute(insert(QuestionTag), tags)
    wordings.put_down(session, versions, questions)


def raise_number(session: Session, question_ids: Sequence[int] = ()) -> int:
    """Raise the number of the bank and mark changed questions with it; returns it.

    Locks the bank's one row until the transaction ends: call it once the questions are locked.
    """
    raised = update(BankState).values(number=BankState.number + 1).returning(BankState.number)
    number: int = session.execute(raised).scalar_one()
    if question_ids:
        session.execute(update(QuestionRow).where(QuestionRow.id.in_(question_ids)).values(changed=number))
    return number


def note_deleted(session: Session) -> None:
    """Tell who keeps the list of the bank that questions are gone."""
    session.execute(update(BankState).values(number=BankState.number + 1, deleted=BankState.number + 1))


def forget_tags(session: Session, question_ids: Sequence[int]) -> None:
    """Delete by what tags questions are found: before they get others, or are deleted themselves."""
    session.execute(delete(QuestionTag).where(QuestionTag.question_id.in_(question_ids)))
