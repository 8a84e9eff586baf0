"""A board of people as a page: live where Redis answers, from the stored lines where it does not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

import orjson
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from quiz.live import NEIGHBOURS, Part, Placed, View, numbered
from quiz.models.accounts import About, Identity, Unit
from quiz.models.play import Line
from quiz.rules.units import points_shown
from quiz.services import disqualified
from quiz.services.board_reading import Page, Reading, Row


class LineRow(NamedTuple):
    """A stored line with the person it belongs to; `COLUMNS` in order."""

    person_id: int
    order_key: str
    totals: str
    units: str
    nickname: str | None
    name: str | None
    born: str | None
    grade: str | None


COLUMNS = (
    Line.person_id,
    Line.order_key,
    Line.totals,
    Line.units,
    Identity.nickname,
    Identity.name,
    About.born,
    About.grade,
)


def page(reading: Reading) -> Page:
    """Return a part of a board of people, or the people a search finds on it."""
    wanted = reading.wanted
    with reading.platform.store.reading() as session:
        if has_too_few(reading, session):
            return Page(
                (),
                0,
                stands_since_ms=reading.stands_since_ms,
                period=reading.period,
                frozen_ms=reading.frozen_ms,
                withholds=True,
            )
        part = reading.live(lambda live, board: live.page(board, wanted.first, wanted.size, wanted.me))
        if part is None:
            part = _stored_part(reading, session)
        return shown(reading, session, part)


def own_row(reading: Reading, person_id: int) -> Row | None:
    """Return a person's row alone; None when they are not on the board."""
    with reading.platform.store.reading() as session:
        if has_too_few(reading, session):
            return None
        placed = reading.live(lambda live, board: live.places(board, [person_id]))
        found = _stored_place(reading, session, person_id) if placed is None else placed.get(person_id)
        return _rows(reading, session, [found])[0].get(person_id) if found else None


def has_too_few(reading: Reading, session: Session) -> bool:
    """Return whether fewer people are on a board than its rules let it list."""
    if not reading.least_listed:
        return False
    part = reading.live(lambda live, board: live.page(board, 0, 1))
    return (_count(reading, session) if part is None else part.count) < reading.least_listed


def row(reading: Reading, line: LineRow, place: int, unit_names: Mapping[int, str]) -> Row:
    """Return one line as a row of the board, the person called as the board's rules say."""
    totals = orjson.loads(line.totals)
    total = points_shown(reading.stage, Fraction(totals["total"]) * reading.stage.point)
    return Row(
        place=place,
        id=line.person_id,
        name=reading.called(line.nickname, line.name, line.born, line.grade),
        values={**totals, "total": total},
        unit=shown_unit(reading, orjson.loads(line.units), unit_names),
        real_name=(line.name or "") if reading.wanted.view is View.FULL else "",
    )


def shown_unit(reading: Reading, units: Mapping[str, int], unit_names: Mapping[int, str]) -> str:
    """Return the lowest unit of each tree a person belongs to, without the top that all share."""
    shown = []
    for name, tree in reading.rules.document.units.items():
        known = [unit for level in tree.levels if (unit := units.get(f"{name}.{level}")) is not None]
        path = unit_names.get(known[-1], "").split("/") if known else [""]
        shown.append("/".join(path[1:] or path))
    return " · ".join(text for text in shown if text)


def unit_names(session: Session, lines: Iterable[LineRow]) -> dict[int, str]:
    """Return the paths of all units these people belong to."""
    wanted = {unit for line in lines for unit in orjson.loads(line.units).values()}
    if not wanted:
        return {}
    rows = session.execute(select(Unit.id, Unit.path).where(Unit.id.in_(wanted)))
    return dict(rows.all())


def shown(
    reading: Reading, session: Session, part: Part, belonging: Sequence[ColumnElement[bool]] = ()
) -> Page:
    """Return a part of a board with everybody called as the board's rules say.

    `belonging`: conditions on the lines of those who stand below it.
    """
    own = [each for each in (part.mine, part.ahead) if each]
    rows, anybody_out = _rows(reading, session, [*part.rows, *part.around, *own])
    return Page(
        rows=[rows[each.person_id] for each in part.rows if each.person_id in rows],
        count=part.count,
        mine=rows.get(part.mine.person_id) if part.mine else None,
        around=[rows[each.person_id] for each in part.around if each.person_id in rows],
        stands_since_ms=reading.stands_since_ms,
        unlisted=_unlisted(reading, session, belonging) if anybody_out else (),
        period=reading.period,
        first=reading.wanted.first,
        frozen_ms=reading.frozen_ms,
        mine_at=part.mine.index if part.mine else None,
        ahead=rows.get(part.ahead.person_id) if part.ahead else None,
    )


def _unlisted(reading: Reading, session: Session, belonging: Sequence[ColumnElement[bool]]) -> Sequence[Row]:
    """Return the people below the board: those who are disqualified."""
    book = disqualified.book(session, reading.rules.contest_id, reading.frozen_ms)
    query = reading.wanted.query.casefold()
    found = disqualified.people(reading, session, book, belonging)
    return tuple(each for each in found if query in each.name.casefold())


