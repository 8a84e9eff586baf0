"""Attempts quicker than the rules find likely: for people to look at, nothing follows by itself (P16)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select

from quiz.models.accounts import Identity
from quiz.models.play import Attempt, Result
from quiz.rules.document import Document
from quiz.services.platform import Platform
from quiz.services.published import in_force


@dataclass(frozen=True)
class Flagged:
    """One attempt to look at."""

    attempt_id: int
    person_id: int
    nickname: str
    stage: str
    started_ms: int
    time_ms: int
    points: str


def looks_for_quick(document: Document) -> bool:
    """Return whether the rules of any stage name a shortest time."""
    return any(stage.integrity.shortest_ms is not None for stage in document.stages)


def flagged(platform: Platform, contest_id: int, first: int, count: int) -> tuple[Sequence[Flagged], int]:
    """Return some of the attempts that took less than `shortest_s`, the newest first, and how many there are.

    An attempt that the rules or the clock have ended before is none of them.
    """
    rules = in_force(platform, contest_id)
    quick = [
        and_(Attempt.stage == n, Result.time_ms < stage.integrity.shortest_ms)
        for n, stage in enumerate(rules.document.stages)
        if stage.integrity.shortest_ms is not None
    ]
    if not quick:
        return [], 0
    which = and_(
        Attempt.contest_id == contest_id,
        Attempt.practice.is_(False),
        Result.closed_by == "person",
        or_(*quick),
    )
    with platform.store.reading() as session:
        total = session.scalar(
            select(func.count())
            .select_from(Attempt)
            .join(Result, Result.attempt_id == Attempt.id)
            .where(which)
        )
        rows = session.execute(
            select(Attempt, Result, Identity.nickname)
            .join(Result, Result.attempt_id == Attempt.id)
            .outerjoin(Identity, Identity.person_id == Attempt.person_id)
            .where(which)
            .order_by(Attempt.id.desc())
            .offset(first)
            .limit(count)
        )
        found = [
            Flagged(
                attempt.id,
                attempt.person_id,
                nickname or "",
                rules.document.stages[attempt.stage].name,
                attempt.started_ms,
                result.time_ms,
                result.points,
            )
            for attempt, result, nickname in rows
        ]
    return found, total or 0
