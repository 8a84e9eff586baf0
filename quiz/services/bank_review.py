"""Reviewing versions of questions: hand in, approve, send back, and what waits for whom."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from question_bank.question import Question
from quiz.errors import N_, InvalidInput
from quiz.models.accounts import Identity
from quiz.models.bank import DRAFT, IN_REVIEW, READY, Import, QuestionVersion, is_newest
from quiz.models.bank import Question as QuestionRow
from quiz.services.platform import Actor, Platform
from quiz.services.second_person import (
    APPROVED,
    NOT_ALONE,
    OWN,
    RETURNED,
    SUBMITTED,
    VOUCHED,
    is_alone,
    said,
    version_row,
)
from quiz.services.versions import raise_number

Selected = TypeVar("Selected", bound=Select[*tuple[Any, ...]])  # Any: whatever columns are asked for
LONGEST_COMMENT = 1_000  # characters
NOT_NEWEST = N_("这道题已经有更新的一版，请审最新的一版。")
NOT_WAITING = N_("这一版不在待审状态，可能刚刚有人审过。")
NO_DRAFT = N_("这一版不是草稿，不能送审。")
NO_COMMENT = N_("请写明为什么退回、要改什么，写题的人才知道怎么改。")
LONG_COMMENT = N_("意见太长，最多 %(most)s 个字。")


@dataclass(frozen=True)
class Waiting:
    """A version that waits for a second person."""

    version_id: int
    number: int
    question: Question
    state: str  # IN_REVIEW, or DRAFT among one's own
    writer: str  # "": not known
    written_ms: int
    before: int | None  # the version in use, None: a new question


def submit(platform: Platform, version_id: int, actor: Actor) -> None:
    """Hand a draft in for review; the second of two clicks changes nothing. Raises NotFound, InvalidInput."""

    def change(_session: Session, row: QuestionVersion) -> str | None:
        if row.state == IN_REVIEW:
            return None
        if row.state != DRAFT:
            raise InvalidInput(NO_DRAFT)
        row.state = IN_REVIEW
        return SUBMITTED

    _change(platform, version_id, actor, change)


def approve(
    platform: Platform, version_id: int, actor: Actor, comment: str = "", alone: bool = False
) -> None:
    """Put a version in use instead of the one before; raises NotFound, InvalidInput.

    Its writer may not, unless they say (`alone`) that nobody else is there, and nobody is.
    """

    def change(session: Session, row: QuestionVersion) -> str | None:
        if row.state == READY:
            return None
        if row.state != IN_REVIEW:
            raise InvalidInput(NOT_WAITING)
        is_own = row.author_id is not None and row.author_id == actor.person_id
        if is_own and not alone:
            raise InvalidInput(OWN)
        if is_own and not is_alone(session, actor):
            raise InvalidInput(NOT_ALONE)
        row.state = READY
        return VOUCHED if is_own else APPROVED

    _change(platform, version_id, actor, change, comment)


def approve_tags(session: Session, question_ids: Sequence[int], actor: Actor) -> int:
    """Put in use what asks the same as what is in use, where somebody else changed tags or difficulty.

    Returns how many that were: all others wait to be read one by one.
    """
    in_use = aliased(QuestionVersion)
    has_same_wording = (
        select(in_use.id)
        .where(
            in_use.question_id == QuestionVersion.question_id,
            in_use.state == READY,
            func.coalesce(in_use.proved_as, in_use.id) == QuestionVersion.proved_as,
        )
        .exists()
    )
    is_waiting = (QuestionVersion.state == IN_REVIEW) & ~_is_of(actor.person_id) & has_same_wording
    rows = session.scalars(
        _newest(select(QuestionVersion))
        .where(QuestionRow.id.in_(question_ids), is_waiting)
        .order_by(QuestionVersion.id)
        .with_for_update(of=QuestionVersion)
    ).all()
    for row in rows:
        row.state = READY
        session.add(said(row.id, actor, APPROVED))
    if rows:
        changed = [row.question_id for row in rows]
        raise_number(session, changed)
        session.add(actor.audit("bank.approved", str(len(rows)), json.dumps({"questions": changed})))
    return len(rows)


def send_back(platform: Platform, version_id: int, actor: Actor, comment: str) -> None:
    """Make a version a draft again, with what is to be changed; raises NotFound, InvalidInput.

    Its writer may take it back as well.
    """

    def change(_session: Session, row: QuestionVersion) -> str | None:
        if row.state == DRAFT:
            return None
        if row.state != IN_REVIEW:
            raise InvalidInput(NOT_WAITING)
        if not comment.strip():
            raise InvalidInput(NO_COMMENT)
        row.state = DRAFT
        return RETURNED

    _change(platform, version_id, actor, change, comment)


def waiting(platform: Platform, person_id: int | None, first: int = 0, size: int = 50) -> list[Waiting]:
    """Return what waits for a person, the oldest first: nothing that they wrote themselves."""
    with platform.store.reading() as session:
        return _listed(session, (QuestionVersion.state == IN_REVIEW) & ~_is_of(person_id), first, size)


def own(platform: Platform, person_id: int | None, size: int = 50) -> list[Waiting]:
    """Return what a person wrote that is not in use yet, the oldest first: in review, or a draft."""
    is_open = QuestionVersion.state.in_((IN_REVIEW, DRAFT))
    with platform.store.reading() as session:
        return _listed(session, is_open & _is_of(person_id), 0, size)


def count(platform: Platform, person_id: int | None) -> tuple[int, int]:
    """Return how many versions wait for a person, and how many of their own are not in use yet."""
    is_own = _is_of(person_id)
    is_waiting = QuestionVersion.state == IN_REVIEW
    with platform.store.reading() as session:
        wanted = select(func.count().filter(is_waiting & ~is_own), func.count().filter(is_own))
        waits, owned = session.execute(
            _newest(wanted).where(QuestionVersion.state.in_((IN_REVIEW, DRAFT)))
        ).one()
    return waits, owned


def can_review_alone(platform: Platform, actor: Actor) -> bool:
    """Return whether there is nobody else who could review."""
    with platform.store.reading() as session:
        return is_alone(session, actor)


def _change(
    platform: Platform,
    version_id: int,
    actor: Actor,
    change: Callable[[Session, QuestionVersion], str | None],
    comment: str = "",
) -> None:
    """Change a version's state under a lock and put on record what was said; None: nothing is to change."""
    comment = comment.strip()
    if len(comment) > LONGEST_COMMENT:
        raise InvalidInput(LONG_COMMENT, most=LONGEST_COMMENT)
    with platform.store.writing() as session:
        row = version_row(session, version_id, lock=True)
        verdict = change(session, row)
        if verdict is None:
            return
        if session.get_one(QuestionRow, row.question_id).newest_id != version_id:
            raise InvalidInput(NOT_NEWEST)
        raise_number(session, [row.question_id])
        session.add(said(version_id, actor, verdict, comment))
        detail = {"version": version_id, **({"comment": comment} if comment else {})}
        session.add(actor.audit(f"bank.{verdict}", row.stem, json.dumps(detail, ensure_ascii=False)))


def _newest(wanted: Selected) -> Selected:
    return (
        wanted.select_from(QuestionVersion)
        .join(QuestionRow, QuestionRow.id == QuestionVersion.question_id)
        .join(Import, Import.id == QuestionRow.import_id)
        .where(Import.state == "visible", is_newest())
    )


def _is_of(person_id: int | None) -> ColumnElement[bool]:
    return func.coalesce(QuestionVersion.author_id, 0) == (person_id or -1)


def _listed(session: Session, which: ColumnElement[bool], first: int, size: int) -> list[Waiting]:
    earlier = aliased(QuestionVersion)
    in_use = (
        select(func.max(earlier.id))
        .where(earlier.question_id == QuestionVersion.question_id, earlier.state == READY)
        .correlate(QuestionVersion)
        .scalar_subquery()
    )
    rows = session.execute(
        _newest(select(QuestionVersion, Identity.nickname, in_use))
        .outerjoin(Identity, Identity.person_id == QuestionVersion.author_id)
        .where(which)
        .order_by(QuestionVersion.id)
        .offset(first)
        .limit(size)
    )
    return [
        Waiting(v.id, v.number, Question.from_dict(v.content), v.state, name or "", v.created_ms, before)
        for v, name, before in rows
    ]
