"""Lots that are drawn as soon as an entry arises, in the transaction that counts what earned it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, exists, func, insert, select

from quiz.models.accounts import About
from quiz.models.contests import Contest
from quiz.models.rewards import Drawn, Lot
from quiz.rules import draws, lots, lots_at_once, scoring, timing
from quiz.rules.document import Stage
from quiz.rules.draws import Entrant, Try
from quiz.rules.limits import Dated
from quiz.rules.lots_at_once import Given
from quiz.rules.parts import Draw
from quiz.rules.standings import Played
from quiz.services.corrected import Said
from quiz.services.happened import happened
from quiz.services.published import Published


class Known(NamedTuple):
    """What a person has in a stage: closed attempts after corrections, the total in its smallest point."""

    played: Sequence[Played]
    total: Fraction | None  # None: the person stands nowhere


class Whose(NamedTuple):
    """Whose entries may have grown: by which stage, and what is known of any."""

    person_id: int
    stage: int
    said: Said
    known: Callable[[int], Known]


def lock(connection: Connection, rules: Published) -> None:
    """Let the lots of a contest arise one after the other.

    It is locked before any person, so that no two wait for each other. Where none arise nothing is asked.
    """
    if rules.draws_at_once:
        wanted = select(Contest.id).where(Contest.id == rules.contest_id)
        connection.execute(wanted.with_for_update(key_share=True))


def draw_lots(connection: Connection, rules: Published, whose: Whose, now_ms: int) -> None:
    """Draw the lots of the entries that a person has now and had not before; `lock` is held."""
    if whose.said.corrections.person_is_out(str(whose.person_id)):
        return
    for called, (stage, draw) in lots.titles(rules.document).items():
        positions = _positions(rules, stage)
        if draw.drawn != "at_once" or whose.stage not in positions:
            continue
        if _is_ended(connection, rules, called) or _is_excluded(connection, draw, whose.person_id):
            continue
        entries = _entries(connection, rules, stage, draw, whose)
        _draw_new(connection, rules, called, draw, _Mine(whose.person_id, entries), now_ms)


class _Mine(NamedTuple):
    person_id: int
    entries: Sequence[Dated]  # each for one lot


def _positions(rules: Published, stage: Stage) -> Sequence[int]:
    """Return the stages that a draw takes its entries from: its own, or all where it stands beside them."""
    stages = rules.document.stages
    return [stages.index(stage)] if stage.name else range(len(stages))


def _entries(connection: Connection, rules: Published, stage: Stage, draw: Draw, whose: Whose) -> list[Dated]:
    tries, totals = list[Try](), list[Fraction]()
    for position in _positions(rules, stage):
        own = rules.document.stages[position]
        known = whose.known(position)
        if known.total is not None:
            totals.append(known.total * own.point)
        tries += _tries(own, known.played, whose.said, with_void=not own.integrity.entries_withdrawn)
    if not totals:
        return []
    tries.sort(key=lambda each: each.started_ms)
    events: dict[str, list[Dated]] = {}
    for event in happened(connection, rules.contest_id, whose.person_id):
        period = timing.period_of(stage, event.at_ms) if stage.name else ""
        events.setdefault(event.kind, []).append(Dated(timing.day_of(stage, event.at_ms), period))
    found = draws.entries(draw, stage.award, Entrant(tries, events, {}, sum(totals, Fraction(0))))
    return [Dated(one.day, one.period) for one in found for _ in range(one.number)]


def _tries(stage: Stage, played: Sequence[Played], said: Said, with_void: bool) -> Iterator[Try]:
    for each in played:
        is_void = said.is_void(each.id)
        if timing.is_practice(stage, each.started_ms) or (is_void and not with_void):
            continue
        passed = stage.flow.levels is not None and scoring.passes(stage, each.period, each.score)
        level = f"{stage.name}/{each.period}" if passed else ""
        yield Try(
            each.day,
            each.period,
            each.score,
            each.correct,
            each.full,
            each.started_ms,
            is_void,
            level,
        )


def _draw_new(
    connection: Connection, rules: Published, called: str, draw: Draw, mine: _Mine, now_ms: int
) -> None:
    """Draw the lots of the entries that have none yet, in their order; each is known by day and period."""
    seed = lots.seed_of(rules.draw_seed, called)
    here = (Lot.contest_id == rules.contest_id, Lot.draw == called)
    before = connection.execute(
        select(Lot.day, Lot.period, Lot.prize, Lot.entry).where(*here, Lot.person_id == mine.person_id)
    ).all()
    new = _without(mine.entries, Counter(Dated(row.day, row.period) for row in before))
    if draw.cap.total is not None:
        new = new[: max(0, draw.cap.total - len(before))]
    if not new:
        return
    code = lots.code_of(seed, mine.person_id)
    given = Given()
    for prize, count in connection.execute(
        select(Lot.prize, func.count()).where(*here, Lot.prize.is_not(None)).group_by(Lot.prize)
    ):
        given.prizes[prize or 0] = count
    for row in before:
        if row.prize is not None:
            given.won(lots_at_once.Lot(called, 0, row.day, row.period, code, row.entry))
    number = connection.scalar(select(func.max(Lot.number)).where(*here)) or 0
    rows = []
    for n, one in enumerate(new, 1):
        lot = lots_at_once.Lot(called, number + n, one.day, one.period, code, len(before) + n)
        prize = lots_at_once.prize_of(draw, lot, seed, given)
        rows.append(
            {
                **lot._asdict(),
                "contest_id": rules.contest_id,
                "person_id": mine.person_id,
                "prize": prize,
                "drawn_ms": now_ms,
            }
        )
    connection.execute(insert(Lot), rows)


def _without(entries: Sequence[Dated], had: Counter[Dated]) -> list[Dated]:
    """Return the entries beyond those that somebody had already."""
    new = []
    for one in entries:
        if had[one] > 0:
            had[one] -= 1
        else:
            new.append(one)
    return new


def _is_ended(connection: Connection, rules: Published, called: str) -> bool:
    """Return whether the draw is closed: its seed is told, so nothing may be drawn by it any more."""
    wanted = exists().where(Drawn.contest_id == rules.contest_id, Drawn.draw == called, Drawn.is_last)
    return bool(connection.scalar(select(wanted)))


def _is_excluded(connection: Connection, draw: Draw, person_id: int) -> bool:
    if not draw.exclude:
        return False
    groups = connection.scalar(select(About.groups).where(About.person_id == person_id)) or "[]"
    return bool(set(draw.exclude) & set(orjson.loads(groups)))
