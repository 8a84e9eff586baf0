"""A draw from its first drawing to its last, with prizes that were not claimed and passed on (P14)."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from quiz.errors import N_, InvalidInput
from quiz.rules import lots, lots_at_once
from quiz.rules.lots import Drawing, Win, Won
from quiz.rules.lots_at_once import Given, Lot
from quiz.rules.parts import Document, Draw

COLUMNS = ("draw", "after", "occasion", "code", "entry")
Ticket = tuple[str, str, int]  # its number, the code, which entry


class Redraw(NamedTuple):
    """That a prize was not claimed, after so many drawings of the draw."""

    draw: str
    after: int
    occasion: str
    code: str  # whose entry had won it
    entry: int


@dataclass
class _Held:
    """One drawing that was held: who takes part, who has won, whose prizes passed on."""

    tickets: Callable[[], Iterable[Ticket]]
    may_win: Callable[[str, int], bool]
    win: Callable[[Win], None]  # counts a prize that passed on
    wins: list[Win]
    lost: set[tuple[str, int]] = field(default_factory=set)


class Course:
    """What a draw comes to, drawing by drawing; the same for who holds it and for who repeats it."""

    def __init__(self, draw: Draw, seed: str) -> None:
        self.draw, self.seed = draw, seed
        self.won = Won()
        self.held: dict[str, _Held] = {}

    def hold(self, drawing: Drawing) -> list[Win]:
        """Hold a drawing; returns who wins."""
        wins = lots.drawn(self.draw, drawing, self.seed, self.won)

        def may_win(code: str, _entry: int) -> bool:
            here = Counter(win.code for win in wins if (win.code, win.entry) not in held.lost)
            limits = (
                (self.draw.wins.per_day, here[code]),
                (self.draw.wins.per_period, self.won.periods[drawing.period, code]),
                (self.draw.wins.total, self.won.total[code]),
            )
            return all(most is None or has < most for most, has in limits)

        held = self.held[drawing.occasion] = _Held(
            lambda: _tickets(drawing, self.seed), may_win, lambda win: self.won.add(drawing, [win]), wins
        )
        return list(wins)

    def hold_at_once(self, drawn: Sequence[Lot]) -> list[Win]:
        """Take the lots that were drawn at once, in their order; returns who won."""
        given, wins, known = Given(), list[Win](), dict[tuple[str, int], Lot]()
        for lot in drawn:
            known[lot.code, lot.entry] = lot
            prize = lots_at_once.prize_of(self.draw, lot, self.seed, given)
            if prize is not None:
                wins.append(Win(self.draw.prizes[prize][0], lot.code, lot.entry))
        self.held[""] = _Held(
            lambda: ((lots_at_once.ticket(self.seed, lot), lot.code, lot.entry) for lot in drawn),
            lambda code, entry: given.may_win(self.draw, known[code, entry]),
            lambda win: given.won(known[win.code, win.entry]),
            wins,
        )
        return list(wins)

    def standing(self, occasion: str) -> list[Win]:
        """Return the wins of a drawing that stand: those that have not passed on."""
        held = self.held.get(occasion)
        return [win for win in held.wins if (win.code, win.entry) not in held.lost] if held else []

    def pass_on(self, occasion: str, code: str, entry: int) -> Win | None:
        """Pass a prize on to the next in line; None: nobody is left. Raises ValueError where it was not won.

        The next is the smallest ticket of the drawing that has won nothing, of somebody who may still win
        and has let no prize of the drawing go.
        """
        lost = next((w for w in self.standing(occasion) if (w.code, w.entry) == (code, entry)), None)
        if lost is None:
            raise ValueError((occasion, code, entry))
        held = self.held[occasion]
        held.lost.add((code, entry))
        used = {(win.code, win.entry) for win in held.wins}
        out = {lost_code for lost_code, _ in held.lost}
        left = (
            each
            for each in held.tickets()
            if each[1] not in out and each[1:] not in used and held.may_win(*each[1:])
        )
        found = min(left, default=None)
        if found is None:
            return None
        win = Win(lost.prize, *found[1:])
        held.wins.append(win)
        held.win(win)
        return win


def _tickets(drawing: Drawing, seed: str) -> Iterator[Ticket]:
    for holder in drawing.holders:
        for entry in range(1, holder.entries + 1):
            yield lots.ticket(seed, drawing, holder.code, entry), holder.code, entry


def published(redraws: Iterable[Redraw]) -> str:
    """Return the prizes that passed on, in their order, as a file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(redraws)
    return out.getvalue()


