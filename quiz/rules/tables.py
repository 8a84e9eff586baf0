"""The boards of a recorded stage as rows: of people and of units, over the stage or its periods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from quiz.rules import standings, units
from quiz.rules.across import Across
from quiz.rules.parts import Board
from quiz.rules.record import Record
from quiz.rules.standings import Line

Row = dict[str, Any]  # Any: JSON values of a row


class Tables:
    """Makes the rows of boards from a record."""

    def __init__(self, record: Record | Across) -> None:
        self.record, self.stage = record, record.stage
        self._lines: dict[str | None, Mapping[str, Line]] = {}
        self._whole: dict[tuple[str, str | None], list[Row]] = {}

    def streamed(self, board: Board, period: str | None = None) -> Iterator[tuple[str, Iterable[Row]]]:
        """Yield a board's rows by group or unit, all of them under "" where it is not divided."""
        if board.each is None:
            people = board.of == "people"
            yield "", self._people(self._of(period)) if people else self.rows(board, period)
            return
        for name, lines in self.lines(board, period).items():
            yield name, self._people(lines) if board.of == "people" else self._units(board, lines, period)[0]

    def parts(self, board: Board, period: str | None = None) -> Mapping[str, list[Row]]:
        """Return a board's rows by group or unit, all of them under "" where it is not divided."""
        return {name: list(rows) for name, rows in self.streamed(board, period)}

    def rows(self, board: Board, period: str | None = None) -> list[Row]:
        """Return the rows of a whole board in order."""
        key = (board.name, period)
        if key not in self._whole:
            self._whole[key] = self._rows(board, self._of(period), period)[0]
        return self._whole[key]

    def places(self, board: Board, period: str | None = None) -> list[tuple[str, int]]:
        """Return who stands on a whole board, with their places, in order."""
        if board.of == "people":
            return [(who, place) for place, who, _ in self.ranked(self._of(period))]
        return [(row["who"], row["place"]) for row in self.rows(board, period)]

    def below(self, board: Board) -> list[Row]:
        """Return the units that are not on a board over the stage, with the reasons."""
        names = self.record.forest.names(board.of)
        out = [path for tree, path in sorted(self.record.units_out) if tree == board.of.split(".")[0]]
        return self._rows(board, self._of(None))[1] + [
            {"who": names[path], "because": "disqualified"} for path in out if path in names
        ]

    def _of(self, period: str | None) -> Mapping[str, Line]:
        if period not in self._lines:
            for other in self._lines.keys() - {None}:
                del self._lines[other]  # those of all periods are many
            self._lines[period] = self.record.lines(period)
        return self._lines[period]

    def lines(self, board: Board, period: str | None = None) -> Mapping[str, Mapping[str, Line]]:
        """Return the lines of the people of each part of a board, all of them under "" if not divided."""
        lines = self._of(period)
        if board.each is None:
            return {"": lines}
        homes: dict[str, dict[str, Line]] = {}
        for person, line in lines.items():
            home = self.record.group(person) if board.each == "group" else self._unit(person, board.each)
            if home:
                homes.setdefault(home, {})[person] = line
        names = {} if board.each == "group" else self.record.forest.names(board.each)
        return {names.get(home, home): homes[home] for home in sorted(homes)}

    def _rows(
        self, board: Board, lines: Mapping[str, Line], period: str | None = None
    ) -> tuple[list[Row], list[Row]]:
        if board.of == "people":
            return list(self._people(lines)), []
        return self._units(board, lines, period)

    def _people(self, lines: Mapping[str, Line]) -> Iterator[Row]:
        return (self._person(who, line, place) for place, who, line in self.ranked(lines))

    def ranked(self, lines: Mapping[str, Line]) -> Iterator[tuple[int, str, Line]]:
        """Yield place, person and line in the order of a board of people."""
        places = standings.Places(self.stage.places)
        for key, who in sorted([(standings.order(self.stage, line), who) for who, line in lines.items()]):
            yield places.next(key), who, lines[who]

    def _person(self, who: str, line: Line, place: int) -> Row:
        return {
            "place": place,
            "who": who,
            "total": units.total_shown(self.stage, line.total),
            "time_ms": line.time_ms,
            "attempts": line.attempts,
            "reached_ms": line.reached_ms,
            "first_started_ms": line.first_started_ms,
        }

    def _units(
        self, board: Board, lines: Mapping[str, Line], period: str | None
    ) -> tuple[list[Row], list[Row]]:
        on, below = units.table(self.stage, board, self.counted(board, lines, period))
        return [_unit_row(who, row) for who, row in on], [_unit_row(who, row) for who, row in below]

    def counted(
        self, board: Board, lines: Mapping[str, Line], period: str | None = None
    ) -> dict[str, tuple[units.Sums, units.Facts]]:
        """Return the sums and facts of the units on a board, by their names."""
        tree = board.of.split(".")[0]
        moved = self.record.shares(board.of, period)
        members: dict[str, dict[str, Line]] = {}
        for person, line in lines.items():
            for path, share in (
                moved[person].items() if person in moved else [(self._unit(person, board.of), line)]
            ):
                if path is not None and (tree, path) not in self.record.units_out:
                    members.setdefault(path, {})[person] = share
        names = self.record.forest.names(board.of)
        count = units.counting(self.stage)
        return {
            names[path]: (units.added(map(count, mine.values())), self._facts(board, path, mine, period))
            for path, mine in members.items()
        }

    def _facts(self, board: Board, path: str, lines: Mapping[str, Line], period: str | None) -> units.Facts:
        forest = self.record.forest
        tree, depth = forest.depth(board.of)
        levels = self.record.document.units[tree].levels
        below = forest.children(board.of, path)
        joined: set[str] = set()
        if depth < len(levels):
            level = f"{tree}.{levels[depth]}"
            moved = self.record.shares(level, period)
            for person, line in lines.items():
                for child, share in moved.get(person, {self._unit(person, level): line}).items():
                    if child in below and (board.zero_scorers == "in" or share.total):
                        joined.add(child)
        counting = {who: line for who, line in lines.items() if board.zero_scorers == "in" or line.total}
        bests: dict[str, int] = {}
        for person, line in counting.items():
            group = self.record.group(person)
            if group:
                bests[group] = max(line.total, bests.get(group, line.total))
        return units.Facts(
            enrolled=forest.enrolled(board.of, path),
            children=len(below) or None,
            children_joined=len(joined),
            totals=[line.total for line in counting.values()],
            group_bests=list(bests.values()),
            together=units.Together.of(board, list(lines.values())),
        )

    def _unit(self, person: str, of: str) -> str | None:
        return self.record.unit_of(person, of)


def _unit_row(who: str, row: units.Row) -> Row:
    shown: Row = {} if row.place is None else {"place": row.place}
    shown |= {"who": who, "value": row.value, **row.metrics}
    shown |= {"people": row.people, "attempts": row.attempts}
    shown |= {"enrolled": row.enrolled} if row.enrolled is not None else {}
    return shown if row.because is None else {**shown, "because": row.because}
