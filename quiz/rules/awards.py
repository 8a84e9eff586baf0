"""Awards and advancement (P15): who gets them, from the rows of a board or from what an attempt reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from quiz.rules.parts import Prize

Ranked = tuple[str, int]  # who, place: in the order of the board


def from_board(
    prize: Prize, rows: Sequence[Ranked], belongs_to: Callable[[str], str | None] | None = None
) -> list[str]:
    """Return who gets a prize for their place; with `each`, the first of each group or unit.

    By order exactly so many rows get it, tied ones by their order on the board; with all_in everybody who
    shares the last place gets it too. A share is rounded down. Source: P15, switch 12.
    """
    if belongs_to is None:
        return _first(prize, rows)
    homes = dict.fromkeys(home for who, _ in rows if (home := belongs_to(who)) is not None)
    winners = {who for home in homes for who in _first(prize, [r for r in rows if belongs_to(r[0]) == home])}
    return [who for who, _ in rows if who in winners]


def _first(prize: Prize, rows: Sequence[Ranked]) -> list[str]:
    share = prize.share if prize.share is not None else Fraction(1)
    most = prize.top if prize.top is not None else int(share * len(rows))
    if not most or not rows:
        return []
    if prize.equal == "all_in":
        last = rows[min(most, len(rows)) - 1][1]
        return [who for who, place in rows if place <= last]
    return [who for who, _ in rows[:most]]
