"""What a valid document may say and a running contest cannot do yet: one table, refused by name.

A line leaves the table in the change that makes it work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from quiz.errors import N_, Fault
from quiz.rules.reading import Source, escaped

Test = Callable[[Any], bool]  # Any: the JSON value at the place


class Gap(NamedTuple):
    """One thing that cannot be done yet."""

    at: str  # pattern of JSON pointers: * is one part
    what: str  # of the catalogue
    when: Test = lambda value: True


def _is(*values: object) -> Test:
    return lambda value: value in values


def _stops_too_quick(stage: Any) -> bool:  # Any: as above
    """Return whether a run may end by itself before it may be handed in: nobody could avoid that."""
    return stage.get("flow", {}).get("stop", "end") != "end" and "at_least_s" in stage.get("clock", {})


def _redoes_in_turn(stage: Any) -> bool:  # Any: as above
    """Return whether what is not right comes again where the server opens one question after the other."""
    flow = stage.get("flow", {})
    in_turn = flow.get("stop", "end") != "end" or "per_question_s" in stage.get("clock", {})
    return flow.get("redo") == "until_right" and in_turn


def _at_once_by_place(draw: Any) -> bool:
    """Places are known at the end only: nothing can be drawn for one before."""
    return draw.get("drawn") == "at_once" and any(entry["for"] == "place" for entry in draw["entries"])


GAPS = (
    Gap("/draws/*", N_("当场抽奖按名次得机会"), _at_once_by_place),
    Gap("/stages/*", N_("答错即止或限时连续答题，又有最短答题时间"), _stops_too_quick),
    Gap("/stages/*", N_("答错重做，又有每题限时或限时连续答题"), _redoes_in_turn),
    Gap("/stages/*/flow/duel", N_("对战")),
    Gap("/stages/*/award/duel", N_("对战积分")),
    Gap("/stages/*/draws/*", N_("当场抽奖按名次得机会"), _at_once_by_place),
)


def not_yet(source: Source) -> list[Fault]:
    """Return what a valid document says that a running contest cannot do yet."""
    return [
        Fault(
            at, source.line(at), "not_yet", N_("“%(what)s”目前还不支持，请先去掉这一项。"), {"what": gap.what}
        )
        for gap in GAPS
        for at, value in _matching(source.raw, gap.at.split("/")[1:], "")
        if gap.when(value)
    ]


def _matching(value: Any, parts: list[str], at: str) -> Iterator[tuple[str, Any]]:
    """Yield the places that a pattern fits, with their values."""
    if not parts:
        yield at, value
        return
    first, rest = parts[0], parts[1:]
    if isinstance(value, list) and first == "*":
        children = [(str(n), each) for n, each in enumerate(value)]
    elif isinstance(value, dict):
        children = [(key, each) for key, each in value.items() if first in ("*", key)]
    else:
        children = []
    for key, each in children:
        yield from _matching(each, rest, f"{at}/{escaped(key)}")
