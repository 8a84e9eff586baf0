"""Whether a person may start an attempt now, and how many they have left (P1, P9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from quiz.errors import N_, Closed, InvalidInput, LevelClosed, NotNow, QuotaUsed
from quiz.rules import timing
from quiz.rules.parts import NO_LIMIT, Levels, Stage


class Earlier(NamedTuple):
    """An attempt that a person started before."""

    started_ms: int
    scene: str = ""  # or the level
    passed_ms: int | None = None  # when it was finished, if it passed its level


class Spent:
    """What a person's earlier attempts have used, by day, period and scene."""

    def __init__(self, stage: Stage, earlier: Iterable[Earlier] = ()) -> None:
        self.stage, self.total = stage, 0
        self.days: dict[str, int] = {}
        self.periods: dict[str, int] = {}
        self.scenes: dict[str, set[str]] = {}  # chosen on a day
        self.passed: dict[str, int] = {}  # level → when it was passed first
        rules = (stage.quota.limit != NO_LIMIT, stage.quota.scenes_per_day, stage.flow.levels)
        self._matters = any(rules)  # where nothing is limited nothing has to be counted
        for each in earlier:
            self.add(each)

    def add(self, one: Earlier) -> None:
        """Count another attempt."""
        if not self._matters:
            return
        day = timing.day_of(self.stage, one.started_ms)
        period = timing.period_of(self.stage, one.started_ms, one.scene or None)
        self.total += 1
        self.days[day] = self.days.get(day, 0) + 1
        self.periods[period] = self.periods.get(period, 0) + 1
        self.scenes.setdefault(day, set()).add(one.scene)
        if one.passed_ms is not None:
            self.passed[one.scene] = min(one.passed_ms, self.passed.get(one.scene, one.passed_ms))


class Added(NamedTuple):
    """How many attempts events have added."""

    per_day: int = 0
    per_period: int = 0
    total: int = 0


NONE_ADDED = Added()


class Left(NamedTuple):
    """How many attempts a person may still start, by span; None: not limited."""

    per_day: int | None
    per_period: int | None
    total: int | None

    @property
    def now(self) -> int | None:
        """How many may be started now; None: as many as one likes."""
        limits = [n for n in (self.per_day, self.per_period, self.total) if n is not None]
        return min(limits) if limits else None


Attempts = Sequence[Earlier] | Spent


def left(
    stage: Stage, earlier: Attempts, now_ms: int, scene: str | None = None, extra: Added = NONE_ADDED
) -> Left:
    """Return how many attempts are left at a moment; `extra`: what events have added."""
    spent = _spent(stage, earlier)
    day, period = timing.day_of(stage, now_ms), timing.period_of(stage, now_ms, scene)
    limit = stage.quota.limit
    return Left(
        _less(limit.per_day, spent.days.get(day, 0), extra.per_day),
        _less(limit.per_period, spent.periods.get(period, 0), extra.per_period),
        _less(limit.total, spent.total, extra.total),
    )


def may_start(
    stage: Stage, earlier: Attempts, now_ms: int, scene: str | None = None, extra: Added = NONE_ADDED
) -> None:
    """Return when an attempt may start now, of this scene (or level) where the stage has them.

    Raises NotNow (with `opens_at`, ms), Closed, QuotaUsed (with `span` and `most`), LevelClosed, InvalidInput
    for a scene or level that does not exist.
    """
    opened(stage, now_ms)
    spent = _spent(stage, earlier)
    _scene_chosen(stage, scene)
    _scenes_left(stage, spent, now_ms, scene)
    if stage.flow.levels is not None:
        _level_open(stage, stage.flow.levels, spent, now_ms, scene or "")
    if stage.quota.limit == NO_LIMIT:
        return
    remaining = left(stage, spent, now_ms, scene, extra)
    if 0 not in remaining:
        return
    for span, sentence in USED.items():
        most, more = getattr(stage.quota.limit, span), getattr(remaining, span)
        if more is not None and more <= 0:
            if span == "per_period" and stage.flow.levels is not None:
                sentence = LEVEL_USED
            elif span == "per_day" and _goes_on_tomorrow(stage, remaining, now_ms):
                sentence = DAY_USED
            raise QuotaUsed(sentence, span=span, most=most)


