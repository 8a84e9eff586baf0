"""Editing a question of the bank: every change is a version of its own, contests keep what they froze."""

from __future__ import annotations

import json
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from question_bank.attached import shown
from question_bank.question import Question
from question_bank.searched import folded
from quiz.errors import N_, InvalidInput
from quiz.models.bank import IN_REVIEW, READY, Import, QuestionVersion
from quiz.models.bank import Question as QuestionRow
from quiz.services import media
from quiz.services.platform import Actor, Platform
from quiz.services.second_person import VOUCHED, refuse_unless_alone, said, version_row
from quiz.services.versions import add_newest, proved_as, version_of


def edit(
    platform: Platform,
    version_id: int,
    question: Question,
    actor: Actor,
    becomes: str = IN_REVIEW,
    *,
    is_for_all: bool = False,
) -> int:
    """Store a question's new wording and return its version; the same wording stays the version it is.

    What was ready stays in use until the new version is. `becomes`: DRAFT, IN_REVIEW, or READY where nobody
    else is there to review it. `is_for_all`: the material is changed in all questions that have it, each
    getting a version. Raises NotFound, InvalidInput where somebody else has changed it since.
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
            others = _with_its_material(session, row) if is_for_all else []
            rows = [row, *others]
            questions = [question, *(_about(Question.from_dict(each.content), question) for each in others)]
            versions = [
                version_of(
                    each.question_id,
                    asked,
                    actor.now_ms,
                    number=each.number + 1,
                    state=becomes,
                    author_id=actor.person_id,
                    proved_as=proved_as(each, asked),
                )
                for each, asked in zip(rows, questions, strict=True)
            ]
            add_newest(session, versions, questions)
            for version, before in zip(versions, rows, strict=True):
                if becomes == READY:
                    session.add(said(version.id, actor, VOUCHED))
                changed = json.dumps({"version": version.id, "before": before.id, "state": becomes})
                session.add(actor.audit("bank.edit", version.stem, changed))
            return versions[0].id
    except IntegrityError as error:  # two at the same moment: the number is unique
        raise InvalidInput(CHANGED) from error


def others_of_material(platform: Platform, version_id: int) -> int:
    """Return how many other questions of the bank have the material of this version."""
    with platform.store.reading() as session:
        return len(_with_its_material(session, version_row(session, version_id)))


def _with_its_material(session: Session, row: QuestionVersion) -> list[QuestionVersion]:
    """Return the newest versions of the other questions with the same material, in the order of the bank."""
    own = Question.from_dict(row.content)
    if own.material is None:
        return []
    found = session.scalars(
        select(QuestionVersion)
        .join(QuestionRow, QuestionRow.newest_id == QuestionVersion.id)
        .join(Import, Import.id == QuestionRow.import_id)
        .where(
            Import.state == "visible",
            QuestionRow.id != row.question_id,
            QuestionRow.searched.contains(folded(own.material.text), autoescape=True),
        )
        .order_by(QuestionRow.id)
    )
    return [each for each in found if Question.from_dict(each.content).material_name == own.material_name]


def _about(other: Question, question: Question) -> Question:
    """Return another question with the material of this one, and with the media that the material shows."""
    has = {medium.name for medium in other.media}
    shows = shown(question.material.text) if question.material is not None else ()
    more = [medium for medium in question.media if medium.name in shows and medium.name not in has]
    return replace(other, material=question.material, media=(*other.media, *more))


CHANGED = N_("这道题已经有更新的一版，可能刚刚被别人改过。请打开最新的一版再改。")
