"""每日一题 as a page: the question, then its explanation, how others answered, and the days in a row."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import InvalidInput, NotFound
from quiz.rules.learning import DAYS_FOR_SPARE, MOST_SPARE
from quiz.rules.permissions import Action
from quiz.services import daily as service
from quiz.services.daily import Daily
from quiz.services.practising import BLANK
from quiz.web.access import allows, now_ms, platform, signed_in, visitor
from quiz.web.asking import FIELD, TELL, asked_alone, explained_alone, given, is_about
from quiz.web.language import refusal, said
from quiz.web.shown import as_html

daily = Blueprint("daily", __name__)

WHOLE = 100


@dataclass(frozen=True)
class Told:
    """How many chose one option."""

    html: str
    percent: int
    is_key: bool


@daily.get("/daily")
@allows(Action.READ_PUBLIC)
def today() -> ResponseReturnValue:
    """Ask the question of today, or explain it to who has answered."""
    return _page(_found())


@daily.post("/daily")
@allows(Action.TAKE_PART)
def answer() -> ResponseReturnValue:
    """Take the one answer of a person to the question of today."""
    found = _found()
    if found is None:
        raise NotFound()
    if found.mine is not None:
        return redirect(url_for("daily.today"), 303)
    if not is_about(found.asked):
        return _page(found, _changed(found)), 409
    response = given()
    if not response and TELL not in request.form:
        return _page(found, said(BLANK)), 422
    try:
        service.answer(platform(), signed_in().person_id, found.asked, response, now_ms())
    except InvalidInput as error:
        return _page(found, refusal(error)), 422
    return redirect(url_for("daily.today"), 303)


def _changed(found: Daily) -> str:
    """Return why the question that was answered is not the one of today."""
    if request.form.get("on") != found.asked.day:
        return _("已经过了 24:00，刚才的答案没有收。这是新一天的题。")
    return _("今天的题已经换了，请看这一题。")


def _found() -> Daily | None:
    person = visitor()
    return service.of_day(platform(), person.person_id if person else None, now_ms())


def _page(found: Daily | None, wrong: str = "") -> str:
    person = visitor()
    return render_template(
        "learning/daily.html",
        found=found,
        q=_question(found) if found else None,
        chosen=request.form.getlist(FIELD),
        others=_others(found) if found else (),
        streak=service.streak_of(platform(), person.person_id, now_ms()) if person else None,
        days_for_spare=DAYS_FOR_SPARE,
        most_spare=MOST_SPARE,
        wrong=wrong,
    )


def _question(found: Daily) -> object:
    return asked_alone(found.asked) if found.mine is None else explained_alone(found.asked, found.mine)


def _others(found: Daily) -> list[Told]:
    """Return how many chose each option, in the order in which the person sees them."""
    if found.others is None or not found.others.by_option:
        return []
    question, others = found.asked.question, found.others
    return [
        Told(
            as_html(question.options[i].text, question.media, is_choice=True),
            percent(others.by_option[i], others.people),
            question.options[i].id in question.key,
        )
        for i in found.asked.paper.slots[0].order
    ]


@daily.app_template_global("percent")
def percent(count: int, of: int) -> int:
    """Return a share in whole percent, rounded half up."""
    return (2 * WHOLE * count + of) // (2 * of)
