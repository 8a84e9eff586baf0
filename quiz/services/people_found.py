"""The people of a board whom a search or a filter asks for, with their places on the whole board.

Whom a search finds is decided by what the board shows:
docs/decisions/0101-a-search-finds-what-a-board-shows.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import orjson
from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from quiz.errors import N_, NotFound
from quiz.live import Part
from quiz.models.accounts import About, Identity, Membership, Unit
from quiz.models.base import number_in, plain_rows
from quiz.models.play import Line
from quiz.rules.kept import GROUP, asks_for_groups
from quiz.services import people_board
from quiz.services.board_reading import Page, Reading

MOST_FOUND = 500  # people a search lists, the best first


def page(reading: Reading) -> Page:
    """Return a part of those whom a search or a filter finds. Raises NotFound for what no filter can be."""
    wanted = reading.wanted
    with reading.platform.store.reading() as session:
        if people_board.has_too_few(reading, session):
            return _withheld(reading)
        conditions = _belonging(reading, session)
        found = _called(reading, session, conditions) if wanted.query else _all(reading, session, conditions)
        if not wanted.query and len(found) < reading.least_listed:
            return _withheld(reading)
        ids = found[wanted.first : wanted.first + wanted.size]
        part = _part(reading, session, ids, len(found))
        is_cut = bool(wanted.query) and len(found) >= MOST_FOUND
        return replace(people_board.shown(reading, session, part, conditions), is_cut=is_cut)


def _withheld(reading: Reading) -> Page:
    return Page(
        (),
        0,
        stands_since_ms=reading.stands_since_ms,
        period=reading.period,
        frozen_ms=reading.frozen_ms,
        withholds=True,
    )


def _part(reading: Reading, session: Session, people: Sequence[int], count: int) -> Part:
    """Return the rows of these people, and one's own with its surroundings on the whole board."""
    part = reading.live(lambda live, board: live.found(board, people, count, reading.wanted.me))
    if part is not None:
        return part
    placed = people_board.stored_places(reading, session, people)
    rows = [placed[each] for each in people if each in placed]
    return people_board.beside_stored(reading, session, Part(rows, count))


def _belonging(reading: Reading, session: Session) -> list[ColumnElement[bool]]:
    """Return the conditions under which a line is of somebody of the unit and the group asked for."""
    wanted, document = reading.wanted, reading.rules.document
    dialect, conditions = reading.platform.store.dialect, []
    if wanted.within is not None:
        unit = session.get(Unit, wanted.within)
        if (
            unit is None
            or unit.tree not in document.units
            or unit.level not in document.units[unit.tree].levels
        ):
            raise NotFound(NO_UNIT)
        conditions.append(number_in(dialect, Line.units, f"{unit.tree}.{unit.level}") == unit.id)
        conditions.append(Line.person_id.in_(_ever_in(unit)))
    if wanted.group is not None:
        if not 1 <= wanted.group <= len(document.people.groups):
            raise NotFound(N_("这场比赛没有这个组别。"))
        if asks_for_groups(document):  # then it stands in the line
            conditions.append(number_in(dialect, Line.units, GROUP) == wanted.group)
        else:
            conditions.append(_is_in_group(document.people.groups, wanted.group))
    return conditions


def _is_in_group(groups: Sequence[str], number: int) -> ColumnElement[bool]:
    """Return the condition that a line is of somebody of a group: the first of these that they are in."""
    *before, asked = groups[:number]
    others = (~_names(each) for each in before)
    return exists().where(About.person_id == Line.person_id, _names(asked), *others).correlate(Line)


def _names(group: str) -> ColumnElement[bool]:
    """Return the condition that a person's groups, a JSON list without blanks, hold one of this name."""
    text = orjson.dumps(group).decode()  # a quotation mark inside a name has a backslash before it
    return or_(*(func.replace(About.groups, f"{sign}{text}", "") != About.groups for sign in "[,"))


def _ever_in(unit: Unit) -> Select[int]:
    """Select who ever belonged to a unit or one below it: a few of all, whose lines are then looked at."""
    below = Unit.path.startswith(f"{unit.path}/", autoescape=True)
    inside = select(Unit.id).where(Unit.tree == unit.tree, or_(Unit.id == unit.id, below))
    return select(Membership.person_id).where(Membership.unit_id.in_(inside))


NO_UNIT = N_("没有这个单位。")


def _all(reading: Reading, session: Session, conditions: Sequence[ColumnElement[bool]]) -> list[int]:
    """Return the people of the unit and the group that are asked for, in the order of the board."""
    rows = plain_rows(
        session,
        select(Line.person_id).where(*reading.on_board, *conditions).order_by(Line.order_key, Line.person_id),
    )
    return [person_id for (person_id,) in rows]


def _called(reading: Reading, session: Session, conditions: Sequence[ColumnElement[bool]]) -> list[int]:
    """Return the people whom the board calls by a name that holds what is looked for, and oneself by name."""
    query, me = reading.wanted.query, reading.wanted.me
    rows = session.execute(
        select(Line.person_id, Identity.nickname, Identity.name, About.born, About.grade)
        .join(Identity, Identity.person_id == Line.person_id)
        .outerjoin(About, About.person_id == Line.person_id)
        .where(*reading.on_board, *conditions, _may_be_called(reading, query))
        .order_by(Line.order_key, Line.person_id)
        .limit(MOST_FOUND)
    )
    return [
        person_id
        for person_id, nickname, name, born, grade in rows
        if query.casefold() in reading.called(nickname, name, born, grade).casefold()
        or (person_id == me and query in (nickname, name))
    ]


def _may_be_called(reading: Reading, query: str) -> ColumnElement[bool]:
    """Return the condition that lets through all whom the board calls so; masked names are not searched."""
    has_no_name = Identity.name == ""
    by_nickname = Identity.nickname.icontains(query, autoescape=True)
    ways = {
        "nickname": by_nickname,
        "masked": and_(has_no_name, by_nickname),
        "full": or_(Identity.name.icontains(query, autoescape=True), and_(has_no_name, by_nickname)),
    }
    is_me = and_(Line.person_id == reading.wanted.me, or_(Identity.nickname == query, Identity.name == query))
    return (
        or_(ways[reading.board.names], is_me) if reading.wanted.me is not None else ways[reading.board.names]
    )
