"""What came of it, as pages: one attempt's result with what was right, and the boards."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.rules import timing
from quiz.rules.document import Board, Stage
from quiz.rules.permissions import Action
from quiz.services import at_once_list, play
from quiz.services import results as service
from quiz.services.closing import Outcome
from quiz.services.published import Published, in_force
from quiz.services.results import BoardId, Page, Row, Wanted
from quiz.web.access import allows, now_ms, platform, signed_in, visitor
from quiz.web.board_columns import metric_shown, personal_words
from quiz.web.correction_words import told
from quiz.web.desk_words import level_words, part_words
from quiz.web.level_words import LevelRow, level_cheer, level_to_start, why_closed
from quiz.web.paging import Part, asked_page, asked_part
from quiz.web.publicity_words import frozen_words, withheld_words
from quiz.web.review import ReviewedQuestion, away_words, reviewed_questions, what_comes_later
from quiz.web.wording import duration, moment, number, period_words

results = Blueprint("results", __name__)

PAGE_SIZE = 50  # rows of a board
MOST_LOTS = 10  # on the page of a result, the latest
LONGEST_QUERY = 40  # characters
LONGEST_PERIOD = 80
DAY_MS = 86_400_000


@dataclass(frozen=True)
class ResultPage:
    """What the page of a result shows."""

    contest_id: int
    title: str
    cheer: str
    points: str
    facts: Sequence[tuple[str, str, str]]
    places: Sequence[tuple[BoardId, str, int]]
    board_href: str
    questions: Sequence[ReviewedQuestion]
    later: str  # when more will be shown
    unsent: int  # answers that the phone could not deliver in time
    can_go_on: bool
    left_words: str
    stage: int
    has_levels: bool
    level: LevelRow | None  # the one to go on with, where the stage has levels
    start_key: str
    corrections: Sequence[str] = ()  # what the ledger says of it, in words
    is_void: bool = False
    lots: Sequence[tuple[str, int, str]] = ()  # own lots of draws at once: draw, entry, prize or ""


@dataclass(frozen=True)
class BoardLine:
    """One row of a board in words."""

    place: int | None
    name: str
    unit: str
    value: str
    more: str
    is_mine: bool = False
    unit_id: int | None = None  # of a unit: everybody may see why it stands there


@dataclass(frozen=True)
class BoardPage:
    """What the page of a board shows."""

    contest_id: int
    contest_title: str
    board_id: BoardId
    name: str
    boards: Sequence[tuple[BoardId, str]]
    periods: Sequence[tuple[str, str]]
    period: str
    parts: Sequence[tuple[str, str]]  # of a divided board
    part: str
    part_label: str
    query: str
    search_label: str
    name_label: str
    value_label: str
    lines: Sequence[BoardLine]
    around: Sequence[BoardLine]
    mine: BoardLine | None
    mine_label: str
    unlisted: Sequence[BoardLine]
    gap: str
    count_words: str
    stands_since: str
    is_moving: bool
    page: int
    pages: int
    kept: Mapping[str, str]  # of the address, for the other pages
    part_address: str
    why: Mapping[str, object]  # of the address of an explanation: the same period, the same part
    order_words: str
    notice: str = ""  # until when results may be objected to
    frozen: str = ""  # that the board is frozen, since when and until when
    withheld: str = ""  # that rows are left out, because they would tell of too few people

    @property
    def shows_mine(self) -> bool:
        """Whether one's own row is among those of this page."""
        return any(line.is_mine for line in self.lines)

    @property
    def around_label(self) -> str:
        """What one's own row and its neighbours are called."""
        return _("我的名次和前后几名")

    @property
    def period_label(self) -> str:
        """What the choice of a period is called."""
        return _("哪一期")


@results.get("/attempts/<int:attempt_id>/result")
@allows(Action.TAKE_PART)
def result(attempt_id: int) -> ResponseReturnValue:
    """Show what an attempt of one's own came to, and what was right where the rules show it."""
    person = signed_in()
    outcome = play.outcome_of(platform(), attempt_id, person.person_id)
    if outcome is None:
        return redirect(url_for("play.paper", attempt_id=attempt_id))
    sheet = play.review(platform(), attempt_id, person.person_id, now_ms())
    places = service.places_of(platform(), sheet.rules, person.person_id, now_ms())
    here = [(board_id, board.name, row.place) for board_id, board, row in places if row.place is not None]
    chances = play.chances(platform(), sheet.rules, outcome.stage, person.person_id, now_ms())
    unsent = request.args.get("unsent", "")
    page = ResultPage(
        contest_id=outcome.contest_id,
        title=sheet.rules.document.title,
        cheer=level_cheer(outcome) if outcome.passed is not None else _cheer(outcome.correct, outcome.of),
        points=number(outcome.points),
        facts=_facts(outcome),
        places=here,
        board_href=_first_board(sheet.rules, outcome.stage),
        questions=reviewed_questions(sheet),
        later=what_comes_later(sheet, now_ms()),
        unsent=int(unsent) if unsent.isascii() and unsent.isdigit() and len(unsent) < 4 else 0,
        can_go_on=chances.refusal is None,
        left_words=_left_words(sheet, outcome, chances),
        stage=outcome.stage,
        has_levels=bool(chances.levels),
        level=level_to_start(chances),
        start_key=secrets.token_hex(8),
        corrections=told(outcome.corrections),
        is_void=outcome.is_void,
        lots=[
            (lot.called, lot.entry, lot.prize or "")
            for lot in at_once_list.of_person(platform(), sheet.rules, person.person_id)[:MOST_LOTS]
        ],
    )
    return render_template("results/result.html", page=page, away_words=away_words(sheet))


