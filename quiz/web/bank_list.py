"""The list of the question bank at the desk: what there is, found by words, facets and figures."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from question_bank.gaps import short
from quiz.rules.permissions import Action
from quiz.services import bank_search, quality_reading
from quiz.web import bank_asked, bank_works, quality_words
from quiz.web.access import allows, platform
from quiz.web.desk_words import difficulty_words, kind_words, state_words, to_do_words
from quiz.web.paging import Part, asked_page

bank_desk = Blueprint("bank", __name__, url_prefix="/desk/bank")
bank_desk.app_template_filter("exact")(short)
bank_desk.app_template_global("tag_field")(bank_asked.tag_field)

QUESTION_ROWS = 50


@bank_desk.get("/")
@allows(Action.MANAGE_BANK)
def questions() -> ResponseReturnValue:
    """List the questions that match, with what to choose from beside them."""
    wanted, page = bank_asked.asked(request.args), asked_page()
    found = bank_search.listing(platform(), wanted, (page - 1) * QUESTION_ROWS, QUESTION_ROWS)
    return render_template(
        "bank/questions.html",
        found=found,
        rows=found.rows,
        proved=_proved(found.rows),
        part=Part(page, QUESTION_ROWS, found.count),
        wanted=wanted,
        query=bank_asked.query(wanted),
        chips=bank_asked.chips(wanted),
        groups=bank_asked.groups(wanted, found),
        columns=bank_asked.columns(wanted),
        works=bank_works.listed(),
        is_empty=not found.count and not bank_search.holds_any(platform()),
        kind_words=kind_words(),
        difficulty_words=difficulty_words(),
        state_words=state_words(),
        flag_words=quality_words.flag_words(),
        to_do_words=to_do_words(),
    )


def _proved(rows: Sequence[bank_search.Found]) -> dict[int, dict[str, object]]:
    """Return what is listed of questions that somebody saw."""
    found = quality_reading.of_questions(platform(), [row.version_id for row in rows])
    return {
        version_id: {
            "facility": quality_words.percent(each.figures.facts.facility),
            "discrimination": quality_words.decimal(each.figures.facts.index),
            "attempts": each.exposure.attempts,
            "flags": each.flags,
        }
        for version_id, each in found.items()
    }
