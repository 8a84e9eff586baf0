"""Editing a question of the bank: every change is a version of its own, contests keep what they froze."""

from __future__ import annotations

import json

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from question_bank.question import Question
from quiz.errors import N_, InvalidInput, NotFound
from quiz.models.bank import Import, QuestionVersion
from quiz.models.bank import Question as QuestionRow
from quiz.services import media
from quiz.services.platform import Actor, Platform
from quiz.services.versions import add_newest, version_of


def edit(platform: Platform, version_id: int, question: Question, actor: Actor) -> int:
    """Store a question's new wording and return its version; the same wording stays the version it is.

    Raises NotFound, and InvalidInput where somebody else has changed it since.
    """
    try:
        with platform.store.writing() as session:
            row = session.scalar(
                select(QuestionVersion)
                .join(QuestionRow, QuestionRow.id == QuestionVersion.question_id)
                .join(Import, Import.id == QuestionRow.import_id)
                .where(QuestionVersion.id == version_id, Import.state == "visible")
            )
            if row is None:
                raise NotFound(N_("题库里没有这道题，可能它的导入已被撤销。"))
            if row.content == json.loads(json.dumps(media.by_digest(question).as_dict())):
                return version_id
            newest = session.scalar(
                select(func.max(QuestionVersion.number)).where(QuestionVersion.question_id == row.question_id)
            )
            if newest != row.number:
                raise InvalidInput(CHANGED)
            version = version_of(row.question_id, question, actor.now_ms, number=row.number + 1)
            add_newest(session, [version], [question])
            changed = json.dumps({"version": version.id, "before": version_id})
            session.add(actor.audit("bank.edit", question.stem, changed))
            return version.id
    except IntegrityError as error:  # two at the same moment: the number is unique
        raise InvalidInput(CHANGED) from error


CHANGED = N_("这道题已经有更新的一版，可能刚刚被别人改过。请打开最新的一版再改。")
