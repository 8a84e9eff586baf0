"""Wishes to join accounts that took part in the same contest: asked by the person, decided at the desk."""

from __future__ import annotations

from dataclasses import dataclass

import orjson
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from quiz.errors import N_, ChangedMeanwhile, InvalidInput, NotAllowed, NotFound
from quiz.models.accounts import Person
from quiz.models.joining import JoinWish
from quiz.services.everywhere import announce_all
from quiz.services.guests import Changed
from quiz.services.joining import Proposal, carry_out, locked, proposed
from quiz.services.platform import Actor, Platform

OPEN, JOINED, DECLINED = "", "joined", "declined"  # and "gone", where one of the two was deleted
MOST_LISTED = 50
LONGEST_REASON = 200  # characters


@dataclass(frozen=True)
class Wish:
    """One wish as the desk sees it."""

    wish_id: int
    asked_ms: int
    proposal: Proposal


@dataclass(frozen=True)
class Answer:
    """What became of the latest wish of a person."""

    verdict: str  # OPEN while it waits, DECLINED
    because: str


def ask(platform: Platform, person_id: int, proven_id: int, now_ms: int) -> None:
    """Ask the desk to decide about two accounts, both proven; again changes nothing. Raises NotAllowed."""
    with platform.store.writing() as session:
        heads = locked(session, (person_id, proven_id))
        if heads is None:
            return
        found = proposed(platform, session, heads, now_ms)
        stays, goes = found.stays.person_id, found.goes.person_id
        waits = select(JoinWish.id).where(
            JoinWish.into_id == stays, JoinWish.person_id == goes, JoinWish.verdict == OPEN
        )
        if session.scalar(waits) is None:
            session.add(JoinWish(person_id=goes, into_id=stays, asked_ms=now_ms))


def waiting(platform: Platform, now_ms: int) -> list[Wish]:
    """Return the wishes that wait for a decision, the oldest first."""
    with platform.store.reading() as session:
        rows = session.scalars(
            select(JoinWish).where(JoinWish.verdict == OPEN).order_by(JoinWish.id).limit(MOST_LISTED)
        ).all()
        found = []
        for row in rows:
            heads = [session.get_one(Person, each) for each in (row.person_id, row.into_id)]
            try:
                found.append(Wish(row.id, row.asked_ms, proposed(platform, session, heads, now_ms)))
            except NotAllowed:  # one of them is gone, or on a roster by now: it can only be declined
                continue
    return found


def count_waiting(platform: Platform) -> int:
    """Return how many wishes wait for a decision."""
    with platform.store.reading() as session:
        wanted = select(func.count()).select_from(JoinWish).where(JoinWish.verdict == OPEN)
        return session.scalar(wanted) or 0


def answer_of(platform: Platform, person_id: int) -> Answer | None:
    """Return what became of the latest wish that names a person, None where there is nothing to tell."""
    with platform.store.reading() as session:
        row = session.scalars(
            select(JoinWish)
            .where(or_(JoinWish.person_id == person_id, JoinWish.into_id == person_id))
            .order_by(JoinWish.id.desc())
            .limit(1)
        ).first()
        if row is None or row.verdict not in (OPEN, DECLINED):
            return None
        return Answer(row.verdict, row.because)


def accept(platform: Platform, wish_id: int, actor: Actor) -> None:
    """Join two accounts of which in every contest at most one counts any more; again changes nothing.

    Raises NotFound, ChangedMeanwhile, and NotAllowed where a contest still counts both.
    """
    changed: Changed = {}
    with platform.store.writing() as session:
        row = _wish(session, wish_id)
        if row.verdict == JOINED:
            return
        if row.verdict != OPEN:
            raise ChangedMeanwhile()
        heads = locked(session, (row.person_id, row.into_id))
        if heads is not None:
            found = proposed(platform, session, heads, actor.now_ms)
            if not found.is_decided:
                raise NotAllowed(N_("还有比赛里两边都算数。请先取消其中一方的资格，再合并。"))
            changed = carry_out(platform, session, found, actor)
        _decide(row, JOINED, "", actor)
    announce_all(platform, changed)


def decline(platform: Platform, wish_id: int, because: str, actor: Actor) -> None:
    """Refuse to join two accounts, with a reason that the person reads. Raises NotFound, InvalidInput."""
    because = " ".join(because.split())[:LONGEST_REASON]
    if not because:
        raise InvalidInput(N_("请写明不合并的理由，本人会看到。"))
    with platform.store.writing() as session:
        row = _wish(session, wish_id)
        if row.verdict != OPEN:
            raise ChangedMeanwhile()
        _decide(row, DECLINED, because, actor)
        detail = orjson.dumps({"person": row.person_id, "because": because}).decode()
        session.add(actor.audit("people.join_declined", str(row.into_id), detail))


def _wish(session: Session, wish_id: int) -> JoinWish:
    row = session.get(JoinWish, wish_id, with_for_update=True)
    if row is None:
        raise NotFound()
    return row


def _decide(row: JoinWish, verdict: str, because: str, actor: Actor) -> None:
    row.verdict, row.because = verdict, because
    row.decided_ms, row.actor_id = actor.now_ms, actor.person_id
