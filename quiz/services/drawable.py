"""The questions that something may draw: the one condition for papers, their checks and practice."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from question_bank.bounds import REGION, may_be_asked_in
from question_bank.drawing import Pool
from question_bank.question import Question
from quiz.models.bank import Import, QuestionTag, QuestionVersion, is_in_use
from quiz.models.bank import Question as QuestionRow
from quiz.rules.bounds import asks_sealed, last_day, regions
from quiz.rules.document import Document
from quiz.rules.sheet import KIND_LETTERS
from quiz.services.measured import as_measured, calibrated_shares
from quiz.services.published import candidate


@dataclass(frozen=True)
class Wanting:
    """What wants questions: a contest or a practice, published at a moment."""

    document: Document
    now_ms: int
    contest_id: int | None = None  # None: not kept yet, nothing is sealed for it
    kind: str = "contest"  # contest, practice


def may_be_drawn(day: str, contest_id: int | None) -> ColumnElement[bool]:
    """Return the condition that a version of a question (joined with its import) may be drawn.

    `day`: an ISO date on which it must still hold; `contest_id`: what is sealed for it may be drawn too.
    """
    return (
        (Import.state == "visible")
        & is_in_use()
        & QuestionRow.retired_ms.is_(None)
        & (QuestionVersion.valid_until.is_(None) | (QuestionVersion.valid_until >= day))
        & (QuestionRow.sealed_for.is_(None) | (QuestionRow.sealed_for == contest_id))
    )


def drawable(session: Session, wanting: Wanting) -> list[tuple[int, int, Question]]:
    """Return the questions that may be drawn: the version, the question it is of, and what it says.

    They are the last ready versions of what is not retired, hold until the contest closes, are not local to
    a region that the rules do not name, and are not sealed for anything else.
    """
    document, kind = wanting.document, wanting.kind
    sealed_for = wanting.contest_id if asks_sealed(document, kind) else None
    rows = session.execute(
        select(QuestionVersion.id, QuestionVersion.question_id, QuestionVersion.content)
        .join(QuestionRow, QuestionRow.id == QuestionVersion.question_id)
        .join(Import, Import.id == QuestionRow.import_id)
        .where(
            may_be_drawn(last_day(document, kind, wanting.now_ms), sealed_for),
            QuestionVersion.kind.in_(KIND_LETTERS),
        )
        .order_by(QuestionVersion.id)
    )
    shares, named = calibrated_shares(session), regions(document)
    found = ((i, of, Question.from_dict(content)) for i, of, content in rows)
    return [(i, of, as_measured(q, shares.get(i))) for i, of, q in found if may_be_asked_in(q.tags, named)]


def practisable(day: str) -> Select[int, int]:
    """Select version and question of what anybody may practise on a day: what a practice could draw then."""
    local = select(QuestionTag.question_id).where(QuestionTag.facet == REGION)
    return (
        select(QuestionVersion.id, QuestionVersion.question_id)
        .join(QuestionRow, QuestionRow.id == QuestionVersion.question_id)
        .join(Import, Import.id == QuestionRow.import_id)
        .where(
            may_be_drawn(day, None),
            QuestionVersion.kind.in_(KIND_LETTERS),
            QuestionVersion.question_id.not_in(local),
        )
    )


def keep_still(session: Session) -> None:
    """Let nobody take an import back or seal a question until the transaction ends: both lock its import."""
    session.execute(
        select(Import.id).where(Import.state == "visible").order_by(Import.id).with_for_update(read=True)
    )


def pool(session: Session, wanting: Wanting) -> Pool:
    """Return the same, prepared for drawing."""
    return Pool([candidate(i, question, turn=of) for i, of, question in drawable(session, wanting)])
