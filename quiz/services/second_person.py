"""Who may review a version: a second person, or its writer where there is nobody else at the desk."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quiz.errors import N_, InvalidInput, NotFound
from quiz.models.accounts import Identity, Person
from quiz.models.bank import Import, QuestionVersion, Review
from quiz.models.bank import Question as QuestionRow
from quiz.rules.permissions import Role
from quiz.services.platform import Actor

SUBMITTED, APPROVED, RETURNED, VOUCHED = "submitted", "approved", "returned", "vouched"
OWN = N_("这一版是你自己写的，要由另一位编辑来审。请同事打开“待审题目”通过它，或退回给你。")
NOT_ALONE = N_("已经有别的编辑可以审题，请送审，由另一位编辑通过。")


def version_row(session: Session, version_id: int, lock: bool = False) -> QuestionVersion:
    """Return a version of a question that the bank holds; raises NotFound."""
    wanted = (
        select(QuestionVersion)
        .join(QuestionRow, QuestionRow.id == QuestionVersion.question_id)
        .join(Import, Import.id == QuestionRow.import_id)
        .where(QuestionVersion.id == version_id, Import.state == "visible")
    )
    row = session.scalar(wanted.with_for_update(of=QuestionVersion) if lock else wanted)
    if row is None:
        raise NotFound(N_("题库里没有这道题，可能它的导入已被撤销。"))
    return row


def is_alone(session: Session, actor: Actor) -> bool:
    """Return whether nobody else could review: the only organizer, or a command on the machine."""
    others = (
        select(func.count())
        .select_from(Person)
        .join(Identity, Identity.person_id == Person.id)  # an account that is gone reviews nothing
        .where(Person.role == Role.ORGANIZER, Person.id != (actor.person_id or 0))
    )
    return actor.person_id is None or session.scalar(others) == 0


def refuse_unless_alone(session: Session, actor: Actor) -> None:
    """Raise InvalidInput where somebody else can review what the actor wants to put in use."""
    if not is_alone(session, actor):
        raise InvalidInput(NOT_ALONE)


def said(version_id: int, actor: Actor, verdict: str, comment: str = "") -> Review:
    """Return a row of what somebody said of a version."""
    return Review(
        version_id=version_id, at_ms=actor.now_ms, actor_id=actor.person_id, verdict=verdict, comment=comment
    )
