"""Awards and advancement (P15): who gets them, from the rows of a board or from what somebody reached."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from quiz.rules.parts import Prize

Ranked = tuple[str, int]  # who, place: in the order of the board


@dataclass(frozen=True)
class Occasion:
    """One time at which a prize is given: at the end, or after a period of its board."""

    prize: Prize
    period: str | None  # None: at the end
    rows: Sequence[Ranked]
    of: str = "people"  # whom the board ranks
    home: Callable[[str], str | None] | None = None  # the group or unit, with `each`
    turn: int = 0  # of its period among the others
    parts: Sequence[Sequence[Ranked]] | None = None  # in place of `home`, where a unit may be in several


@dataclass
class Given:
    """Who has what by now; those who have it once do not take a place again."""

    once: dict[tuple[str | None, str], set[str]] = field(default_factory=dict)

    def winners(self, occasion: Occasion) -> list[str]:
        """Return who gets the prize on an occasion, and remember it."""
        prize = occasion.prize
        if not prize.once_only:
            return winners(occasion)
        had = self.once.setdefault((prize.to, occasion.of), set())
        found = winners(occasion, had)
        had.update(found)
        return found


def given(occasions: Iterable[Occasion]) -> Iterator[tuple[Occasion, list[str]]]:
    """Yield who gets what: after each period in order, then at the end, prizes in the document's order.

    With once_only the place of somebody who has it already passes down; prizes that lead to the same stage,
    or that lead to none, are one family. Source: R10, R22, R24; P15.
    """
    state = Given()
    for occasion in sorted(occasions, key=lambda each: (each.period is None, each.turn)):
        yield occasion, state.winners(occasion)


def winners(occasion: Occasion, had: Collection[str] = ()) -> list[str]:
    """Return who gets the prize among those who stand in the rows; the places of who `had` one pass down.

    By order exactly so many rows get it, tied ones by their order on the board; with all_in everybody who
    shares the last place gets it too. A share is one of all rows, rounded down. With `each`, the first of
    each group or unit; wild cards then go to the best of the others. Source: P15, switch 12.
    """
    prize, rows = occasion.prize, occasion.rows
    chosen = {who for part in _parts(occasion) for who in _first(prize, part, had)}
    others = [who for who, _ in rows if who not in chosen and who not in had]
    chosen |= set(others[: prize.wild_cards or 0])
    return [who for who, _ in rows if who in chosen]


def _parts(occasion: Occasion) -> Iterable[Sequence[Ranked]]:
    if occasion.parts is not None:
        return occasion.parts
    if occasion.home is None:
        return [occasion.rows]
    homes: dict[str, list[Ranked]] = {}
    for row in occasion.rows:
        if (name := occasion.home(row[0])) is not None:
            homes.setdefault(name, []).append(row)
    return homes.values()


def _first(prize: Prize, rows: Sequence[Ranked], had: Collection[str]) -> list[str]:
    share = prize.share if prize.share is not None else Fraction(1)
    most = prize.top if prize.top is not None else int(share * len(rows))
    rows = [row for row in rows if row[0] not in had]
    if not most or not rows:
        return []
    if prize.equal == "all_in":
        last = rows[min(most, len(rows)) - 1][1]
        return [who for who, place in rows if place <= last]
    return [who for who, _ in rows[:most]]


def longest_row(reached: Iterable[bool]) -> int:
    """Return the most that were reached one after the other. Source: R25, R46."""
    longest = row = 0
    for each in reached:
        row = row + 1 if each else 0
        longest = max(longest, row)
    return longest
