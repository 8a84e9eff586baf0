"""Whether a person may start an attempt now, and how many they have left (P1, P9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from quiz.errors import N_, Closed, InvalidInput, NotNow, QuotaUsed
from quiz.rules import timing
from quiz.rules.parts import Stage


@dataclass(frozen=True)
class Earlier:
    """An attempt that a person started before."""

    started_ms: int
    scene: str = ""


@dataclass(frozen=True)
class Added:
    """How many attempts events have added."""

    per_day: int = 0
    per_period: int = 0
    total: int = 0


@dataclass(frozen=True)
class Left:
    """How many attempts a person may still start, by span; None: not limited."""

    per_day: int | None
    per_period: int | None
    total: int | None

    @property
    def now(self) -> int | None:
        """How many may be started now; None: as many as one likes."""
        limits = [n for n in (self.per_day, self.per_period, self.total) if n is not None]
        return min(limits) if limits else None


def left(
    stage: Stage, earlier: Sequence[Earlier], now_ms: int, scene: str | None = None, extra: Added = Added()
) -> Left:
    """Return how many attempts are left at a moment; `extra`: what events have added."""
    day, period = timing.day_of(stage, now_ms), timing.period_of(stage, now_ms, scene)
    limit = stage.quota.limit
    return Left(
        _less(limit.per_day, sum(timing.day_of(stage, e.started_ms) == day for e in earlier), extra.per_day),
        _less(limit.per_period, sum(_period(stage, e) == period for e in earlier), extra.per_period),
        _less(limit.total, len(earlier), extra.total),
    )


def may_start(
    stage: Stage, earlier: Sequence[Earlier], now_ms: int, scene: str | None = None, extra: Added = Added()
) -> None:
    """Return when an attempt may start now, of this scene where the stage has scenes.

    Raises NotNow (with `opens_at`, ms), Closed, QuotaUsed (with `span` and `most`), InvalidInput for a scene
    that does not exist.
    """
    _opened(stage, now_ms)
    _scene_chosen(stage, scene)
    _scenes_left(stage, earlier, now_ms, scene)
    remaining = left(stage, earlier, now_ms, scene, extra)
    for span, sentence in USED.items():
        most, more = getattr(stage.quota.limit, span), getattr(remaining, span)
        if more is not None and more <= 0:
            raise QuotaUsed(sentence, span=span, most=most)


USED = {
    "per_day": N_("今天的 %(most)s 次答题机会已经用完，明天再来。"),
    "per_period": N_("本期的 %(most)s 次答题机会已经用完。"),
    "total": N_("全部 %(most)s 次答题机会已经用完。"),
}


def _opened(stage: Stage, now_ms: int) -> None:
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
    if calendar.period not in ("scene", "level") and scene:
        raise InvalidInput(N_("这个阶段没有场景可选。"))


def _scenes_left(stage: Stage, earlier: Iterable[Earlier], now_ms: int, scene: str | None) -> None:
    most = stage.quota.scenes_per_day
    if most is None:
        return
    today = timing.day_of(stage, now_ms)
    chosen = {e.scene for e in earlier if timing.day_of(stage, e.started_ms) == today}
    if scene not in chosen and len(chosen) >= most:
        raise QuotaUsed(
            N_("每天最多选择 %(most)s 个场景，今天已选：%(scenes)s。"),
            span="scenes_per_day",
            most=most,
            scenes="、".join(sorted(chosen)),
        )


def _period(stage: Stage, earlier: Earlier) -> str:
    return timing.period_of(stage, earlier.started_ms, earlier.scene or None)


def _less(most: int | None, used: int, extra: int) -> int | None:
    return None if most is None else max(0, most + extra - used)
