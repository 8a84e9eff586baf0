"""What a board of units is made of: its units, the sums of their people, who is registered, who is out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.live import LiveLine, UnitSums
from quiz.models.accounts import Enrolment, Unit
from quiz.rules import kept, shares, units
from quiz.rules.document import Board
from quiz.rules.kept import GROUP
from quiz.rules.shares import Share
from quiz.services import disqualified
from quiz.services.board_reading import Reading

ReadSums = Callable[[str, Sequence[kept.Pick]], UnitSums]  # level, what is picked → the sums of its units
Measured = Mapping[int, tuple[units.Sums, units.Facts]]


@dataclass(frozen=True)
class Level:
    """A level of a unit tree."""

    tree: str
    name: str

    @classmethod
    def of(cls, board: Board) -> Level:
        """Return the level a unit board lists."""
        tree, _, name = board.of.partition(".")
        return cls(tree, name)

    @property
    def key(self) -> str:
        """The level as lines name it."""
        return f"{self.tree}.{self.name}"


@dataclass(frozen=True)
class Figures:
    """All that a board of units is made of."""

    known: Mapping[int, Unit]  # units of the level, in the part that is read
    out: Mapping[int, str]  # disqualified, with the reasons
    sizes: Mapping[int, int]  # how many people are registered, where that is asked
    sums: Mapping[str, UnitSums]  # by level: the board's own, and that below it for child_units_rate
    children: Sequence[tuple[int, int]] = ()  # units one level below, each with its parent


def read_figures(
    reading: Reading, session: Session, read: ReadSums, out: Mapping[int, str] | None, spare: int = 0
) -> Figures:
    """Read what a board is made of; of kept orders `spare` more numbers than the board needs."""
    level = Level.of(reading.board)
    picks = [(order, count + spare if count > 0 else count - spare) for order, count in _picks(reading)]
    sums = {level.key: read(level.key, picks)}
    known, anybody_out = _units_and_out(reading, session, level)
    known = {unit.id: unit for unit in _within_part(reading, session, known.values())}
    if out is None:
        book = disqualified.NOBODY
        if anybody_out:
            book = disqualified.book(session, reading.rules.contest_id, reading.frozen_ms)
        out = disqualified.units(reading, session, book)
    metrics = kept.metrics([reading.board])
    sizes = _enrolled(reading, session, level) if metrics & units.NEED_ENROLMENT else {}
    children: Sequence[tuple[int, int]] = ()
    if "child_units_rate" in metrics:
        below = _below(reading, level)
        children = _children(session, below)
        sums[below.key] = read(below.key, ())
    return Figures(known, out, sizes, sums, children)


def measured(reading: Reading, found: Figures) -> Measured:
    """Return what the board's formula needs of each unit that has people and is not out."""
    level = Level.of(reading.board)
    own = found.sums[level.key]
    joined = _joined(reading, found, level)
    all_children = _counted(parent for _, parent in found.children)
    facts = {}
    for unit, sums in own.sums.items():
        if unit in found.known and unit not in found.out:
            picked = {order: of_units.get(unit, ()) for order, of_units in own.picked.items()}
            facts[unit] = (
                sums,
                replace(
                    kept.facts(reading.board, sums, picked),
                    enrolled=found.sizes.get(unit),
                    children=all_children.get(unit),
                    children_joined=joined.get(unit, 0),
                ),
            )
    return facts


def share_of(reading: Reading, found: Figures, unit: int | None, mine: LiveLine | None) -> Share | None:
    """Return what a person adds to a unit; None where they add nothing to any.

    `found`: read with one number to spare of kept orders. `mine`: the person's line, in step with the sums.
    """
    if unit is None or mine is None or not mine.order_key or not reading.has(mine.units):
        return None
    less = {level: _without(level, sums, mine) for level, sums in found.sums.items()}
    without = measured(reading, replace(found, sums=less))
    return shares.share(reading.stage, reading.board, measured(reading, found), without, unit)


def _without(level: str, sums: UnitSums, mine: LiveLine) -> UnitSums:
    parts = mine.parts.get(level)
    if parts is None:
        parts = {mine.units[level]: mine.stats} if level in mine.units else {}
    picked = shares.picked_without(sums.picked, parts, mine.units.get(GROUP))
    return UnitSums(shares.sums_without(sums.sums, parts), picked)


def units_of(session: Session, level: Level) -> Sequence[Unit]:
    """Return the units of a level."""
    return session.scalars(select(Unit).where(Unit.tree == level.tree, Unit.level == level.name)).all()


def lies_in(path: str, above: str) -> bool:
    """Return whether a unit is another one or lies below it."""
    return path == above or path.startswith(f"{above}/")


def people_in(board: Board, sums: Mapping[str, int]) -> int:
    """Return how many of a unit's people count on a board."""
    out = sums.get("zero_people", 0) if board.zero_scorers == "out" else 0
    return sums.get("people", 0) - out


def _picks(reading: Reading) -> list[kept.Pick]:
    return kept.picks(reading.rules.document, reading.board)


def _units_and_out(reading: Reading, session: Session, level: Level) -> tuple[dict[int, Unit], bool]:
    """Return the units of a level by id, and whether anybody was ever disqualified: one statement."""
    asked = disqualified.anybody_out(reading.rules.contest_id).scalar_subquery()
    found = session.execute(
        select(Unit, asked).where(Unit.tree == level.tree, Unit.level == level.name)
    ).all()
    return {unit.id: unit for unit, _ in found}, any(is_out for _, is_out in found[:1])


def _within_part(reading: Reading, session: Session, found: Iterable[Unit]) -> Iterable[Unit]:
    """Return the units of the part that is read, of a board divided by where units lie; else all."""
    if reading.part is None or reading.home:
        return found
    path = session.scalar(select(Unit.path).where(Unit.id == reading.part.number)) or ""
    return [unit for unit in found if lies_in(unit.path, path)]


def _enrolled(reading: Reading, session: Session, level: Level) -> dict[int, int]:
    """Return how many people each unit had on the latest day stated that is not after the rules' day."""
    wanted = (
        select(Enrolment.unit_id, Enrolment.enrolled)
        .join(Unit, Unit.id == Enrolment.unit_id)
        .where(Unit.tree == level.tree, Unit.level == level.name)
        .order_by(Enrolment.unit_id, Enrolment.as_of)
    )
    tree = reading.rules.document.units.get(level.tree)
    if tree is not None and tree.enrolled_on is not None:
        wanted = wanted.where(Enrolment.as_of <= tree.enrolled_on)
    rows = session.execute(wanted)
    return dict(rows.all())  # of several days the last one stays


def _below(reading: Reading, level: Level) -> Level:
    levels = reading.rules.document.units[level.tree].levels
    return Level(level.tree, levels[levels.index(level.name) + 1])


def _children(session: Session, below: Level) -> list[tuple[int, int]]:
    rows = session.execute(
        select(Unit.id, Unit.parent_id).where(
            Unit.tree == below.tree, Unit.level == below.name, Unit.parent_id.is_not(None)
        )
    )
    return [(child, parent) for child, parent in rows if parent is not None]


def _joined(reading: Reading, found: Figures, level: Level) -> dict[int, int]:
    """Return how many of the units below each unit take part."""
    if not found.children:
        return {}
    sums = found.sums[_below(reading, level).key].sums
    return _counted(
        parent for child, parent in found.children if people_in(reading.board, sums.get(child, {})) > 0
    )


def _counted(units_seen: Iterable[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for unit in units_seen:
        counts[unit] = counts.get(unit, 0) + 1
    return counts
