"""Giving tags to many questions and taking them away: each change of a question's tags is a version."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from question_bank.bounds import VALID_UNTIL, tagged, valid_until
from question_bank.formats.checks import NOT_A_DATE
from question_bank.question import Question
from question_bank.searched import LONGEST_FACET, LONGEST_VALUE
from quiz.errors import N_, InvalidInput
from quiz.models.bank import Import, QuestionVersion, is_newest
from quiz.models.bank import Question as QuestionRow
from quiz.services.platform import Actor, Platform
from quiz.services.versions import add_newest, proved_as, version_of

AT_ONCE = 100  # questions in a transaction, so that answers never wait long
TRIES = 3  # of such a part, where somebody else changes one of its questions at the same moment
Tag = tuple[str, str]  # facet, value


def checked(facet: str, value: str) -> Tag:
    """Return a tag as it is stored; raises InvalidInput for one that cannot be."""
    facet, value = " ".join(facet.split()), " ".join(value.split())
    if not facet or not value:
        raise InvalidInput(N_("请写明标签的类别和内容，例如类别“主题”、内容“防灾减灾”。"))
    if len(facet) > LONGEST_FACET or len(value) > LONGEST_VALUE:
        raise InvalidInput(
            N_("标签太长：类别最多 %(facet)s 个字，内容最多 %(value)s 个字。"),
            facet=LONGEST_FACET,
            value=LONGEST_VALUE,
        )
    if facet == VALID_UNTIL:
        try:
            valid_until({facet: (value,)})
        except ValueError as error:
            raise InvalidInput(NOT_A_DATE, text=value) from error
    return facet, value


def tag(platform: Platform, question_ids: Sequence[int], tag: Tag, actor: Actor, off: bool = False) -> int:
    """Give questions a tag, or take it away (`off`); returns how many that changed.

    Contests keep the versions that they froze. A version with other tags is as ready as the one before, its
    author stays, and what was measured of the wording holds: nobody has to review or answer it again. Each
    part is on record with what it changed.
    """
    changed = 0
    for start in range(0, len(question_ids), AT_ONCE):
        changed += _part(platform, question_ids[start : start + AT_ONCE], tag, actor, off)
    return changed


def _part(platform: Platform, question_ids: Sequence[int], tag: Tag, actor: Actor, off: bool) -> int:
    for tried in range(1, TRIES + 1):
        try:
            with platform.store.writing() as session:
                return _change(session, question_ids, tag, actor, off)
        except IntegrityError:  # an edit took the number of the version
            if tried == TRIES:
                raise
    return 0


def _change(session: Session, question_ids: Sequence[int], tag: Tag, actor: Actor, off: bool) -> int:
    rows = session.scalars(
        select(QuestionVersion)
        .join(QuestionRow, QuestionRow.id == QuestionVersion.question_id)
        .join(Import, Import.id == QuestionRow.import_id)
        .where(QuestionRow.id.in_(question_ids), Import.state == "visible", is_newest())
        .order_by(QuestionVersion.id)
        .with_for_update(of=QuestionRow)
    ).all()
    questions, versions = [], []
    for row in rows:
        before = Question.from_dict(row.content)
        question = replace(before, tags=_without(before.tags, tag) if off else tagged(before.tags, *tag))
        if question == before:
            continue
        questions.append(question)
        versions.append(
            version_of(
                row.question_id,
                question,
                actor.now_ms,
                number=row.number + 1,
                state=row.state,
                author_id=row.author_id,
                proved_as=proved_as(row, question),
            )
        )
    if versions:
        add_newest(session, versions, questions)
        detail = {"rows": len(versions), "questions": [version.question_id for version in versions]}
        action = "bank.untag" if off else "bank.tag"
        session.add(actor.audit(action, "：".join(tag), json.dumps(detail)))
    return len(versions)


def _without(tags: Mapping[str, tuple[str, ...]], tag: Tag) -> dict[str, tuple[str, ...]]:
    left = {facet: tuple(v for v in values if (facet, v) != tag) for facet, values in tags.items()}
    return {facet: values for facet, values in left.items() if values or not tags[facet]}
