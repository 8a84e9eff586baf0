"""Draws: what everybody has in them, the drawing itself, and what is published of it."""

from __future__ import annotations

import csv
import io
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
from quiz.models.privacy import kept_names
from quiz.models.rewards import Drawn, Redraw
from quiz.rules import lots, lots_at_once, names, redraws, timing
from quiz.rules.document import Stage
from quiz.rules.limits import Dated
from quiz.rules.lots import Drawing, Win
from quiz.rules.parts import Draw
from quiz.rules.redraws import Course
from quiz.services.at_once_list import Standing, listed, standing
from quiz.services.kept_folds import kept
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
    is_lost: bool = False  # it was not claimed and passed on
    because: str = ""  # why, for the desk


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
    standing: Standing | None = None  # of a draw at once that has not ended
    so_far: Sequence[Winner] = ()  # who has won in it

    @property
    def has_passed_on(self) -> bool:
        """Whether any prize passed on."""
        return any(winner.is_lost for done in self.done for winner in done.winners)


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
    return lots.seed_of(rules.draw_seed, called)


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
    draw_of(rules, number)
    with platform.store.reading() as session:
        return _shown(session.connection(), rules, number)


def published_list(platform: Platform, rules: Published, number: int) -> str:
    """Return the entries of all drawings of a draw that have been held, as a file. Raises NotFound."""
    called, _, draw = draw_of(rules, number)
    with platform.store.reading() as session:
        if draw.drawn == "at_once":
            return lots_at_once.published(listed(session.connection(), rules, called))
        return lots.published(drawing_of(row) for row in rows_of(session.connection(), rules, called))


def published_redraws(platform: Platform, rules: Published, number: int) -> str:
    """Return the prizes of a draw that passed on, in their order, as a file. Raises NotFound."""
    called, _, _ = draw_of(rules, number)
    with platform.store.reading() as session:
        found = redraws_of(session.connection(), rules, called)
    return redraws.published(
        redraws.Redraw(called, row.after, row.occasion, row.code, row.entry) for row in found
    )


def next_of(platform: Platform, rules: Published, number: int) -> Next | None:
    """Return the drawing of a draw that comes next, None when nobody has an entry that is not drawn.

    Raises NotFound.
    """
    _, _, draw = draw_of(rules, number)
    if draw.drawn == "at_once":
        return None
    with platform.store.snapshot() as session:
        return _next(platform, session, rules, number)


def hold(platform: Platform, rules: Published, number: int, seen: str, actor: Actor) -> Sequence[Win]:
    """Hold the next drawing of a draw and keep it for ever; returns who wins.

    `seen`: the digest of the entries that were looked at; ChangedMeanwhile when they are others by now, or
    when somebody else has drawn. Raises NotFound, NotNow.
    """
    called, _, draw = draw_of(rules, number)
    coming = next_of(platform, rules, number)
    if coming is None or coming.drawing.digest != seen:
        raise ChangedMeanwhile()
    if not coming.is_ready(actor.now_ms):
        raise NotNow(N_("还有人在答题，或这一期还没有结束，现在不能开奖。"))
    seed = seed_of(rules, called)
    with platform.store.reading() as session:
        wins = course_of(session.connection(), rules, called, Course(draw, seed)).hold(coming.drawing)
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

    def fold() -> list[Entries]:
        return [run.entries(draw) for run in runs(platform, session, rules) for draw in run.stage.draws]

    return kept(platform, session.connection(), rules, "entries", fold)


def draw_of(rules: Published, number: int) -> tuple[str, Stage, Draw]:
    found = draws_of(rules)
    if not 0 <= number < len(found):
        raise NotFound(N_("这场比赛没有这个抽奖。"))
    return found[number]


def _next(platform: Platform, session: Session, rules: Published, number: int) -> Next | None:
    called, stage, draw = draw_of(rules, number)
    seed = seed_of(rules, called)
    entries = _folded(platform, session, rules)[number]
    connection = session.connection()
    people = {lots.code_of(seed, int(who)): int(who) for who in entries}
    by_code = {lots.code_of(seed, int(who)): mine for who, mine in entries.items()}
    rows = rows_of(connection, rules, called)
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


def rows_of(connection: Connection, rules: Published, called: str) -> Sequence[Row[Any]]:
    """Return the drawings of a draw that have been held, in their order."""
    return connection.execute(
        select(Drawn.__table__)
        .where(Drawn.contest_id == rules.contest_id, Drawn.draw == called)
        .order_by(Drawn.id)
    ).all()


