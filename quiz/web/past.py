"""Contests that are over, at addresses that last: all by year, and of each its final boards and awards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import NotFound
from quiz.rules.document import Document, Stage
from quiz.rules.permissions import Action
from quiz.services import past as service
from quiz.services.past import FinalBoard
from quiz.services.results import BoardId
from quiz.web.access import allows, now_ms, platform
from quiz.web.board_page import notice_ends_ms, notice_words, row_words, value_word
from quiz.web.publicity_words import withheld_words
from quiz.web.wording import moment, period_words
from quiz.web.words import rules_parts

past = Blueprint("past", __name__, url_prefix="/past")


@dataclass(frozen=True)
class PastContest:
    """A contest in the list."""

    contest_id: int
    title: str
    when: str


@dataclass(frozen=True)
class Table:
    """The first rows of a final board in words."""

    board_id: BoardId
    name: str
    value_label: str
    rows: Sequence[tuple[str, str, str, str, str]]  # place, name, unit, value, more
    count_words: str
    withheld: str
    period: str | None  # of the board's address
    part: int | None


@past.get("")
@allows(Action.READ_PUBLIC)
def index() -> ResponseReturnValue:
    """List the contests that are over, by the year in which they closed."""
    found = service.listed(platform(), now_ms())
    by_year = [
        (year, [_listed(each.contest_id, each.published.document) for each in of_year])
        for year, of_year in groupby(found, key=lambda each: _closed(each.published.document).year)
    ]
    return render_template("results/past.html", years=by_year)


@past.get("/<int:contest_id>")
@allows(Action.READ_PUBLIC)
def final(contest_id: int) -> ResponseReturnValue:
    """Show what a contest came to: final boards, awards, the rules it was run by."""
    try:
        found = service.final(platform(), contest_id, now_ms())
    except NotFound:
        return redirect(url_for("play.contest", contest_id=contest_id))
    document = found.rules.document
    notices = dict.fromkeys(notice_words(stage) or _noticed(stage) for stage in document.stages)
    return render_template(
        "results/final.html",
        contest=_listed(contest_id, document),
        zone=document.timezone,
        tables=[_table(each) for each in found.boards],
        awards=found.awards,
        has_draws=found.has_draws,
        notices=[words for words in notices if words],
        rules=rules_parts(document),
        version=found.rules.version,
        now=now_ms(),
    )


def _noticed(stage: Stage) -> str:
    """Return until when results could be objected to. Source: P16 `notice_days`."""
    ended_ms = notice_ends_ms(stage)
    if ended_ms is None or now_ms() < ended_ms:
        return ""
    return _("公示期已于 %(moment)s 结束。", moment=moment(ended_ms, stage.calendar.zone, is_end=True))


def _listed(contest_id: int, document: Document) -> PastContest:
    opens_ms = min(stage.calendar.opens_ms for stage in document.stages)
    opened = datetime.fromtimestamp(opens_ms // 1000, UTC).astimezone(ZoneInfo(document.timezone))
    when = _("%(first)s 至 %(last)s", first=_day(opened), last=_day(_closed(document)))
    return PastContest(contest_id, document.title, when)


def _closed(document: Document) -> datetime:
    """Return the last moment of a contest in its time zone: an end at midnight is of the day before."""
    closes = datetime.fromtimestamp(service.closes_ms(document) // 1000, UTC)
    return (closes - timedelta(seconds=1)).astimezone(ZoneInfo(document.timezone))


def _day(local: datetime) -> str:
    return _("%(year)s年%(month)s月%(day)s日", year=local.year, month=local.month, day=local.day)


def _table(each: FinalBoard) -> Table:
    stage, board, page = each.stage, each.board, each.page
    rows = []
    for row in page.rows:
        value, more = row_words(stage, board, row)
        rows.append((str(row.place or "–"), row.name or _("（已注销）"), row.unit, value, more))
    names = (
        board.name,
        period_words(page.period, stage),
        page.part.name if page.part is not None else "",
    )
    is_people = board.of == "people"
    count = page.count
    return Table(
        each.id,
        " · ".join(name for name in names if name),
        _("积分") if is_people else value_word(board),
        rows,
        _("%(count)s 人上榜", count=count) if is_people else _("%(count)s 个单位上榜", count=count),
        withheld_words(board, page),
        period=page.period or None,
        part=page.part.number if page.part is not None else None,
    )
