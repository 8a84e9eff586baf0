"""The parts of a divided board (`each`): which there are, which one is shown, where somebody is at home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quiz.errors import N_, NotFound
from quiz.models.accounts import Unit
from quiz.models.base import number_in
from quiz.models.play import Line
from quiz.rules.kept import GROUP, is_by_people
from quiz.services import unit_board
from quiz.services.board_reading import BoardPart, Reading


def shown(reading: Reading, session: Session) -> tuple[Sequence[BoardPart], Reading]:
    """Return the parts of a board in which somebody stands, and the reading of the one that is asked for.

    Without one asked for it is one's own, else the first. Raises NotFound for what is no part of the board.
    """
    possible = _possible(reading, session)
    found = _inhabited(reading, session, possible)
    number = reading.wanted.part
    if number is None:
        own = home_of(reading, session, reading.wanted.me)
        return found, replace(reading, part=next((p for p in found if p.number == own), (*found, None)[0]))
    asked = next((part for part in possible if part.number == number), None)
    if asked is None:
        raise NotFound(N_("这个榜没有这一组。"))
    return found, replace(reading, part=asked)


def each_of(reading: Reading, session: Session) -> list[Reading]:
    """Return the readings of all parts of a board, or of the one that is asked for; raises NotFound."""
    if reading.board.each is None:
        return [reading]
    parts, one = shown(reading, session)
    return [one] if reading.wanted.part is not None else [replace(reading, part=part) for part in parts]


def home_of(reading: Reading, session: Session, person_id: int | None) -> int | None:
    """Return in which part of a divided board somebody is at home."""
    if person_id is None or reading.board.each is None:
        return None
    whole = replace(reading, part=None)
    text = session.scalar(select(Line.units).where(*whole.in_period, Line.person_id == person_id))
    home: int | None = orjson.loads(text).get(reading.board.each) if text else None
    return home


def at_home(reading: Reading, session: Session, person_id: int) -> Reading | None:
    """Return the reading of the board on which somebody stands: of their part where it is divided."""
    if reading.board.each is None:
        return reading
    number = home_of(reading, session, person_id)
    part = next((part for part in _possible(reading, session) if part.number == number), None)
    return None if part is None else replace(reading, part=part)


def _possible(reading: Reading, session: Session) -> list[BoardPart]:
    """Return every group or unit by which a board is divided, in order."""
    each = reading.board.each or ""
    if each == GROUP:
        groups = reading.rules.document.people.groups
        return [BoardPart(number, group) for number, group in enumerate(groups, 1)]
    tree, _, level = each.partition(".")
    rows = session.execute(
        select(Unit.id, Unit.name).where(Unit.tree == tree, Unit.level == level).order_by(Unit.path)
    )
    return [BoardPart(unit_id, name) for unit_id, name in rows]


def _inhabited(reading: Reading, session: Session, possible: Sequence[BoardPart]) -> list[BoardPart]:
    """Return the parts in which somebody stands; where units decide, those above units with people."""
    if not is_by_people(reading.rules.document, reading.board):
        above = unit_board.units_above(reading, session)
        return [part for part in possible if part.number in above]
    each = reading.board.each or ""
    homes = [f"{each}={part.number}" for part in possible]
    counts = reading.live(lambda live, board: live.part_counts(board, homes))
    if counts is None:
        number = number_in(reading.platform.store.dialect, Line.units, each)
        rows = session.execute(select(number, func.count()).where(*reading.on_board).group_by(number))
        counts = {f"{each}={unit}": count for unit, count in rows}
    return [part for part, home in zip(possible, homes, strict=True) if counts.get(home)]
