"""One stage, folded: who has how many entries in its draws, and who gets its prizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from quiz.rules import chances, draws, timing
from quiz.rules.awards import Occasion, Ranked, given, longest_row, winners
from quiz.rules.chances import Brought
from quiz.rules.limits import Dated
from quiz.rules.parts import Board, Draw, Prize
from quiz.rules.tables import Tables


class Run:
    """One stage, folded: what its record comes to in boards, draws and awards."""

    def __init__(self, tables: Tables, brought: Brought | None = None) -> None:
        self.tables, self.record, self.stage = tables, tables.record, tables.record.stage
        self._told = brought

    @cached_property
    def brought(self) -> Brought:
        """What everybody's attempts and events bring them: as told, else folded now."""
        return chances.brought(self.record) if self._told is None else self._told

    def numbers(self, draw: Draw) -> dict[str, int]:
        """Return how many entries everybody has who has any in a draw."""
        places, apart = self._places_for(draw), self.brought.entries[draw.name]
        found = {}
        for person in sorted({*chances.drawing(self.record, draw), *apart}):
            own = {board: rows[person] for board, rows in places.items() if person in rows}
            number = draws.with_places(draw, self.stage.award, apart.get(person, 0), own)
            if number:
                found[person] = number
        return found

    @cached_property
    def awards(self) -> Mapping[str, Any]:
        """Who gets what: a list, or lists by period where the board is one of periods."""
        found: dict[str, Any] = {prize.name: [] for prize in self.stage.awards}
        for occasion, got in self.given():
            if occasion.period is None:
                found[occasion.prize.name] = got
            else:
                found[occasion.prize.name] = {**(found[occasion.prize.name] or {}), occasion.period: got}
        return found

    def given(self) -> Iterator[tuple[Occasion, list[str]]]:
        """Yield who gets what on which occasion, in the order in which places pass down."""
        return given([each for prize in self.stage.awards for each in self._occasions(prize)])

    def entries(self, draw: Draw) -> dict[str, list[Dated]]:
        """Return the entries of everybody who has any in a draw, each with its day and period."""
        places = self._places_for(draw)
        found = {
            person: draws.entries(draw, self.stage.award, chances.entrant(self.record, person, places))
            for person in chances.drawing(self.record, draw)
        }
        return {person: mine for person, mine in found.items() if mine}

    def periods(self, board: Board) -> list[str | None]:
        """Return the periods in which there is a board; None stands for the whole stage."""
        return [None] if board.over == "stage" else [*self.record.periods]

    def _places_for(self, draw: Draw) -> dict[str, dict[str, list[int]]]:
        return {e.board: self._places(e.board) for e in draw.entries if e.board is not None}

    def _board(self, name: str) -> Board:
        return next(board for board in self.stage.boards if board.name == name)

    def _places(self, name: str) -> dict[str, list[int]]:
        """Return the places on a board by who has them: in each period, and each part, that it has."""
        found: dict[str, list[int]] = {}
        board = self._board(name)
        for period in self.periods(board):
            for _, rows in self.tables.streamed(board, period):
                for row in rows:
                    found.setdefault(row["who"], []).append(row["place"])
        return found

    def _occasions(self, prize: Prize) -> Iterator[Occasion]:
        if prize.board is None:
            rows = [(who, n) for n, who in enumerate(sorted(self.brought.reaching.get(prize.name, ())), 1)]
            yield Occasion(replace(prize, top=len(rows)), None, rows)
            return
        board = self._board(prize.board)
        each = prize.each or board.each
        home = self._home(board, each)
        occasions = [
            Occasion(
                prize,
                period,
                self.tables.places(board, period),
                board.of,
                home,
                turn,
                self._parts(board, each, period) if each is not None and home is None else None,
            )
            for turn, period in enumerate(self.periods(board))
        ]
        if prize.in_a_row is None:
            yield from occasions
            return
        often = self._often(occasions, prize.in_a_row)
        rows = [(who, n) for n, who in enumerate(often, 1)]
        yield Occasion(replace(prize, top=len(rows), share=None), None, rows, board.of)

    def _often(self, occasions: Sequence[Occasion], wanted: int) -> list[str]:
        """Return who would have got a prize so many periods in a row, by name."""
        among = {each.period: set(winners(each)) for each in occasions}
        return [
            who
            for who in sorted(set().union(*among.values()))
            if longest_row(timing.in_a_row(self.stage, {p: who in got for p, got in among.items()})) >= wanted
        ]

    def _home(self, board: Board, each: str | None) -> Callable[[str], str | None] | None:
        """Return in which part of a board somebody stands; None: nobody in any, or units in several."""
        if each is None:
            return None
        if board.of != "people":
            return self._above(board.of, each)
        if each == "group":
            return lambda who: self.record.group(who) or None
        return lambda who: self.record.unit_of(who, each)

    def _above(self, of: str, each: str) -> Callable[[str], str | None] | None:
        forest = self.record.forest
        (tree, depth), (other, above) = forest.depth(of), (forest.depth(each) if each != "group" else ("", 0))
        if tree != other or above > depth:
            return None
        paths = {name: path for path, name in forest.names(of).items()}
        return lambda who: "/".join(paths[who].split("/")[:above])

    def _parts(self, board: Board, each: str, period: str | None) -> list[list[Ranked]]:
        """Return who stands where in each part of a board of units that is divided by their people."""
        divided = board if board.each == each else replace(board, each=each)
        parts = self.tables.parts(divided, period).values()
        return [[(row["who"], row["place"]) for row in rows] for rows in parts]
