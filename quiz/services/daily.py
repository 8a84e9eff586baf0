"""每日一题: one question a day for everybody, one answer each, what others answered, days in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from question_bank.question import CHOICES, Question
from question_bank.suited import suits_everybody
from quiz.errors import InvalidInput
from quiz.models.bank import QuestionVersion
from quiz.models.base import insert_for
from quiz.models.learning import DailyAnswer, DailyQuestion
from quiz.rules.learning import Streak, day_of, days_after, streak
from quiz.rules.sheet import REFUSALS, Paper
from quiz.services.drawable import practisable
from quiz.services.learned import Answered, put_down
from quiz.services.offered import offer
from quiz.services.platform import Platform
from quiz.services.practising import Asked, as_asked
from quiz.services.reviewing import Reviewed, explained
from quiz.services.secrets import number_of

NO_REPEAT_DAYS = 500  # in which no question comes again, where the bank has as many that suit everybody
READ_AT_ONCE = 50
FEWEST_TOLD = 5  # answers before it is told how others answered: of fewer one could guess whose they are
NOBODY = 0  # who looks without being signed in


@dataclass(frozen=True)
class Others:
    """How everybody answered who saw the same as one person."""

    people: int
    right: int
    by_option: tuple[int, ...]  # in the order of the question; empty where options are not chosen


@dataclass(frozen=True)
class Daily:
    """The question of a day as one person sees it."""

    asked: Asked
    mine: Reviewed | None  # once it is answered
    others: Others | None  # once it is answered, by enough people


def of_day(platform: Platform, person_id: int | None, now_ms: int) -> Daily | None:
    """Return the question of today, None where the bank has none that may be practised."""
    day = day_of(now_ms)
    with platform.store.reading() as session:
        mine = session.get(DailyAnswer, (day, person_id)) if person_id is not None else None
        version_id = mine.version_id if mine is not None else _still_asked(session, day)
    if version_id is None:
        version_id = _chosen(platform, day)
    if version_id is None:
        return None
    with platform.store.reading() as session:
        version = session.get_one(QuestionVersion, version_id)
        question = Question.from_dict(version.content)
        asked = as_asked(platform, person_id or NOBODY, version.question_id, version_id, question, day)
        if mine is None:
            return Daily(asked, None, None)
        others = _others(session, mine, question)
    return Daily(asked, explained(question, asked.paper, _as_shown(asked, mine)), others)


def answer(platform: Platform, person_id: int, asked: Asked, response: Sequence[str], now_ms: int) -> None:
    """Put down a person's answer to the question of a day; the first one stays. Raises InvalidInput.

    An empty response is somebody who wants to be told: it counts as wrong, and for the days in a row.
    """
    fault = asked.paper.fault(1, response)
    if fault is not None:
        raise InvalidInput(REFUSALS[fault])
    given = asked.paper.given(1, response)
    is_right = explained(asked.question, asked.paper, response).rightness == 1
    row = {
        "day": asked.day,
        "person_id": person_id,
        "version_id": asked.version_id,
        "response": orjson.dumps(given).decode(),
        "is_right": is_right,
        "answered_ms": now_ms,
    }

    def work(connection: Connection) -> None:
        new = insert_for(connection.dialect.name, DailyAnswer).values(row).on_conflict_do_nothing()
        if connection.execute(new.returning(DailyAnswer.day)).first() is not None:
            put_down(connection, person_id, [Answered(asked.question_id, is_right, now_ms)])

    platform.writer.run(work)


def streak_of(platform: Platform, person_id: int, now_ms: int) -> Streak:
    """Return how many days a person has answered, in a row and in all."""
    with platform.store.reading() as session:
        days = session.scalars(select(DailyAnswer.day).where(DailyAnswer.person_id == person_id)).all()
    return streak(days, day_of(now_ms))


def _still_asked(session: Session, day: str) -> int | None:
    """Return the version that was chosen for a day; None where none was, or it may be practised no more."""
    chosen = select(DailyQuestion.version_id).where(DailyQuestion.day == day)
    found: int | None = session.scalar(practisable(day).where(QuestionVersion.id.in_(chosen)))
    return found


def _chosen(platform: Platform, day: str) -> int | None:
    """Choose the question of a day and return its version; whoever chooses at the same time gets the same."""
    with platform.store.reading() as session:
        wanted = _suited(platform, session, day)
    if wanted is None:
        return None

    def work(connection: Connection) -> int:
        new = insert_for(connection.dialect.name, DailyQuestion)
        instead = new.on_conflict_do_update(
            index_elements=[DailyQuestion.day],
            set_={"version_id": new.excluded.version_id},
            where=DailyQuestion.version_id.not_in(practisable(day).with_only_columns(QuestionVersion.id)),
        )
        connection.execute(instead, {"day": day, "version_id": wanted})
        stored = select(DailyQuestion.version_id).where(DailyQuestion.day == day)
        version_id: int = connection.execute(stored).scalar_one()
        return version_id

    return platform.writer.run(work)


def _suited(platform: Platform, session: Session, day: str) -> int | None:
    """Return the version to ask on a day: the same question where it was edited, else the next in order.

    The order of the questions of a day follows from the server's secret; what was asked lately comes last.
    """
    versions = offer(platform, session, day).versions
    asked = dict(
        session.execute(
            select(QuestionVersion.question_id, func.max(DailyQuestion.day))
            .join(DailyQuestion, DailyQuestion.version_id == QuestionVersion.id)
            .where(DailyQuestion.day > days_after(day, -NO_REPEAT_DAYS))
            .group_by(QuestionVersion.question_id)
        ).all()
    )
    edited = next((i for i, last in asked.items() if last == day and i in versions), None)
    if edited is not None:
        return versions[edited]
    ids = sorted(versions, key=lambda i: (asked.get(i, ""), number_of(platform.secret, f"daily/{day}/{i}")))
    for start in range(0, len(ids), READ_AT_ONCE):
        some = [versions[i] for i in ids[start : start + READ_AT_ONCE]]
        contents = dict(
            session.execute(
                select(QuestionVersion.id, QuestionVersion.content).where(QuestionVersion.id.in_(some))
            ).all()
        )
        for version_id in some:
            if suits_everybody(Question.from_dict(contents[version_id])):
                return version_id
    return versions[ids[0]] if ids else None


def _others(session: Session, mine: DailyAnswer, question: Question) -> Others | None:
    same = (DailyAnswer.day == mine.day) & (DailyAnswer.version_id == mine.version_id)
    counts = select(DailyAnswer.response, DailyAnswer.is_right, func.count()).where(same)
    rows = session.execute(counts.group_by(DailyAnswer.response, DailyAnswer.is_right)).all()
    people = sum(count for _response, _right, count in rows)
    if people < FEWEST_TOLD:
        return None
    right = sum(count for _response, is_right, count in rows if is_right)
    if question.kind not in CHOICES:
        return Others(people, right, ())
    given = [(frozenset(orjson.loads(response)), count) for response, _right, count in rows]
    by_option = (sum(count for chosen, count in given if o.id in chosen) for o in question.options)
    return Others(people, right, tuple(by_option))


def _as_shown(asked: Asked, mine: DailyAnswer) -> tuple[str, ...]:
    """Return a stored answer in the option ids of the paper it is shown on."""
    given: list[str] = orjson.loads(mine.response)
    return tuple(_ids(asked.question, asked.paper).get(each, each) for each in given)


def _ids(question: Question, paper: Paper) -> dict[str, str]:
    order = paper.slots[0].order
    return dict(zip((question.options[i].id for i in order), paper.ids(1), strict=True))
