"""Deleting an account: what tells who somebody is goes at once, their results stay without a name."""

from __future__ import annotations

import orjson
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from quiz.errors import N_, NotAllowed, NotFound
from quiz.models.accounts import About, Audit, Identity, Person, SignIn
from quiz.models.joining import JoinWish
from quiz.models.learning import DailyAnswer, Doubt, Learned
from quiz.models.privacy import Consent, WinnerName
from quiz.models.seats import Seat
from quiz.models.subjects import OneTimeCode, Subject
from quiz.rules.permissions import Role
from quiz.services.platform import Actor, Platform
from quiz.services.selves import revoke, selves_of
from quiz.services.winnings import won_by

TELLING = ("people.about", "people.unit")  # actions whose detail tells about a person


def erase(platform: Platform, person_id: int, by: str, actor: Actor) -> bool:
    """Delete an account for good; returns whether there was one: again changes nothing.

    `by`: whose wish it is: owner, guardian, retention. The number, groups and units of the person stay,
    because results count for them; a winner's name stays for the desk until prizes are handed over. What was
    joined into an account goes with it, and not without it. Raises NotAllowed for an organizer, NotFound.
    """
    with platform.store.writing() as session:
        person = session.get(Person, person_id, with_for_update=True)
        if person is None:
            raise NotFound()
        if person.role != Role.PARTICIPANT:
            raise NotAllowed(N_("组织者的账号不能在这里注销。"))
        identity = session.get(Identity, person_id)
        if identity is None or person.joined_into not in (None, person_id):
            return False
        name = identity.name or identity.nickname
        for each in selves_of(session, person_id):
            _keep_for_prizes(platform, session, each, name, actor.now_ms)
            _delete_identity(session, each)
            _empty_what_stays(session, each)
        revoke(session, person_id)
        detail = orjson.dumps({"by": by}).decode()
        session.add(actor.audit("people.erase", str(person_id), detail))
    return True


def _keep_for_prizes(platform: Platform, session: Session, person_id: int, name: str, now_ms: int) -> None:
    """Keep the name of somebody who won until prizes are handed over."""
    until_ms = max((each.keep_until_ms for each in won_by(platform, person_id)), default=0)
    if until_ms > now_ms:
        session.merge(WinnerName(person_id=person_id, name=name, until_ms=until_ms))


def _delete_identity(session: Session, person_id: int) -> None:
    """Delete the rows that tell who somebody is, how they sign in, and what they practised."""
    keys = select(Subject.key).where(Subject.person_id == person_id)
    session.execute(delete(OneTimeCode).where(OneTimeCode.key.in_(keys)))
    for table in (Subject, SignIn, Seat, Learned, DailyAnswer, Identity):
        session.execute(delete(table).where(table.person_id == person_id))


def _empty_what_stays(session: Session, person_id: int) -> None:
    """Empty what tells about a person in rows that have to stay."""
    session.execute(update(About).where(About.person_id == person_id).values(born="", grade="", extra=""))
    session.execute(update(Consent).where(Consent.person_id == person_id).values(guardian=""))
    waits = or_(JoinWish.person_id == person_id, JoinWish.into_id == person_id) & (JoinWish.verdict == "")
    session.execute(update(JoinWish).where(waits).values(verdict="gone"))
    session.execute(update(Doubt).where(Doubt.person_id == person_id).values(words=""))
    session.execute(
        update(Audit).where(Audit.action.in_(TELLING), Audit.subject == str(person_id)).values(detail="{}")
    )
