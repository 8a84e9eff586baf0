"""Finding units, and the units a person belongs to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import ColumnElement, Connection, case, func, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quiz.errors import N_, ChangedMeanwhile, InvalidInput, NotAllowed
from quiz.live import LiveLine
from quiz.models import record
from quiz.models.accounts import Audit, Membership, Unit
from quiz.models.contests import Contest, Rules
from quiz.rules.belonging import Member, check_change, unit_at
from quiz.services.everywhere import announce_all, refolded
from quiz.services.platform import Actor, Platform
from quiz.services.published import published
from quiz.services.spelling import as_pinyin, spelt

MOST_FOUND = 20


def find(platform: Platform, query: str, tree: str = "") -> Sequence[Unit]:
    """Return units by a part of their name, its pinyin or initials; without a query the highest.

    Those that begin with it come first. Of several words the last is of the name, the others of what is
    above it: "一小 1班".
    """
    *above, name = [query.strip()] if as_pinyin(query) else query.split() or [""]
    with platform.store.reading() as session:
        wanted = select(Unit).where(Unit.tree == tree) if tree else select(Unit)
        for word in above:
            wanted = wanted.where(Unit.path.icontains(word, autoescape=True))
        if name:
            is_found, begins = _called(name)
            wanted = wanted.where(is_found).order_by(case((begins, 0), else_=1))
        return session.scalars(wanted.order_by(func.length(Unit.path), Unit.path).limit(MOST_FOUND)).all()


def _called(name: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the conditions that a unit is called so, and that its name begins so."""
    has = Unit.name.icontains(name, autoescape=True)
    begins = Unit.name.startswith(name, autoescape=True)
    letters = as_pinyin(name)
    if not letters:
        return has, begins
    starts = Unit.spelt.contains(f" ={letters}")
    return or_(has, starts, Unit.spelt.contains(f" {letters}")), or_(begins, starts)


def spell_all(platform: Platform) -> int:
    """Spell the units that are not spelt yet, and return how many: those from before there was pinyin."""
    with platform.store.writing() as session:
        found = session.scalars(select(Unit).where(Unit.spelt == "").order_by(Unit.id)).all()
        for unit in found:
            unit.spelt = spelt(unit.name)
    return len(found)


def units_by_word(session: Session) -> dict[str, dict[str, list[Unit]]]:
    """Return, by tree, the units that a word may mean: a path from anywhere down, or first of all a code."""
    found: dict[str, dict[str, list[Unit]]] = {}
    every = session.scalars(select(Unit).order_by(Unit.id)).all()
    for unit in every:
        words, parts = found.setdefault(unit.tree, {}), unit.path.split("/")
        for first in range(len(parts)):
            words.setdefault("/".join(parts[first:]), []).append(unit)
    for unit in every:
        found[unit.tree][unit.code] = [unit]
    return found


def of_person(platform: Platform, person_id: int) -> Sequence[Unit]:
    """Return the units a person belongs to, one a tree."""
    with platform.store.reading() as session:
        rows = session.execute(
            select(Unit, Membership)
            .join(Membership, Membership.unit_id == Unit.id)
            .where(Membership.person_id == person_id)
            .order_by(Unit.tree, Membership.since_ms, Membership.number)
        )
        return list(
            {unit.tree: unit for unit, _membership in rows}.values()
        )  # of each tree the last one stays


def join(platform: Platform, person_id: int, tree: str, unit_id: int, now_ms: int) -> None:
    """Let a person name their unit of a tree, or change it where no contest has locked it.

    The first one they name counts for what they have on boards already; the unit they have changes nothing.
    Raises InvalidInput for a unit that does not exist, NotAllowed with the rule that forbids the change.
    """
    _announced(platform, lambda c: _join(c, platform, person_id, (tree, unit_id), now_ms))


def join_everywhere(
    platform: Platform, persons: Sequence[int], tree: str, unit_id: int, now_ms: int
) -> NotAllowed | None:
    """Let somebody name or change their unit, the own person first, then the others of their account.

    Returns what keeps one of the others where it is: in its contests the unit stays. Raises as `join` does.
    """
    own, *others = persons
    join(platform, own, tree, unit_id, now_ms)
    kept = None
    for other in others:
        try:
            join(platform, other, tree, unit_id, now_ms)
        except NotAllowed as refusal:
            kept = refusal
    return kept


def set_unit(
    platform: Platform, person_id: int, unit_id: int, since_ms: int | None, because: str, actor: Actor
) -> None:
    """Let the desk set a person's unit, from now on or as it should have been since an earlier moment.

    `since_ms`: the moment of the membership that was wrong; None from now on. Locks do not bind the desk.
    Raises InvalidInput without a reason, or for a unit that does not exist.
    """
    because = because.strip()
    if not because:
        raise InvalidInput(N_("请写明更正的原因，它会留在操作记录里。"))
    _announced(platform, lambda c: _set(c, platform, person_id, (unit_id, since_ms, because), actor))


