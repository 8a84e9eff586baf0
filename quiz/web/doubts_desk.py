"""Doubtful questions at the desk: what readers reported, with figures, and the answer to them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from quiz.errors import InvalidInput
from quiz.rules.permissions import Action
from quiz.services import doubts as service
from quiz.services import quality_reading
from quiz.web import quality_words
from quiz.web.access import allows, platform
from quiz.web.bodies import plain
from quiz.web.doubt_words import reason_words, verdict_words
from quiz.web.files import actor
from quiz.web.language import refusal
from quiz.web.paging import Part, asked_page

doubts_desk = Blueprint("doubts_desk", __name__, url_prefix="/desk/bank/doubts")

ROWS = 20


@doubts_desk.get("/")
@allows(Action.MANAGE_BANK)
def queue() -> ResponseReturnValue:
    """Show the questions that readers doubt, those reported most often first."""
    return _queue()


@doubts_desk.post("/<int:question_id>")
@allows(Action.MANAGE_BANK)
def decide(question_id: int) -> ResponseReturnValue:
    """Tell everybody who reported a question what came of it."""
    verdict, reply = request.form.get("verdict", ""), plain(request.form.get("reply", ""))
    try:
        told = service.decide(platform(), question_id, verdict, reply, actor())
    except InvalidInput as error:
        return _queue(refusal(error), question_id), 400
    flash(ngettext("已回复 %(count)s 人。", "已回复 %(count)s 人。", told, count=told), "good")
    return redirect(url_for("doubts_desk.queue"), 303)


def _queue(wrong: str = "", wrong_at: int = 0) -> str:
    page, count = asked_page(), service.count_open(platform())
    rows = service.queue(platform(), (page - 1) * ROWS, ROWS)
    proved = quality_reading.of_questions(platform(), [row.version_id for row in rows])
    return render_template(
        "bank/doubts.html",
        rows=rows,
        part=Part(page, ROWS, count),
        reasons=reason_words(),
        verdicts={name: words for name, (words, _kind) in verdict_words().items() if name},
        figures={
            version_id: [
                (_("答对率"), quality_words.percent(each.figures.facts.facility), ""),
                (_("区分度"), quality_words.decimal(each.figures.facts.index), ""),
                (_("出现次数"), each.exposure.attempts, ""),
            ]
            for version_id, each in proved.items()
        },
        longest=service.LONGEST,
        wrong=wrong,
        wrong_at=wrong_at,
        typed=request.form,
    )
