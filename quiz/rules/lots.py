"""Drawing lots (P14): a seed and the published list of entries decide who wins; anybody can repeat it."""

from __future__ import annotations

import csv
import hashlib
import heapq
import hmac
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from quiz.errors import N_, InvalidInput
from quiz.rules.across import as_stage
from quiz.rules.parts import Document, Draw, Stage

COLUMNS = ("draw", "occasion", "period", "code", "entries")
CODE_DIGITS = 16
MOST_DIGITS = 6  # of one person's entries in one drawing


@dataclass(frozen=True)
class Holder:
    """What somebody has in one drawing: under a code, so that the list tells no names."""

    code: str
    entries: int


@dataclass(frozen=True)
class Drawing:
    """One drawing of a draw: at the end (""), or after a day or a period; with everybody who takes part."""

    draw: str  # its title
    occasion: str
    period: str  # to which a day belongs; "" where the stage has none
    holders: tuple[Holder, ...]  # in order of their codes

    @property
    def text(self) -> str:
        """The list of entries as it is published: CSV lines without a header."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerows((self.draw, self.occasion, self.period, h.code, h.entries) for h in self.holders)
        return out.getvalue()

    @property
    def digest(self) -> str:
        """SHA-256 of the list."""
        return sha256(self.text)


@dataclass(frozen=True)
class Win:
    """One prize and who gets it."""

    prize: str
    code: str
    entry: int  # which of their entries won, from 1


@dataclass
class Won:
    """What everybody has won so far, for the limits of wins; each drawing adds to it."""

    total: Counter[str] = field(default_factory=Counter)
    periods: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, drawing: Drawing, wins: Iterable[Win]) -> None:
        """Count the wins of a drawing."""
        for win in wins:
            self.total[win.code] += 1
            self.periods[drawing.period, win.code] += 1


def titles(document: Document) -> dict[str, tuple[Stage, Draw]]:
    """Return the draws by what lists call them: by name, with the stage where two of them share it."""
    stages = [*document.stages, as_stage(document)]
    found = [(stage, draw) for stage in stages for draw in stage.draws]
    names = Counter(draw.name for _, draw in found)
    return {
        draw.name if names[draw.name] == 1 or not stage.name else f"{stage.name}/{draw.name}": (stage, draw)
        for stage, draw in found
    }


def code_of(seed: str, person: int) -> str:
    """Return the code of a person in the lists of a draw: it follows from the seed, so nobody chooses it."""
    return sha256(f"{seed}|code|{person}")[:CODE_DIGITS]


def seed_of(master: str, called: str) -> str:
    """Return the seed of a draw: it follows from what was fixed with the rules, apart from the papers."""
    return hmac.new(master.encode(), f"draw/{called}".encode(), hashlib.sha256).hexdigest()


def commitment(seed: str) -> str:
    """Return the hash that is published before the opening."""
    return sha256(seed)


def sha256(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def ticket(seed: str, drawing: Drawing, code: str, entry: int) -> str:
    """Return the number by which one entry is drawn: the smallest is drawn first."""
    return sha256(f"{seed}|{drawing.draw}|{drawing.occasion}|{code}|{entry}")


def drawn(draw: Draw, drawing: Drawing, seed: str, won: Won) -> list[Win]:
    """Return who wins, and remember it in `won`.

    The entries are taken in order of their tickets; each gets the next prize, in the document's order, unless
    its holder has won as often as the rules allow. The stock is that of each drawing. Source: P14.
    """
    prizes = [name for name, stock in draw.prizes for _ in range(stock)]
    tickets = heapq.nsmallest(len(prizes), _tickets(draw, drawing, seed, won, len(prizes)))
    found = [Win(prize, code, entry) for prize, (_, code, entry) in zip(prizes, tickets, strict=False)]
    won.add(drawing, found)
    return found


def _tickets(
    draw: Draw, drawing: Drawing, seed: str, won: Won, prizes: int
) -> Iterator[tuple[str, str, int]]:
    """Yield the tickets that may win: of each holder the first ones, as many as they may still win."""
    for holder in drawing.holders:
        own = (
            (ticket(seed, drawing, holder.code, entry), holder.code, entry)
            for entry in range(1, holder.entries + 1)
        )
        yield from heapq.nsmallest(_room(draw, drawing, holder.code, won, prizes), own)


def _room(draw: Draw, drawing: Drawing, code: str, won: Won, prizes: int) -> int:
    """Return how often somebody may still win: in this drawing, in its period, in all of them."""
    limits = (
        (draw.wins.per_day, 0),
        (draw.wins.per_period, won.periods[drawing.period, code]),
        (draw.wins.total, won.total[code]),
    )
    return max(0, min([most - has for most, has in limits if most is not None], default=prizes))


def published(drawings: Iterable[Drawing]) -> str:
    """Return the list of entries of some drawings as a file."""
    return ",".join(COLUMNS) + "\n" + "".join(drawing.text for drawing in drawings)


def read(text: str) -> list[Drawing]:
    """Read a published list; raises InvalidInput naming the line."""
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff").replace("\0", "")))
    if tuple(next(reader, ())) != COLUMNS:
        raise InvalidInput(N_("第一行应为 %(columns)s。"), columns=",".join(COLUMNS))
    found: dict[tuple[str, str, str], list[Holder]] = {}
    for row in reader:
        if len(row) != len(COLUMNS) or not (
            row[4].isascii() and row[4].isdecimal() and len(row[4]) <= MOST_DIGITS
        ):
            raise InvalidInput(N_("第 %(line)s 行不是抽奖名单的格式。"), line=reader.line_num)
        found.setdefault((row[0], row[1], row[2]), []).append(Holder(row[3], int(row[4])))
    return [Drawing(*key, tuple(holders)) for key, holders in found.items()]


def drawings(draw: Draw, called: str, entries: Mapping[str, Sequence[tuple[str, str, int]]]) -> list[Drawing]:
    """Return the drawings of a draw in order: code → (day, period, number) of the entries.

    What belongs to no day (a place, a collection) is drawn at the end.
    """
    found: dict[tuple[str, str], Counter[str]] = {}
    for code, mine in entries.items():
        for day, period, number in mine:
            where = {"per_day": (day, period if day else ""), "per_period": (period, period)}.get(
                draw.drawn, ("", "")
            )
            found.setdefault(where, Counter())[code] += number
    return [
        Drawing(called, occasion, period, tuple(Holder(code, n) for code, n in sorted(holders.items())))
        for (occasion, period), holders in sorted(found.items(), key=lambda each: (not each[0][0], each[0]))
    ]