def meant(platform: Platform, tree: str, word: str) -> int:
    """Return the unit of a tree that a code, a name or a path means; raises InvalidInput."""
    is_meant = or_(
        Unit.code == word,
        Unit.path == word,
        Unit.path.endswith(f"/{word}", autoescape=True),
        Unit.name == word,
    )
    with platform.store.reading() as session:
        found = session.execute(select(Unit.id, Unit.code).where(Unit.tree == tree, is_meant)).all()
    by_code = [row.id for row in found if row.code == word]
    if len(by_code or found) == 1:
        return int(by_code[0] if by_code else found[0].id)
    if found:
        raise InvalidInput(N_("“%(unit)s”有几个，请写代码或完整路径。"), unit=word)
    raise InvalidInput(N_("没有单位“%(unit)s”，请核对名称或先导入单位。"), unit=word)


def history(platform: Platform, person_id: int) -> Sequence[Named]:
    """Return every unit that a person was ever given, in the order in which they were written."""
    with platform.store.reading() as session:
        rows = session.execute(
            select(Unit, Membership)
            .join(Membership, Membership.unit_id == Unit.id)
            .where(Membership.person_id == person_id)
            .order_by(Membership.tree, Membership.number)
        )
        return [Named(unit, row.number, row.since_ms, row.because) for unit, row in rows]


@dataclass(frozen=True)
class Named:
    """One row of a person's memberships."""

    unit: Unit
    number: int
    since_ms: int
    because: str  # of the desk; "" for a choice of their own


def _announced(platform: Platform, work: Callable[[Connection], dict[int, list[LiveLine]]]) -> None:
    try:
        changed = platform.writer.run(work)
    except IntegrityError as error:  # the same was sent twice at once
        raise ChangedMeanwhile() from error
    announce_all(platform, changed)


def _join(
    connection: Connection, platform: Platform, person_id: int, wanted: tuple[str, int], now_ms: int
) -> dict[int, list[LiveLine]]:
    tree, unit_id = wanted
    if connection.scalar(select(Unit.tree).where(Unit.id == unit_id)) != tree:
        raise InvalidInput(N_("所选的街道、社区或学校不存在，请重新选择。"))
    record.LOCK_PERSON.run(connection, person_id=person_id)
    members = members_in(connection, person_id, tree)
    if unit_at(members, now_ms) == unit_id:
        return {}
    for rules_id, since_ms in unfinished(connection):
        document = published(platform, rules_id).document
        if tree in document.units and now_ms < max(s.calendar.closes_ms for s in document.stages):
            check_change(document.units[tree].lock, document.timezone, members, since_ms, now_ms)
    _add(connection, person_id, tree, unit_id, number=len(members) + 1, since_ms=now_ms)
    return refolded(connection, platform, person_id, now_ms)


def _set(
    connection: Connection,
    platform: Platform,
    person_id: int,
    wanted: tuple[int, int | None, str],
    actor: Actor,
) -> dict[int, list[LiveLine]]:
    unit_id, since_ms, because = wanted
    unit = connection.execute(select(Unit.tree, Unit.path).where(Unit.id == unit_id)).one_or_none()
    if unit is None or not record.LOCK_PERSON.run(connection, person_id=person_id):
        raise InvalidInput(N_("所选的街道、社区或学校不存在，请重新选择。"))
    members = members_in(connection, person_id, unit.tree)
    if since_ms is not None and since_ms not in {member.since_ms for member in members}:
        raise ChangedMeanwhile()
    _add(
        connection,
        person_id,
        unit.tree,
        unit_id,
        number=len(members) + 1,
        since_ms=actor.now_ms if since_ms is None else since_ms,
        because=because,
    )
    detail = {"unit": unit.path, "since": since_ms, "because": because}
    connection.execute(
        insert(Audit).values(
            at_ms=actor.now_ms,
            actor_id=actor.person_id,
            action="people.unit",
            subject=str(person_id),
            detail=orjson.dumps(detail).decode(),
        )
    )
    return refolded(connection, platform, person_id, actor.now_ms)


def members_in(connection: Connection, person_id: int, tree: str) -> list[Member[int]]:
    """Return the memberships of a person in one tree, in the order in which they were written."""
    rows = connection.execute(
        select(Membership.unit_id, Membership.since_ms, Membership.number, Membership.because)
        .where(Membership.person_id == person_id, Membership.tree == tree)
        .order_by(Membership.number)
    )
    return [Member(unit, since, number, number > 1 and not because) for unit, since, number, because in rows]


def _add(connection: Connection, person_id: int, tree: str, unit_id: int, **values: object) -> None:
    connection.execute(insert(Membership).values(person_id=person_id, tree=tree, unit_id=unit_id, **values))


def unfinished(connection: Connection) -> list[tuple[int, int]]:
    """Return the rules in force of the published contests, and when each contest was published first."""
    first = select(Rules.contest_id, func.min(Rules.published_ms).label("at")).group_by(Rules.contest_id)
    since = first.subquery()
    rows = connection.execute(
        select(Contest.rules_id, since.c.at).join(since, since.c.contest_id == Contest.id)
    )
    return [(rules_id, at) for rules_id, at in rows if rules_id is not None]
