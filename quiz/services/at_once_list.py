"""Lots that were drawn at once, as they are shown: one's own, who won, the list, the end of a draw."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, exists, func, select
from sqlalchemy.exc import IntegrityError

from quiz.errors import N_, ChangedMeanwhile, NotNow
from quiz.models.contests import Contest
from quiz.models.play import Attempt
from quiz.models.rewards import Drawn, Lot
from quiz.rules import lots, lots_at_once
from quiz.rules.document import Stage
from quiz.rules.parts import Draw
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published


@dataclass(frozen=True)
class Mine:
    """One lot of a person."""

    called: str
    entry: int
    prize: str | None  # None: it did not win
    drawn_ms: int


@dataclass(frozen=True)
class Standing:
    """A draw whose lots are drawn at once, as far as it has come."""

    lots: int
    holders: int
    won: Sequence[tuple[int, int, str, int, str, int]]  # number, person, code, entry, prize, drawn_ms
    left: Sequence[tuple[str, int]]  # prizes with what is left of them


@dataclass(frozen=True)
class Ending:
    """A draw that can be ended: what would be published with its seed."""

    digest: str
    lots: int
    closes_ms: int
    open_attempts: bool

    def is_ready(self, now_ms: int) -> bool:
        """Whether no lot can arise any more but by a correction."""
        return now_ms >= self.closes_ms and not self.open_attempts


def of_person(platform: Platform, rules: Published, person_id: int) -> list[Mine]:
    """Return the lots of a person in a contest, the latest first; without such draws it costs nothing."""
    draws = _at_once(rules)
    if not draws:
        return []
    with platform.store.reading() as session:
        rows = session.execute(
            select(Lot.draw, Lot.entry, Lot.prize, Lot.drawn_ms)
            .where(Lot.contest_id == rules.contest_id, Lot.person_id == person_id)
            .order_by(Lot.id.desc())
        ).all()
    return [
        Mine(called, entry, _prize(draws[called], prize), drawn_ms)
        for called, entry, prize, drawn_ms in rows
        if called in draws
    ]


def standing(connection: Connection, rules: Published, called: str, draw: Draw) -> Standing:
    """Return how far a draw has come."""
    here = (Lot.contest_id == rules.contest_id, Lot.draw == called)
    count, holders = connection.execute(
        select(func.count(), func.count(Lot.person_id.distinct())).where(*here)
    ).one()
    won = [
        (row.number, row.person_id, row.code, row.entry, draw.prizes[row.prize][0], row.drawn_ms)
        for row in connection.execute(
            select(Lot.number, Lot.person_id, Lot.code, Lot.entry, Lot.prize, Lot.drawn_ms)
            .where(*here, Lot.prize.is_not(None))
            .order_by(Lot.number)
        )
    ]
    given = Counter(name for *_, name, _ in won)
    left = [(name, stock - given[name]) for name, stock in draw.prizes]
    return Standing(count, holders, won, left)


def listed(connection: Connection, rules: Published, called: str) -> list[lots_at_once.Lot]:
    """Return the lots of a draw in their order."""
    rows = connection.execute(
        select(Lot.number, Lot.day, Lot.period, Lot.code, Lot.entry)
        .where(Lot.contest_id == rules.contest_id, Lot.draw == called)
        .order_by(Lot.number)
    )
    return [lots_at_once.Lot(called, *row) for row in rows]


def ending(platform: Platform, rules: Published, called: str, stage: Stage) -> Ending | None:
    """Return what ending a draw would publish; None where it has been ended."""
    with platform.store.reading() as session:
        connection = session.connection()
        if _is_ended(connection, rules, called):
            return None
        found = listed(connection, rules, called)
        has_open = _has_open(connection, rules, stage)
    return Ending(lots_at_once.digest(found), len(found), stage.calendar.closes_ms, has_open)


def end(platform: Platform, rules: Published, called: str, stage: Stage, actor: Actor) -> None:
    """End a draw: no lot is drawn any more, the seed is told. Raises NotNow, ChangedMeanwhile."""
    draw = _at_once(rules)[called]
    detail = {"contest": rules.contest_id, "draw": called}
    try:
        with platform.store.writing() as session:
            connection = session.connection()
            contest = select(Contest.id).where(Contest.id == rules.contest_id)
            connection.execute(contest.with_for_update(key_share=True))  # no lot arises meanwhile
            if actor.now_ms < stage.calendar.closes_ms or _has_open(connection, rules, stage):
                raise NotNow(N_("还有人在答题，或比赛还没有结束，现在不能结束抽奖。"))
            found = listed(connection, rules, called)
            wins = [
                [prize, code, entry, person]
                for _, person, code, entry, prize, _ in standing(connection, rules, called, draw).won
            ]
            session.add(
                Drawn(
                    contest_id=rules.contest_id,
                    draw=called,
                    occasion="",
                    period="",
                    entries="".join(lot.text for lot in found),
                    digest=lots_at_once.digest(found),
                    wins=orjson.dumps(wins).decode(),
                    is_last=True,
                    drawn_ms=actor.now_ms,
                    actor_id=actor.person_id,
                )
            )
            session.add(actor.audit("draw.end", rules.document.title, json.dumps(detail)))
    except IntegrityError as error:  # somebody else has ended it
        raise ChangedMeanwhile() from error


def _at_once(rules: Published) -> Mapping[str, Draw]:
    draws = lots.titles(rules.document).items()
    return {called: draw for called, (_, draw) in draws if draw.drawn == "at_once"}


def _prize(draw: Draw, position: int | None) -> str | None:
    return None if position is None else draw.prizes[position][0]


def _is_ended(connection: Connection, rules: Published, called: str) -> bool:
    wanted = exists().where(Drawn.contest_id == rules.contest_id, Drawn.draw == called)
    return bool(connection.scalar(select(wanted)))


def _has_open(connection: Connection, rules: Published, stage: Stage) -> bool:
    here = [Attempt.stage == rules.document.stages.index(stage)] if stage.name else []
    wanted = exists().where(
        Attempt.contest_id == rules.contest_id,
        Attempt.finished_ms.is_(None),
        Attempt.started_ms < stage.calendar.closes_ms,
        *here,
    )
    return bool(connection.scalar(select(wanted)))
