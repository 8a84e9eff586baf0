"""Writing versions of questions, with all that the list of the bank finds them by, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from question_bank.bounds import valid_until
from question_bank.question import Question, digest
from question_bank.searched import searched, tags_of
from quiz.models.bank import Question as QuestionRow
from quiz.models.bank import QuestionTag, QuestionVersion
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


def add_newest(session: Session, versions: Sequence[QuestionVersion], questions: Sequence[Question]) -> None:
    """Store versions of as many questions, each the newest, and what they are found and compared by."""
    session.add_all(versions)
    session.flush()
    media.keep(session, versions, questions)
    listed = [
        {
            "id": version.question_id,
            "newest_id": version.id,
            "kind": question.kind,
            "difficulty": question.difficulty,
            "searched": searched(question),
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


def forget_tags(session: Session, question_ids: Sequence[int]) -> None:
    """Delete by what tags questions are found: before they get others, or are deleted themselves."""
    session.execute(delete(QuestionTag).where(QuestionTag.question_id.in_(question_ids)))
