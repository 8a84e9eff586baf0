"""By which units and groups the rows of a board can be filtered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select

from quiz.models.accounts import Unit
from quiz.rules.document import Board, Document
from quiz.rules.kept import GROUP
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
    """Return by what a board can be filtered: one statement, and one more where a unit is asked for.

    Of each tree it is the first level with a choice; around a unit that is asked for also those beside it and
    those right below it, so that one comes from a district to its streets, from a school to its classes.
    """
    document, (_, board) = rules.document, board_of(rules, wanted.board)
    levels = _levels(document, board)
    groups = document.people.groups if board.of == "people" and board.each != GROUP else ()
    if not levels:
        return Filters((), groups)
    top = [(tree, level) for tree, of_tree in levels.items() for level in of_tree[:TOP_LEVELS]]
    with platform.store.reading() as session:
        asked = session.get(Unit, wanted.within) if wanted.within is not None else None
        around = _around(levels, asked)
        listed = [and_(Unit.tree == tree, Unit.level == level) for tree, level in top]
        near = [
            and_(Unit.tree == tree, Unit.level == level, Unit.path.startswith(above, autoescape=True))
            for (tree, level), above in around.items()
        ]
        found = session.scalars(select(Unit).where(or_(*listed, *near)).order_by(Unit.path)).all()
    shown: dict[Level, Sequence[Unit]] = {}
    for key in top:
        units = [unit for unit in found if (unit.tree, unit.level) == key]
        if 1 < len(units) <= MOST_LISTED and all(tree != key[0] for tree, _ in shown):
            shown[key] = units
    for key, above in around.items():
        units = [unit for unit in found if (unit.tree, unit.level) == key and unit.path.startswith(above)]
        if len(units) > MOST_LISTED:
            units = [unit for unit in units if unit is asked]
        if units and key not in shown:
            shown[key] = units
    in_order = [(tree, level) for tree, of_tree in levels.items() for level in of_tree]
    return Filters(
        [(key[1], [(unit.id, unit.name) for unit in shown[key]]) for key in in_order if key in shown], groups
    )


Level = tuple[str, str]  # tree and level


def _around(levels: Mapping[str, Sequence[str]], asked: Unit | None) -> dict[Level, str]:
    """Return a unit's level and the one below, each with what the paths of those near it begin with."""
    if asked is None or asked.level not in levels.get(asked.tree, ()):
        return {}
    of_tree = levels[asked.tree]
    beside = {(asked.tree, asked.level): asked.path[: len(asked.path) - len(asked.name)]}
    below = of_tree[of_tree.index(asked.level) + 1 :][:1]
    return beside | {(asked.tree, level): f"{asked.path}/" for level in below}


def _levels(document: Document, board: Board) -> dict[str, Sequence[str]]:
    """Return the levels of all trees for people; for units those above their own."""
    if board.of == "people":
        return {name: tree.levels for name, tree in document.units.items()}
    tree, _, own = board.of.partition(".")
    levels = document.units[tree].levels
    above = levels[: levels.index(own)]
    return {tree: above} if above else {}
