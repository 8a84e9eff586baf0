"""A board as a table for a file: its columns, its cells, and the notes from which it can be recomputed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import orjson

from quiz.errors import N_
from quiz.live import View
from quiz.reports import Cell, Table
from quiz.rules import standings, units
from quiz.rules.kept import GROUP
from quiz.rules.numbers import shortest
from quiz.rules.parts import Term
from quiz.services.board_reading import Reading, Row
from quiz.services.people_board import LineRow

LEVELS = {  # of the usual trees; any other level goes by its own name
    "district": N_("区县"),
    "street": N_("街道"),
    "community": N_("社区"),
    "school": N_("学校"),
    "grade": N_("年级"),
    "class": N_("班级"),
}
ORDER = {  # key of an order → how it decides
    "total": N_("总分高者在前"),
    "time": N_("用时短者在前"),
    "reached": N_("先达到总分者在前"),
    "first_started": N_("先开始答题者在前"),
    "attempts": N_("答题次数少者在前"),
}
PLACES = {
    "standard": N_("同分同名次，后面的名次跳过（1、2、2、4）"),
    "dense": N_("同分同名次，后面的名次不跳过（1、2、2、3）"),
    "ordinal": N_("同分也按顺序排名（1、2、3、4）"),
}
METRICS = {
    "people": N_("参与人数"),
    "attempts": N_("答题次数"),
    "scorers": N_("得分人数"),
    "enrolled": N_("应参与人数"),
    "participation_rate": N_("参与率（%）"),
    "child_units_rate": N_("下级单位参与率（%）"),
    "sum": N_("总分合计"),
    "mean": N_("人均得分"),
    "mean_per_enrolled": N_("按应参与人数的人均得分"),
    "top_sum": N_("前几名得分之和"),
    "best": N_("最高分"),
    "pass_rate": N_("合格率（%）"),
    "full_mark_rate": N_("满分率（%）"),
    "group_best_sum": N_("各组最高分之和"),
    "total": N_("总分"),
    "time": N_("用时（秒）"),
    "reached": N_("达到时间"),
    "first_started": N_("首次开始"),
}
SEPARATOR = N_("；")
FIGURES = 6  # of a person: total, time, reached, first start, attempts, full marks
BELOW = {
    "least_people": N_("参与人数未达到上榜人数"),
    "not_enrolled": N_("没有登记应参与人数"),
    "disqualified": N_("取消资格：%(reason)s"),
}


def people_table(
    reading: Reading,
    lines: Iterable[LineRow],
    unit_names: Mapping[int, str],
    notes: Sequence[tuple[str, str]],
    below: Sequence[Row] = (),
    remarks: bool = False,
) -> Table:
    """Return a board of people as a table; at the desk with the real names and the numbers of the people.

    `below`: who is disqualified, listed after the others. `remarks`: a column for it stands in any case.
    """
    remarks = remarks or bool(below)
    desk = reading.wanted.view is View.FULL
    levels = [
        (f"{tree}.{level}", LEVELS.get(level, level))
        for tree, each in reading.rules.document.units.items()
        for level in each.levels
    ]
    columns = [N_("名次"), N_("昵称"), *(header for _, header in levels), N_("总分"), N_("用时（秒）")]
    columns += [N_("达到时间"), N_("首次开始"), N_("答题次数"), N_("满分次数")]
    columns += [N_("备注")] if remarks else []
    if desk:
        columns += [N_("姓名"), N_("人员编号")]
    zone = ZoneInfo(reading.rules.document.timezone)

    def rows() -> Iterator[Sequence[Cell]]:
        places = standings.Places(reading.stage.places)
        for line in lines:
            totals, of_units = orjson.loads(line.totals), orjson.loads(line.units)
            total = units.points_shown(reading.stage, Fraction(totals["total"]) * reading.stage.point)
            shown = reading.called(line.nickname, line.name, line.born, line.grade)
            yield (
                places.next(line.order_key),
                shown or N_("（已注销）"),
                *(unit_names.get(of_units.get(level, 0), "") for level, _ in levels),
                total,
                seconds(totals["time_ms"]),
                moment(totals["reached_ms"], zone),
                moment(totals["first_started_ms"], zone),
                totals["attempts"],
                totals["full"],
                *(("",) if remarks else ()),
                *((line.name or "", line.person_id) if desk else ()),
            )
        for row in below:
            yield (
                "",
                row.name or N_("（已注销）"),
                *("" for _ in levels),
                *("",) * FIGURES,
                below_words(row),
                *((row.real_name, row.id) if desk else ()),
            )

    return Table(reading.board.name, columns, rows(), notes)


def unit_table(reading: Reading, rows: Iterable[Row], notes: Sequence[tuple[str, str]]) -> Table:
    """Return a board of units as a table: those on the board, then those below it with the reason."""
    terms = list(dict.fromkeys(term.metric for term in units.terms_of(reading.board)))
    inputs = [metric for metric in terms if metric not in ("people", "attempts")]
    columns = [N_("名次"), N_("单位"), N_("上级"), N_("数值"), N_("参与人数"), N_("答题次数")]
    columns += [*(METRICS.get(metric, metric) for metric in inputs), N_("备注")]

    first = reading.board.order[0] if reading.board.order else ""
    zone = ZoneInfo(reading.rules.document.timezone)

    def cell(row: Row, name: str) -> Cell:
        metric = first if name == "value" else name
        value = row.values.get(units.SMALLER_FIRST.get(name, name), "")
        if metric not in units.SMALLER_FIRST or value == "":
            return _cell(value)
        return seconds(int(str(value))) if metric == "time" else moment(int(str(value)), zone)

    def cells() -> Iterator[Sequence[Cell]]:
        for row in rows:
            yield (
                row.place if row.place is not None else "",
                row.name,
                row.unit,
                *(cell(row, name) for name in ("value", "people", "attempts", *inputs)),
                below_words(row),
            )

    return Table(reading.board.name, columns, cells(), notes)


def divided_table(reading: Reading, tables: Sequence[tuple[str, Table]], whole: Table) -> Table:
    """Return the tables of a divided board, and what they rest on, as one: each row with its part.

    `whole`: the table of the board as if it were not divided, for its columns.
    """
    each = (reading.board.each or "").rpartition(".")[2]
    header = N_("组别") if each == GROUP else LEVELS.get(each, each)

    def joined(like: Table, found: Sequence[tuple[str, Table]]) -> Table:
        rows = ((part, *row) for part, table in found for row in table.rows)
        return replace(like, columns=[header, *like.columns], rows=rows, sheets=())

    sheets = [
        joined(sheet, [(part, table.sheets[n]) for part, table in tables if table.sheets])
        for n, sheet in enumerate(whole.sheets)
    ]
    return replace(joined(whole, tables), sheets=sheets)


def below_words(row: Row) -> str:
    """Return why a row has no place."""
    if row.because is None:
        return ""
    return BELOW.get(row.because, row.because) % {"reason": row.reason}


def notes(reading: Reading, digest: str, now_ms: int) -> list[tuple[str, str]]:
    """Return what has to be known to read and to recompute a board: rule, time zone, moment, formula."""
    document = reading.rules.document
    zone = ZoneInfo(document.timezone)
    view = N_("公开的榜") if reading.wanted.view is View.PUBLIC else N_("后台的全榜")
    found = [
        (N_("比赛"), document.title),
        (N_("阶段"), reading.stage.name or N_("全部阶段")),
        (N_("榜"), N_("%(board)s（%(view)s）") % {"board": reading.board.name, "view": view}),
        (N_("时段"), _period(reading)),
        (
            N_("规则版本"),
            N_("第 %(version)s 版，SHA-256 %(digest)s")
            % {"version": reading.rules.version, "digest": digest},
        ),
        (N_("时区"), document.timezone),
        (N_("导出时刻"), moment(now_ms, zone)),
        (N_("计分"), _formula(reading)),
        (N_("名次"), PLACES[reading.stage.places]),
        (N_("最小计分单位"), shortest(reading.stage.point)),
    ]
    if reading.frozen_ms is not None:
        found.append((N_("封榜"), N_("%(moment)s 的排名") % {"moment": moment(reading.frozen_ms, zone)}))
    if reading.least_listed:
        words = N_("不足 %(count)s 人的不列出") % {"count": reading.least_listed}
        found.append((N_("为保护个人信息"), words))
    if reading.board.of != "people" and reading.board.least_people:
        found.append((N_("上榜人数"), str(reading.board.least_people)))
    return found


def seconds(ms: int) -> str:
    """Return milliseconds as seconds with three digits."""
    return f"{ms // 1000}.{ms % 1000:03d}"


def moment(ms: int, zone: ZoneInfo) -> str:
    """Return a moment in a time zone, to the millisecond."""
    local = datetime.fromtimestamp(ms // 1000, UTC).astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S}.{ms % 1000:03d}"


def _formula(reading: Reading) -> str:
    board = reading.board
    if board.of == "people":
        return SEPARATOR.join(ORDER[key] for key in reading.stage.order)
    if board.value is None:
        return SEPARATOR.join(METRICS.get(metric, metric) for metric in board.order)
    formula = " + ".join(_term(term) for term in board.value.terms)
    if board.value.round is None:
        return formula
    return N_("%(formula)s，保留 %(digits)s 位小数") % {"formula": formula, "digits": board.value.round}


def _term(term: Term) -> str:
    text = METRICS.get(term.metric, term.metric)
    if term.top is not None:
        text += N_("（前 %(top)s 名）") % {"top": term.top}
    if term.cap is not None:
        text += N_("（最多 %(cap)s）") % {"cap": shortest(term.cap)}
    if term.round is not None:
        text += N_("（保留 %(digits)s 位小数）") % {"digits": term.round}
    return f"{text} × {shortest(term.weight)}"


def _cell(value: object) -> Cell:
    return value if isinstance(value, int) else str(value)


def _period(reading: Reading) -> str:
    if reading.period and reading.stage.calendar.period == "level":
        return N_("第 %(level)s 关") % {"level": reading.period}
    return reading.period or N_("整个阶段")
