"""The persons of one account: several after a joining, each goes on in the contests it took part in."""

from __future__ import annotations

from sqlalchemy import Connection, or_, select, update
from sqlalchemy.orm import Session

from quiz.models.accounts import About, Person
from quiz.models.joining import Joined
from quiz.models.play import Attempt
from quiz.services.platform import Platform


def parts_of(session: Session | Connection, person_id: int) -> dict[int, int]:
    """Return, by contest, as whom an account takes part where that is not its own person."""
    rows = session.execute(
        select(Joined.contest_id, Joined.as_person_id)
        .where(Joined.person_id == person_id)
        .order_by(Joined.id)
    )
    return dict(rows.all())


def taking_part_as(
    session: Session | Connection, person_id: int, joined_into: int | None, contest_id: int
) -> int:
    """Return as whom the account that a person belongs to takes part in a contest."""
    if joined_into is None:
        return person_id
    return parts_of(session, joined_into).get(contest_id, joined_into)


def selves_of(session: Session | Connection, person_id: int) -> list[int]:
    """Return all persons of an account, its own first."""
    others = session.execute(
        select(Person.id).where(Person.joined_into == person_id, Person.id != person_id).order_by(Person.id)
    )
    return [person_id, *(other for (other,) in others)]


def tell_selves(session: Session, person_id: int, **told: str) -> None:
    """Let what is known of somebody be known of the other persons of their account, too."""
    _own, *others = selves_of(session, person_id)
    if others:
        session.execute(update(About).where(About.person_id.in_(others)).values(**told))


def owner_of(platform: Platform, attempt_id: int) -> int | None:
    """Return who made an attempt, None where there is none."""
    with platform.store.reading() as session:
        return session.scalar(select(Attempt.person_id).where(Attempt.id == attempt_id))


def account_of(platform: Platform, person_id: int) -> tuple[int, list[int]]:
    """Return whose account a person is, and all persons of it, the own first."""
    with platform.store.reading() as session:
        head = session.scalar(select(Person.joined_into).where(Person.id == person_id)) or person_id
        return head, selves_of(session, head)


def revoke(session: Session, person_id: int) -> None:
    """Make everything worth nothing that was signed for the persons of an account."""
    own = or_(Person.id == person_id, Person.joined_into == person_id)
    session.execute(update(Person).where(own).values(epoch=Person.epoch + 1))
