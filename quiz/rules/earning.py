"""What events bring (P11): points under their caps, and extra attempts (P9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from quiz.rules import timing
from quiz.rules.limits import Dated, kept
from quiz.rules.parts import Limit, Stage
from quiz.rules.quota import NONE_ADDED, Added
from quiz.rules.standings import Earned


class Happened(NamedTuple):
    """One event of one person."""

    at_ms: int
    kind: str


def earned(stage: Stage, happened: Iterable[Happened]) -> list[Earned]:
    """Return the points that a person's events give: a kind that is not written gives nothing.

    A cap says how many events of a kind give points. Source: P11.
    """
    found = [
        Earned(
            each.at_ms,
            _period(stage, each.at_ms),
            timing.day_of(stage, each.at_ms),
            stage.events[each.kind].points,
            each.kind,
        )
        for each, counts in _under_caps(stage, happened)
        if counts
    ]
    return sorted(found, key=lambda e: e.at_ms)


def beyond_caps(stage: Stage, happened: Iterable[Happened]) -> list[Happened]:
    """Return the events of a kind that gives points which give none, because enough others did."""
    found = [each for each, counts in _under_caps(stage, happened) if not counts]
    return sorted(found, key=lambda e: e.at_ms)


def periods(stage: Stage, happened: Iterable[Happened]) -> list[str]:
    """Return the periods in which something happened that may give points, in their order of time."""
    mine = sorted(e.at_ms for e in happened if e.kind in stage.events and is_inside(stage, e.at_ms))
    return list(dict.fromkeys(_period(stage, at_ms) for at_ms in mine))


def _under_caps(stage: Stage, happened: Iterable[Happened]) -> Iterator[tuple[Happened, int]]:
    """Yield the events of every kind that gives points, and whether each counts."""
    mine = sorted(happened, key=lambda e: e.at_ms)
    for kind, event in stage.events.items():
        of_kind = [e for e in mine if e.kind == kind and is_inside(stage, e.at_ms)]
        yield from zip(of_kind, _counting(stage, event.cap, of_kind), strict=True)


def added(stage: Stage, happened: Iterable[Happened], now_ms: int) -> Added:
    """Return how many attempts a person's events up to a moment add to the day, the period and the total."""
    return Extra(stage, happened).until(now_ms)


class Extra:
    """The attempts that a person's events add, after their caps, which keep the earlier ones."""

    def __init__(self, stage: Stage, happened: Iterable[Happened]) -> None:
        self.stage = stage
        self._added: list[tuple[int, str, str, int]] = []  # at, day, period, how many
        mine = sorted(happened, key=lambda e: e.at_ms)
        for extra in stage.quota.extra:
            of_kind = [e for e in mine if e.kind == extra.event and is_inside(stage, e.at_ms)]
            for each, counts in zip(of_kind, _counting(stage, extra.cap, of_kind), strict=True):
                when = timing.day_of(stage, each.at_ms), _period(stage, each.at_ms)
                self._added.append((each.at_ms, *when, counts * extra.adds))

    def until(self, now_ms: int) -> Added:
        """Return what they add at a moment to its day, its period and the total."""
        before = [each for each in self._added if each[0] <= now_ms]
        if not before:
            return NONE_ADDED
        day, period = timing.day_of(self.stage, now_ms), _period(self.stage, now_ms)
        return Added(
            sum([each[3] for each in before if each[1] == day]),
            sum([each[3] for each in before if each[2] == period]),
            sum([each[3] for each in before]),
        )


def _counting(stage: Stage, cap: Limit, happened: Iterable[Happened]) -> list[int]:
    return kept(cap, [Dated(timing.day_of(stage, e.at_ms), _period(stage, e.at_ms)) for e in happened])


def _period(stage: Stage, ms: int) -> str:
    return timing.period_of(stage, ms)


def is_inside(stage: Stage, ms: int) -> bool:
    """Return whether a moment is between the opening and the close of a stage."""
    return stage.calendar.opens_ms <= ms < stage.calendar.closes_ms
