"""What a person has won in contests: prize records name people, also after an account is gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.models.play import Attempt
from quiz.models.rewards import AwardList, AwardWinner, Drawn, Lot, Redraw
from quiz.services import awards
from quiz.services.platform import Platform
from quiz.services.published import in_force

DAY_MS = 86_400_000


@dataclass(frozen=True)
class Won:
    """One award or prize of a person."""

    contest_id: int
    title: str
    what: str
    keep_until_ms: int  # the prize record keeps the name so long


def won_by(platform: Platform, person_id: int) -> list[Won]:
    """Return what a person has got by confirmed lists and drawings, contest by contest."""
    with platform.store.reading() as session:
        contests = set(session.scalars(select(Attempt.contest_id).where(Attempt.person_id == person_id)))
        listed, drawn = list(_awards(session, person_id)), list(_prizes(session, person_id, contests))
    found = []
    for contest_id, award in listed:
        if contest_id in contests:  # else it is a unit of this number that got it
            stage, prize = awards.prize_of(in_force(platform, contest_id), award)
            found += [(contest_id, prize.name)] if awards.whom(stage, prize) == "people" else []
    return [_won(platform, contest_id, what) for contest_id, what in dict.fromkeys([*found, *drawn])]


def _won(platform: Platform, contest_id: int, what: str) -> Won:
    rules = in_force(platform, contest_id)
    until_ms = rules.closes_ms + platform.privacy.names_days * DAY_MS
    return Won(contest_id, rules.document.title, what, until_ms)


def _awards(session: Session, person_id: int) -> Iterator[tuple[int, awards.AwardId]]:
    rows = session.execute(
        select(AwardList.contest_id, AwardList.stage, AwardList.prize)
        .join(AwardWinner, AwardWinner.list_id == AwardList.id)
        .where(AwardWinner.who == person_id)
        .order_by(AwardList.id)
    )
    for contest_id, stage, prize in rows:
        yield contest_id, awards.AwardId(stage, prize)


def _prizes(session: Session, person_id: int, contests: set[int]) -> Iterator[tuple[int, str]]:
    """Yield the draws in which somebody won: a drawing, a lot drawn at once, a prize that passed on."""
    for drawn in session.scalars(select(Drawn).where(Drawn.contest_id.in_(contests)).order_by(Drawn.id)):
        for prize, _code, _entry, person in orjson.loads(drawn.wins):
            if person == person_id:
                yield drawn.contest_id, f"{drawn.draw} {prize}".strip()
    lots = select(Lot.contest_id, Lot.draw).where(Lot.person_id == person_id, Lot.prize.is_not(None))
    yield from session.execute(lots.order_by(Lot.id)).all()
    passed = (
        select(Drawn.contest_id, Drawn.draw, Redraw.prize)
        .join(Redraw, Redraw.drawn_id == Drawn.id)
        .where(Redraw.to_person_id == person_id)
        .order_by(Redraw.id)
    )
    for contest_id, draw, prize in session.execute(passed):
        yield contest_id, f"{draw} {prize}"
