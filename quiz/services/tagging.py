"""Giving tags to many questions and taking them away: each change of a question's tags is a version."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from question_bank.bounds import REGION, VALID_UNTIL, tagged, valid_until
from question_bank.formats.checks import NOT_A_DATE
from question_bank.question import Question
from question_bank.searched import LONGEST_FACET, LONGEST_VALUE
from quiz.errors import N_, InvalidInput
from quiz.models.bank import IN_REVIEW, READY, Import, QuestionVersion, is_newest
from quiz.models.bank import Question as QuestionRow
from quiz.services.platform import Actor
from quiz.services.second_person import SUBMITTED, VOUCHED, is_alone, said
from quiz.services.versions import add_newest, proved_as, version_of

DECIDES = (REGION, VALID_UNTIL)  # facets that decide by what a question may be drawn
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


def change(session: Session, question_ids: Sequence[int], tag: Tag, actor: Actor, off: bool = False) -> int:
    """Give some questions a tag, or take it away (`off`); returns how many that changed. On record.

    Contests keep the versions that they froze. A version with another tag is as ready as the one before, its
    author stays, and what was measured of the wording holds: nobody has to review or answer it again. Only
    where the tag decides by what a question may be drawn (`DECIDES`), what was ready waits for a second
    person as an edit does, and the version before stays in use; where there is nobody else, it is vouched
    for. Raises IntegrityError where an edit took the number of a version.
    """
    decides = tag[0] in DECIDES
    verdict = (VOUCHED if is_alone(session, actor) else SUBMITTED) if decides else ""
    questions, versions, changed = [], [], []
    for row in _newest(session, question_ids):
        before = Question.from_dict(row.content)
        question = replace(before, tags=_without(before.tags, tag) if off else tagged(before.tags, *tag))
        if question == before:
            continue
        waits = verdict == SUBMITTED and row.state == READY
        version = version_of(
            row.question_id,
            question,
            actor.now_ms,
            number=row.number + 1,
            state=IN_REVIEW if waits else row.state,
            author_id=actor.person_id if waits else row.author_id,
            proved_as=proved_as(row, question),
        )
        questions.append(question)
        versions.append(version)
        if row.state == READY:
            changed.append(version)
    if versions:
        add_newest(session, versions, questions)
        if verdict:
            session.add_all(said(version.id, actor, verdict) for version in changed)
        detail = {"rows": len(versions), "questions": [version.question_id for version in versions]}
        more = {"state": IN_REVIEW} if verdict == SUBMITTED else {"review": VOUCHED} if verdict else {}
        action = "bank.untag" if off else "bank.tag"
        session.add(actor.audit(action, "：".join(tag), json.dumps(detail | more)))
    return len(versions)


def _newest(session: Session, question_ids: Sequence[int]) -> Sequence[QuestionVersion]:
    """Return the newest versions of questions, locked until the transaction ends."""
    return session.scalars(
        select(QuestionVersion)
        .join(QuestionRow, QuestionRow.id == QuestionVersion.question_id)
        .join(Import, Import.id == QuestionRow.import_id)
        .where(QuestionRow.id.in_(question_ids), Import.state == "visible", is_newest())
        .order_by(QuestionVersion.id)
        .with_for_update(of=QuestionRow)
    ).all()


def _without(tags: Mapping[str, tuple[str, ...]], tag: Tag) -> dict[str, tuple[str, ...]]:
    left = {facet: tuple(v for v in values if (facet, v) != tag) for facet, values in tags.items()}
    return {facet: values for facet, values in left.items() if values or not tags[facet]}
