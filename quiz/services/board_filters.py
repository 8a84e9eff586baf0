"""By which units and groups the rows of a board can be filtered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select

from quiz.models.accounts import Unit
from quiz.rules.document import Board, Document
from quiz.rules.kept import asks_for_groups
from quiz.services.board_reading import Wanted, board_of
from quiz.services.platform import Platform
from quiz.services.published import Published

TOP_LEVELS = 2  # of each tree, from the top; the first with a choice is listed: streets, schools
MOST_LISTED = 200  # units of one level; of a level with more, one is found by its address alone


@dataclass(frozen=True)
class Filters:
    """What can be chosen."""

    levels: Sequence[tuple[str, Sequence[tuple[int, str]]]]  # level → its units, each with its name
    groups: Sequence[str]  # numbered from 1


def filters(platform: Platform, rules: Published, wanted: Wanted) -> Filters:
    """Return by what a board can be filtered, with the unit that is asked for: one statement."""
    _, board = board_of(rules, wanted.board)
    levels = _levels(rules.document, board)
    groups = rules.document.people.groups if board.of == "people" and asks_for_groups(rules.document) else ()
    if not levels:
        return Filters((), groups)
    listed = or_(*(and_(Unit.tree == tree, Unit.level == level) for tree, level in levels))
    asked = Unit.id == wanted.within  # none is, where nothing is asked for
    with platform.store.reading() as session:
        rows = session.execute(
            select(Unit.id, Unit.tree, Unit.level, Unit.name).where(or_(listed, asked)).order_by(Unit.path)
        ).all()
    found: dict[tuple[str, str], list[tuple[int, str]]] = {level: [] for level in levels}
    for unit_id, tree, level, name in rows:
        found.setdefault((tree, level), []).append((unit_id, name))
    shown: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for (tree, level), units in found.items():
        is_first = 1 < len(units) <= MOST_LISTED and all(other != tree for other, _ in shown)
        if is_first or any(unit_id == wanted.within for unit_id, _ in units):
            shown[tree, level] = units if is_first else [unit for unit in units if unit[0] == wanted.within]
    return Filters([(level, units) for (_, level), units in shown.items()], groups)


def _levels(document: Document, board: Board) -> list[tuple[str, str]]:
    """Return the upper levels of all trees for people; for units those above their own."""
    if board.of == "people":
        return [(name, level) for name, tree in document.units.items() for level in tree.levels[:TOP_LEVELS]]
    tree, _, own = board.of.partition(".")
    levels = document.units[tree].levels
    return [(tree, level) for level in levels[: levels.index(own)][:TOP_LEVELS]]
