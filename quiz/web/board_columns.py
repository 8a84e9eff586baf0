"""Which figures a board shows at the desk: everything it is ordered by, and the counts beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from quiz.rules.document import Board, Stage
from quiz.rules.units import SMALLER_FIRST, terms_of
from quiz.services.results import Row
from quiz.web.desk_words import metric_words
from quiz.web.moments import at_second
from quiz.web.wording import duration, number

NOTHING = "–"


@dataclass(frozen=True)
class Column:
    """One figure of every row."""

    header: str
    cell: Callable[[Row], str]


def board_columns(stage: Stage, board: Board) -> Sequence[Column]:
    """Return the figures of a board's rows, the deciding ones first."""
    return _of_people(stage) if board.of == "people" else _of_units(stage, board)


def _of_people(stage: Stage) -> Sequence[Column]:
    zone = stage.calendar.zone
    columns = {
        "total": Column(_("总分"), lambda row: number(row.values["total"])),
        "time": Column(_("用时"), lambda row: duration(int(str(row.values["time_ms"])))),
        "reached": Column(_("达到时间"), lambda row: at_second(int(str(row.values["reached_ms"])), zone)),
        "first_started": Column(
            _("首次开始"), lambda row: at_second(int(str(row.values["first_started_ms"])), zone)
        ),
        "attempts": Column(_("答题次数"), lambda row: number(row.values["attempts"])),
    }
    shown = dict.fromkeys([*stage.order, "attempts"])
    return [columns[key] for key in shown]


def personal_words() -> Mapping[str, str]:
    """Return what the metrics are called that units take from the standing of their people."""
    return {"total": _("总分"), "time": _("用时"), "reached": _("达到时间"), "first_started": _("首次开始")}


def metric_shown(stage: Stage, metric: str, value: object) -> str:
    """Return a unit's figure as people read it: a time as a duration, a moment as day and time."""
    if metric not in SMALLER_FIRST or value == "":
        return str(value)
    ms = int(str(value))
    return duration(ms) if metric == "time" else at_second(ms, stage.calendar.zone)


def _of_units(stage: Stage, board: Board) -> Sequence[Column]:
    words, terms = {**metric_words(), **personal_words()}, terms_of(board)
    names = dict.fromkeys(["value", *(term.metric for term in terms), "people", "attempts"])
    headers = {"value": _("得分")}
    if board.value is None and terms[0].metric in names:  # then the value is the first figure of the order
        headers["value"] = words.get(terms[0].metric, terms[0].metric)
        del names[terms[0].metric]
    metrics = {"value": terms[0].metric} if board.value is None else {}
    return [
        Column(headers.get(name) or words.get(name, name), _figure(stage, name, metrics.get(name, name)))
        for name in names
    ]


def _figure(stage: Stage, name: str, metric: str) -> Callable[[Row], str]:
    key = SMALLER_FIRST.get(name, name)
    return lambda row: (
        metric_shown(stage, metric, row.values[key]) if row.values.get(key) is not None else NOTHING
    )
