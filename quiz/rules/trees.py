"""The units of a case: who belongs to which, how they are called, how many people they have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from quiz.errors import N_, InvalidInput
from quiz.rules.case import Case
from quiz.rules.case_rows import PersonRow
from quiz.rules.parts import Document

SEPARATOR = "/"


class Forest:
    """All units of a case, each named by its tree and its path from the top."""

    def __init__(self, document: Document, case: Case) -> None:
        self.document, self.case = document, case
        self.paths: dict[str, set[str]] = {tree: set() for tree in document.units}
        for person in case.people.values():
            for tree in document.units:
                self._add(tree, person.paths.get(tree, ""))
        for move in case.moves:
            if move.tree in document.units:
                self._add(move.tree, move.unit)
        for row in case.units:
            if row.tree in document.units and self.find(row.tree, row.unit) is None:
                self._add(row.tree, row.unit)
        self.enrolments = self._enrolments()

    def unit_of(self, person: PersonRow, of: str) -> str | None:
        """Return the path of the unit a person belongs to on a level ("tree.level"), None without one."""
        tree, depth = self.depth(of)
        if not has_units(self.document, tree, person):
            return None
        parts = person.paths.get(tree, "").split(SEPARATOR)
        return SEPARATOR.join(parts[:depth]) if len(parts) >= depth and parts[0] else None

    def depth(self, of: str) -> tuple[str, int]:
        """Return the tree and how many parts the paths of a level ("tree.level") have."""
        tree, level = of.split(".")
        return tree, self.document.units[tree].levels.index(level) + 1

    def of_level(self, of: str) -> list[str]:
        """Return the paths of all units of a level."""
        tree, depth = self.depth(of)
        return sorted(path for path in self.paths[tree] if path.count(SEPARATOR) + 1 == depth)

    def children(self, of: str, path: str) -> list[str]:
        """Return the paths of the units one level below a unit."""
        tree, depth = self.depth(of)
        return sorted(
            p for p in self.paths[tree] if p.startswith(path + SEPARATOR) and p.count(SEPARATOR) == depth
        )

    def names(self, of: str) -> Mapping[str, str]:
        """Return, by path, the shortest end of the path that is unique on a level."""
        paths = self.of_level(of)
        ends = Counter(end for path in paths for end in _ends(path))
        return {path: next((end for end in _ends(path) if ends[end] == 1), path) for path in paths}

    def find(self, tree: str, name: str) -> str | None:
        """Return the path of the one unit that a name (a path, or the end of one) means."""
        if name in self.paths.get(tree, ()):
            return name
        found = [path for path in self.paths.get(tree, ()) if name in _ends(path)]
        return found[0] if len(found) == 1 else None

    def named(self, name: str) -> tuple[str, str]:
        """Return tree and path of a unit written as "school:S1"; raises InvalidInput."""
        tree, _, unit = name.partition(":")
        path = self.find(tree, unit)
        if path is None:
            raise InvalidInput(N_("没有找到单位 %(unit)s，或有多个同名单位，请写完整的路径。"), unit=name)
        return tree, path

    def enrolled(self, of: str, path: str) -> int | None:
        """Return how many people a unit has: its own figure, else its children's together; None: unknown."""
        tree, depth = self.depth(of)
        own = self.enrolments.get((tree, path))
        if own is not None:
            return own
        levels = self.document.units[tree].levels
        if depth == len(levels):
            return None
        below = [self.enrolled(f"{tree}.{levels[depth]}", child) for child in self.children(of, path)]
        known = [number for number in below if number is not None]
        return sum(known) if known and len(known) == len(below) else None

    def _enrolments(self) -> dict[tuple[str, str], int]:
        """Return the latest figures that are not after the day the rules name."""
        found: dict[tuple[str, str], int] = {}
        for row in sorted(self.case.units, key=lambda row: row.as_of):
            tree = self.document.units.get(row.tree)
            if tree is None or (tree.enrolled_on is not None and row.as_of > tree.enrolled_on):
                continue
            path = self.find(row.tree, row.unit)
            if path is not None and row.enrolled is not None:
                found[row.tree, path] = row.enrolled
        return found

    def _add(self, tree: str, path: str) -> None:
        parts = path.split(SEPARATOR) if path else []
        if len(parts) > len(self.document.units[tree].levels):
            raise InvalidInput(N_("单位路径 %(path)s 的层数比规则中的多。"), path=path)
        for end in range(1, len(parts) + 1):
            self.paths[tree].add(SEPARATOR.join(parts[:end]))


def has_units(document: Document, tree: str, person: PersonRow | None) -> bool:
    """Return whether somebody may have a unit of a tree: guests have none where they are kept apart (P3)."""
    return person is None or not person.is_guest or document.units[tree].guests != "apart"


def _ends(path: str) -> Iterable[str]:
    parts = path.split(SEPARATOR)
    return [SEPARATOR.join(parts[start:]) for start in range(len(parts) - 1, -1, -1)]
