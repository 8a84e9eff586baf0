"""What came of it, as pages: one attempt's result with what was right, and the boards."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from urllib.parse import urlencode

import segno
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from quiz.rules import timing
from quiz.rules.permissions import Action
from quiz.services import at_once_list, play
from quiz.services import results as service
from quiz.services.closing import Outcome
from quiz.services.published import Published, in_force
from quiz.services.results import BoardId
from quiz.web.access import allows, made_by, now_ms, platform, taking_part_as
from quiz.web.board_page import asked_board, board_page, boards_shown, filters_shown
from quiz.web.correction_words import told
from quiz.web.level_words import LevelRow, level_cheer, level_to_start, why_closed
from quiz.web.paging import asked_page
from quiz.web.review import ReviewedQuestion, away_words, reviewed_questions, what_comes_later
from quiz.web.tokens import attempt_token
from quiz.web.wording import duration, number

results = Blueprint("results", __name__)

MOST_LOTS = 10  # on the page of a result, the latest
HALL_ROWS = 10  # of a board on the screen of a hall: as many as are read from its last row of seats


@dataclass(frozen=True)
class ResultPage:
    """What the page of a result shows."""

    attempt_id: int
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


@results.get("/attempts/<int:attempt_id>/result")
@allows(Action.TAKE_PART)
def result(attempt_id: int) -> ResponseReturnValue:
    """Show what an attempt of one's own came to, and what was right where the rules show it."""
    owner = made_by(attempt_id)
    outcome = play.outcome_of(platform(), attempt_id, owner)
    if outcome is None:
        return redirect(url_for("play.paper", attempt_id=attempt_id))
    me = taking_part_as(outcome.contest_id)
    sheet = play.review(platform(), attempt_id, owner, now_ms())
    places = service.places_of(platform(), sheet.rules, me, now_ms())
    here = [(board_id, board.name, row.place) for board_id, board, row in places if row.place is not None]
    chances = play.chances(platform(), sheet.rules, outcome.stage, me, now_ms())
    unsent = request.args.get("unsent", "")
    page = ResultPage(
        attempt_id=attempt_id,
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
            for lot in at_once_list.of_person(platform(), sheet.rules, me)[:MOST_LOTS]
        ],
    )
    token = attempt_token(platform().secret, sheet.row)  # for what still waits on the phone
    return render_template(
        "results/result.html", page=page, away_words=away_words(sheet), attempt_id=attempt_id, token=token
    )


@results.get("/contests/<int:contest_id>/boards/<board_id>")
@allows(Action.READ_PUBLIC)
def board(contest_id: int, board_id: str) -> ResponseReturnValue:
    """Show a part of a board; with `part` only what moves, for a page that asks again by itself."""
    rules = in_force(platform(), contest_id)
    wanted = asked_board(contest_id, board_id)
    page = board_page(rules, wanted, service.page(platform(), rules, wanted, now_ms()))
    moving = Markup(render_template("results/_board.html", page=page))
    if "part" in request.args:
        return _if_changed(moving)
    narrow = filters_shown(rules, wanted)
    return render_template("results/board.html", page=page, narrow=narrow, moving=moving, tag=_tag(moving))


@results.get("/contests/<int:contest_id>/boards/<board_id>/hall")
@allows(Action.READ_PUBLIC)
def hall(contest_id: int, board_id: str) -> ResponseReturnValue:
    """Show the first places of a board on the screen of a hall, as everybody sees them."""
    rules = in_force(platform(), contest_id)
    asked = asked_board(contest_id, board_id)
    wanted = replace(asked, first=(asked_page() - 1) * HALL_ROWS, size=HALL_ROWS, me=None, query="")
    page = board_page(rules, wanted, service.page(platform(), rules, wanted, now_ms()))
    moving = Markup(render_template("results/_hall.html", page=page))
    if "part" in request.args:
        return _if_changed(moving)
    here = url_for("results.hall", contest_id=contest_id, board_id=wanted.board, page=page.page)
    to_scan = url_for("play.contest", contest_id=contest_id, _external=True)
    return render_template(
        "results/hall.html",
        page=page,
        moving=moving,
        tag=_tag(moving),
        part_address=f"{here}&{urlencode({**page.kept, 'part': 1})}",
        qr=Markup(segno.make(to_scan, micro=False, error="m").svg_inline(border=2, omitsize=True)),
    )


def _if_changed(html: str) -> Response:
    """Answer 304 to a page that shows the same already."""
    response = make_response(html)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["ETag"] = _tag(html)
    response.make_conditional(request)
    return response


def _tag(html: str) -> str:
    """Return the tag by which a page that shows this asks whether it has changed."""
    return f'W/"{sha256(html.encode()).hexdigest()[:20]}"'


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
    boards = [board_id for board_id, _stage, _board in boards_shown(rules) if board_id.stage == stage]
    return url_for("results.board", contest_id=rules.contest_id, board_id=boards[0]) if boards else ""
