"""What the desk shows beside contests and questions: the audit log, people, units, how busy a contest is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from quiz.live import BoardMissing, LiveUnavailable
from quiz.models.accounts import Audit, Enrolment, Identity, Membership, Person, Unit, is_latest
from quiz.models.bank import Import, Question
from quiz.models.play import Attempt, Result
from quiz.rules.permissions import Role
from quiz.services.platform import Platform

MINUTE_MS = 60_000
MINUTES_SHOWN = 30


@dataclass(frozen=True)
class Done:
    """One action at the desk."""

    at_ms: int
    who: str  # "" for a command on the machine
    action: str
    subject: str
    detail: Mapping[str, object]


@dataclass(frozen=True)
class UnitShown:
    """One unit with the people who joined it and its latest stated size."""

    id: int
    level: str
    code: str
    name: str
    path: str
    people: int  # who chose exactly this unit
    enrolled: int | None
    as_of: str  # "" when no size was stated


@dataclass(frozen=True)
class PersonShown:
    """One participant as the desk lists them."""

    id: int
    nickname: str
    name: str
    units: tuple[str, ...]
    created_ms: int


@dataclass(frozen=True)
class Minute:
    """How many attempts began and ended in one minute."""

    at_ms: int
    started: int
    finished: int


@dataclass(frozen=True)
class BoardState:
    """Whether the boards of a contest are live."""

    name: str  # live; building: not there yet, or anew; away: Redis does not answer; off: none is configured
    since_ms: int | None = None  # for away


def board_state(platform: Platform, contest_id: int, now_ms: int) -> BoardState:
    """Ask Redis whether it serves the boards of a contest."""
    if platform.live is None:
        return BoardState("off")
    try:
        platform.live.checkpoint(contest_id, platform.epoch_of(contest_id))
    except BoardMissing:
        return BoardState("building")
    except LiveUnavailable:
        return BoardState("away", platform.live_away_since.get(contest_id, now_ms))
    return BoardState("live")


def audit_log(platform: Platform, action: str = "", first: int = 0, size: int = 50) -> tuple[list[Done], int]:
    """Return one page of what was done at the desk, newest first, and how many rows there are."""
    wanted = select(Audit, Identity.nickname).outerjoin(Identity, Identity.person_id == Audit.actor_id)
    if action:
        wanted = wanted.where(Audit.action == action)
    with platform.store.reading() as session:
        count = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
        rows = session.execute(wanted.order_by(Audit.id.desc()).offset(first).limit(size)).all()
        return [
            Done(row.at_ms, nickname or "", row.action, row.subject, json.loads(row.detail))
            for row, nickname in rows
        ], count


def audited_actions(platform: Platform) -> list[str]:
    """Return the actions that occur in the audit log, for its filter."""
    with platform.store.reading() as session:
        return list(session.scalars(select(Audit.action).distinct().order_by(Audit.action)))


def trees(platform: Platform) -> list[tuple[str, int]]:
    """Return the unit trees and how many units each has."""
    with platform.store.reading() as session:
        rows = session.execute(select(Unit.tree, func.count()).group_by(Unit.tree).order_by(Unit.tree))
        return [(tree, count) for tree, count in rows]


def units(
    platform: Platform, tree: str, query: str = "", first: int = 0, size: int = 100
) -> tuple[list[UnitShown], int]:
    """Return one page of the units of a tree in the order of their codes, and how many match."""
    wanted = select(Unit).where(Unit.tree == tree)
    if query:
        wanted = wanted.where(
            or_(Unit.path.contains(query, autoescape=True), Unit.code.startswith(query, autoescape=True))
        )
    with platform.store.reading() as session:
        count = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
        found = session.scalars(wanted.order_by(Unit.code).offset(first).limit(size)).all()
        ids = [unit.id for unit in found]
        people = _people_by_unit(session, ids)
        sizes = _latest_sizes(session, ids)
    return [
        UnitShown(u.id, u.level, u.code, u.name, u.path, people.get(u.id, 0), *sizes.get(u.id, (None, "")))
        for u in found
    ], count


def unit_ids(platform: Platform, tree: str) -> dict[str, int]:
    """Return the ids of the units of a tree by their codes."""
    with platform.store.reading() as session:
        rows = session.execute(select(Unit.code, Unit.id).where(Unit.tree == tree))
        return dict(rows.all())


def people(
    platform: Platform, query: str = "", first: int = 0, size: int = 50
) -> tuple[list[PersonShown], int]:
    """Return one page of the participants, newest first, and how many match."""
    wanted = (
        select(Person, Identity.nickname, Identity.name)
        .outerjoin(Identity, Identity.person_id == Person.id)
        .where(Person.role == Role.PARTICIPANT)
    )
    if query:
        wanted = wanted.where(
            or_(
                Identity.nickname.contains(query, autoescape=True),
                Identity.name.contains(query, autoescape=True),
            )
        )
    with platform.store.reading() as session:
        count = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
        rows = session.execute(wanted.order_by(Person.id.desc()).offset(first).limit(size)).all()
        paths = _unit_paths(session, [person.id for person, _, _ in rows])
    return [
        PersonShown(p.id, nickname or "", name or "", tuple(paths.get(p.id, ())), p.created_ms)
        for p, nickname, name in rows
    ], count


def question_count(platform: Platform) -> int:
    """Return how many questions the bank holds."""
    with platform.store.reading() as session:
        return (
            session.scalar(
                select(func.count())
                .select_from(Question)
                .join(Import, Import.id == Question.import_id)
                .where(Import.state == "visible")
            )
            or 0
        )


def per_minute(platform: Platform, contest_id: int, now_ms: int) -> list[Minute]:
    """Return how many attempts of a contest began and ended in each of the last minutes, the oldest first."""
    newest = now_ms // MINUTE_MS
    oldest = newest - MINUTES_SHOWN + 1
    with platform.store.reading() as session:
        started = _by_minute(session, contest_id, Attempt.started_ms, oldest)
        finished = _by_minute(session, contest_id, Attempt.finished_ms, oldest)
    return [
        Minute(minute * MINUTE_MS, started.get(minute, 0), finished.get(minute, 0))
        for minute in range(oldest, newest + 1)
    ]


def closed_by_server(platform: Platform, contest_id: int) -> int:
    """Return how many attempts of a contest nobody handed in, so that the server closed them."""
    with platform.store.reading() as session:
        return (
            session.scalar(
                select(func.count())
                .select_from(Result)
                .join(Attempt, Attempt.id == Result.attempt_id)
                .where(Attempt.contest_id == contest_id, Result.closed_by == "server")
            )
            or 0
        )


def _by_minute(session: Session, contest_id: int, column, oldest: int) -> dict[int, int]:  # type: ignore[no-untyped-def]  # a column of Attempt
    minute = (column // MINUTE_MS).label("minute")
    rows = session.execute(
        select(minute, func.count())
        .where(Attempt.contest_id == contest_id, column >= oldest * MINUTE_MS)
        .group_by(minute)
    )
    return {int(at): count for at, count in rows}


def _people_by_unit(session: Session, ids: Sequence[int]) -> dict[int, int]:
    rows = session.execute(
        select(Membership.unit_id, func.count())
        .where(Membership.unit_id.in_(ids), is_latest())
        .group_by(Membership.unit_id)
    )
    return dict(rows.all())


def _latest_sizes(session: Session, ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    rows = session.execute(
        select(Enrolment.unit_id, Enrolment.enrolled, Enrolment.as_of)
        .where(Enrolment.unit_id.in_(ids))
        .order_by(Enrolment.as_of)
    )
    return {unit_id: (enrolled, as_of) for unit_id, enrolled, as_of in rows}


def _unit_paths(session: Session, people_ids: Sequence[int]) -> dict[int, list[str]]:
    rows = session.execute(
        select(Membership.person_id, Unit.path)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(Membership.person_id.in_(people_ids), is_latest())
        .order_by(Membership.tree)
    )
    found: dict[int, list[str]] = {}
    for person_id, path in rows:
        found.setdefault(person_id, []).append(path)
    return found
