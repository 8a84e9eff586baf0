"""Keeping the live boards equal to the record: catch up, rebuild, fold again, verify."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Connection, Select, or_, select, update
from sqlalchemy.orm import Session, aliased

from quiz.errors import N_, Busy, NotFound
from quiz.live import BeingBuilt, BoardMissing, LiveBoards, LiveLine, LiveUnavailable
from quiz.models.contests import Contest
from quiz.models.play import Attempt, Line
from quiz.services.announcing import announce
from quiz.services.lines import LIVE_COLUMNS, calls, live_line
from quiz.services.platform import Platform
from quiz.services.proving import verify
from quiz.services.published import Published, in_force
from quiz.services.refolding import refold_some
from quiz.services.unit_board import needs

OVERLAP_MS = 60_000  # so long after its moment a commit may become visible
ROWS_READ = 1_000  # at a time: memory is bounded
PEOPLE_AT_ONCE = 50  # folded again in one transaction: the serving process writes in between

Periods = Mapping[int, Sequence[str]]  # number of a stage → those of which there are lines

log = logging.getLogger(__name__)

__all__ = ["catch_up", "catch_up_all", "chosen", "rebuild", "refold_all", "verify"]


def catch_up_all(platform: Platform, now_ms: int, full: bool) -> None:
    """Bring boards up to date: those this process could not tell something, or every published contest.

    What cannot be brought up to date now is tried again in the next round, full or not.
    """
    live = platform.live
    if live is None:
        return
    told = dict(platform.behind)
    waiting = sorted({*told, *(_published(platform) if full else ())})
    for at, contest_id in enumerate(waiting):
        try:
            catch_up(platform, live, contest_id, now_ms)
        except LiveUnavailable:
            for each in waiting[at:]:
                platform.fell_behind(each, now_ms)
            return
        except BeingBuilt:  # by a process that may have died meanwhile: the next round looks again
            platform.fell_behind(contest_id, now_ms)
            continue
        if platform.behind.get(contest_id) == told.get(contest_id):  # nothing new could not be told meanwhile
            platform.behind.pop(contest_id, None)
            platform.live_away_since.pop(contest_id, None)


def catch_up(platform: Platform, live: LiveBoards, contest_id: int, now_ms: int) -> None:
    """Announce again what changed since the last catch-up, or build the boards where they are missing.

    A process that died between commit and announcement is made good here: what is announced twice is ignored.
    Raises LiveUnavailable, BeingBuilt.
    """
    try:
        _announce_again(platform, live, contest_id, now_ms)
    except BoardMissing:
        platform.epochs.pop(contest_id, None)
        _build(platform, live, contest_id, now_ms)


def rebuild(platform: Platform, live: LiveBoards, contest_id: int, now_ms: int) -> int:
    """Build the boards anew from the lines beside the served ones, then switch; returns how many lines.

    What is announced meanwhile reaches both, so that nothing is missed. Raises Busy.
    """
    try:
        return _build(platform, live, contest_id, now_ms)
    except BeingBuilt as error:
        raise Busy(N_("这场比赛的榜正由另一个进程重建，请稍后再试。")) from error
    except LiveUnavailable as error:
        raise Busy(N_("Redis 没有应答，榜没有重建；原有的榜没有改动。")) from error


def refold_all(platform: Platform, contest_id: int) -> int:
    """Fold everybody's attempts again and store the lines; returns how many people in how many stages.

    A line that nothing in the record explains is emptied. Raises NotFound.
    """
    rules = in_force(platform, contest_id)
    count, periods = 0, _periods(platform, contest_id)
    for stage in range(len(rules.board_stages)):
        for people in _people_of(platform, contest_id, stage):
            rest = people
            while rest:
                rest = rest[_refold_some(platform, rules, stage, rest, periods) :]
            count += len(people)
    return count


def _refold_some(
    platform: Platform, rules: Published, stage: int, people: Sequence[int], periods: Periods
) -> int:
    """Fold the first of some people again in one transaction that ends soon; returns how many."""
    with platform.store.connection() as connection:
        found = refold_some(connection, rules, stage, people, platform.clock)
        emptied = _emptied(connection, rules.contest_id, found.lines, periods, found.now_ms)
        lines = [*found.lines, *emptied]
    announce(platform, rules.contest_id, lines)
    return found.count


def _periods(platform: Platform, contest_id: int) -> Periods:
    """Return the periods of which there are lines."""
    found: dict[int, list[str]] = {}
    with platform.store.reading() as session:
        wanted = select(Line.stage, Line.period).where(Line.contest_id == contest_id).distinct()
        for stage, period in session.execute(wanted):
            found.setdefault(stage, []).append(period)
    return found


def chosen(platform: Platform, contest_id: int | None) -> Sequence[int]:
    """Return the published contest of this id, or all published contests. Raises NotFound."""
    found = _published(platform)
    if contest_id is None:
        return found
    if contest_id not in found:
        raise NotFound(N_("没有这场比赛，或比赛尚未发布。"))
    return [contest_id]


def _published(platform: Platform) -> Sequence[int]:
    with platform.store.reading() as session:
        return session.scalars(
            select(Contest.id).where(Contest.rules_id.is_not(None)).order_by(Contest.id)
        ).all()


def _announce_again(platform: Platform, live: LiveBoards, contest_id: int, now_ms: int) -> None:
    epoch = platform.epoch_of(contest_id)
    needed = needs(in_force(platform, contest_id).document)
    since_ms = live.checkpoint(contest_id, epoch, needed) - OVERLAP_MS
    with platform.store.reading() as session:
        changed = session.execute(
            select(*LIVE_COLUMNS)
            .where(Line.contest_id == contest_id, Line.changed_ms >= since_ms)
            .order_by(Line.changed_ms)
            .execution_options(yield_per=ROWS_READ)
        )
        for lines in calls(live_line(row) for row in changed):
            live.announce(contest_id, epoch, lines)
    live.caught_up(contest_id, epoch, now_ms)


def _build(platform: Platform, live: LiveBoards, contest_id: int, now_ms: int) -> int:
    needed = needs(in_force(platform, contest_id).document)
    building = live.begin(contest_id, platform.epoch_of(contest_id), needed)
    count, filled = 0, None
    with platform.store.snapshot() as session, ThreadPoolExecutor(1) as filling:
        for lines in calls(_all_lines(session, contest_id)):  # read while Redis puts the ones before away
            if filled is not None:
                filled.result()
            filled = filling.submit(live.fill, building, lines)
            count += len(lines)
        if filled is not None:
            filled.result()
    live.finish(building, now_ms)
    log.info("built the boards of contest %d: %d lines", contest_id, count)
    return count


def _all_lines(session: Session, contest_id: int) -> Iterator[LiveLine]:
    """Yield every line in the order of the boards: written in order, a sorted set costs a ninth."""
    rows = session.execute(
        select(*LIVE_COLUMNS)
        .where(Line.contest_id == contest_id)
        .order_by(Line.stage, Line.period, Line.order_key, Line.person_id)
        .execution_options(yield_per=ROWS_READ)
    )
    return (live_line(row) for row in rows)


def _people_of(platform: Platform, contest_id: int, stage: int) -> Iterator[Sequence[int]]:
    """Yield, some at a time, everybody who has an attempt or a line in a stage."""
    here = (Line.contest_id == contest_id, Line.stage == stage)
    whole = aliased(Line)
    of_whole = select(whole.person_id).where(
        whole.contest_id == contest_id,
        whole.stage == stage,
        whole.period == "",
        whole.person_id == Line.person_id,
    )
    sources = (
        select(Attempt.person_id).where(
            Attempt.contest_id == contest_id, Attempt.stage == stage, Attempt.finished_ms.is_not(None)
        ),
        select(Line.person_id).where(*here, Line.period == ""),
    )
    yield from _in_turn(platform, sources)
    yield from _in_turn(platform, [select(Line.person_id).where(*here, ~of_whole.exists())])


def _in_turn(platform: Platform, sources: Sequence[Select[int]]) -> Iterator[Sequence[int]]:
    """Yield the people of several selections in order of their ids, each read in the order of its index."""
    last = 0
    while True:
        with platform.store.reading() as session:
            people = sorted({i for source in sources for i in session.scalars(_next(source, last))})
        if not people:
            return
        yield people[:PEOPLE_AT_ONCE]
        last = people[:PEOPLE_AT_ONCE][-1]


def _next(source: Select[int], last: int) -> Select[int]:
    column = source.selected_columns[0]
    return source.where(column > last).distinct().order_by(column).limit(PEOPLE_AT_ONCE)


def _emptied(
    connection: Connection,
    contest_id: int,
    folded: Sequence[LiveLine],
    periods: Periods,
    now_ms: int,
) -> Iterator[LiveLine]:
    """Empty the lines of people just folded that nothing in the record explains any more; yields them.

    They are looked for period by period: the lines of a stage have no index by person alone.
    """
    explained = {(line.stage, line.period, line.person_id) for line in folded}
    people = {line.person_id for line in folded}
    for stage in sorted({line.stage for line in folded}):
        here = (Line.contest_id == contest_id, Line.stage == stage)
        stored = connection.execute(
            select(Line.period, Line.person_id).where(
                *here,
                Line.period.in_(periods.get(stage, ())),
                Line.person_id.in_(people),
                or_(Line.order_key != "", Line.stats != "{}"),
            )
        ).all()
        for period, person_id in stored:
            if (stage, period, person_id) in explained:
                continue
            version = connection.execute(
                update(Line)
                .where(*here, Line.period == period, Line.person_id == person_id)
                .values(order_key="", totals="{}", stats="{}", version=Line.version + 1, changed_ms=now_ms)
                .returning(Line.version)
            ).scalar_one()
            yield LiveLine(stage, period, person_id, version, "", {}, {})
