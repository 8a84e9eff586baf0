"""To which unit a person belongs when (P3): dated memberships, where points are, when they may change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

from quiz.errors import N_, NotAllowed
from quiz.rules.parts import Lock, Tree
from quiz.rules.timing import local_time, moment_ms

Unit = TypeVar("Unit")


@dataclass(frozen=True)
class Member(Generic[Unit]):
    """Since when a person has named a unit of one tree; a correction has the moment of what it corrects."""

    unit: Unit
    since_ms: int
    number: int = 1  # in the order in which they were written
    is_change: bool = False  # made by the person, and not their first


def unit_at(members: Iterable[Member[Unit]], ms: int) -> Unit | None:
    """Return the unit a person belonged to at a moment; the first they named counts for all before it."""
    ordered = sorted(members, key=lambda m: (m.since_ms, m.number))
    if not ordered:
        return None
    first_ms = ordered[0].since_ms
    return [m for m in ordered if m.since_ms <= max(ms, first_ms)][-1].unit


def of_level(
    members: Iterable[Member[Unit]], closes_ms: int, reaches: Callable[[Unit], bool]
) -> list[Member[Unit]]:
    """Return the memberships from the first on that names a unit of a level: it counts for all before it.

    Who named a school and later their class has everything in that class, unless it came after the close.
    """
    ordered = sorted(members, key=lambda m: (m.since_ms, m.number))
    first = next((n for n, member in enumerate(ordered) if reaches(member.unit)), 0)
    return ordered[first:] if ordered and ordered[first].since_ms <= closes_ms else ordered


def counts_for(
    tree: Tree | None, members: Sequence[Member[Unit]], started_ms: int, closes_ms: int
) -> Unit | None:
    """Return the unit that an attempt counts for: the one at its start, or with `follow` the last one.

    A change after the contest has closed changes nothing. Source: P3, switch 9.
    """
    follows = tree is None or tree.points == "follow"
    return unit_at(members, closes_ms if follows else min(started_ms, closes_ms))


def last_day(lock: Lock | None, zone: str, members: Sequence[Member[Unit]], since_ms: int) -> date | None:
    """Return the last day on which a person may change their unit; None without one, or before a choice.

    `since_ms`: when the contest was published; what was before it is not counted.
    """
    if lock is None or lock.within_days is None or not members:
        return None
    chosen_ms = max(min(m.since_ms for m in members), since_ms)
    return local_time(zone, chosen_ms).date() + timedelta(days=lock.within_days)


def check_change(
    lock: Lock | None, zone: str, members: Sequence[Member[Unit]], since_ms: int, now_ms: int
) -> None:
    """Raise NotAllowed when a person may not change their unit now.

    `since_ms`: when the contest was published; what was before it is not counted. Days end at 24:00.
    """
    if lock is None or not members:
        return
    last = last_day(lock, zone, members, since_ms)
    if last is not None and now_ms >= moment_ms(zone, f"{last.isoformat()} 24:00"):
        raise NotAllowed(
            N_("按规则，所属单位只能在 %(date)s 24:00 以前更换，已经锁定。如有错误，请联系组织者。"),
            date=last.isoformat(),
        )
    changes = [m.since_ms for m in members if m.is_change and m.since_ms >= since_ms]
    if lock.changes is None or len(changes) < lock.changes:
        return
    if not changes:
        raise NotAllowed(N_("按规则，所属单位选定后不能更换。如有错误，请联系组织者更正。"))
    raise NotAllowed(
        N_("按规则，所属单位最多更换 %(most)s 次，您在 %(date)s 已经用完。如有错误，请联系组织者更正。"),
        most=lock.changes,
        date=local_time(zone, max(changes)).date().isoformat(),
    )