@results.get("/contests/<int:contest_id>/boards/<board_id>")
@allows(Action.READ_PUBLIC)
def board(contest_id: int, board_id: str) -> ResponseReturnValue:
    """Show a part of a board; with `part` only what moves, for a page that asks again by itself."""
    rules = in_force(platform(), contest_id)
    person = visitor()
    wanted = Wanted(
        BoardId.parse(board_id),
        period=request.args.get("period", "")[:LONGEST_PERIOD],
        part=asked_part(),
        first=(asked_page() - 1) * PAGE_SIZE,
        size=PAGE_SIZE,
        me=person.person_id if person else None,
        query=request.args.get("q", "").strip()[:LONGEST_QUERY],
    )
    page = _board_page(rules, wanted, service.page(platform(), rules, wanted, now_ms()))
    if "part" not in request.args:
        return render_template("results/board.html", page=page)
    return _if_changed(render_template("results/_board.html", page=page))


def _if_changed(html: str) -> Response:
    """Answer 304 to a page that shows the same already."""
    response = make_response(html)
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(sha256(html.encode()).hexdigest()[:20], weak=True)
    response.make_conditional(request)
    return response


def _board_page(rules: Published, wanted: Wanted, found: Page) -> BoardPage:
    stage, shown = service.board_of(rules, wanted.board)
    is_people = shown.of == "people"
    periods = _periods(rules, wanted, shown)
    period = wanted.period or getattr(found, "period", "") or (periods[0][0] if periods else "")
    shown_part = str(found.part.number) if found.part is not None else ""
    asked = (("period", wanted.period), ("each", shown_part), ("q", wanted.query))
    kept = {name: value for name, value in asked if value}
    part = Part(wanted.first // wanted.size + 1, wanted.size, found.count)
    address = url_for("results.board", contest_id=rules.contest_id, board_id=wanted.board, page=part.page)
    mine = found.mine.id if found.mine else None
    return BoardPage(
        contest_id=rules.contest_id,
        contest_title=rules.document.title,
        board_id=wanted.board,
        name=shown.name,
        boards=[(each, b.name) for each, _stage, b in _shown(rules)],
        periods=periods,
        period=period,
        parts=[(str(each.number), each.name) for each in found.parts],
        part=shown_part,
        part_label=part_words(shown),
        query=wanted.query,
        search_label=_("找人（昵称）") if is_people else _("找单位（名称）"),
        name_label=_("姓名") if is_people else _level_word(shown),
        value_label=_("积分") if is_people else _value_word(shown),
        lines=[_line(stage, shown, row, mine) for row in found.rows],
        around=[_line(stage, shown, row, mine) for row in found.around],
        mine=_line(stage, shown, found.mine, mine) if found.mine else None,
        mine_label=_("我") if is_people else _("我所在的"),
        unlisted=[_line(stage, shown, row, mine) for row in found.unlisted],
        gap=_gap(found),
        count_words=_("%(count)s 人上榜", count=found.count)
        if is_people
        else _("%(count)s 个单位上榜", count=found.count),
        stands_since=moment(found.stands_since_ms, stage.calendar.zone) if found.stands_since_ms else "",
        is_moving=now_ms() < stage.calendar.closes_ms and found.frozen_ms is None,
        page=part.page,
        pages=1 if wanted.query else part.pages,
        kept=kept,
        part_address=f"{address}&{urlencode({**kept, 'part': 1})}",
        why={"period": found.period or None, "each": shown_part or None},
        order_words=_order_words(stage) if is_people else "",
        notice=_notice(stage),
        frozen=frozen_words(stage, shown, found),
        withheld=withheld_words(shown, found),
    )


def _notice(stage: Stage) -> str:
    """Return until when results may be objected to, once the stage has closed. Source: P16 `notice_days`."""
    days, closes_ms = stage.integrity.notice_days, stage.calendar.closes_ms
    if days is None or not closes_ms <= now_ms() < closes_ms + days * DAY_MS:
        return ""
    until = moment(closes_ms + days * DAY_MS, stage.calendar.zone, is_end=True)
    return _("公示期到 %(moment)s。对结果有异议，请在此之前向主办方提出。", moment=until)


def _line(stage: Stage, shown: Board, row: Row, mine: int | None) -> BoardLine:
    values = row.values
    if row.because == "disqualified":
        value, more = "", _unit_words(row)
    elif shown.of == "people":
        value = number(values["total"])
        more = duration(int(str(values["time_ms"]))) if "time" in stage.order else ""
    else:
        first = shown.order[0] if shown.order else ""
        value = metric_shown(stage, first, values["value"]) if "value" in values else ""
        more = _unit_words(row)
    unit_id = None if shown.of == "people" else row.id
    return BoardLine(row.place, row.name or _("（已注销）"), row.unit, value, more, row.id == mine, unit_id)


def _unit_words(row: Row) -> str:
    """Return how many people of a unit take part, or why a row has no place."""
    reasons = {
        "least_people": _("参加人数不足"),
        "not_enrolled": _("没有登记人数"),
        "disqualified": _("取消资格：%(reason)s", reason=row.reason),
    }
    if row.because is not None:
        return reasons.get(row.because, _("暂不排名"))
    return _("%(count)s 人参加", count=row.values["people"]) if "people" in row.values else ""


def _gap(found: Page) -> str:
    """Return how far the person in front is, in points."""
    if found.mine is None or found.mine.place is None or "total" not in found.mine.values:
        return ""
    ahead = [r for r in found.around if r.place is not None and r.place < (found.mine.place or 0)]
    if not ahead:
        return ""
    more = Fraction(str(ahead[-1].values["total"])) - Fraction(str(found.mine.values["total"]))
    return _("离前一名还差 %(points)s 分", points=number(more)) if more > 0 else _("与前一名同分")


def _periods(rules: Published, wanted: Wanted, shown: Board) -> list[tuple[str, str]]:
    if shown.over != "period":
        return []
    stage = rules.document.stages[wanted.board.stage]
    found = service.shown_periods(platform(), rules, wanted, now_ms())
    return [(period, period_words(period, stage)) for period in found]


def _shown(rules: Published) -> list[tuple[BoardId, Stage, Board]]:
    """Return the boards that this visitor may see."""
    person = visitor()
    return service.shown_boards(platform(), rules, person.person_id if person else None, now_ms())


def _level_word(shown: Board) -> str:
    level = shown.of.partition(".")[2]
    return level_words().get(level, level)


def _value_word(shown: Board) -> str:
    terms = [term.metric for term in shown.value.terms] if shown.value else []
    metric = shown.order[0] if shown.order else terms[0] if len(terms) == 1 else ""
    words = {"sum": _("总分"), "mean": _("人均分"), "people": _("人数"), "attempts": _("人次")}
    words |= personal_words()
    return words.get(metric, _("得分"))


def _order_words(stage: Stage) -> str:
    words = {
        "total": _("总分高的在前"),
        "time": _("用时少的在前"),
        "reached": _("先达到的在前"),
        "first_started": _("先开始的在前"),
        "attempts": _("次数少的在前"),
    }
    return _("排名方法：") + _("，再看").join(words[key] for key in stage.order) + _("；都相同则名次并列。")


def _left_words(sheet: play.Sheet, outcome: Outcome, chances: play.Chances) -> str:
    if timing.is_practice(sheet.stage, sheet.row.started_ms):
        return _("这是赛后练习，不计分，不上榜。")
    if outcome.practice:
        return _("这次是练习，不计分，也不占答题次数。")
    if outcome.level and chances.refusal is not None:
        return why_closed(chances)
    left = chances.left.now
    return "" if left is None else _("还可以答 %(count)s 次。", count=left)


def _facts(outcome: Outcome) -> list[tuple[str, str, str]]:
    facts = [
        (_("答对"), f"{outcome.correct}/{outcome.of}", ""),
        (_("用时"), duration(outcome.time_ms), ""),
    ]
    if outcome.score != outcome.points:
        facts.append((_("卷面分"), number(outcome.score), ""))
    return facts


def _cheer(correct: int, of: int) -> str:
    if of and correct == of:
        return _("全部答对，真棒！")
    if of and 5 * correct >= 3 * of:
        return _("答得不错")
    return _("答完了，再接再厉")


def _first_board(rules: Published, stage: int) -> str:
    boards = [board_id for board_id, _stage, _board in _shown(rules) if board_id.stage == stage]
    return url_for("results.board", contest_id=rules.contest_id, board_id=boards[0]) if boards else ""
