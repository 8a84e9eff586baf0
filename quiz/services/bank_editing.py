"""Editing a question of the bank: every change is a version of its own, contests keep what they froze."""

from __future__ import annotations

import json

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from question_bank.question import Question
from quiz.errors import N_, InvalidInput
from quiz.models.bank import IN_REVIEW, READY, QuestionVersion
from quiz.services import media
from quiz.services.platform import Actor, Platform
from quiz.services.second_person import VOUCHED, refuse_unless_alone, said, version_row
from quiz.services.versions import add_newest, version_of


def edit(
    platform: Platform, version_id: int, question: Question, actor: Actor, becomes: str = IN_REVIEW
) -> int:
    """Store a question's new wording and return its version; the same wording stays the version it is.

    What was ready stays in use until the new version is. `becomes`: DRAFT, IN_REVIEW, or READY where nobody
    else is there to review it. Raises NotFound, InvalidInput where somebody else has changed it since.
    """
    try:
        with platform.store.writing() as session:
            row = version_row(session, version_id)
            if row.content == json.loads(json.dumps(media.by_digest(question).as_dict())):
                return version_id
            newest = session.scalar(
                select(func.max(QuestionVersion.number)).where(QuestionVersion.question_id == row.question_id)
            )
            if newest != row.number:
                raise InvalidInput(CHANGED)
            if becomes == READY:
                refuse_unless_alone(session, actor)
            version = version_of(
                row.question_id,
                question,
                actor.now_ms,
                number=row.number + 1,
                state=becomes,
                author_id=actor.person_id,
            )
            add_newest(session, [version], [question])
            if becomes == READY:
                session.add(said(version.id, actor, VOUCHED))
            changed = json.dumps({"version": version.id, "before": version_id, "state": becomes})
            session.add(actor.audit("bank.edit", question.stem, changed))
            return version.id
    except IntegrityError as error:  # two at the same moment: the number is unique
        raise InvalidInput(CHANGED) from error


CHANGED = N_("这道题已经有更新的一版，可能刚刚被别人改过。请打开最新的一版再改。")
