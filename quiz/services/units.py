"""Finding units, and the units a person belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, case, func, insert, select
from sqlalchemy.exc import IntegrityError

from quiz.errors import N_, InvalidInput
from quiz.live import LiveLine
from quiz.models import record
from quiz.models.accounts import Membership, Unit
from quiz.models.contests import Contest, Rules
from quiz.models.play import Line
from quiz.services.announcing import announce
from quiz.services.closing import refold
from quiz.services.platform import Platform
from quiz.services.published import published

MOST_FOUND = 20


def find(platform: Platform, query: str, tree: str = "") -> Sequence[Unit]:
    """Return units whose name contains `query`, those that begin with it first; without one the highest."""
    with platform.store.reading() as session:
        wanted = select(Unit).where(Unit.tree == tree) if tree else select(Unit)
        if query:
            begins = case((Unit.name.startswith(query, autoescape=True), 0), else_=1)
            wanted = wanted.where(Unit.name.icontains(query, autoescape=True)).order_by(begins)
        return session.scalars(wanted.order_by(func.length(Unit.path), Unit.path).limit(MOST_FOUND)).all()


def of_person(platform: Platform, person_id: int) -> Sequence[Unit]:
    """Return the units a person named, one a tree."""
    with platform.store.reading() as session:
        return session.scalars(
            select(Unit)
            .join(Membership, Membership.unit_id == Unit.id)
            .where(Membership.person_id == person_id)
            .order_by(Unit.tree)
        ).all()


def join(platform: Platform, person_id: int, tree: str, unit_id: int, now_ms: int) -> None:
    """Let a person name their unit of a tree once; what they have on boards counts for it from now on.

    Raises InvalidInput for a unit that does not exist, or when they have named one before.
    """
    try:
        changed = platform.writer.run(lambda c: _join(c, platform, person_id, (tree, unit_id), now_ms))
    except IntegrityError as error:
        raise InvalidInput(ALREADY) from error
    for contest_id, lines in changed.items():
        announce(platform, contest_id, lines)


ALREADY = N_("您已经选过所属单位，如需更改请联系组织者。")


def _join(
    connection: Connection, platform: Platform, person_id: int, unit: tuple[str, int], now_ms: int
) -> dict[int, list[LiveLine]]:
    tree, unit_id = unit
    if connection.scalar(select(Unit.tree).where(Unit.id == unit_id)) != tree:
        raise InvalidInput(N_("所选的街道、社区或学校不存在，请重新选择。"))
    if tree in {row[0] for row in record.UNITS.run(connection, person_id=person_id)}:
        raise InvalidInput(ALREADY)
    connection.execute(
        insert(Membership).values(person_id=person_id, tree=tree, unit_id=unit_id, since_ms=now_ms)
    )
    stages = connection.execute(
        select(Rules.id, Line.stage)
        .join(Contest, Contest.rules_id == Rules.id)
        .join(Line, Line.contest_id == Contest.id)
        .where(Line.person_id == person_id, Line.period == "")
    ).all()
    changed: dict[int, list[LiveLine]] = {}
    for rules_id, stage in stages:
        rules = published(platform, rules_id)
        changed.setdefault(rules.contest_id, []).extend(refold(connection, rules, stage, person_id, now_ms))
    return changed
