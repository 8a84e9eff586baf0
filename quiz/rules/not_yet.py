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
    message: str  # of the catalogue: what, why not, and what to write instead
    when: Test = lambda value: True


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


AT_ONCE = N_(
    "“当场抽奖按名次得机会”目前还不支持：名次到结束时才定，当场抽奖时还没有。"
    "请改成 drawn: at_end，或让答题、活动得机会（for: attempt、event）。"
)
TOO_QUICK = N_(
    "“答错即止或限时连续答题，又有最短答题时间”目前还不支持：这样的答题会自己结束，谁也没法等到时间再交卷。"
    "请去掉 clock.at_least_s；要找出答得太快的人，写 integrity.shortest_s。"
)
AGAIN = N_(
    "“答错重做，又有每题限时或限时连续答题”目前还不支持：题目一道接一道打开时，过去了的题不再回来。"
    "请去掉 flow.redo，或去掉 flow.stop 和 clock.per_question_s，改用 clock.per_attempt_s。"
)
MATCHED = N_(
    "“对战”目前还不支持：这里的比赛每个人各答各的，没有同时在线的对手。"
    "请去掉这一项；已经办完的对战可以用 flask contest replay 算成绩。"
)

GAPS = (
    Gap("/draws/*", AT_ONCE, _at_once_by_place),
    Gap("/stages/*", TOO_QUICK, _stops_too_quick),
    Gap("/stages/*", AGAIN, _redoes_in_turn),
    Gap("/stages/*/flow/duel", MATCHED),
    Gap("/stages/*/award/duel", MATCHED),
    Gap("/stages/*/draws/*", AT_ONCE, _at_once_by_place),
)


def not_yet(source: Source) -> list[Fault]:
    """Return what a valid document says that a running contest cannot do yet."""
    return [
        Fault(at, source.line(at), "not_yet", gap.message)
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
