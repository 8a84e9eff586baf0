"""Keeping the live boards equal to the record: catch up, rebuild, verify."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from itertools import islice

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.live import BoardMissing, BoardRef, LiveBoards, LiveLine, LiveUnavailable, View
from quiz.models import record
from quiz.models.contests import Contest
from quiz.models.play import Attempt, Line, Result
from quiz.rules import standings
from quiz.services.closing import fold_person, played_of
from quiz.services.platform import Platform
from quiz.services.published import Published, in_force

BATCH = 500  # lines in one call
OVERLAP_MS = 60_000  # a commit may be this much older than its moment says when it becomes visible

log = logging.getLogger(__name__)


def catch_up_all(platform: Platform, now_ms: int, full: bool) -> None:
    """Bring boards up to date: those this process could not tell something, or every published contest."""
    if platform.live is None:
        return
    wanted = set(platform.behind)
    if full:
        with platform.store.reading() as session:
            wanted |= set(session.scalars(select(Contest.id).where(Contest.rules_id.is_not(None))))
    for contest_id in sorted(wanted):
        try:
            catch_up(platform, platform.live, contest_id, now_ms)
            platform.behind.discard(contest_id)
            platform.live_away_since.pop(contest_id, None)
        except LiveUnavailable:
            platform.behind.add(contest_id)
            return


def catch_up(platform: Platform, live: LiveBoards, contest_id: int, now_ms: int) -> None:
    """Announce again what changed since the last catch-up, or rebuild where the boards are missing.

    A process that died between commit and announcement is made good here: what is announced twice is ignored.
    """
    epoch = platform.epoch_of(contest_id)
    try:
        since_ms = (live.checkpoint(contest_id, epoch) or 0) - OVERLAP_MS
    except BoardMissing:
        rebuild(platform, live, contest_id, now_ms)
        return
    with platform.store.reading() as session:
        changed = session.scalars(
            select(Line)
            .where(Line.contest_id == contest_id, Line.changed_ms >= since_ms)
            .order_by(Line.changed_ms)
        )
        for lines in _batches(live_line(row) for row in changed):
            live.announce(contest_id, epoch, lines)
    live.checkpoint(contest_id, epoch, now_ms)


def rebuild(platform: Platform, live: LiveBoards, contest_id: int, now_ms: int) -> int:
    """Build the boards anew from the lines beside the served ones, then switch; returns how many lines.

    What is announced meanwhile reaches both, so that nothing is missed.
    """
    building = live.begin(contest_id)
    count = 0
    with platform.store.reading() as session:
        for lines in _batches(live_line(row) for row in _all_lines(session, contest_id)):
            live.fill(building, lines)
            count += len(lines)
    live.finish(building, platform.epoch_of(contest_id))
    live.checkpoint(contest_id, platform.epoch_of(contest_id), now_ms)
    log.info("rebuilt the boards of contest %d: %d lines", contest_id, count)
    return count


def verify(platform: Platform, contest_id: int) -> list[str]:
    """Return every difference between the record's fold, the lines, and the live boards; none when they agree."""
    rules = in_force(platform, contest_id)
    with platform.store.reading() as session:
        expected = dict(_folded(session, rules))
        stored = {(r.stage, r.period, r.person_id): r for r in _all_lines(session, contest_id)}
        kept = {key: live_line(row) for key, row in stored.items()}
    return [*_differences("lines", expected, kept), *_live_differences(platform, rules, kept)]


def live_line(row: Line) -> LiveLine:
    """Return a stored line as the live boards want it."""
    return LiveLine(
        row.stage,
        row.period,
        row.person_id,
        row.version,
        row.order_key,
        orjson.loads(row.stats),
        orjson.loads(row.units),
    )


Key = tuple[int, str, int]  # stage, period, person


def _all_lines(session: Session, contest_id: int) -> Iterator[Line]:
    yield from session.scalars(
        select(Line)
        .where(Line.contest_id == contest_id)
        .order_by(Line.stage, Line.period, Line.order_key, Line.person_id)
        .execution_options(yield_per=BATCH)
    )


