"""What a whole ranking rests on, as tables: everybody's attempts, period sums and totals; units' formulas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from quiz.errors import N_
from quiz.models import record
from quiz.models.accounts import About, Identity
from quiz.models.play import Attempt, Line, RefusedStart, Result
from quiz.models.rewards import Event
from quiz.reports import Cell, Table
from quiz.rules import standings
from quiz.rules.earning import Happened
from quiz.rules.numbers import Exact, readable
from quiz.rules.why import OneStage, Standing, as_data, one_stage, why_person
from quiz.rules.why_units import why_unit
from quiz.services.board_reading import Reading, Row
from quiz.services.board_tables import METRICS, moment, seconds
from quiz.services.corrected import Book, book_of
from quiz.services.deeds import NOTHING_KNOWN, Recorded, deeds_of, ranked, until
from quiz.services.people_board import COLUMNS, LineRow

PEOPLE_AT_ONCE = 200
YES, NO = 1, 0  # so that a spreadsheet can add up by it
BECAUSE = {
    "counts": N_("计入"),
    "void": N_("已作废"),
    "beyond_first": N_("超过计入的次数"),
    "not_best": N_("不是最好的一次"),
    "not_last": N_("不是最后的一次"),
    "not_first": N_("不是第一次"),
    "other_period": N_("这一期没有计入"),
}
KEYS = {
    "total": N_("总分（最小计分单位）"),
    "time": N_("用时（毫秒）"),
    "reached": N_("达到时刻（毫秒）"),
    "first_started": N_("首次开始（毫秒）"),
    "attempts": N_("次数"),
}
HOW_TO_CHECK = (
    N_("核对方法"),
    N_(
        "每人一期：“答题明细”中取用为 1 的得分相加，得“各期合计”的合计；"
        "“各期合计”中计入总分为 1 的封顶后相加，得“总分依据”的各期合起来。规则取平均的，改为平均。"
    ),
)


class Ground(NamedTuple):
    """What one row of a board of people rests on."""

    place: int
    person_id: int
    name: str
    line: standings.Line
    stages: Sequence[OneStage]


def of_people(reading: Reading, session: Session) -> Sequence[Table]:
    """Return the sheets from which a ranking of people can be checked by hand; each is read once."""
    return (_totals(reading, session), _periods(reading, session), _attempts(reading, session))


def of_units(reading: Reading, rows: Sequence[Row]) -> Sequence[Table]:
    """Return the sheet from which a ranking of units can be checked by hand."""
    columns = [N_("名次"), N_("单位"), N_("项目"), N_("分子"), N_("分母"), N_("数值"), N_("封顶后")]
    columns += [N_("取整后"), N_("权重"), N_("乘积"), N_("各项合计"), N_("结果")]

    def cells() -> Iterator[Sequence[Cell]]:
        for row in rows:
            if row.measured is None:
                continue
            why = why_unit(reading.stage, reading.board, row.measured, ranked(row))
            for each in why.inputs:
                figures = (each.part, each.whole, each.figure, each.capped, each.rounded)
                yield (
                    row.place if row.place is not None else "",
                    row.name,
                    METRICS.get(each.metric, each.metric),
                    *(cell(number) for number in figures),
                    cell(each.weight),
                    cell(each.product),
                    cell(why.exact),
                    cell(Fraction(str(why.value))) if why.value != "" else "",
                )

    return (Table(N_("公式依据"), columns, cells()),)


def explanations(reading: Reading, session: Session) -> Iterator[dict[str, Any]]:  # Any: JSON
    """Yield of every row of a board of people why it stands there, as the interface tells it."""
    before: Standing | None = None
    found = grounds(reading, session)
    now = next(found, None)
    while now is not None:
        after = next(found, None)
        own = Standing(now.place, now.name, now.line)
        below = Standing(after.place, after.name, after.line) if after is not None else None
        yield {
            "id": str(now.person_id),
            **as_data(why_person(reading.stage, now.stages, own, (before, below))),
        }
        before, now = own, after


def unit_explanations(reading: Reading, rows: Sequence[Row]) -> Iterator[dict[str, Any]]:  # Any: JSON
    """Yield of every unit of a board why it stands there, or below, as the interface tells it."""
    own = [ranked(row) for row in rows]
    for n, row in enumerate(rows):
        beside = (own[n - 1] if n else None, own[n + 1] if n + 1 < len(own) else None)
        if row.place is None:
            beside = (None, None)
        measured = row.measured or NOTHING_KNOWN
        yield {"id": str(row.id), **as_data(why_unit(reading.stage, reading.board, measured, own[n], beside))}


def grounds(reading: Reading, session: Session) -> Iterator[Ground]:
    """Yield what every row of a board of people rests on, in the board's order, some people at a time."""
    lines = session.execute(
        select(*COLUMNS)
        .outerjoin(Identity, Identity.person_id == Line.person_id)
        .outerjoin(About, About.person_id == Line.person_id)
        .where(*reading.on_board)
        .order_by(Line.order_key, Line.person_id)
        .execution_options(yield_per=PEOPLE_AT_ONCE)
    )
    book, places = (
        book_of(session.connection(), reading.rules.contest_id),
        standings.Places(reading.stage.places),
    )
    rest = (LineRow(*values) for values in lines)
    while some := list(islice(rest, PEOPLE_AT_ONCE)):
        people = [line.person_id for line in some]
        done = {n: _recorded(reading, session, n, people, book) for n in _positions(reading)}
        for line in some:
            stages = [
                one_stage(
                    stage, deeds_of(reading.rules, stage, done[n][line.person_id]), reading.period or None
                )
                for n, stage in enumerate(reading.rules.document.stages)
                if n in done
            ]
            yield Ground(
                places.next(line.order_key),
                line.person_id,
                reading.called(line.nickname, line.name, line.born, line.grade) or N_("（已注销）"),
                standings.Line(**orjson.loads(line.totals)),
                [each for each in stages if each.stands],
            )


