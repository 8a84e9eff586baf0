"""Posters of one's own place, or of a unit's: the page to press long on, and the picture."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import N_, NotFound, SignInNeeded
from quiz.posters import HEIGHT, WIDTH, Poster
from quiz.rules.permissions import Action
from quiz.services import posters as service
from quiz.services import results
from quiz.services.published import Published, in_force
from quiz.services.results import BoardId, Wanted, board_of
from quiz.web.access import allows, me_in, now_ms, platform, visitor
from quiz.web.board_page import LONGEST_PERIOD, row_words, value_word
from quiz.web.bodies import plain
from quiz.web.paging import asked_number, asked_part
from quiz.web.wording import moment, period_words

posters = Blueprint("posters", __name__, url_prefix="/contests/<int:contest_id>/boards/<board_id>")

NO_ROW = N_("这个榜上还没有这个名次：答完一次计入成绩的题就有。")
KEPT_S = 604_800  # by a browser: the address changes with what the poster says


@posters.get("/poster")
@allows(Action.READ_PUBLIC)
def page(contest_id: int, board_id: str) -> ResponseReturnValue:
    """Show the poster with what to do with it."""
    rules = in_force(platform(), contest_id)
    try:
        poster = _poster(rules, BoardId.parse(board_id))
    except SignInNeeded:
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
    who, period, each = (request.args.get(name) or None for name in ("who", "period", "each"))
    return render_template(
        "results/poster.html",
        poster=poster,
        image=url_for(
            "posters.picture",
            contest_id=contest_id,
            board_id=board_id,
            who=who,
            period=period,
            each=each,
            v=poster.digest,
        ),
        board_href=url_for(
            "results.board", contest_id=contest_id, board_id=board_id, period=period, each=each
        ),
        width=WIDTH,
        height=HEIGHT,
    )


@posters.get("/poster.png")
@allows(Action.READ_PUBLIC)
def picture(contest_id: int, board_id: str) -> ResponseReturnValue:
    """Hand out the poster; a browser that has it as it is does not get it again."""
    poster = _poster(in_force(platform(), contest_id), BoardId.parse(board_id))
    if request.if_none_match.contains(poster.digest):
        response = current_app.response_class(status=304)
    else:
        who = visitor()
        whose = f"person {who.person_id}" if who is not None else f"address {request.remote_addr}"
        content = service.png_of(platform(), poster, whose, now_ms())
        response = current_app.response_class(content, mimetype="image/png")
    response.set_etag(poster.digest)
    is_named = request.args.get("v") == poster.digest
    response.headers["Cache-Control"] = (
        f"private, max-age={KEPT_S}, immutable" if is_named else "private, no-cache"
    )
    response.headers["Vary"] = "Cookie"
    return response


def _poster(rules: Published, board: BoardId) -> Poster:
    """Return the poster that the address asks for: of one's own row, or of a unit's. Raises SignInNeeded."""
    stage, shown = board_of(rules, board)
    me, unit = me_in(rules.contest_id), asked_number("who")
    if me is None and (shown.of == "people" or unit is None):
        raise SignInNeeded()
    wanted = Wanted(
        board,
        period=plain(request.args.get("period", ""))[:LONGEST_PERIOD],
        part=asked_part(),
        size=1,
        me=me,
        unit=unit if shown.of != "people" else None,
    )
    found = results.page(platform(), rules, wanted, now_ms())
    row = found.mine
    if row is None or row.place is None:
        raise NotFound(NO_ROW)
    value, more = row_words(stage, shown, row)
    names = [shown.name, period_words(found.period, stage), found.part.name if found.part is not None else ""]
    day = moment(found.frozen_ms or now_ms(), stage.calendar.zone).rpartition(" ")[0]
    is_over = now_ms() >= stage.calendar.closes_ms
    return Poster(
        contest=rules.document.title,
        board=" · ".join(name for name in names if name),
        who=row.name,
        unit=row.unit,
        place=_("第 %(place)s 名", place=row.place),
        value=value,
        value_label=_("积分") if shown.of == "people" else value_word(shown),
        more=more,
        as_of=_("比赛已经结束。") if is_over and not found.frozen_ms else _("%(day)s的排名", day=day),
        scan=_("长按识别二维码，看完整榜单"),
        foot=_("渝中科学竞答"),
        address=url_for(
            "results.board",
            _external=True,
            contest_id=rules.contest_id,
            board_id=board,
            period=found.period or None,
            each=found.part.number if found.part is not None else None,
        ),
    )
