"""What guardians said about pupils under 14: who, when and how; a refusal deletes what tells who it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import orjson
from sqlalchemy import select

from quiz.errors import N_, InvalidInput, NotFound
from quiz.models.accounts import About, Identity
from quiz.models.privacy import Consent
from quiz.rules.minors import GIVEN, REFUSED
from quiz.services.erasing import erase
from quiz.services.platform import Actor, Platform
from quiz.services.selves import tell_selves

HOW = ("paper", "message", "meeting", "other")  # a slip, a message or a call, in person, else
LONGEST = 40  # characters that say which guardian it was


@dataclass(frozen=True)
class Said:
    """What a guardian said."""

    given: bool
    how: str  # one of HOW
    said_on: str  # an ISO date
    guardian: str = ""  # which one: "母亲"


def checked(said: Said, now_ms: int) -> Said:
    """Return what a guardian said as it is stored; raises InvalidInput."""
    if said.how not in HOW:
        raise InvalidInput(N_("请选择监护人是怎样表示的。"))
    try:
        day = date.fromisoformat(said.said_on.strip())
    except ValueError as error:
        raise InvalidInput(N_("日期请写成 2026-03-01 的样子。")) from error
    if not 0 <= now_ms // 86_400_000 + 1 - (day - date(1970, 1, 1)).days <= 3_660:
        raise InvalidInput(N_("监护人表示的日期不能在今天以后。"))
    guardian = " ".join(said.guardian.split())
    if len(guardian) > LONGEST or not guardian.isprintable():
        raise InvalidInput(N_("最多 %(most)s 个字，请缩短。"), most=LONGEST)
    return Said(said.given, said.how, day.isoformat(), guardian)


def record(platform: Platform, person_id: int, said: Said, actor: Actor) -> None:
    """Record what the guardian of somebody said; a refusal deletes the account, its results stay nameless.

    Raises InvalidInput, NotFound.
    """
    said = checked(said, actor.now_ms)
    with platform.store.writing() as session:
        about = session.get(About, person_id, with_for_update=True)
        if about is None or session.get(Identity, person_id) is None:
            raise NotFound()
        about.consent = GIVEN if said.given else REFUSED
        tell_selves(session, person_id, consent=about.consent)
        session.add(consent_row(person_id, said, actor))
        detail = orjson.dumps({"consent": about.consent}).decode()
        session.add(actor.audit("people.consent", str(person_id), detail))
    if not said.given:
        erase(platform, person_id, "guardian", actor)


def note_refused(platform: Platform, filename: str, count: int, actor: Actor) -> None:
    """Put on record how many of a roster were left out because their guardians do not consent: no names."""
    detail = orjson.dumps({"rows": count}).decode()
    with platform.store.writing() as session:
        session.add(actor.audit("people.refused", filename, detail))


def consent_row(person_id: int, said: Said, actor: Actor) -> Consent:
    """Return the row of one statement."""
    return Consent(
        person_id=person_id,
        given=said.given,
        guardian=said.guardian,
        how=said.how,
        said_on=said.said_on,
        at_ms=actor.now_ms,
        actor_id=actor.person_id,
    )


def history(platform: Platform, person_id: int) -> Sequence[Consent]:
    """Return what was recorded about somebody, the latest first."""
    with platform.store.reading() as session:
        return session.scalars(
            select(Consent).where(Consent.person_id == person_id).order_by(Consent.id.desc())
        ).all()
