"""Drawing a lot as soon as an entry arises (P14 `at_once`): the seed and the order of the entries decide."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from quiz.errors import N_, InvalidInput
from quiz.rules.lots import MOST_DIGITS, sha256
from quiz.rules.parts import Draw

COLUMNS = ("draw", "number", "day", "period", "code", "entry")
TICKETS = 2**256  # as many as SHA-256 has values


class Lot(NamedTuple):
    """One entry whose lot is drawn: the `number`-th of its draw, the `entry`-th of who holds it."""

    draw: str
    number: int
    day: str
    period: str
    code: str
    entry: int

    @property
    def text(self) -> str:
        """The lot as a line of the published list."""
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerow(self)
        return out.getvalue()


@dataclass
class Given:
    """What has been won in a draw so far; each lot adds to it."""

    prizes: Counter[int] = field(default_factory=Counter)  # position of a prize → how many are given away
    total: Counter[str] = field(default_factory=Counter)
    periods: Counter[tuple[str, str]] = field(default_factory=Counter)
    days: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, lot: Lot, prize: int) -> None:
        """Count a prize."""
        self.prizes[prize] += 1
        self.won(lot)

    def won(self, lot: Lot) -> None:
        """Count that the holder of a lot has won."""
        self.total[lot.code] += 1
        self.periods[lot.period, lot.code] += 1
        self.days[lot.day, lot.code] += 1

    def may_win(self, draw: Draw, lot: Lot) -> bool:
        """Return whether who holds a lot has won less often than the rules allow."""
        limits = (
            (draw.wins.total, self.total[lot.code]),
            (draw.wins.per_period, self.periods[lot.period, lot.code]),
            (draw.wins.per_day, self.days[lot.day, lot.code]),
        )
        return all(most is None or has < most for most, has in limits)


def ticket(seed: str, lot: Lot) -> str:
    """Return the number of a lot; neither its moment nor its place in the order has a part in it."""
    return sha256(f"{seed}|{lot.draw}|{lot.code}|{lot.entry}")


def prize_of(draw: Draw, lot: Lot, seed: str, given: Given) -> int | None:
    """Return the position of the prize that a lot wins, None for none, and remember it in `given`.

    The ticket decides whether it wins, the hash of the ticket which of the prizes that are left. Source: P14.
    """
    if not given.may_win(draw, lot):
        return None
    mine = ticket(seed, lot)
    if int(mine, 16) * draw.chance.denominator >= draw.chance.numerator * TICKETS:
        return None
    left = [stock - given.prizes[n] for n, (_, stock) in enumerate(draw.prizes)]
    if not any(left):
        return None
    at = int(sha256(mine), 16) % sum(left)
    found = next(n for n, end in enumerate(accumulate(left)) if at < end)
    given.add(lot, found)
    return found


def published(lots: Iterable[Lot]) -> str:
    """Return lots in their order as a file."""
    return ",".join(COLUMNS) + "\n" + "".join(lot.text for lot in lots)


def is_list(text: str) -> bool:
    """Return whether a published list is one of lots that were drawn at once."""
    return text.lstrip("\ufeff").startswith(",".join(COLUMNS))


def read(text: str) -> list[Lot]:
    """Read a published list; raises InvalidInput naming the line."""
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff").replace("\0", "")))
    next(reader, None)
    found = []
    for row in reader:
        if len(row) != len(COLUMNS) or not (_is_count(row[1]) and _is_count(row[5])):
            raise InvalidInput(N_("第 %(line)s 行不是抽奖名单的格式。"), line=reader.line_num)
        draw, number, day, period, code, entry = row
        found.append(Lot(draw, int(number), day, period, code, int(entry)))
    return found


def digest(lots: Iterable[Lot]) -> str:
    """Return SHA-256 of the lines of a list."""
    return sha256("".join(lot.text for lot in lots))


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS + 3
