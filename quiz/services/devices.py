"""Where a person is signed in: devices with when and roughly what, and ending one or all at once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from quiz.errors import NotFound
from quiz.models.accounts import SignIn
from quiz.services.platform import Actor, Platform
from quiz.services.secrets import digest
from quiz.services.selves import revoke

KEY_LENGTH = 16  # characters of the stored hash that name a device on its owner's page


@dataclass(frozen=True)
class Device:
    """One device that is signed in."""

    key: str
    told: str  # roughly what it is, as the web floor has written it; "" where nothing is known
    since_ms: int
    is_this: bool  # the one that asks


def note(platform: Platform, token: str, told: str) -> None:
    """Note roughly what device signed in with this token."""
    with platform.store.writing() as session:
        session.execute(
            update(SignIn).where(SignIn.digest == digest(platform.secret, "sign-in", token)).values(told=told)
        )


def of_person(platform: Platform, person_id: int, token: str, now_ms: int) -> list[Device]:
    """Return where a person is signed in, the latest first; `token`: of the device that asks."""
    this = digest(platform.secret, "sign-in", token)
    with platform.store.reading() as session:
        rows = session.scalars(
            select(SignIn)
            .where(*_open(person_id), SignIn.expires_ms > now_ms)
            .order_by(SignIn.created_ms.desc(), SignIn.digest)
        ).all()
    return [Device(r.digest[:KEY_LENGTH], r.told, r.created_ms, r.digest == this) for r in rows]


def end_one(platform: Platform, person_id: int, key: str, now_ms: int) -> None:
    """Sign one device of a person out; raises NotFound where it is none of theirs."""
    if len(key) != KEY_LENGTH:
        raise NotFound()
    with platform.store.writing() as session:
        if not _end(session, person_id, now_ms, SignIn.digest.startswith(key, autoescape=True)):
            raise NotFound()


def end_others(platform: Platform, person_id: int, token: str, now_ms: int) -> int:
    """Sign every device of a person out but the one that asks; returns how many."""
    this = digest(platform.secret, "sign-in", token)
    with platform.store.writing() as session:
        return _end(session, person_id, now_ms, SignIn.digest != this)


def end_all_by_desk(platform: Platform, person_id: int, actor: Actor) -> int:
    """Sign a person out everywhere, and put it on record; returns how many devices it were."""
    with platform.store.writing() as session:
        ended = end_all(session, person_id, actor.now_ms)
        session.add(actor.audit("people.sign_out", f"{person_id}: {ended}"))
    return ended


def end_all(session: Session, person_id: int, now_ms: int) -> int:
    """Sign a person out everywhere, in a transaction, with everything signed for them; returns how many."""
    return _end(session, person_id, now_ms)


def _end(session: Session, person_id: int, now_ms: int, *which: ColumnElement[bool]) -> int:
    ended = session.execute(
        update(SignIn).where(*_open(person_id), *which).values(revoked_ms=now_ms).returning(SignIn.digest)
    ).all()
    if ended:
        revoke(session, person_id)
    return len(ended)


def _open(person_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return SignIn.person_id == person_id, SignIn.revoked_ms.is_(None)
