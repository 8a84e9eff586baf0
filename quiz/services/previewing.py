"""What a correction would change, before it is booked: who moves on which board, which units and awards.

It is folded by the same functions, from one consistent state, with one more row in the ledger; nothing is
stored.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.live import View
from quiz.models.play import Attempt, Line
from quiz.rules import standings
from quiz.rules.rekeyed import Rekeyed
from quiz.rules.units import points_shown
from quiz.services import disqualified, unit_board
from quiz.services.board_reading import Reading, Row, Wanted, boards_of
from quiz.services.changes import AwardChange, BoardChange, Change, DrawChange, Standing, called_of
from quiz.services.closing import Folded, fold_person, over_all_stages, played_by
from quiz.services.corrected import Booked, Said, said_of
from quiz.services.correcting import Checked, Correction, checked, in_papers
from quiz.services.platform import Platform
from quiz.services.prize_changes import is_folded_whole, of_prizes
from quiz.services.published import Published, in_force
from quiz.services.results import periods
from quiz.services.trying import Tried, TriedLine, tried_rows

MOST_SHOWN = 100  # changes listed of a board; their number is always told
MOST_PEOPLE = 5_000  # more are not folded on a page: the command does it
ROWS_READ = 1_000


@dataclass(frozen=True)
class Preview:
    """What a correction would change."""

    attempts: int  # that it concerns
    people: int
    boards: Sequence[BoardChange] = ()
    awards: Sequence[AwardChange] = ()
    draws: Sequence[DrawChange] = ()
    is_whole: bool = True  # False: too many people are concerned for a page
    becomes: Rekeyed | None = None  # how its question is marked from then on
    seen: int = 0  # as in `Checked`: by it a booking knows whether anything was booked since


def preview(
    platform: Platform,
    contest_id: int,
    wanted: Correction,
    now_ms: int,
    most_people: int | None = MOST_PEOPLE,
    most_shown: int | None = MOST_SHOWN,
) -> Preview:
    """Return what a correction would change; raises what booking it would raise.

    `most_people`: where a corrected key concerns more, only their number is told; None folds everybody.
    `most_shown`: how many changes of a board are listed; None lists all.
    """
    rules = in_force(platform, contest_id)
    with platform.store.snapshot() as session:
        found = checked(session, rules, wanted, now_ms)
        attempts, concerned = _concerned(session, rules, wanted, found)
        people = len({person_id for _, person_id in concerned})
        if most_people is not None and people > most_people:
            return Preview(attempts, people, is_whole=False, becomes=found.row.rekeyed, seen=found.seen)
        tried = Tried(found.row)
        for stage, person_id in concerned:
            tried.put(person_id, _folded(session, rules, stage, person_id, found.row))
        changes = [
            _of_board(reading, session, tried, most_shown)
            for reading in _readings(platform, rules, session, tried, now_ms)
        ]
        more, awards, draws = of_prizes(platform, session, rules, tried, most_shown)
        boards = [change for change in (*changes, *more) if change.count]
        return Preview(attempts, people, boards, awards, draws, becomes=found.row.rekeyed, seen=found.seen)


def _concerned(
    session: Session, rules: Published, wanted: Correction, found: Checked
) -> tuple[int, Sequence[tuple[int, int]]]:
    """Return how many attempts a correction concerns, and the stages and people whose lines it may change."""
    if wanted.of == "unit":
        return 0, ()
    if wanted.of == "attempt":
        return 1, found.concerned
    asked = select(Attempt.stage, Attempt.person_id).where(
        Attempt.contest_id == rules.contest_id, Attempt.finished_ms.is_not(None)
    )
    asked = asked.where(
        Attempt.person_id == wanted.id if wanted.of == "person" else in_papers(wanted.id)
    ).order_by(Attempt.stage, Attempt.person_id)
    count, people = 0, dict.fromkeys(found.concerned)
    for stage, person_id in session.execute(asked.execution_options(yield_per=ROWS_READ)):
        count += 1
        people[stage, person_id] = None
    return count, list(people)


def _folded(session: Session, rules: Published, stage: int, person_id: int, row: Booked) -> Sequence[Folded]:
    connection = session.connection()
    said = Said([*said_of(connection, rules.contest_id, person_id).rows, row])
    beside = over_all_stages(connection, rules, person_id, said)
    if stage == len(rules.document.stages):
        return beside
    played = played_by(connection, rules, stage, person_id, said)
    return [*fold_person(connection, rules, stage, person_id, played, said), *beside]


def _readings(
    platform: Platform, rules: Published, session: Session, tried: Tried, now_ms: int
) -> Iterator[Reading]:
    """Yield the boards on which something may change, each in every period concerned."""
    takes_unit = tried.row.unit_id is not None
    for board_id, stage, board in boards_of(rules):
        with_people = stage.integrity.person_out_takes == board.of and tried.row.do in (
            "disqualify",
            "restore",
        )
        if (takes_unit and board.of == "people") or is_folded_whole(rules, board_id, board):
            continue
        spans = {period for at, period in tried.lines if at == board_id.stage}
        if (takes_unit or with_people) and board.over == "period":
            spans = set(periods(platform, rules, board_id.stage))
        if board.over == "stage":
            spans = {""} if spans or takes_unit else set()
        for period in sorted(spans - ({""} if board.over == "period" else set())):
            reading = Reading(platform, rules, Wanted(board_id, view=View.FULL), now_ms)
            yield replace(reading, period=period)


def _of_board(reading: Reading, session: Session, tried: Tried, most_shown: int | None) -> BoardChange:
    board = reading.board
    is_people = board.of == "people"
    found = _people(reading, session, tried) if is_people else _units(reading, session, tried)
    count, listed = 0, list[Change]()
    for each in found:
        count += 1
        if most_shown is None or len(listed) < most_shown:
            listed.append(each)
    called = called_of(session, board.of, [each.id for each in listed])
    lines = tried.lines[reading.wanted.board.stage, reading.period]
    others = [each.id for each in listed if is_people and each.id not in lines]
    totals = dict(_stored_totals(reading, session, others))
    shown = [_with_total(replace(each, name=each.name or called.get(each.id, "")), totals) for each in listed]
    return BoardChange(reading.wanted.board, board.name, reading.period, is_people, count, shown)


def _with_total(change: Change, totals: Mapping[int, object]) -> Change:
    """Return the change of somebody who only moves with the total that they keep."""
    if change.id not in totals:
        return change
    before, after = (replace(each, value=totals[change.id]) for each in (change.before, change.after))
    return replace(change, before=before, after=after)


class _Placed(NamedTuple):
    place: int
    person_id: int


def _people(reading: Reading, session: Session, tried: Tried) -> Iterator[Change]:
    """Yield who moves or gets another total: both orders are walked side by side.

    Whoever is not concerned is at most so many rows apart in them as people are concerned: memory is bounded.
    """
    lines = tried.lines[reading.wanted.board.stage, reading.period]
    totals = dict(_stored_totals(reading, session, list(lines)))
    before = _placed(reading, _ordered(reading, session))
    kept = ((key, who) for key, who in _ordered(reading, session) if who not in lines)
    moved = sorted((line.order_key, who) for who, line in lines.items() if line.order_key)
    after = _placed(reading, heapq.merge(kept, moved))
    waiting: tuple[dict[int, int], dict[int, int]] = {}, {}
    while True:
        step = next(before, None), next(after, None)
        if step == (None, None):
            break
        for side, each in enumerate(step):
            if each is None:
                continue
            other = waiting[1 - side].pop(each.person_id, None)
            if other is None:
                waiting[side][each.person_id] = each.place
            else:
                places = (other, each.place) if side else (each.place, other)
                yield from _change(reading, each.person_id, places, lines, totals)
    for who in {*waiting[0], *waiting[1]}:
        yield from _change(reading, who, (waiting[0].get(who), waiting[1].get(who)), lines, totals)


def _change(
    reading: Reading,
    who: int,
    places: tuple[int | None, int | None],
    lines: Mapping[int, TriedLine],
    totals: Mapping[int, object],
) -> Iterator[Change]:
    before = Standing(places[0], totals.get(who, "") if places[0] else "")
    value = _total(reading, lines[who].totals) if who in lines else before.value
    after = Standing(places[1], value if places[1] else "")
    if before != after:
        yield Change(who, before, after)


def _ordered(reading: Reading, session: Session) -> Iterator[tuple[str, int]]:
    rows = session.execute(
        select(Line.order_key, Line.person_id)
        .where(*reading.on_board)
        .order_by(Line.order_key, Line.person_id)
        .execution_options(yield_per=ROWS_READ)
    )
    return ((order_key, person_id) for order_key, person_id in rows)


def _placed(reading: Reading, ordered: Iterator[tuple[str, int]]) -> Iterator[_Placed]:
    places = standings.Places(reading.stage.places)
    return (_Placed(places.next(key), who) for key, who in ordered)


def _stored_totals(reading: Reading, session: Session, people: Sequence[int]) -> Iterator[tuple[int, object]]:
    for start in range(0, len(people), ROWS_READ):
        rows = session.execute(
            select(Line.person_id, Line.totals).where(
                *reading.on_board, Line.person_id.in_(people[start : start + ROWS_READ])
            )
        )
        yield from ((who, _total(reading, text)) for who, text in rows)


def _total(reading: Reading, text: str) -> object:
    total = orjson.loads(text).get("total")
    return "" if total is None else points_shown(reading.stage, Fraction(total) * reading.stage.point)


def _units(reading: Reading, session: Session, tried: Tried) -> Iterator[Change]:
    """Yield the units whose place or value changes."""
    contest_id = reading.rules.contest_id
    out_before = disqualified.units(reading, session, disqualified.book(session, contest_id))
    before, below_before = unit_board.rows(
        reading,
        session,
        lambda level, picks: unit_board.stored_sums(reading, session, level, picks),
        out_before,
    )
    after, below_after = tried_rows(reading, session, tried)
    was = {row.id: row for row in (*below_before, *before)}
    becomes = {row.id: row for row in (*below_after, *after)}
    for unit_id in dict.fromkeys([*becomes, *was]):
        one, other = was.get(unit_id), becomes.get(unit_id)
        change = Change(
            unit_id, _standing(one), _standing(other), (other or one or Row(None, 0, "", {})).name
        )
        if change.before != change.after:
            yield change


def _standing(row: Row | None) -> Standing:
    return Standing(None) if row is None else Standing(row.place, row.values.get("value", ""))