def _rows(reading: Reading, session: Session, placed: Sequence[Placed]) -> tuple[dict[int, Row], bool]:
    """Return the rows of these people by id, and whether anybody may be disqualified."""
    places = {each.person_id: each.place for each in placed}
    if not places:
        return {}, True
    lines, anybody_out = _lines(reading, session, places)
    named = unit_names(session, lines)
    return {line.person_id: row(reading, line, places[line.person_id], named) for line in lines}, anybody_out


def _lines(reading: Reading, session: Session, people: Iterable[int]) -> tuple[list[LineRow], bool]:
    """Return the lines of people on the board, and whether anybody was ever disqualified: one statement."""
    asked = disqualified.anybody_out(reading.rules.contest_id).scalar_subquery()
    found = session.execute(
        select(*COLUMNS, asked)
        .outerjoin(Identity, Identity.person_id == Line.person_id)
        .outerjoin(About, About.person_id == Line.person_id)
        .where(*reading.in_period, Line.person_id.in_(people))
    ).all()
    lines = [line for *values, _ in found if (line := LineRow(*values)).order_key]
    return lines, any(is_out for *_, is_out in found[:1])


def _stored_part(reading: Reading, session: Session) -> Part:
    """Return what the live board would, from the index of the lines."""
    wanted = reading.wanted
    rows = _stored_slice(reading, session, wanted.first, wanted.size)
    return beside_stored(reading, session, Part(rows, _count(reading, session)))


def beside_stored(reading: Reading, session: Session, part: Part) -> Part:
    """Return a part with the own row of who asks, its neighbours, and who is ahead, from the stored lines."""
    me = reading.wanted.me
    mine = _stored_place(reading, session, me) if me is not None else None
    if mine is None:
        return part
    first = max(mine.index - NEIGHBOURS, 0)
    around = _stored_slice(reading, session, first, mine.index + NEIGHBOURS - first + 1)
    return replace(part, mine=mine, around=around, ahead=_stored_ahead(reading, session, mine))


def _stored_ahead(reading: Reading, session: Session, mine: Placed) -> Placed | None:
    """Return the last row of the place before somebody's."""
    last = (
        select(Line.person_id)
        .where(*reading.on_board, Line.order_key < mine.order_key)
        .order_by(Line.order_key.desc(), Line.person_id.desc())
        .limit(1)
    )
    person_id = session.scalar(last)
    return None if person_id is None else _stored_place(reading, session, person_id)


def _count(reading: Reading, session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Line).where(*reading.on_board)) or 0


def _stored_slice(reading: Reading, session: Session, first: int, size: int) -> Sequence[Placed]:
    members = [
        (order_key, person_id)
        for order_key, person_id in session.execute(
            select(Line.order_key, Line.person_id)
            .where(*reading.on_board)
            .order_by(Line.order_key, Line.person_id)
            .offset(first)
            .limit(size)
        )
    ]
    if not members:
        return ()
    place = 1 if first == 0 else _place(reading, session, members[0][0], first)
    return numbered(reading.stage.places, first, place, members)


def stored_places(reading: Reading, session: Session, people: Sequence[int]) -> dict[int, Placed]:
    """Return the rows of these people on the whole board from the stored lines; one look at all of them."""
    style = {"standard": func.rank(), "dense": func.dense_rank(), "ordinal": func.row_number()}
    in_order = (Line.order_key, Line.person_id)
    place = style[reading.stage.places].over(
        order_by=in_order if reading.stage.places == "ordinal" else in_order[0]
    )
    index = func.row_number().over(order_by=in_order) - 1
    board = select(*in_order, index.label("at"), place.label("place")).where(*reading.on_board).subquery()
    rows = session.execute(select(board).where(board.c.person_id.in_(people))) if people else ()
    return {row.person_id: Placed(row.person_id, row.at, row.place, row.order_key) for row in rows}


def _stored_place(reading: Reading, session: Session, person_id: int) -> Placed | None:
    order_key = session.scalar(select(Line.order_key).where(*reading.in_period, Line.person_id == person_id))
    if not order_key:
        return None
    above = select(func.count()).select_from(Line).where(*reading.on_board, Line.order_key < order_key)
    equal = (
        select(func.count())
        .select_from(Line)
        .where(*reading.on_board, Line.order_key == order_key, Line.person_id < person_id)
    )
    before = session.scalar(above) or 0
    index = before + (session.scalar(equal) or 0)
    is_standard = reading.stage.places == "standard"
    place = before + 1 if is_standard else _place(reading, session, order_key, index)
    return Placed(person_id, index, place, order_key)


def _place(reading: Reading, session: Session, order_key: str, index: int) -> int:
    """Return the place of a row from its position and the lines above it."""
    if reading.stage.places == "ordinal":
        return index + 1
    counted = func.count(Line.order_key.distinct()) if reading.stage.places == "dense" else func.count()
    above = select(counted).select_from(Line).where(*reading.on_board, Line.order_key < order_key)
    return 1 + (session.scalar(above) or 0)
