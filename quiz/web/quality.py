"""The quality of questions at the desk: an overview, its computation, a workbook."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.reports import write_xlsx
from quiz.rules.permissions import Action
from quiz.services import quality_process, quality_reading
from quiz.web import quality_words
from quiz.web.access import allows, now_ms, platform
from quiz.web.bodies import id_of
from quiz.web.desk_words import difficulty_words, facet_words, kind_words
from quiz.web.files import actor, written

quality_desk = Blueprint("quality", __name__, url_prefix="/desk/bank/quality")

MOST_VALUES = 40  # of a facet on the page; the rest is in the workbook


@quality_desk.get("/")
@allows(Action.MANAGE_BANK)
def index() -> ResponseReturnValue:
    """Show what the newest analysis says: of all contests, or of one."""
    contest_id = id_of(request.args.get("contest"))
    found = quality_reading.overview(platform(), contest_id)
    by_facet = groupby(found.tags, key=lambda tag: tag.facet) if found else ()
    tags = {facet: sorted(held, key=lambda tag: -tag.questions)[:MOST_VALUES] for facet, held in by_facet}
    return render_template(
        "bank/quality.html",
        found=found,
        contest_id=contest_id,
        running_since=quality_reading.running_since(platform(), now_ms()),
        tags=tags,
        facet_words=facet_words(),
        flag_words=quality_words.flag_words(),
        flag_advice=quality_words.flag_advice(),
        words=quality_words,
    )


@quality_desk.post("/")
@allows(Action.MANAGE_BANK)
def analyse() -> ResponseReturnValue:
    """Begin an analysis beside the server, so that answers are not slowed."""
    contest_id = id_of(request.form.get("contest"))
    quality_process.start(platform(), contest_id, "calibrates" in request.form, actor())
    flash(_("已开始分析作答记录，通常几秒就好。"))
    return redirect(url_for("quality.index", contest=contest_id), 303)


@quality_desk.get("/export.xlsx")
@allows(Action.MANAGE_BANK)
def export() -> ResponseReturnValue:
    """Hand out the newest analysis as a workbook."""
    words = {**kind_words(), **difficulty_words(), **facet_words(), **quality_words.flag_words()}
    table = quality_reading.table(platform(), id_of(request.args.get("contest")), words)
    return written(_("题目质量") + ".xlsx", lambda path: write_xlsx(table, path))
