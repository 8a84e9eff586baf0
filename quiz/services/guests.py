"""Since when somebody is known by more than a nickname: rules may keep guests apart from units.

docs/decisions/0114-guests-and-units.md
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quiz.live import LiveLine
from quiz.models.accounts import Person
from quiz.services.everywhere import refolded
from quiz.services.platform import Platform

Changed = Mapping[int, Sequence[LiveLine]]  # contest → lines, to be told after the commit


def become_known(platform: Platform, session: Session, persons: Sequence[int], now_ms: int) -> Changed:
    """Note in a transaction that persons are no guests any more, and fold anew what counts for units now."""
    guests = select(Person.id).where(Person.id.in_(persons), Person.known_ms.is_(None)).order_by(Person.id)
    new = session.scalars(guests.with_for_update()).all()
    session.execute(update(Person).where(Person.id.in_(new)).values(known_ms=now_ms))
    changed: dict[int, list[LiveLine]] = {}
    for person_id in new:
        for contest_id, lines in refolded(session.connection(), platform, person_id, now_ms).items():
            changed.setdefault(contest_id, []).extend(lines)
    return changed


def is_any_known(session: Session, persons: Sequence[int]) -> bool:
    """Return whether one of these persons is known by more than a nickname."""
    known = select(Person.id).where(Person.id.in_(persons), Person.known_ms.is_not(None)).limit(1)
    return session.scalar(known) is not None