def may_practise(stage: Stage, scene: str | None = None) -> None:
    """Return when practice after the close may start: as often as one likes, of any scene or level."""
    _scene_chosen(stage, scene)


USED = {
    "per_day": N_("今天的 %(most)s 次答题机会已经用完。"),
    "per_period": N_("本期的 %(most)s 次答题机会已经用完。"),
    "total": N_("全部 %(most)s 次答题机会已经用完。"),
}
DAY_USED = N_("今天的 %(most)s 次答题机会已经用完，明天再来。")
LEVEL_USED = N_("这一关的 %(most)s 次机会已经用完。")


def _goes_on_tomorrow(stage: Stage, remaining: Left, now_ms: int) -> bool:
    is_last_day = timing.day_of(stage, stage.calendar.closes_ms - 1) == timing.day_of(stage, now_ms)
    return not is_last_day and 0 not in (remaining.total, remaining.per_period)


def opened(stage: Stage, now_ms: int) -> None:
    """Return when an attempt may start by the calendar; raises NotNow, Closed."""
    if timing.is_open(stage.calendar, now_ms):
        return
    found = timing.phase(stage, now_ms)
    match found.name:
        case "coming":
            raise NotNow(N_("答题还没有开始。"), opens_at=found.next_ms)
        case "paused":
            raise NotNow(N_("现在不在答题时段内。"), opens_at=found.next_ms)
        case "over":
            raise Closed(closed_at=stage.calendar.closes_ms)


def _scene_chosen(stage: Stage, scene: str | None) -> None:
    calendar = stage.calendar
    if calendar.period == "scene" and scene not in calendar.scenes:
        raise InvalidInput(N_("请先选择场景：%(scenes)s。"), scenes="、".join(calendar.scenes))
    if calendar.period == "level" and scene not in levels(stage):
        raise InvalidInput(N_("请先选择关卡：第 1 至第 %(most)s 关。"), most=len(levels(stage)))
    if calendar.period not in ("scene", "level") and scene:
        raise InvalidInput(N_("这个阶段没有场景可选。"))


def levels(stage: Stage) -> list[str]:
    """Return the names of a stage's levels: "1", "2", …"""
    rules = stage.flow.levels
    return [str(n) for n in range(1, len(rules.passes) + 1)] if rules is not None else []


def _level_open(stage: Stage, rules: Levels, spent: Spent, now_ms: int, level: str) -> None:
    """A level opens when the one before is passed, and closes as `again` says. Source: P7, R34, R38."""
    n = int(level)
    if n > 1 and spent.passed.get(str(n - 1), now_ms + 1) > now_ms:
        raise LevelClosed(N_("通过第 %(before)s 关以后，才能开始第 %(level)s 关。"), before=n - 1, level=n)
    if rules.opens == "daily" and timing.days_since_opening(stage, now_ms) < n - 1:
        raise LevelClosed(N_("第 %(level)s 关在比赛的第 %(level)s 天开放。"), level=n)
    if rules.again == "never" and level in spent.periods:
        raise LevelClosed(N_("第 %(level)s 关只能答一次，您已经答过了。"), level=n)
    if rules.again == "failed" and spent.passed.get(level, now_ms + 1) <= now_ms:
        raise LevelClosed(N_("第 %(level)s 关已经通过，不能再答。"), level=n)


def _scenes_left(stage: Stage, spent: Spent, now_ms: int, scene: str | None) -> None:
    most = stage.quota.scenes_per_day
    if most is None:
        return
    chosen = spent.scenes.get(timing.day_of(stage, now_ms), set())
    if scene not in chosen and len(chosen) >= most:
        raise QuotaUsed(
            N_("每天最多选择 %(most)s 个场景，今天已选：%(scenes)s。"),
            span="scenes_per_day",
            most=most,
            scenes="、".join(sorted(chosen)),
        )


def _spent(stage: Stage, earlier: Attempts) -> Spent:
    return earlier if isinstance(earlier, Spent) else Spent(stage, earlier)


def _less(most: int | None, used: int, extra: int) -> int | None:
    return None if most is None else max(0, most + extra - used)