def _batches(lines: Iterable[LiveLine]) -> Iterator[list[LiveLine]]:
    rest = iter(lines)
    while chunk := list(islice(rest, BATCH)):
        yield chunk


def _folded(session: Session, rules: Published) -> Iterator[tuple[Key, LiveLine]]:
    """Yield the fold of the whole record, person by person, from attempts and results alone."""
    rows = session.execute(
        select(Attempt.stage, *record.PLAYED_COLUMNS)
        .join(Result, Result.attempt_id == Attempt.id)
        .where(Attempt.contest_id == rules.contest_id)
        .order_by(Attempt.stage, Attempt.person_id, Attempt.started_ms, Attempt.id)
        .execution_options(yield_per=BATCH)
    )
    group: list[standings.Played] = []
    current: tuple[int, int] | None = None
    for stage_index, *values in rows:
        played = played_of(rules.document.stages[stage_index], values)
        if current is not None and current != (stage_index, played.person):
            yield from _person(session, rules, current, group)
            group = []
        current = (stage_index, played.person)
        group.append(played)
    if current is not None:
        yield from _person(session, rules, current, group)


def _person(
    session: Session, rules: Published, who: tuple[int, int], played: list[standings.Played]
) -> Iterator[tuple[Key, LiveLine]]:
    stage_index, person_id = who
    for folded in fold_person(session.connection(), rules, stage_index, person_id, played):
        yield (stage_index, folded.live.period, person_id), folded.live


def _differences(where: str, expected: dict[Key, LiveLine], found: dict[Key, LiveLine]) -> list[str]:
    said = []
    for key in sorted(expected.keys() | found.keys()):
        want, have = expected.get(key), found.get(key)
        if want is None or have is None or _place_of(want) != _place_of(have):
            said.append(f"{where} {key}: expected {_shown(want)}, found {_shown(have)}")
    return said


def _place_of(line: LiveLine) -> tuple[object, ...]:
    return (line.order_key, dict(line.stats), dict(line.units))


def _shown(line: LiveLine | None) -> str:
    return "nothing" if line is None else f"{line.order_key} {dict(line.stats)} {dict(line.units)}"


def _live_differences(platform: Platform, rules: Published, kept: dict[Key, LiveLine]) -> list[str]:
    live, contest_id = platform.live, rules.contest_id
    if live is None:
        return []
    said: list[str] = []
    epoch = platform.epoch_of(contest_id)
    for stage, period in sorted({(stage, period) for stage, period, _ in kept}):
        wanted = {k: v for k, v in kept.items() if k[:2] == (stage, period) and v.order_key}
        for view in View:
            board = BoardRef(stage, period, view)
            found = {(stage, period, line.person_id): line for line in live.lines(contest_id, epoch, board)}
            said += _differences(f"live {view}", wanted, found)
            members = list(live.members(contest_id, epoch, board))
            if members != sorted((line.order_key, line.person_id) for line in wanted.values()):
                said.append(f"live {view} {stage} {period}: the sorted set is not the order of the lines")
            said += _sum_differences(live, rules, board, list(wanted.values()))
    return said


def _sum_differences(live: LiveBoards, rules: Published, board: BoardRef, lines: list[LiveLine]) -> list[str]:
    said = []
    for level in sorted({level for line in lines for level in line.units}):
        wanted: dict[int, dict[str, int]] = {}
        for line in lines:
            if level in line.units:
                sums = wanted.setdefault(line.units[level], {})
                for name, value in line.stats.items():
                    sums[name] = sums.get(name, 0) + value
        found = live.unit_sums(rules.contest_id, rules.board_epoch, board, level)
        if _nonzero(found) != _nonzero(wanted):
            said.append(
                f"live {board.view} {board.stage} {board.period} {level}: {found} instead of {wanted}"
            )
    return said


def _nonzero(sums: dict[int, dict[str, int]]) -> dict[int, dict[str, int]]:
    return {
        unit: {k: v for k, v in stats.items() if v} for unit, stats in sums.items() if any(stats.values())
    }