def _positions(reading: Reading) -> Sequence[int]:
    stages, position = reading.rules.document.stages, reading.wanted.board.stage
    return range(len(stages))[position : position + 1] or range(len(stages))


def _recorded(
    reading: Reading, session: Session, position: int, people: Sequence[int], book: Book
) -> dict[int, Recorded]:
    """Return what is on record of some people in a stage."""
    rules, stage = reading.rules, reading.rules.document.stages[position]
    attempts: dict[int, list[Sequence[Any]]] = defaultdict(list)
    papers: dict[int, dict[int, tuple[str, str]]] = defaultdict(dict)
    width = len(record.PLAYED_COLUMNS)
    for row in session.execute(_played(rules.contest_id, position, people, book.corrects_keys)):
        attempts[row.person_id].append(row[:width])
        if book.corrects_keys:
            papers[row.person_id][row.id] = (row[width], row[width + 1])
    events: dict[int, list[Happened]] = defaultdict(list)
    if stage.events:
        for person_id, at_ms, kind in session.execute(_events(rules.contest_id, people)):
            events[person_id].append(Happened(at_ms, kind))
    refused: dict[int, list[Sequence[Any]]] = defaultdict(list)
    for person_id, *values in session.execute(_refused(rules.contest_id, position, people)):
        refused[person_id].append(values)
    return {
        person: until(
            Recorded(
                person, attempts[person], events[person], book.of(person), papers[person], refused[person]
            ),
            reading.frozen_ms,
        )
        for person in people
    }


def _played(
    contest_id: int, position: int, people: Iterable[int], with_papers: bool
) -> Select[*tuple[Any, ...]]:  # Any: columns
    more = (Attempt.paper, Result.sheet) if with_papers else ()
    return (
        select(*record.PLAYED_COLUMNS, *more)
        .join(Result, Result.attempt_id == Attempt.id)
        .where(
            Attempt.contest_id == contest_id,
            Attempt.stage == position,
            Attempt.person_id.in_(people),
            Attempt.practice.is_(False),
        )
        .order_by(Attempt.person_id, Attempt.started_ms, Attempt.id)
    )


