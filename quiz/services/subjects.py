"""By what a person is known elsewhere: finding who it is, and adding one more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quiz.errors import N_, NotAllowed
from quiz.models.accounts import Person
from quiz.models.subjects import Subject
from quiz.services.everywhere import announce_all
from quiz.services.guests import become_known
from quiz.services.platform import Platform
from quiz.services.sealing import look_up_keys, seal, unseal
from quiz.services.selves import selves_of

HIDDEN = "*"
RESEALED_AT_ONCE = 200  # rows of a transaction


class KnownAsAnother(NotAllowed):
    """It leads to another person already."""

    code = "known_as_another"
    message = N_("它已经属于另一个账号，两个账号的成绩不会自动合并。请先退出，再用它登录。")


class Taken(Exception):
    """It leads to somebody under an older key, which no constraint of the database can see."""


@dataclass(frozen=True)
class Proven:
    """Something that somebody has just proven to be theirs."""

    way: str
    text: str  # a number, an address, an id: normalised
    called: str = ""  # what they are called there, where that was told


@dataclass(frozen=True)
class Known:
    """By what a person is known, as it may be shown to them."""

    way: str
    masked: str
    since_ms: int


def person_of(platform: Platform, proven: Proven) -> int | None:
    """Return the person this leads to, None where it leads to nobody yet."""
    with platform.store.reading() as session:
        return _owner(session, proven.way, look_up_keys(platform.contact_keys, proven.way, proven.text))


def attach(platform: Platform, person_id: int, proven: Proven, now_ms: int) -> None:
    """Let it lead to a person from now on; again changes nothing. Raises KnownAsAnother."""
    try:
        with platform.store.writing() as session:
            changed = become_known(platform, session, selves_of(session, person_id), now_ms)
            add_subject(platform, session, person_id, proven, now_ms)
        announce_all(platform, changed)
    except (IntegrityError, Taken):
        if person_of(platform, proven) != person_id:
            raise KnownAsAnother() from None


def add_subject(platform: Platform, session: Session, person_id: int, proven: Proven, now_ms: int) -> None:
    """Add it to a transaction, which fails with an IntegrityError or Taken where it leads to somebody."""
    newest, *older = look_up_keys(platform.contact_keys, proven.way, proven.text)
    if _owner(session, proven.way, older) is not None:  # nothing new is written under older keys
        raise Taken()
    session.add(
        Subject(
            way=proven.way,
            key=newest,
            person_id=person_id,
            sealed=seal(platform.contact_keys, proven.way, proven.text),
            since_ms=now_ms,
        )
    )
    still_guest = (Person.id == person_id) & Person.known_ms.is_(None)
    session.execute(update(Person).where(still_guest).values(known_ms=now_ms))
    session.flush()


def known(platform: Platform, person_id: int) -> list[Known]:
    """Return by what a person is known, masked."""
    with platform.store.reading() as session:
        rows = session.scalars(
            select(Subject).where(Subject.person_id == person_id).order_by(Subject.since_ms, Subject.way)
        ).all()
    return [
        Known(row.way, masked(row.way, unseal(platform.contact_keys, row.way, row.sealed)), row.since_ms)
        for row in rows
    ]


def reseal(platform: Platform) -> int:
    """Seal what is not yet under the newest key, and return how much it was; again changes nothing."""
    count, after = 0, ("", "")
    while True:
        with platform.store.writing() as session:
            rows = session.scalars(
                select(Subject)
                .where(tuple_(Subject.way, Subject.key) > after)
                .order_by(Subject.way, Subject.key)
                .limit(RESEALED_AT_ONCE)
            ).all()
            if not rows:
                return count
            after = (rows[-1].way, rows[-1].key)
            for row in rows:
                text = unseal(platform.contact_keys, row.way, row.sealed)
                newest = look_up_keys(platform.contact_keys, row.way, text)[0]
                if row.key != newest:
                    row.key, row.sealed = newest, seal(platform.contact_keys, row.way, text)
                    count += 1


def _owner(session: Session, way: str, keys: Sequence[str]) -> int | None:
    return session.scalar(select(Subject.person_id).where(Subject.way == way, Subject.key.in_(keys)))


def masked(way: str, text: str) -> str:
    """Return a number or an address so that its owner knows it and nobody else can use it."""
    if way == "phone":
        own = text.removeprefix("+86")
        return f"{own[:3]}{HIDDEN * 4}{own[-4:]}" if len(own) > 8 else HIDDEN * 4 + own[-2:]
    if way == "email":
        name, _, place = text.partition("@")
        return f"{name[:1]}{HIDDEN * 3}@{place}"
    return ""
