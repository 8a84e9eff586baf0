"""Reporting a doubtful question: from a paper looked back at, from practice, from the question of the day."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import InvalidInput, NotFound, TooMany
from quiz.rules.permissions import Action
from quiz.services import daily, play, practising
from quiz.services import doubts as service
from quiz.web.access import allows, made_by, now_ms, platform, signed_in
from quiz.web.bodies import plain
from quiz.web.doubt_words import reason_words, verdict_words
from quiz.web.errors import status_of
from quiz.web.language import refusal
from quiz.web.moments import at_minute
from quiz.web.shown import as_words

doubts = Blueprint("doubts", __name__)

LONGEST_STEM = 200  # characters that say which question it is


@dataclass(frozen=True)
class About:
    """The question that somebody finds doubtful, and the page it was seen on."""

    version_id: int
    stem: str
    back: str


@doubts.route("/doubts/questions/<int:question_id>", methods=["GET", "POST"])
@allows(Action.TAKE_PART)
def of_question(question_id: int) -> ResponseReturnValue:
    """Report a question that was practised, or is the one of today."""
    person_id, now = signed_in().person_id, now_ms()
    today = daily.of_day(platform(), person_id, now)
    if today is not None and today.mine is not None and today.asked.question_id == question_id:
        asked, back = today.asked, url_for("daily.today")
    else:
        asked = practising.asked(platform(), person_id, question_id, now)
        back = url_for("learning.topics")
    return _report(About(asked.version_id, asked.question.stem, back))


@doubts.route("/doubts/attempts/<int:attempt_id>/<int:n>", methods=["GET", "POST"])
@allows(Action.TAKE_PART)
def of_attempt(attempt_id: int, n: int) -> ResponseReturnValue:
    """Report a question of a finished paper, where the rules show it."""
    sheet = play.review(platform(), attempt_id, made_by(attempt_id), now_ms())
    if sheet.row.finished_ms is None or n not in sheet.shown:
        raise NotFound()
    version_id = sheet.paper.slots[n - 1].version_id
    back = url_for("results.result", attempt_id=attempt_id, _anchor=f"q{n}")
    return _report(About(version_id, sheet.rules.questions[version_id].stem, back))


@doubts.get("/me/doubts")
@allows(Action.TAKE_PART)
def mine() -> ResponseReturnValue:
    """Show what the person reported, and what came of it."""
    rows = [
        (
            as_words(each.question.stem)[:LONGEST_STEM],
            reason_words()[each.reason],
            each.words,
            at_minute(each.at_ms),
            verdict_words()[each.verdict],
            each.reply,
        )
        for each in service.of_person(platform(), signed_in().person_id)
    ]
    return render_template("learning/doubts.html", rows=rows)


def _report(about: About) -> ResponseReturnValue:
    """Show the form, or store what was sent."""
    person_id, wrong, status = signed_in().person_id, "", 200
    if request.method == "POST":
        reason, words = request.form.get("reason", ""), plain(request.form.get("words", ""))
        try:
            service.report(platform(), person_id, about.version_id, reason, words, now_ms())
            flash(_("收到了，谢谢。编辑看过以后，回复会在“我的”里的“我报告的题目”。"), "good")
            return redirect(about.back, 303)
        except (InvalidInput, TooMany) as error:
            wrong, status = refusal(error), status_of(error.code)
    page = render_template(
        "learning/doubt.html",
        about=about,
        stem=as_words(about.stem)[:LONGEST_STEM],
        reasons=reason_words(),
        is_known=service.has_reported(platform(), person_id, about.version_id),
        longest=service.LONGEST,
        wrong=wrong,
        typed=request.form,
    )
    return page, status