def drawing_of(row: Row[Any]) -> Drawing:  # Any: the columns of Drawn
    found = lots.read(lots.published([]) + row.entries)
    return found[0] if found else Drawing(row.draw, row.occasion, row.period, ())


def redraws_of(connection: Connection, rules: Published, called: str) -> Sequence[Row[Any]]:
    """Return the prizes of a draw that passed on, in their order, each with its occasion."""
    return connection.execute(
        select(Redraw.__table__, Drawn.occasion)
        .join(Drawn, Drawn.id == Redraw.drawn_id)
        .where(Drawn.contest_id == rules.contest_id, Drawn.draw == called)
        .order_by(Redraw.id)
    ).all()


def course_of(connection: Connection, rules: Published, called: str, course: Course) -> Course:
    """Return a draw as far as it has come: its drawings and what passed on, in their order."""
    passed = redraws_of(connection, rules, called)
    for count, row in enumerate(rows_of(connection, rules, called), 1):
        if course.draw.drawn == "at_once":
            course.hold_at_once(lots_at_once.read(lots_at_once.published(()) + row.entries))
        else:
            course.hold(drawing_of(row))
        for each in passed:
            if each.after == count:
                course.pass_on(each.occasion, each.code, each.entry)
    return course


def _shown(connection: Connection, rules: Published, number: int) -> Shown:
    called, stage, draw = draw_of(rules, number)
    rows = rows_of(connection, rules, called)
    seed = seed_of(rules, called)
    passed = redraws_of(connection, rules, called)
    wins = [(row, [*orjson.loads(row.wins), *_passed_on(row, passed)]) for row in rows]
    now = standing(connection, rules, called, draw) if draw.drawn == "at_once" and not rows else None
    so_far = [(prize, code, entry, person) for _, person, code, entry, prize, _ in now.won] if now else []
    called_as = _names(connection, [each[3] for _, some in wins for each in some] + [w[3] for w in so_far])
    lost = {(row.drawn_id, row.code, row.entry): row.because for row in passed}
    return Shown(
        number=number,
        called=called,
        stage=stage,
        draw=draw,
        commitment=lots.commitment(seed),
        seed=seed if any(row.is_last for row in rows) else None,
        done=[_done(row, [_winner(w, called_as, row, lost) for w in each]) for row, each in wins],
        standing=now,
        so_far=[_winner(each, called_as) for each in so_far],
    )


def _passed_on(row: Row[Any], passed: Sequence[Row[Any]]) -> list[list[Any]]:
    """Return who got prizes of a drawing that passed on: prize, code, entry, person."""
    mine = [each for each in passed if each.drawn_id == row.id and each.to_code is not None]
    return [[each.prize, each.to_code, each.to_entry, each.to_person_id] for each in mine]


def _winner(
    win: Sequence[Any],  # Any: prize, code, entry, person
    called_as: Mapping[int, tuple[str, str]],
    row: Row[Any] | None = None,
    lost: Mapping[tuple[int, str, int], str] | None = None,
) -> Winner:
    prize, code, entry, person = win
    because = (lost or {}).get((row.id, code, entry)) if row is not None else None
    names_of = called_as.get(person, ("", ""))
    return Winner(prize, code, entry, person, *names_of, because is not None, because or "")


def _done(row: Row[Any], winners: Sequence[Winner]) -> Done:
    holders, entries = _counts(row)
    return Done(row.occasion, row.drawn_ms, row.digest, holders, entries, winners)


def _counts(row: Row[Any]) -> tuple[int, int]:
    """Return how many people and entries took part in a drawing."""
    columns = next(csv.reader(io.StringIO(row.entries)), ())
    if len(columns) == len(lots_at_once.COLUMNS):
        drawn = lots_at_once.read(lots_at_once.published(()) + row.entries)
        return len({lot.code for lot in drawn}), len(drawn)
    drawing = drawing_of(row)
    return len(drawing.holders), sum(holder.entries for holder in drawing.holders)


def _names(connection: Connection, people: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Return what winners are called in public, always masked, and their real names."""
    found: dict[int, tuple[str, str]] = {}
    for first in range(0, len(people), PEOPLE_AT_ONCE):
        some = people[first : first + PEOPLE_AT_ONCE]
        rows = connection.execute(
            select(Identity.person_id, Identity.nickname, Identity.name).where(Identity.person_id.in_(some))
        )
        for person, nickname, name in rows:
            found[person] = (names.masked(name or nickname), name or nickname)
        found |= {person: ("", name) for person, name in kept_names(connection, some).items()}
    return found
