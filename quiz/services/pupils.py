"""Whether somebody may be under 14, from what a roster told: their birth, their grade, else their class."""

from __future__ import annotations

from sqlalchemy import Connection, select

from quiz.models.accounts import About, Membership, Unit, is_latest
from quiz.rules.minors import GIVEN, Pupil, grade_in, is_child


def pupil(connection: Connection, person_id: int, told: Pupil) -> Pupil:
    """Return what decides about somebody; the class is only asked where nothing else tells their age."""
    if not told.on_roster or told.born or told.grade or told.consent == GIVEN:
        return told
    paths = connection.scalars(
        select(Unit.path)
        .join(Membership, Membership.unit_id == Unit.id)
        .where(Membership.person_id == person_id, is_latest())
    )
    return Pupil(True, grade=grade_in(paths), consent=told.consent)


def may_be_child(connection: Connection, person_id: int, now_ms: int) -> bool:
    """Return whether somebody on a roster is, or may be, under 14."""
    row = connection.execute(
        select(About.on_roster, About.born, About.grade).where(About.person_id == person_id)
    ).one_or_none()
    if row is None:
        return False
    found = pupil(connection, person_id, Pupil(*row))
    return is_child(found.born, found.grade, now_ms)
