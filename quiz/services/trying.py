"""A correction that is only tried: what the lines of the people concerned would be, and the units' sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.live import Parts, UnitSums
from quiz.models.play import Line
from quiz.rules.kept import Pick
from quiz.services import disqualified, unit_board
from quiz.services.board_reading import Reading, Row
from quiz.services.closing import Folded
from quiz.services.corrected import Book, Booked
from quiz.services.lines import UnitTotals, parts_of

ROWS_READ = 1_000


class TriedLine(NamedTuple):
    """What a line would be, as it would be stored."""

    order_key: str
    totals: str
    stats: str
    units: str
    parts: Parts


@dataclass
class Tried:
    """What the lines of the people concerned would be, by stage and period."""

    row: Booked
    lines: dict[tuple[int, str], dict[int, TriedLine]] = field(default_factory=lambda: defaultdict(dict))

    def put(self, person_id: int, folded: Sequence[Folded]) -> None:
        """Keep what a person's lines of a stage would be."""
        for live, line in folded:
            self.lines[live.stage, live.period][person_id] = TriedLine(
                live.order_key,
                orjson.dumps(asdict(line)).decode() if line else "{}",
                orjson.dumps(dict(live.stats)).decode(),
                orjson.dumps(dict(live.units)).decode(),
                live.parts,
            )

    def of(self, stage: int, period: str) -> Mapping[int, TriedLine]:
        """Return the lines of one stage or one of its periods."""
        return self.lines.get((stage, period), {})

    def booked(self, book: Book) -> Book:
        """Return the ledger with the row that is tried."""
        of_people = [row for of in book.of_people.values() for row in of]
        return Book([*of_people, *book.of_units, *book.of_questions, self.row])


def tried_rows(reading: Reading, session: Session, tried: Tried) -> tuple[list[Row], list[Row]]:
    """Return what a unit board would list, and what would stand below it."""
    found = tried.booked(disqualified.book(session, reading.rules.contest_id))
    out = disqualified.units(reading, session, found)
    lines = tried.of(reading.wanted.board.stage, reading.period)

    def sums(level: str, picks: Sequence[Pick]) -> UnitSums:
        totals = UnitTotals({level: picks})
        stored = session.execute(
            select(Line.person_id, Line.stats, Line.units, Line.parts)
            .where(*reading.on_board)
            .execution_options(yield_per=ROWS_READ)
        )
        for who, stats, units, parts in stored:
            if who not in lines:
                totals.add(orjson.loads(stats), orjson.loads(units), parts_of(parts))
        for line in lines.values():
            if line.order_key and reading.has(orjson.loads(line.units)):
                totals.add(orjson.loads(line.stats), orjson.loads(line.units), line.parts)
        return totals.of(level)

    return unit_board.rows(reading, session, sums, out)