def _events(contest_id: int, people: Iterable[int]) -> Select[*tuple[Any, ...]]:  # Any: columns
    return (
        select(Event.person_id, Event.at_ms, Event.kind)
        .where(Event.contest_id == contest_id, Event.person_id.in_(people))
        .order_by(Event.person_id, Event.at_ms, Event.id)
    )


def _refused(
    contest_id: int, position: int, people: Iterable[int]
) -> Select[*tuple[Any, ...]]:  # Any: columns
    return (
        select(RefusedStart.person_id, *record.REFUSED_COLUMNS)
        .where(
            RefusedStart.contest_id == contest_id,
            RefusedStart.stage == position,
            RefusedStart.person_id.in_(people),
        )
        .order_by(RefusedStart.person_id, RefusedStart.at_ms, RefusedStart.because)
    )


WHO = (N_("名次"), N_("人员编号"), N_("昵称"), N_("阶段"))


def _totals(reading: Reading, session: Session) -> Table:
    columns = [*WHO, N_("各期合起来"), N_("答题所得"), N_("活动加分"), N_("更正"), N_("合计"), N_("总分")]
    columns += [KEYS[key] for key in reading.stage.order]

    def rows() -> Iterator[Sequence[Cell]]:
        for one in grounds(reading, session):
            keys = [standings.ORDER_KEYS[key].of(one.line) for key in reading.stage.order]
            for each in one.stages:
                sums = (each.from_periods, each.from_attempts, each.from_events, each.adjusted, each.exact)
                total = cell(Fraction(str(each.total)))
                yield (one.place, one.person_id, one.name, each.stage, *map(cell, sums), total, *keys)

    return Table(N_("总分依据"), columns, rows())


def _periods(reading: Reading, session: Session) -> Table:
    columns = [*WHO, N_("时段"), N_("次数"), N_("合计"), N_("封顶后"), N_("用时（秒）"), N_("计入总分")]

    def rows() -> Iterator[Sequence[Cell]]:
        for one in grounds(reading, session):
            for each in one.stages:
                for period in each.periods:
                    yield (
                        one.place,
                        one.person_id,
                        one.name,
                        each.stage,
                        period.period,
                        len(period.attempts),
                        cell(period.added_up),
                        cell(period.points),
                        seconds(period.time_ms),
                        YES if period.counts else NO,
                    )

    return Table(N_("各期合计"), columns, rows())


def _attempts(reading: Reading, session: Session) -> Table:
    columns = [*WHO, N_("时段"), N_("第几次"), N_("开始"), N_("完成"), N_("原来得分"), N_("得分")]
    columns += [N_("用时（秒）"), N_("取用"), N_("计入总分"), N_("说明")]
    zone = ZoneInfo(reading.rules.document.timezone)

    def rows() -> Iterator[Sequence[Cell]]:
        for one in grounds(reading, session):
            for each in one.stages:
                for attempt in each.attempts:
                    yield (
                        one.place,
                        one.person_id,
                        one.name,
                        each.stage,
                        attempt.period,
                        attempt.number,
                        moment(attempt.started_ms, zone),
                        moment(attempt.finished_ms, zone),
                        cell(attempt.marked),
                        cell(attempt.points),
                        seconds(attempt.time_ms),
                        YES if attempt.because in ("counts", "other_period") else NO,
                        YES if attempt.counts else NO,
                        BECAUSE[attempt.because],
                    )

    return Table(N_("答题明细"), columns, rows())


def cell(value: Exact | None) -> Cell:
    """Return a number as a cell that a spreadsheet counts with; a fraction that never ends as exact text."""
    if value is None:
        return ""
    text = readable(Fraction(value))
    if "/" in text:
        return text
    return Decimal(text) if "." in text else int(text)
