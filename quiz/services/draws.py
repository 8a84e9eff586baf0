"""Draws: what everybody has in them, the drawing itself, and what is published of it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quiz.errors import N_, ChangedMeanwhile, NotFound, NotNow
from quiz.models.accounts import Identity
from quiz.models.play import Attempt
from quiz.models.rewards import Drawn
from quiz.rules import lots, names, timing
from quiz.rules.document import Stage
from quiz.rules.limits import Dated
from quiz.rules.lots import Drawing, Win, Won
from quiz.rules.parts import Draw
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published
from quiz.services.whole_stage import runs

PEOPLE_AT_ONCE = 500


@dataclass(frozen=True)
class Winner:
    """A prize and who got it."""

    prize: str
    code: str
    entry: int
    person_id: int
    name: str  # as everybody may see it
    real_name: str  # for the desk


@dataclass(frozen=True)
class Done:
    """One drawing that has been held."""

    occasion: str
    drawn_ms: int
    digest: str
    holders: int
    entries: int
    winners: Sequence[Winner]


@dataclass(frozen=True)
class Shown:
    """A draw as it is published."""

    number: int  # names it in addresses
    called: str
    stage: Stage
    draw: Draw
    commitment: str
    seed: str | None  # None until everything has been drawn
    done: Sequence[Done]


@dataclass(frozen=True)
class Next:
    """The drawing that comes next, before it is held."""

    drawing: Drawing
    people: Mapping[str, int]  # code → person
    ends_ms: int
    open_attempts: bool
    left: int  # how many drawings with entries come after it
    closes_ms: int

    @property
    def entries(self) -> int:
        """How many entries there are."""
        return sum(holder.entries for holder in self.drawing.holders)

    def is_ready(self, now_ms: int) -> bool:
        """Whether nothing can change any more in what takes part."""
        return now_ms >= self.ends_ms and not self.open_attempts

    def is_last(self, now_ms: int) -> bool:
        """Whether nothing is left to draw after it, now and later."""
        return now_ms >= self.closes_ms and not self.left


def seed_of(rules: Published, called: str) -> str:
    """Return the seed of a draw: it follows from what was fixed with the rules, apart from the papers."""
    return hmac.new(rules.draw_seed.encode(), f"draw/{called}".encode(), hashlib.sha256).hexdigest()


def draws_of(rules: Published) -> list[tuple[str, Stage, Draw]]:
    """Return the draws of a contest with what lists call them; their positions name them in addresses."""
    return [(called, stage, draw) for called, (stage, draw) in lots.titles(rules.document).items()]


def commitments(rules: Published) -> list[tuple[str, str]]:
    """Return what is published before the opening: each draw and the hash of its seed."""
    return [(called, lots.commitment(seed_of(rules, called))) for called, _, _ in draws_of(rules)]


def shown(platform: Platform, rules: Published) -> list[Shown]:
    """Return the draws of a contest with all that has been drawn."""
    with platform.store.reading() as session:
        connection = session.connection()
        return [_shown(connection, rules, n) for n in range(len(draws_of(rules)))]


def shown_one(platform: Platform, rules: Published, number: int) -> Shown:
    """Return one draw. Raises NotFound."""
    _draw_of(rules, number)
    with platform.store.reading() as session:
        return _shown(session.connection(), rules, number)


def published_list(platform: Platform, rules: Published, number: int) -> str:
    """Return the entries of all drawings of a draw that have been held, as a file. Raises NotFound."""
    called, _, _ = _draw_of(rules, number)
    with platform.store.reading() as session:
        return lots.published(_drawing(row) for row in _rows(session.connection(), rules, called))


def next_of(platform: Platform, rules: Published, number: int) -> Next | None:
    """Return the drawing of a draw that comes next, None when nobody has an entry that is not drawn.

    Raises NotFound.
    """
    _draw_of(rules, number)
    with platform.store.snapshot() as session:
        return _next(platform, session, rules, number)


def hold(platform: Platform, rules: Published, number: int, seen: str, actor: Actor) -> Sequence[Win]:
    """Hold the next drawing of a draw and keep it for ever; returns who wins.

    `seen`: the digest of the entries that were looked at; ChangedMeanwhile when they are others by now, or
    when somebody else has drawn. Raises NotFound, NotNow.
    """
    called, _, draw = _draw_of(rules, number)
    coming = next_of(platform, rules, number)
    if coming is None or coming.drawing.digest != seen:
        raise ChangedMeanwhile()
    if not coming.is_ready(actor.now_ms):
        raise NotNow(N_("还有人在答题，或这一期还没有结束，现在不能开奖。"))
    seed = seed_of(rules, called)
    with platform.store.reading() as session:
        won = _won(_rows(session.connection(), rules, called))
    wins = lots.drawn(draw, coming.drawing, seed, won)
    row = Drawn(
        contest_id=rules.contest_id,
        draw=called,
        occasion=coming.drawing.occasion,
        period=coming.drawing.period,
        entries=coming.drawing.text,
        digest=coming.drawing.digest,
        wins=orjson.dumps([[w.prize, w.code, w.entry, coming.people[w.code]] for w in wins]).decode(),
        is_last=coming.is_last(actor.now_ms),
        drawn_ms=actor.now_ms,
        actor_id=actor.person_id,
    )
    detail = {"contest": rules.contest_id, "draw": called, "period": coming.drawing.occasion}
    try:
        with platform.store.writing() as session:
            session.add(row)
            session.add(actor.audit("draw.hold", rules.document.title, json.dumps(detail)))
    except IntegrityError as error:
        raise ChangedMeanwhile() from error
    return wins


def entries_of(platform: Platform, rules: Published) -> dict[str, dict[int, int]]:
    """Return how many entries everybody has by now, by draw and person."""
    with platform.store.snapshot() as session:
        folded = _folded(platform, session, rules)
    called = [name for name, _, _ in draws_of(rules)]
    return {
        name: {int(who): sum(one.number for one in mine) for who, mine in entries.items()}
        for name, entries in zip(called, folded, strict=True)
    }


def codes_of(rules: Published, person_id: int) -> list[tuple[str, str]]:
    """Return the code of a person in each draw, for themselves."""
    return [(called, lots.code_of(seed_of(rules, called), person_id)) for called, _, _ in draws_of(rules)]


Entries = Mapping[str, Sequence[Dated]]  # by person


def _folded(platform: Platform, session: Session, rules: Published) -> list[Entries]:
    """Return everybody's entries, draw by draw as `draws_of` lists them."""
    return [run.entries(draw) for run in runs(platform, session, rules) for draw in run.stage.draws]


