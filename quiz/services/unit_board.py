"""A board of streets, communities, schools: sums of their people, made into values by `quiz.rules.units`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.live import NEIGHBOURS, Needs, UnitSums
from quiz.models.accounts import Enrolment, Unit
from quiz.models.play import Line
from quiz.rules import kept, units
from quiz.rules.across import board_stages
from quiz.rules.document import Board, Document, Stage
from quiz.rules.publicity import freezes, frozen_number
from quiz.services import disqualified
from quiz.services.board_reading import Page, Reading, Row
from quiz.services.lines import UnitTotals, parts_of

KEEP_FROM_S = 0.05  # sums that took so long to add up from SQL are shown again
KEPT_TIMES = 20  # for so many times as long as they took

ReadSums = Callable[[str, Sequence[kept.Pick]], UnitSums]  # level, what is picked → the sums of its units


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


def needs(document: Document) -> Needs:
    """Return what the live boards of a contest have to keep beside the order of people."""
    stages = [
        (number, stage)
        for n, stage in enumerate(board_stages(document))
        for number in (n, *(frozen_number(n, stage, ms) for ms in freezes(stage)))
    ]
    boards = [(n, board) for n, stage in stages for board in stage.boards]
    divided = [
        (n, board, board.each) for n, board in boards if board.each and kept.is_by_people(document, board)
    ]
    return Needs(
        dense=frozenset(n for n, stage in stages if stage.places == "dense"),
        ranked=frozenset(
            (n, board.of, board.each if board.each and kept.is_by_people(document, board) else "", kind)
            for n, board in boards
            if board.of != "people"
            for kind in kept.kinds(board)
        ),
        orders=frozenset((n, each) for n, _, each in divided),
        sums=frozenset((n, of, each) for n, board, each in divided for of in _summed(document, board)),
    )


def _summed(document: Document, board: Board) -> Sequence[str]:
    """Return the levels whose sums a unit board reads: its own, and that below it for child_units_rate."""
    if board.of == "people":
        return ()
    level = Level.of(board)
    levels = document.units[level.tree].levels
    below = levels[levels.index(level.name) + 1 :][:1]
    asked = "child_units_rate" in kept.metrics([board])
    return [board.of, *(f"{level.tree}.{name}" for name in below if asked)]


def picks_by_level(document: Document, stage: Stage, each: str = "") -> dict[str, list[kept.Pick]]:
    """Return, by level, all that a stage's unit boards read of kept orders; of those divided by `each`."""
    found: dict[str, dict[str, int]] = {}
    for board in stage.boards:
        if board.of == "people" or (board.each if kept.is_by_people(document, board) else None) != (
            each or None
        ):
            continue
        asked = found.setdefault(board.of, {})
        for order, count in kept.picks(document, board):
            asked[order] = max(count, asked.get(order, count), key=abs)
    return {level: list(asked.items()) for level, asked in found.items()}


def page(reading: Reading) -> Page:
    """Return a part of a board of units, the units that are below it, and the unit of who asks."""
    wanted = reading.wanted
    with reading.platform.store.reading() as session:
        listed, below = rows(reading, session, lambda level, picks: _sums(reading, session, level, picks))
        own = _own_unit(reading, session)
    all_rows = len(listed) + len(below)
    listed, below = told_of(reading, listed), told_of(reading, below)
    withholds = len(listed) + len(below) < all_rows
    if wanted.query:
        listed = [row for row in listed if _matches(row, wanted.query)]
        below = [row for row in below if _matches(row, wanted.query)]
    at = next((n for n, row in enumerate(listed) if row.id == own), None)
    return Page(
        rows=listed[wanted.first : wanted.first + wanted.size],
        count=len(listed),
        mine=listed[at] if at is not None else next((row for row in below if row.id == own), None),
        around=listed[max(at - NEIGHBOURS, 0) : at + NEIGHBOURS + 1] if at is not None else (),
        stands_since_ms=reading.stands_since_ms,
        unlisted=below,
        period=reading.period,
        first=wanted.first,
        frozen_ms=reading.frozen_ms,
        withholds=withholds,
    )


def rows(
    reading: Reading, session: Session, read: ReadSums, out: Mapping[int, str] | None = None
) -> tuple[list[Row], list[Row]]:
    """Return the units on the board in order, and those below it with the reason.

    `out`: the units that are disqualified, with the reasons; None: as the ledger says.
    """
    level = Level.of(reading.board)
    found = read(level.key, kept.picks(reading.rules.document, reading.board))
    known, anybody_out = _units_and_out(reading, session, level)
    known = {unit.id: unit for unit in _within_part(reading, session, known.values())}
    if out is None:
        contest_id, book = reading.rules.contest_id, disqualified.NOBODY
        if anybody_out:
            book = disqualified.book(session, contest_id, reading.frozen_ms)
        out = disqualified.units(reading, session, book)
    facts = _facts(reading, session, level, found)
    facts = _with_children(reading, session, level, facts, read)
    measured = {
        unit: (sums, facts.get(unit, units.Facts()))
        for unit, sums in found.sums.items()
        if unit in known and unit not in out
    }
    listed, below = units.table(reading.stage, reading.board, measured)
    unlisted = [_row(known[i], row) for i, row in below]
    return [_row(known[i], row) for i, row in listed], [*unlisted, *disqualified.unit_rows(known, out)]


def units_above(reading: Reading, session: Session) -> set[int]:
    """Return the units of the level by which a board is divided that have people in units on the board."""
    level = Level.of(reading.board)
    sums = _sums(reading, session, level.key, ()).sums
    paths = {unit.path for unit in _units_of(session, level) if _people(reading.board, sums.get(unit.id, {}))}
    tree, _, name = (reading.board.each or "").partition(".")
    return {
        unit.id
        for unit in _units_of(session, Level(tree, name))
        if any(_lies_in(path, unit.path) for path in paths)
    }


