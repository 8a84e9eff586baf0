"""How far the place before is, what a place was yesterday, what somebody adds to their unit, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from flask_babel import gettext as _

from quiz.rules.document import Board, Stage
from quiz.rules.shares import Share
from quiz.rules.units import COUNTS, SMALLER_FIRST, named, terms_of
from quiz.services.results import Page, Row
from quiz.web.board_columns import metric_shown
from quiz.web.wording import duration, number

LEAST = Fraction(1, 100)  # as exactly as differences are told


@dataclass(frozen=True)
class Moved:
    """How a place compares with yesterday's: a sign and a number to see, words to hear."""

    kind: str  # up, down, same, new
    sign: str
    words: str


def moved(row: Row, before: Mapping[int, int] | None) -> Moved | None:
    """Return how a row has moved since yesterday ended; None where nothing is compared."""
    if before is None or row.place is None:
        return None
    was = before.get(row.id)
    if was is None:
        return Moved("new", _("新"), _("新上榜"))
    by = was - row.place
    if by == 0:
        return Moved("same", "–", _("与昨天持平"))
    if by > 0:
        return Moved("up", f"▲{by}", _("比昨天上升 %(count)s 名", count=by))
    return Moved("down", f"▼{-by}", _("比昨天下降 %(count)s 名", count=-by))


def gap_words(stage: Stage, shown: Board, found: Page) -> str:
    """Return how far the place before one's own is, in what decides between the two."""
    mine, ahead = found.mine, found.ahead
    if mine is None or ahead is None or mine.place is None:
        return ""
    if shown.of == "people":
        return _gap_of_people(stage, mine, ahead)
    return _gap_of_units(stage, shown, mine, ahead)


def _gap_of_people(stage: Stage, mine: Row, ahead: Row) -> str:
    place = ahead.place
    for key in stage.order:
        name = {"total": "total", "time": "time_ms", "attempts": "attempts"}.get(key, f"{key}_ms")
        by = Fraction(str(ahead.values[name])) - Fraction(str(mine.values[name]))
        if by == 0:
            continue
        match key:
            case "total":
                return _("离第 %(place)s 名还差 %(points)s 分", place=place, points=number(by))
            case "time":
                return _("与第 %(place)s 名同分，用时多 %(time)s", place=place, time=duration(-by.numerator))
            case "attempts":
                return _("与第 %(place)s 名成绩相同，多答了 %(count)s 次", place=place, count=number(-by))
            case "first_started":
                return _("与第 %(place)s 名成绩相同，对方开始得早", place=place)
            case _:
                return _("与第 %(place)s 名成绩相同，对方先达到", place=place)
    return _("与第 %(place)s 名成绩相同", place=place)


def _gap_of_units(stage: Stage, shown: Board, mine: Row, ahead: Row) -> str:
    place = ahead.place
    if shown.value is not None and (by := _by(mine, ahead, "value")):
        return _behind(place, "", by)
    if shown.value is not None:
        return _("与第 %(place)s 名成绩相同", place=place)
    for name, term in named(terms_of(shown)):
        by = _by(mine, ahead, name)
        if by == 0:
            continue
        if term.metric in SMALLER_FIRST:
            if term.metric == "time":
                return _("与第 %(place)s 名同分，用时多 %(time)s", place=place, time=duration(-by.numerator))
            return _("与第 %(place)s 名成绩相同，对方先达到", place=place)
        return _behind(place, term.metric, by)
    return _("与第 %(place)s 名成绩相同", place=place)


def _by(mine: Row, ahead: Row, name: str) -> Fraction:
    return Fraction(str(ahead.values[name])) - Fraction(str(mine.values[name]))


def _behind(place: int | None, metric: str, by: Fraction) -> str:
    if by < LEAST:
        return _("离第 %(place)s 名还差不到 %(gap)s", place=place, gap=_in_units(metric, LEAST))
    return _("离第 %(place)s 名还差 %(gap)s", place=place, gap=_in_units(metric, by))


def _in_units(metric: str, by: Fraction) -> str:
    """Return a difference with what it is counted in."""
    if metric in ("people", "scorers", "enrolled"):
        return _("%(count)s 人", count=number(by))
    if metric == "attempts":
        return _("%(count)s 人次", count=number(by))
    if metric.endswith("_rate"):
        return _("%(count)s 个百分点", count=number(by))
    return _("%(points)s 分", points=number(by))


def share_words(stage: Stage, shown: Board, share: Share | None, value_label: str) -> list[str]:
    """Return what somebody adds to their unit, and where it would stand without them."""
    if share is None:
        return []
    said, less = [], share.without
    term = terms_of(shown)[0]
    if share.part is not None:
        said.append(_part_words(term.metric, share.part))
    elif less is not None and less.value != "":
        values = {"label": value_label, "value": _shown(stage, shown, share.row.value)}
        if less.value == share.row.value:
            said.append(_("没有您的成绩，%(label)s也是 %(value)s。", **values))
        else:
            without = _shown(stage, shown, less.value)
            said.append(_("有您，%(label)s是 %(value)s；没有您，是 %(less)s。", less=without, **values))
    if less is None:
        said.append(_("您是这里唯一的参加者。"))
    elif share.row.place is not None and less.place is None:
        said.append(_("没有您，它的人数就不够排名。"))
    elif share.moves_place:
        said.append(_("没有您的成绩，它排第 %(place)s 名。", place=less.place))
    return said


def _shown(stage: Stage, shown: Board, value: object) -> str:
    metric = shown.order[0] if shown.order else ""
    return metric_shown(stage, metric, value) if metric in COUNTS else number(value)


def _part_words(metric: str, part: Fraction) -> str:
    if metric == "time":
        return _("其中 %(time)s是您用的。", time=duration(part.numerator))
    if metric in ("people", "scorers"):
        if not part:
            return _("您还没有得分，没有计入这里的人数。")
        return _("您是其中 1 人。")
    if metric == "attempts":
        return _("其中 %(count)s 人次是您答的。", count=number(part))
    return _("其中 %(points)s 分是您得的。", points=number(part))
