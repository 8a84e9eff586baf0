"""Who may be in a stage that awards lead to (P15 `to`): as the lists were confirmed, else as they follow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from quiz.errors import NotAllowed
from quiz.rules.beside import ListRow
from quiz.rules.parts import Document, Prize, Stage


class Listed(NamedTuple):
    """Who goes on by one award on one occasion, from a moment on."""

    award: tuple[str, str, str]  # stage, name, period
    from_ms: int
    of: str  # people, or the level of units
    who: frozenset[str]

    def by_path(self, find: Callable[[str, str], str | None]) -> Listed:
        """Return it with the paths of units in place of their names; `find`: of a tree and a name."""
        if self.of == "people":
            return self
        tree = self.of.split(".")[0]
        return self._replace(who=frozenset(find(tree, name) or name for name in self.who))


UnitOf = Callable[[str, str], str | None]  # person and level → path of their unit


class Advanced:
    """The lists by which people go on to the stages of a contest; a stage without any is open to all."""

    def __init__(self, lists: Mapping[str, Sequence[Listed]] | None = None) -> None:
        self.lists = dict(lists or {})  # by the name of the stage that they lead to

    def leads_to(self, stage: Stage) -> bool:
        """Return whether only some may be in a stage."""
        return stage.name in self.lists

    def check(self, stage: Stage, person: str, at_ms: int, unit_of: UnitOf) -> None:
        """Raise NotAllowed where somebody may not start in a stage at a moment.

        Of the lists of one occasion the latest then counts; what was started before stays.
        """
        latest: dict[tuple[str, str, str], Listed] = {}
        for each in self.lists[stage.name]:
            if each.from_ms <= at_ms:
                latest[each.award] = each
        for each in latest.values():
            name = person if each.of == "people" else unit_of(person, each.of)
            if name in each.who:
                return
        raise NotAllowed


def leading(document: Document) -> Iterator[tuple[str, Prize, str]]:
    """Yield the awards that lead to a stage: of which stage ("" beside them), the award, whom it is for."""
    for name, boards, awards in (
        *((stage.name, stage.boards, stage.awards) for stage in document.stages),
        ("", document.boards, document.awards),
    ):
        of = {board.name: board.of for board in boards}
        yield from ((name, prize, of.get(prize.board or "", "people")) for prize in awards if prize.to)


def confirmed(rows: Iterable[ListRow], document: Document, to: str) -> list[Listed]:
    """Return the lists that were confirmed of the awards that lead to a stage, in their order."""
    known = {(name, prize.name): of for name, prize, of in leading(document) if prize.to == to}
    return [
        Listed((row.stage, row.award, row.period), row.at_ms, known[row.stage, row.award], row.who)
        for row in sorted(rows, key=lambda row: row.at_ms)
        if (row.stage, row.award) in known
    ]