def _within_part(reading: Reading, session: Session, found: Iterable[Unit]) -> Iterable[Unit]:
    """Return the units of the part that is read, of a board divided by where units lie; else all."""
    if reading.part is None or reading.home:
        return found
    path = session.scalar(select(Unit.path).where(Unit.id == reading.part.number)) or ""
    return [unit for unit in found if _lies_in(unit.path, path)]


def _lies_in(path: str, above: str) -> bool:
    return path == above or path.startswith(f"{above}/")


def told_of(reading: Reading, rows: Sequence[Row]) -> list[Row]:
    """Return the rows without those that would tell of too few people; places stay as they are."""
    least = reading.least_listed
    return [row for row in rows if "people" not in row.values or int(str(row.values["people"])) >= least]


def stored_sums(reading: Reading, session: Session, level: str, picks: Sequence[kept.Pick]) -> UnitSums:
    """Add up the sums of a level's units from the stored lines."""
    totals = UnitTotals({level: picks})
    lines = session.execute(
        select(Line.stats, Line.units, Line.parts).where(*reading.on_board).execution_options(yield_per=1_000)
    )
    for stats, units_of_person, parts in lines:
        totals.add(orjson.loads(stats), orjson.loads(units_of_person), parts_of(parts))
    return totals.of(level)


def _sums(reading: Reading, session: Session, level: str, picks: Sequence[kept.Pick]) -> UnitSums:
    found = reading.live(lambda live, board: live.unit_sums(board, level, picks))
    if found is not None:
        return found
    known = reading.platform.stored_sums
    where = (reading.rules.contest_id, reading.number, reading.period, reading.home)
    key = (*where, level, tuple(picks))
    began_s = time.monotonic()
    if key in known and known[key][0] > began_s:
        return known[key][1]
    found = stored_sums(reading, session, level, picks)
    took_s = time.monotonic() - began_s
    if took_s >= KEEP_FROM_S:
        known[key] = (began_s + KEPT_TIMES * took_s, found)
    return found


def _units_of(session: Session, level: Level) -> Sequence[Unit]:
    return session.scalars(select(Unit).where(Unit.tree == level.tree, Unit.level == level.name)).all()


def _units_and_out(reading: Reading, session: Session, level: Level) -> tuple[dict[int, Unit], bool]:
    """Return the units of a level by id, and whether anybody was ever disqualified: one statement."""
    asked = disqualified.anybody_out(reading.rules.contest_id).scalar_subquery()
    found = session.execute(
        select(Unit, asked).where(Unit.tree == level.tree, Unit.level == level.name)
    ).all()
    return {unit.id: unit for unit, _ in found}, any(is_out for _, is_out in found[:1])


def _facts(reading: Reading, session: Session, level: Level, found: UnitSums) -> dict[int, units.Facts]:
    sizes: Mapping[int, int] = {}
    if any(term.metric in units.NEED_ENROLMENT for term in units.terms_of(reading.board)):
        sizes = _enrolled(reading, session, level)
    facts = {}
    for unit, sums in found.sums.items():
        picked = {order: of_units.get(unit, ()) for order, of_units in found.picked.items()}
        facts[unit] = replace(kept.facts(reading.board, sums, picked), enrolled=sizes.get(unit))
    return facts


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


def _with_children(
    reading: Reading, session: Session, level: Level, facts: dict[int, units.Facts], read: ReadSums
) -> dict[int, units.Facts]:
    """Add how many units one level below there are, and how many of them take part, where that is asked."""
    if all(term.metric != "child_units_rate" for term in units.terms_of(reading.board)):
        return facts
    levels = reading.rules.document.units[level.tree].levels
    below = Level(level.tree, levels[levels.index(level.name) + 1])
    sums = read(below.key, ()).sums
    children: dict[int, int] = {}
    joined: dict[int, int] = {}
    for child in _units_of(session, below):
        if child.parent_id is not None:
            takes_part = _people(reading.board, sums.get(child.id, {})) > 0
            children[child.parent_id] = children.get(child.parent_id, 0) + 1
            joined[child.parent_id] = joined.get(child.parent_id, 0) + takes_part
    return {
        unit: replace(each, children=children.get(unit), children_joined=joined.get(unit, 0))
        for unit, each in facts.items()
    }


def _people(board: Board, sums: Mapping[str, int]) -> int:
    out = sums.get("zero_people", 0) if board.zero_scorers == "out" else 0
    return sums.get("people", 0) - out


def _row(unit: Unit, row: units.Row) -> Row:
    counts = {"people": row.people, "attempts": row.attempts}
    enrolled = {} if row.enrolled is None else {"enrolled": row.enrolled}
    return Row(
        place=row.place,
        id=unit.id,
        name=unit.name,
        values={"value": row.value, **counts, **enrolled, **row.metrics},
        unit=unit.path.rpartition("/")[0],
        because=row.because,
        measured=row.measured,
    )


def _own_unit(reading: Reading, session: Session) -> int | None:
    if reading.wanted.unit is not None:
        return reading.wanted.unit
    if reading.wanted.me is None:
        return None
    text = session.scalar(select(Line.units).where(*reading.in_period, Line.person_id == reading.wanted.me))
    return orjson.loads(text).get(reading.board.of) if text else None


def _matches(row: Row, query: str) -> bool:
    return query.casefold() in f"{row.unit}/{row.name}".casefold()
