"""What a correction changes, in plain values: places and values, awards, entries in draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.models.accounts import Identity, Unit
from quiz.rules import names
from quiz.services.board_reading import BoardId

AT_ONCE = 500


@dataclass(frozen=True)
class Standing:
    """Where somebody stands on a board: without a place they are not on it."""

    place: int | None
    value: object = ""


@dataclass(frozen=True)
class Change:
    """One person or unit whose place or value changes."""

    id: int
    before: Standing
    after: Standing
    name: str = ""


@dataclass(frozen=True)
class BoardChange:
    """What changes on one board, in one of its periods where it is over periods."""

    board_id: BoardId
    name: str
    period: str
    is_people: bool
    count: int
    changes: Sequence[Change]  # the first of them


@dataclass(frozen=True)
class AwardChange:
    """Who would get an award and who would lose it."""

    name: str
    gain: Sequence[str]
    lose: Sequence[str]
    period: str = ""
    to: str = ""  # the stage it leads to


@dataclass(frozen=True)
class DrawChange:
    """Whose entries in a draw would be others."""

    name: str
    count: int
    changes: Sequence[Change]  # the first of them; their values are numbers of entries


def called_of(session: Session, of: str, ids: Sequence[int]) -> dict[int, str]:
    """Return what people or units are called at the desk."""
    return dict(pair for first in range(0, len(ids), AT_ONCE) for pair in _called(session, of, ids[first:]))


def _called(session: Session, of: str, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    some = ids[:AT_ONCE]
    if of != "people":
        rows = session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(some)))
        return ((unit, name) for unit, name in rows)
    people = session.execute(
        select(Identity.person_id, Identity.nickname, Identity.name).where(Identity.person_id.in_(some))
    )
    return ((who, names.shown("full", nickname, name)) for who, nickname, name in people)
