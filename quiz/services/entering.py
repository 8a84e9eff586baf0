"""What every way of signing in ends with: a row for the device, and a token that is stored nowhere."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from quiz.models.accounts import Person, SignIn
from quiz.rules.permissions import Role
from quiz.services.events import visited
from quiz.services.platform import Platform
from quiz.services.secrets import digest, new_token
from quiz.services.selves import parts_of

DAY_MS = 86_400_000
SIGNED_IN_MS = {Role.PARTICIPANT: 90 * DAY_MS, Role.ORGANIZER: 7 * DAY_MS}


@dataclass(frozen=True)
class SignedIn:
    """A new sign-in: the token goes into the cookie or to the client, and is stored nowhere."""

    token: str
    person_id: int
    code: str | None = None  # the participant code, told once to who signed up alone


def entered(platform: Platform, person_id: int, now_ms: int) -> SignedIn:
    """Sign a person in, or whose account they are part of since a joining, and note the visit."""
    with platform.store.writing() as session:
        person, parts = session.get_one(Person, person_id), dict[int, int]()
        if person.joined_into is not None:
            person = session.get_one(Person, person.joined_into)
            parts = parts_of(session, person.id)
        token, person_id = add_sign_in(platform, session, person, now_ms), person.id
    visited(platform, person_id, now_ms, parts)
    return SignedIn(token, person_id)


def add_sign_in(platform: Platform, session: Session, person: Person, now_ms: int) -> str:
    """Add the row of one more device to a transaction and return its token."""
    token = new_token()
    session.add(
        SignIn(
            digest=digest(platform.secret, "sign-in", token),
            person_id=person.id,
            created_ms=now_ms,
            expires_ms=now_ms + SIGNED_IN_MS[Role(person.role)],
        )
    )
    return token
