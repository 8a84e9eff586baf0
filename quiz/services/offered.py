"""What may be practised: the questions by topic, kept in the process while the bank stays as it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.models.bank import BankState, QuestionTag
from quiz.models.base import plain_rows
from quiz.services.drawable import practisable
from quiz.services.platform import Platform

TOPIC = "topic"  # facet
NO_TOPIC = ""  # of questions that name none


@dataclass(frozen=True)
class Offer:
    """The questions that may be practised on a day."""

    versions: Mapping[int, int]  # question → the version that is asked
    topics: Mapping[str, Sequence[int]]  # topic → its questions; those with the most first


def offer(platform: Platform, session: Session, day: str) -> Offer:
    """Return what may be practised on a day (an ISO date), as the bank is now."""
    number = session.scalars(select(BankState.number)).one()
    found = platform.offers.get((number, day))
    if found is None:
        found = _read(session, day)
        platform.offers = {(number, day): found}
    return found


def _read(session: Session, day: str) -> Offer:
    versions = {question_id: version_id for version_id, question_id in plain_rows(session, practisable(day))}
    held: dict[str, list[int]] = defaultdict(list)
    without = set(versions)
    tags = select(QuestionTag.value, QuestionTag.question_id).where(QuestionTag.facet == TOPIC)
    for topic, question_id in plain_rows(session, tags.order_by(QuestionTag.question_id)):
        if question_id in versions:
            held[topic].append(question_id)
            without.discard(question_id)
    topics = dict(sorted(held.items(), key=lambda each: (-len(each[1]), each[0])))
    return Offer(versions, {**topics, NO_TOPIC: sorted(without)} if without else topics)