def _draw_of(rules: Published, number: int) -> tuple[str, Stage, Draw]:
    found = draws_of(rules)
    if not 0 <= number < len(found):
        raise NotFound(N_("这场比赛没有这个抽奖。"))
    return found[number]


def _next(platform: Platform, session: Session, rules: Published, number: int) -> Next | None:
    called, stage, draw = _draw_of(rules, number)
    seed = seed_of(rules, called)
    entries = _folded(platform, session, rules)[number]
    connection = session.connection()
    people = {lots.code_of(seed, int(who)): int(who) for who in entries}
    by_code = {lots.code_of(seed, int(who)): mine for who, mine in entries.items()}
    rows = _rows(connection, rules, called)
    if any(row.is_last for row in rows):
        return None
    held = {row.occasion for row in rows}
    left = [each for each in lots.drawings(draw, called, by_code) if each.occasion not in held]
    if not left:
        return None
    ends_ms = _ends_ms(stage, draw, left[0].occasion)
    has_open = _has_open(connection, rules, stage, ends_ms)
    return Next(left[0], people, ends_ms, has_open, len(left) - 1, stage.calendar.closes_ms)


def _ends_ms(stage: Stage, draw: Draw, occasion: str) -> int:
    if draw.drawn == "per_day" and occasion:
        return timing.day_ends_ms(stage, occasion)
    return timing.period_ends_ms(stage, occasion)


def _has_open(connection: Connection, rules: Published, stage: Stage, until_ms: int) -> bool:
    """Return whether somebody still answers what was started before a moment, in the stage or in any."""
    wanted = select(
        exists().where(
            Attempt.contest_id == rules.contest_id,
            Attempt.finished_ms.is_(None),
            Attempt.started_ms < until_ms,
            *([Attempt.stage == rules.document.stages.index(stage)] if stage.name else []),
        )
    )
    return bool(connection.scalar(wanted))


def _rows(connection: Connection, rules: Published, called: str) -> Sequence[Row[Any]]:
    """Return the drawings of a draw that have been held, in their order."""
    return connection.execute(
        select(Drawn.__table__)
        .where(Drawn.contest_id == rules.contest_id, Drawn.draw == called)
        .order_by(Drawn.id)
    ).all()


def _drawing(row: Row[Any]) -> Drawing:  # Any: the columns of Drawn
    found = lots.read(lots.published([]) + row.entries)
    return found[0] if found else Drawing(row.draw, row.occasion, row.period, ())


def _won(rows: Sequence[Row[Any]]) -> Won:
    won = Won()
    for row in rows:
        won.add(
            Drawing(row.draw, row.occasion, row.period, ()),
            [Win(prize, code, entry) for prize, code, entry, _ in orjson.loads(row.wins)],
        )
    return won


def _shown(connection: Connection, rules: Published, number: int) -> Shown:
    called, stage, draw = _draw_of(rules, number)
    rows = _rows(connection, rules, called)
    seed = seed_of(rules, called)
    wins = [(row, orjson.loads(row.wins)) for row in rows]
    called_as = _names(connection, [person for _, each in wins for *_, person in each])
    return Shown(
        number=number,
        called=called,
        stage=stage,
        draw=draw,
        commitment=lots.commitment(seed),
        seed=seed if any(row.is_last for row in rows) else None,
        done=[_done(row, each, called_as) for row, each in wins],
    )


def _done(row: Row[Any], wins: Sequence[Sequence[Any]], called_as: Mapping[int, tuple[str, str]]) -> Done:
    drawing = _drawing(row)
    return Done(
        occasion=row.occasion,
        drawn_ms=row.drawn_ms,
        digest=row.digest,
        holders=len(drawing.holders),
        entries=sum(holder.entries for holder in drawing.holders),
        winners=[
            Winner(prize, code, entry, person, *called_as.get(person, ("", "")))
            for prize, code, entry, person in wins
        ],
    )


def _names(connection: Connection, people: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Return what winners are called in public, always masked, and their real names."""
    found: dict[int, tuple[str, str]] = {}
    for first in range(0, len(people), PEOPLE_AT_ONCE):
        rows = connection.execute(
            select(Identity.person_id, Identity.nickname, Identity.name).where(
                Identity.person_id.in_(people[first : first + PEOPLE_AT_ONCE])
            )
        )
        for person, nickname, name in rows:
            found[person] = (names.masked(name or nickname), name or nickname)
    return found