def read(text: str) -> list[Redraw]:
    """Read a published list of prizes that passed on; raises InvalidInput naming the line."""
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff").replace("\0", "")))
    if tuple(next(reader, ())) != COLUMNS:
        raise InvalidInput(N_("第一行应为 %(columns)s。"), columns=",".join(COLUMNS))
    found = []
    for row in reader:
        numbers = [row[1], row[4]] if len(row) == len(COLUMNS) else [""]
        if not all(each.isascii() and each.isdecimal() and len(each) <= lots.MOST_DIGITS for each in numbers):
            raise InvalidInput(N_("第 %(line)s 行不是递补名单的格式。"), line=reader.line_num)
        draw, after, occasion, code, entry = row
        found.append(Redraw(draw, int(after), occasion, code, int(entry)))
    return found


def repeated(document: Document, entries: str, seed: str, passed: Sequence[Redraw] = ()) -> Json:
    """Return what the published lists of a draw come to; raises InvalidInput.

    `entries`: the text of the list of entries; `passed`: the prizes that passed on, in their order.
    """
    draws = {called: draw for called, (_, draw) in lots.titles(document).items()}
    held, redrawn = list[Mapping[str, object]](), list[Mapping[str, object]]()
    courses: dict[str, tuple[Course, list[int]]] = {}
    for called, occasion, digest, hold in _drawings(entries):
        if called not in draws:
            raise InvalidInput(N_("规则文件里没有抽奖“%(draw)s”。"), draw=called)
        course, count = courses.setdefault(called, (Course(draws[called], seed), [0]))
        wins = [_shown(win) for win in hold(course)]
        count[0] += 1
        held.append(
            {
                "draw": called,
                "occasion": occasion,
                "seed_hash": lots.commitment(seed),
                "entries_hash": digest,
                "wins": wins,
            }
        )
        for each in passed:
            if (each.draw, each.after) == (called, count[0]):
                redrawn.append(_passed(course, each))
    return {"drawings": held, **({"redraws": redrawn} if passed else {})}


Json = Mapping[str, object]
Hold = Callable[[Course], list[Win]]


def _drawings(entries: str) -> Iterator[tuple[str, str, str, Hold]]:
    """Yield the drawings of a list in their order: draw, occasion, digest, how it is held."""
    if lots_at_once.is_list(entries):
        drawn = lots_at_once.read(entries)
        for called in dict.fromkeys(lot.draw for lot in drawn):
            mine = [lot for lot in drawn if lot.draw == called]
            yield called, "", lots_at_once.digest(mine), lambda course, mine=mine: course.hold_at_once(mine)  # type: ignore[misc]
        return
    for drawing in lots.read(entries):
        yield (
            drawing.draw,
            drawing.occasion,
            drawing.digest,
            lambda course, drawing=drawing: course.hold(drawing),  # type: ignore[misc]
        )


def _passed(course: Course, redraw: Redraw) -> Json:
    try:
        win = course.pass_on(redraw.occasion, redraw.code, redraw.entry)
    except ValueError as error:
        sentence = N_("递补名单里的 %(code)s 没有中过奖，或者已经递补过。")
        raise InvalidInput(sentence, code=redraw.code) from error
    return {
        "occasion": redraw.occasion,
        "from": {"code": redraw.code, "entry": redraw.entry},
        "to": _shown(win) if win is not None else None,
    }


def _shown(win: Win) -> Json:
    return {"prize": win.prize, "code": win.code, "entry": win.entry}
