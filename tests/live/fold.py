"""What the live boards have to show, worked out from the lines in the plainest way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from quiz.live import BoardRef, LiveBoards, LiveLine, Needs, Placed, View

EPOCH = "e1"
STREET = "region.street"
SCHOOL = "school.school"
NEEDS = Needs(dense=frozenset({0}), ranked=frozenset({(0, STREET, "", "total")}))


def line(
    person_id: int,
    order_key: str,
    version: int = 1,
    period: str = "",
    total: int = 1,
    units: Mapping[str, int] | None = None,
) -> LiveLine:
    """Return a line of stage 0; one without an order key lists nobody."""
    stats = {"people": 1, "total": total, "passed:60": int(total >= 60)} if order_key else {}
    return LiveLine(0, period, person_id, version, order_key, stats, units or {})


def build(live: LiveBoards, contest_id: int, lines: Iterable[LiveLine], needs: Needs = NEEDS) -> None:
    """Build and serve the boards of a contest."""
    building = live.begin(contest_id, EPOCH, needs)
    live.fill(building, list(lines))
    live.finish(building, checkpoint_ms=0)


def board(contest_id: int, period: str = "", view: View = View.PUBLIC, places: str = "standard") -> BoardRef:
    """Return a board of stage 0."""
    return BoardRef(contest_id, EPOCH, 0, period, view, places)


def placed(lines: Iterable[LiveLine], period: str, style: str) -> list[Placed]:
    """Return the board of a period: everybody with an order key, in order, with their places."""
    on = sorted(
        (each.order_key, each.person_id) for each in lines if each.period == period and each.order_key
    )
    keys = [order_key for order_key, _ in on]
    rows = []
    for index, (order_key, person_id) in enumerate(on):
        place = {
            "standard": keys.index(order_key) + 1,
            "dense": len({key for key in keys if key < order_key}) + 1,
            "ordinal": index + 1,
        }[style]
        rows.append(Placed(person_id, index, place, order_key))
    return rows


def sums(lines: Iterable[LiveLine], period: str, level: str) -> dict[int, dict[str, int]]:
    """Return, by unit, what its people on the board add up to, without zeros."""
    found: dict[int, dict[str, int]] = {}
    for each in lines:
        if each.period == period and each.order_key and level in each.units:
            unit = found.setdefault(each.units[level], {})
            for name, value in each.stats.items():
                if value:
                    unit[name] = unit.get(name, 0) + value
    return {
        unit: {name: value for name, value in each.items() if value}
        for unit, each in found.items()
        if any(each.values())
    }


def best(lines: Iterable[LiveLine], period: str, level: str, most: int) -> dict[int, list[int]]:
    """Return, by unit, the highest totals of its people."""
    found: dict[int, list[int]] = {}
    for each in lines:
        if each.period == period and each.order_key and level in each.units:
            found.setdefault(each.units[level], []).append(each.stats["total"])
    return {unit: sorted(totals, reverse=True)[:most] for unit, totals in found.items()}


def shown_sums(live: LiveBoards, ref: BoardRef, level: str) -> dict[int, dict[str, int]]:
    """Return the live sums without zeros."""
    found = {
        unit: {name: value for name, value in stats.items() if value}
        for unit, stats in live.unit_sums(ref, level).sums.items()
    }
    return {unit: stats for unit, stats in found.items() if stats}
