"""A person's own attempts over all contests, with what each came to after corrections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from quiz.models import record
from quiz.models.accounts import Person
from quiz.models.contests import Contest
from quiz.models.play import Attempt, Result
from quiz.rules.sheet import Paper
from quiz.services.closing import Outcome, played_of, with_corrections
from quiz.services.corrected import NOTHING_SAID, Said, marked_again, said_by_contest
from quiz.services.platform import Platform
from quiz.services.published import published

MOST_LISTED = 200  # attempts that are listed at once, the newest


@dataclass(frozen=True)
class Mine:
    """One attempt of a person, for their own list; `outcome` is None while it is open."""

    attempt_id: int
    contest_id: int
    person_id: int
    stage: int
    title: str
    number: int
    level: str  # "" where the stage has none
    practice: bool  # before what counts
    started_ms: int
    deadline_ms: int | None
    extra: str  # extra time that was granted
    outcome: Outcome | None
    epoch: int = 0  # what is signed for it names this epoch


@dataclass(frozen=True)
class Unfinished:
    """An attempt that can be gone on with."""

    attempt_id: int
    title: str  # of the contest


def unfinished(platform: Platform, now_ms: int, *persons: int) -> list[Unfinished]:
    """Return what a person, or all persons of an account, can go on with, the most urgent first."""
    has_time = Attempt.deadline_ms.is_(None) | (Attempt.deadline_ms > now_ms)
    with platform.store.reading() as session:
        rows = session.execute(
            select(Attempt.id, Contest.title)
            .join(Contest, Contest.id == Attempt.contest_id)
            .where(Attempt.person_id.in_(persons), Attempt.finished_ms.is_(None), has_time)
            .order_by(Attempt.deadline_ms.is_(None), Attempt.deadline_ms, Attempt.id)
        )
        return [Unfinished(attempt_id, title) for attempt_id, title in rows]


def count(platform: Platform, *persons: int) -> int:
    """Return how many attempts a person, or all persons of an account, have begun."""
    with platform.store.reading() as session:
        wanted = select(func.count()).select_from(Attempt).where(Attempt.person_id.in_(persons))
        return session.scalar(wanted) or 0


def attempts_of(platform: Platform, *persons: int, first: int = 0, size: int = MOST_LISTED) -> list[Mine]:
    """Return a part of the attempts of a person, or of all persons of an account, the newest first."""
    with platform.store.reading() as session:
        rows = session.execute(
            select(Attempt, Result, Contest.title, Person.epoch)
            .join(Contest, Contest.id == Attempt.contest_id)
            .join(Person, Person.id == Attempt.person_id)
            .outerjoin(Result, Result.attempt_id == Attempt.id)
            .where(Attempt.person_id.in_(persons))
            .order_by(Attempt.started_ms.desc(), Attempt.id.desc())
            .offset(first)
            .limit(size)
        ).all()
        contests = {row.Attempt.contest_id for row in rows}
        said = {each: said_by_contest(session.connection(), each, contests) for each in persons}
        return [
            Mine(
                attempt_id=attempt.id,
                contest_id=attempt.contest_id,
                person_id=attempt.person_id,
                stage=attempt.stage,
                title=title,
                number=attempt.number,
                level=_level_of(platform, attempt),
                practice=attempt.practice,
                started_ms=attempt.started_ms,
                deadline_ms=attempt.deadline_ms,
                extra=attempt.extra,
                outcome=_outcome(platform, attempt, result, said[attempt.person_id]),
                epoch=epoch,
            )
            for attempt, result, title, epoch in rows
        ]


def _level_of(platform: Platform, attempt: Attempt) -> str:
    stage = published(platform, attempt.rules_id).document.stages[attempt.stage]
    return attempt.scene if stage.flow.levels is not None and not attempt.practice else ""


def _outcome(
    platform: Platform, attempt: Attempt, result: Result | None, by_contest: Mapping[int, Said]
) -> Outcome | None:
    """Return what one of many attempts came to after corrections, None while it is open."""
    if result is None:
        return None
    rules, said = published(platform, attempt.rules_id), by_contest.get(attempt.contest_id, NOTHING_SAID)
    stage = rules.document.stages[attempt.stage]
    values = [
        getattr(attempt if column.table.name == "attempt" else result, column.key)
        for column in record.PLAYED_COLUMNS
    ]
    papers = {attempt.id: (attempt.paper, result.sheet)} if said.keys else {}
    played = said.corrected(played_of(stage, marked_again(rules, stage, values, said, papers)))
    paper = Paper.parse(attempt.seed, attempt.paper)
    return with_corrections(Outcome.of_played(rules, attempt.stage, played, attempt.practice), said, paper)
