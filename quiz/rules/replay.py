"""A recorded contest folded anew: refusals, boards, draw entries and awards, from nothing but its files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from quiz.errors import InvalidDocument
from quiz.rules import draws, timing
from quiz.rules.across import Across
from quiz.rules.awards import Occasion, given, longest_row, winners
from quiz.rules.building import build
from quiz.rules.case import Case
from quiz.rules.document import checked
from quiz.rules.limits import Dated
from quiz.rules.parts import AtLeast, Board, Draw, Prize
from quiz.rules.record import Record, Spread, in_turn, records
from quiz.rules.tables import Tables

Json = dict[str, Any]  # Any: JSON, as expected.json has it


def result(case: Case, spread: Spread = in_turn) -> Json:
    """Return what a case comes to, in the form of expected.json; a document that is wrong gives `invalid`.

    Raises InvalidInput for a line that cannot be read.
    """
    try:
        source = checked(case.rules)
    except InvalidDocument as error:
        return {"invalid": [{"at": f.at, "code": f.code, "line": f.line} for f in error.faults]}
    document = build(source.raw)
    found = records(document, case, spread)
    runs = [Run(Tables(record)) for record in found]
    if document.boards or document.draws or document.awards:
        runs.append(Run(Tables(Across(document, found))))
    return {
        "refused": list(_refused(found)),
        "boards": dict(_named(runs, Run.boards)),
        "below": dict(_named(runs, Run.below)),
        "draw_entries": dict(_named(runs, Run.draw_entries)),
        "awards": dict(_named(runs, Run.awards)),
    }


def _refused(found: Sequence[Record]) -> Iterator[Json]:
    """Yield the attempts that were refused, in order of their start."""
    refused = (each for record in found for each in record.refused)
    for each in sorted(refused, key=lambda each: (each.row.started_ms, each.row.id)):
        yield {
            "person": each.row.person,
            "started_at": each.row.started_at,
            "because": each.because,
            "stage": each.stage,
            **({"attempt": each.row.name} if each.row.is_named else {}),
        }


class Run:
    """One stage, folded: what its record comes to in boards, draws and awards."""

    def __init__(self, tables: Tables) -> None:
        self.tables, self.record, self.stage = tables, tables.record, tables.record.stage

    def boards(self) -> Mapping[str, Any]:
        return {board.name: self.tables.shown(board) for board in self.stage.boards}

    def below(self) -> Mapping[str, Any]:
        """Return the units that stand below a board, with the reasons."""
        found = {board.name: self.tables.below(board) for board in self.stage.boards if board.of != "people"}
        return {name: rows for name, rows in found.items() if rows}

    def draw_entries(self) -> Mapping[str, Any]:
        """Return, by draw, how many entries everybody has who has any."""
        return {
            draw.name: {who: sum(one.number for one in mine) for who, mine in self.entries(draw).items()}
            for draw in self.stage.draws
        }

    def awards(self) -> Mapping[str, Any]:
        """Return who gets what: a list, or lists by period where the board is one of periods."""
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
        places = {e.board: self._places(e.board) for e in draw.entries if e.board is not None}
        found = {
            person: draws.entries(draw, self.stage.award, self._entrant(person, places))
            for person in self.record.people()
            if not draw.exclude or not set(draw.exclude) & set(self.record.groups(person))
        }
        return {person: mine for person, mine in found.items() if mine}

    def _entrant(self, person: str, places: Mapping[str, Mapping[str, list[int]]]) -> draws.Entrant:
        events: dict[str, list[Dated]] = {}
        for event in self.record.events_of(person):
            events.setdefault(event.kind, []).append(self.record.dated(event))
        own = {board: rows[person] for board, rows in places.items() if person in rows}
        tries = self.record.tries(person, with_void=not self.stage.integrity.entries_withdrawn)
        return draws.Entrant(tries, events, own, self.record.total(person))

    def _board(self, name: str) -> Board:
        return next(board for board in self.stage.boards if board.name == name)

    def _ranked(self, board: Board, period: str | None) -> list[tuple[str, int]]:
        return self.tables.places(board, period)

    def _periods(self, board: Board) -> list[str | None]:
        return [None] if board.over == "stage" else [*self.record.periods]

    def _places(self, name: str) -> dict[str, list[int]]:
        """Return the places on a board by who has them: in each period, and each part, that it has."""
        found: dict[str, list[int]] = {}
        board = self._board(name)
        for period in self._periods(board):
            for rows in self.tables.parts(board, period).values():
                for row in rows:
                    found.setdefault(row["who"], []).append(row["place"])
        return found

    def _occasions(self, prize: Prize) -> Iterator[Occasion]:
        if prize.board is None:
            rows = [(who, n) for n, who in enumerate(self._reaching(prize), 1)]
            yield Occasion(replace(prize, top=len(rows)), None, rows)
            return
        board = self._board(prize.board)
        home = self._home(prize.each or board.each)
        occasions = [
            Occasion(prize, period, self._ranked(board, period), board.of, home, turn)
            for turn, period in enumerate(self._periods(board))
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

    def _home(self, each: str | None) -> Callable[[str], str | None] | None:
        if each is None:
            return None
        if each == "group":
            return lambda who: self.record.group(who) or None
        return lambda who: self.record.unit_of(who, each)

    def _reaching(self, prize: Prize) -> list[str]:
        """Return everybody who reached a threshold: in an attempt, with their total, or so often in a row."""
        least = prize.at_least
        if least is None:
            return []
        return [who for who in self.record.people() if self._reaches(least, prize.in_a_row or 1, who)]

    def _reaches(self, least: AtLeast, in_a_row: int, person: str) -> bool:
        entrant = draws.Entrant(self.record.tries(person), {}, {}, self.record.total(person))
        if in_a_row == 1 and least.what == "total":
            return entrant.total >= least.number  # points of events reach it too
        reached: dict[str | int, bool] = {}
        for n, each in enumerate(entrant.tries):
            span = (
                each.period if self.stage.calendar.period != "none" else n
            )  # else attempts follow each other
            reached[span] = reached.get(span, False) or draws.reaches(least, each, entrant)
        return longest_row(timing.in_a_row(self.stage, reached)) >= in_a_row


def _named(runs: Sequence[Run], of: Callable[[Run], Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Yield the stages' tables by name; where two stages use one name, the stage's comes before it."""
    found = [(run.stage.name, name, table) for run in runs for name, table in of(run).items()]
    names = [name for _, name, _ in found]
    for stage, name, table in found:
        yield (name if names.count(name) == 1 or not stage else f"{stage}/{name}"), table
