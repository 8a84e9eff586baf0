"""By what a person is known elsewhere: finding who it is, and adding one more."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quiz.errors import N_, NotAllowed
from quiz.models.subjects import Subject
from quiz.services.platform import Platform
from quiz.services.sealing import look_up_key, seal, unseal

HIDDEN = "*"


class KnownAsAnother(NotAllowed):
    """It leads to another person already."""

    code = "known_as_another"
    message = N_("它已经属于另一个账号，两个账号的成绩不会自动合并。请先退出，再用它登录。")


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
    key = look_up_key(platform.secret, proven.way, proven.text)
    with platform.store.reading() as session:
        return session.scalar(select(Subject.person_id).where(Subject.way == proven.way, Subject.key == key))


def attach(platform: Platform, person_id: int, proven: Proven, now_ms: int) -> None:
    """Let it lead to a person from now on; again changes nothing. Raises KnownAsAnother."""
    try:
        with platform.store.writing() as session:
            add_subject(platform, session, person_id, proven, now_ms)
    except IntegrityError:  # somebody has it already
        if person_of(platform, proven) != person_id:
            raise KnownAsAnother() from None


def add_subject(platform: Platform, session: Session, person_id: int, proven: Proven, now_ms: int) -> None:
    """Add it to a transaction, which fails with an IntegrityError where it leads to somebody."""
    session.add(
        Subject(
            way=proven.way,
            key=look_up_key(platform.secret, proven.way, proven.text),
            person_id=person_id,
            sealed=seal(platform.secret, proven.way, proven.text),
            since_ms=now_ms,
        )
    )
    session.flush()


def known(platform: Platform, person_id: int) -> list[Known]:
    """Return by what a person is known, masked."""
    with platform.store.reading() as session:
        rows = session.scalars(
            select(Subject).where(Subject.person_id == person_id).order_by(Subject.since_ms, Subject.way)
        ).all()
    return [
        Known(row.way, masked(row.way, unseal(platform.secret, row.way, row.sealed)), row.since_ms)
        for row in rows
    ]


def masked(way: str, text: str) -> str:
    """Return a number or an address so that its owner knows it and nobody else can use it."""
    if way == "phone":
        own = text.removeprefix("+86")
        return f"{own[:3]}{HIDDEN * 4}{own[-4:]}" if len(own) > 8 else HIDDEN * 4 + own[-2:]
    if way == "email":
        name, _, place = text.partition("@")
        return f"{name[:1]}{HIDDEN * 3}@{place}"
    return ""
