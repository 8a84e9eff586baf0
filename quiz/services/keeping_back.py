"""What keeps a question from being drawn whatever its versions say: retired, or sealed for one contest."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quiz.errors import N_, InvalidInput
from quiz.models.bank import Import, QuestionVersion, is_in_use
from quiz.models.bank import Question as QuestionRow
from quiz.models.contests import Contest, FrozenQuestion
from quiz.services.platform import Actor, Platform
from quiz.services.published import published
from quiz.services.second_person import version_row
from quiz.services.versions import raise_number

NO_CONTEST = N_("没有这场比赛，请重新选择。题目只能留给比赛，不能留给练习。")
SEEN = N_("这道题在“%(title)s”里用着，那里的人看得到它，不能再留给别的比赛。")
NOT_CLOSED = N_("“%(title)s”还没有结束，结束以后才能解除密封。")


@dataclass(frozen=True)
class Seal:
    """The contest that a question is kept back for."""

    contest_id: int
    title: str
    may_be_released: bool  # it is over, or was never published


def retire(platform: Platform, version_id: int, actor: Actor, back: bool = False) -> int:
    """Let nothing new draw the question of a version, or let it again (`back`); returns if it changed."""
    with platform.store.writing() as session:
        of = select(QuestionVersion.question_id).where(QuestionVersion.id == version_id)
        return change(session, session.scalars(of).all(), actor, back)


def change(session: Session, question_ids: Sequence[int], actor: Actor, back: bool = False) -> int:
    """Retire some questions, or take them back into use; returns how many that changed. On record.

    Contests that froze them keep them.
    """
    is_due = QuestionRow.retired_ms.is_not(None) if back else QuestionRow.retired_ms.is_(None)
    due = session.scalars(
        select(QuestionRow.id)
        .join(Import, Import.id == QuestionRow.import_id)
        .where(QuestionRow.id.in_(question_ids), Import.state == "visible", is_due)
        .order_by(QuestionRow.id)
        .with_for_update(of=QuestionRow)
    ).all()
    if due:
        retired_ms = None if back else actor.now_ms
        session.execute(update(QuestionRow).where(QuestionRow.id.in_(due)).values(retired_ms=retired_ms))
        raise_number(session, due)
        action = "bank.revive" if back else "bank.retire"
        session.add(actor.audit(action, str(len(due)), json.dumps({"questions": list(due)})))
    return len(due)


def seal(platform: Platform, version_id: int, contest_id: int, actor: Actor) -> None:
    """Keep a question back for one contest; raises NotFound, InvalidInput where others can see it already."""
    with platform.store.writing() as session:
        version = version_row(session, version_id)
        question = session.get_one(QuestionRow, version.question_id, with_for_update=True)
        session.get_one(Import, question.import_id, with_for_update=True)  # no contest freezes it meanwhile
        contest = session.get(Contest, contest_id)
        if contest is None or contest.kind != "contest":
            raise InvalidInput(NO_CONTEST)
        if question.sealed_for == contest_id:
            return
        _refuse_unless_over(platform, session, question, actor.now_ms)
        seen_in = session.scalar(
            select(Contest.title)
            .join(FrozenQuestion, FrozenQuestion.rules_id == Contest.rules_id)
            .join(QuestionVersion, QuestionVersion.id == FrozenQuestion.version_id)
            .where(QuestionVersion.question_id == question.id, Contest.id != contest_id)
            .order_by(Contest.id)
            .limit(1)
        )
        if seen_in is not None:
            raise InvalidInput(SEEN, title=seen_in)
        question.sealed_for = contest_id
        raise_number(session, [question.id])
        raise_number(session, [question.id])
        detail = json.dumps({"version": version_id, "contest": contest_id})
        session.add(actor.audit("bank.seal", version.stem, detail))


def release(platform: Platform, version_id: int, actor: Actor) -> None:
    """Let everything draw a question again; raises NotFound, InvalidInput before its contest is over."""
    with platform.store.writing() as session:
        version = version_row(session, version_id)
        question = session.get_one(QuestionRow, version.question_id, with_for_update=True)
        if question.sealed_for is None:
            return
        _refuse_unless_over(platform, session, question, actor.now_ms)
        detail = json.dumps({"version": version_id, "contest": question.sealed_for})
        question.sealed_for = None
        raise_number(session, [question.id])
        session.flush()
        raise_number(session, [question.id])
        session.add(actor.audit("bank.release", version.stem, detail))


def seal_in(platform: Platform, session: Session, question: QuestionRow, now_ms: int) -> Seal | None:
    """Return the contest that a question is kept back for, None where it is not."""
    row = session.get(Contest, question.sealed_for) if question.sealed_for else None
    return Seal(row.id, row.title, _is_over(platform, row, now_ms)) if row is not None else None


def may_seal_for(platform: Platform, now_ms: int) -> list[tuple[int, str]]:
    """Return id and title of the contests a question can be kept back for: those not opened yet."""
    with platform.store.reading() as session:
        rows = session.scalars(select(Contest).where(Contest.kind == "contest").order_by(Contest.id.desc()))
        return [(row.id, row.title) for row in rows if not _has_opened(platform, row, now_ms)]


def _refuse_unless_over(platform: Platform, session: Session, question: QuestionRow, now_ms: int) -> None:
    row = session.get(Contest, question.sealed_for) if question.sealed_for else None
    if row is not None and not _is_over(platform, row, now_ms):
        raise InvalidInput(NOT_CLOSED, title=row.title)


def _is_over(platform: Platform, row: Contest, now_ms: int) -> bool:
    """Return whether nobody waits for a contest any more: its last stage has closed, or it is a draft."""
    return row.rules_id is None or now_ms >= published(platform, row.rules_id).closes_ms


def _has_opened(platform: Platform, row: Contest, now_ms: int) -> bool:
    if row.rules_id is None:
        return False
    stages = published(platform, row.rules_id).document.stages
    return now_ms >= min(stage.calendar.opens_ms for stage in stages)


def ending(platform: Platform, day: str, size: int = 50) -> list[tuple[int, str, str]]:
    """Return version, stem and last day of what is in use and ends by a day (ISO), the earliest first."""
    with platform.store.reading() as session:
        rows = session.execute(
            select(QuestionVersion.id, QuestionVersion.stem, QuestionVersion.valid_until)
            .join(QuestionRow, QuestionRow.id == QuestionVersion.question_id)
            .join(Import, Import.id == QuestionRow.import_id)
            .where(
                QuestionVersion.valid_until <= day,
                Import.state == "visible",
                QuestionRow.retired_ms.is_(None),
                is_in_use(),
            )
            .order_by(QuestionVersion.valid_until, QuestionVersion.id)
            .limit(size)
        )
        return [(version_id, stem, last or "") for version_id, stem, last in rows]
