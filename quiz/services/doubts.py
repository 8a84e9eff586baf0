"""Doubtful questions: somebody reports one, the desk keeps or corrects it, whoever reported it is told."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update

from question_bank.question import Question
from quiz.errors import N_, InvalidInput, NotFound, TooMany
from quiz.models.bank import Import, QuestionVersion
from quiz.models.bank import Question as QuestionRow
from quiz.models.base import insert_for
from quiz.models.learning import Doubt
from quiz.services.platform import Actor, Platform

REASONS = ("answer", "unclear", "outdated", "slip", "other")
OPEN, KEPT, CORRECTED = "", "kept", "corrected"
LONGEST = 300  # characters of a report, and of a reply
MOST_A_DAY = 10  # reports of one person
DAY_S = 86_400
SENTENCES = 8  # of reports of one question that the desk reads at once
NO_REASON = N_("请选一个理由。")
TOO_LONG = N_("最多写 %(most)s 个字，请说得短一点。")
TOO_OFTEN = N_("今天报告得够多了，谢谢。请明天再来。")
DECIDED = N_("这道题没有待处理的报告，可能刚刚有人处理过。")
NO_VERDICT = N_("请选择“题目没有问题”或“题目已改正”。")
NO_REPLY = N_("请写一句回复，报告的人会看到。")


@dataclass(frozen=True)
class Report:
    """What somebody reported, for whoever handles it."""

    reason: str
    words: str
    at_ms: int


@dataclass(frozen=True)
class Doubtful:
    """A question with what was reported of it."""

    question_id: int
    version_id: int  # the newest
    question: Question
    count: int
    reasons: Mapping[str, int]
    reports: Sequence[Report]  # those with words, the newest first


@dataclass(frozen=True)
class Mine:
    """A report of one's own, and what came of it."""

    question: Question  # as it was seen
    reason: str
    words: str
    at_ms: int
    verdict: str  # "", kept, corrected
    reply: str


def report(platform: Platform, person_id: int, version_id: int, reason: str, words: str, now_ms: int) -> None:
    """Store what a person finds doubtful in a version of a question; a second report of it changes nothing.

    Raises InvalidInput, TooMany, NotFound.
    """
    if reason not in REASONS:
        raise InvalidInput(NO_REASON)
    if len(words) > LONGEST:
        raise InvalidInput(TOO_LONG, most=LONGEST)
    if has_reported(platform, person_id, version_id):
        return
    if not platform.limits.allow(f"doubt:{person_id}", MOST_A_DAY, DAY_S, now_ms):
        raise TooMany(TOO_OFTEN)
    with platform.store.writing() as session:
        version = session.get(QuestionVersion, version_id)
        if version is None:
            raise NotFound()
        new = insert_for(session.get_bind().dialect.name, Doubt).on_conflict_do_nothing()
        row = {"question_id": version.question_id, "version_id": version_id, "person_id": person_id}
        said = {"at_ms": now_ms, "reason": reason, "words": words, "verdict": OPEN, "reply": ""}
        session.execute(new, {**row, **said})


def has_reported(platform: Platform, person_id: int, version_id: int) -> bool:
    """Return whether a person has reported this version before."""
    with platform.store.reading() as session:
        own = (Doubt.version_id == version_id) & (Doubt.person_id == person_id)
        return session.scalar(select(Doubt.id).where(own)) is not None


def of_person(platform: Platform, person_id: int, size: int = 50) -> list[Mine]:
    """Return what a person reported, the newest first."""
    with platform.store.reading() as session:
        rows = session.execute(
            select(Doubt, QuestionVersion.content)
            .join(QuestionVersion, QuestionVersion.id == Doubt.version_id)
            .where(Doubt.person_id == person_id)
            .order_by(Doubt.id.desc())
            .limit(size)
        ).all()
    return [
        Mine(Question.from_dict(content), row.reason, row.words, row.at_ms, row.verdict, row.reply)
        for row, content in rows
    ]


def count_open(platform: Platform) -> int:
    """Return how many questions wait for somebody to look at what was reported of them."""
    with platform.store.reading() as session:
        wanted = select(func.count(Doubt.question_id.distinct())).where(Doubt.verdict == OPEN)
        return session.scalar(wanted) or 0


def queue(platform: Platform, first: int = 0, size: int = 20) -> list[Doubtful]:
    """Return the questions that wait, those reported most often first."""
    with platform.store.reading() as session:
        counted = (
            select(Doubt.question_id, func.count().label("reports"), func.min(Doubt.id).label("first"))
            .where(Doubt.verdict == OPEN)
            .group_by(Doubt.question_id)
            .subquery()
        )
        rows = session.execute(
            select(QuestionVersion, counted.c.reports)
            .join(QuestionRow, QuestionRow.newest_id == QuestionVersion.id)
            .join(Import, Import.id == QuestionRow.import_id)
            .join(counted, counted.c.question_id == QuestionRow.id)
            .where(Import.state == "visible")
            .order_by(counted.c.reports.desc(), counted.c.first)
            .offset(first)
            .limit(size)
        ).all()
        told: dict[int, list[Doubt]] = defaultdict(list)
        ids = [version.question_id for version, _count in rows]
        waiting = select(Doubt).where(Doubt.verdict == OPEN, Doubt.question_id.in_(ids))
        for each in session.scalars(waiting.order_by(Doubt.id.desc())):
            told[each.question_id].append(each)
        return [_doubtful(version, count, told[version.question_id]) for version, count in rows]


def decide(platform: Platform, question_id: int, verdict: str, reply: str, actor: Actor) -> int:
    """Tell all who reported a question what came of it; returns how many they are. Raises InvalidInput."""
    if verdict not in (KEPT, CORRECTED):
        raise InvalidInput(NO_VERDICT)
    if not reply:
        raise InvalidInput(NO_REPLY)
    if len(reply) > LONGEST:
        raise InvalidInput(TOO_LONG, most=LONGEST)
    with platform.store.writing() as session:
        waiting = (Doubt.question_id == question_id) & (Doubt.verdict == OPEN)
        decided = update(Doubt).values(verdict=verdict, reply=reply, decided_ms=actor.now_ms)
        told = session.scalars(decided.where(waiting).returning(Doubt.id)).all()
        if not told:
            raise InvalidInput(DECIDED)
        newest = select(QuestionRow.newest_id).where(QuestionRow.id == question_id).scalar_subquery()
        version = session.scalars(select(QuestionVersion).where(QuestionVersion.id == newest)).one()
        detail = {"version": version.id, "verdict": verdict, "comment": reply}
        session.add(actor.audit("bank.doubt", version.stem, json.dumps(detail, ensure_ascii=False)))
    return len(told)


def _doubtful(version: QuestionVersion, count: int, told: Sequence[Doubt]) -> Doubtful:
    return Doubtful(
        version.question_id,
        version.id,
        Question.from_dict(version.content),
        count,
        dict(Counter(each.reason for each in told).most_common()),
        [Report(each.reason, each.words, each.at_ms) for each in told if each.words][:SENTENCES],
    )
