"""Who stands below a board because they are disqualified, with the reasons: people and units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import Session

from quiz.models import record
from quiz.models.accounts import About, Identity, Unit
from quiz.models.ledger import Ledger
from quiz.models.play import Attempt, Line
from quiz.services.belonging import unit_ids
from quiz.services.board_reading import Reading, Row
from quiz.services.corrected import Book, Booked

BECAUSE = "disqualified"
MOST_LISTED = 200  # people below a board
NOBODY = Book(())


def anybody_out(contest_id: int) -> Select[bool]:
    """Return the question whether anybody was ever disqualified in a contest, to be asked beside another."""
    return select(exists().where(Ledger.contest_id == contest_id, Ledger.do == "disqualify"))


def book(session: Session, contest_id: int, before_ms: int | None = None) -> Book:
    """Return what the ledger says, or said before a moment, of who is out; nothing of attempts."""
    rows = session.execute(
        select(*record.LEDGER_COLUMNS)
        .where(
            Ledger.contest_id == contest_id,
            Ledger.attempt_id.is_(None),
            Ledger.version_id.is_(None),
            Ledger.do.in_(("disqualify", "void", "restore")),
            *([Ledger.at_ms < before_ms] if before_ms is not None else []),
        )
        .order_by(Ledger.id)
    )
    return Book(Booked(*row) for row in rows)


def people(
    reading: Reading, session: Session, found: Book, belonging: Sequence[ColumnElement[bool]] = ()
) -> list[Row]:
    """Return the people who took part in a board's stages and are out, called as the board's rules say.

    `belonging`: conditions on their lines, where only those of some unit or group are asked for.
    """
    out = found.people_out
    stages, position = reading.rules.document.stages, reading.wanted.board.stage
    here = (Attempt.stage == position,) if position < len(stages) else ()
    columns = (Attempt.person_id, Identity.nickname, Identity.name, About.born, About.grade)
    wanted = select(*columns).select_from(Attempt)
    if reading.home or belonging:  # their line tells where they are, although it lists nobody
        here_too = and_(Line.person_id == Attempt.person_id, *reading.in_period, *belonging)
        wanted = wanted.join(Line, here_too)
    rows = session.execute(
        wanted.outerjoin(Identity, Identity.person_id == Attempt.person_id)
        .outerjoin(About, About.person_id == Attempt.person_id)
        .where(
            Attempt.contest_id == reading.rules.contest_id,
            *here,
            Attempt.person_id.in_(out),
            Attempt.number == 1,
        )
        .distinct()
        .order_by(Attempt.person_id)
        .limit(MOST_LISTED)
    )
    return [
        Row(
            place=None,
            id=person_id,
            name=reading.called(nickname, name, born, grade),
            values={},
            real_name=(name or "") if reading.is_desk else "",
            because=BECAUSE,
            reason=out[person_id],
        )
        for person_id, nickname, name, born, grade in rows
    ]


def units(reading: Reading, session: Session, found: Book) -> Mapping[int, str]:
    """Return the units that are out, by the ledger or with a person who is out, with the reasons."""
    taken = {stage.integrity.person_out_takes for stage in reading.stages} - {None}
    with_people: dict[int, str] = {}
    if taken:
        for person_id, because in found.people_out.items():
            units = unit_ids(session.connection(), reading.rules.document, person_id)
            for unit_id in (units[level] for level in units if level in taken):
                with_people.setdefault(unit_id, because)
    return {**with_people, **found.units_out}


def unit_rows(known: Mapping[int, Unit], out: Mapping[int, str]) -> list[Row]:
    """Return the units of a level that are out, as rows below their board."""
    return [
        Row(
            place=None,
            id=unit_id,
            name=known[unit_id].name,
            values={},
            unit=known[unit_id].path.rpartition("/")[0],
            because=BECAUSE,
            reason=out[unit_id],
        )
        for unit_id in sorted(out)
        if unit_id in known
    ]
