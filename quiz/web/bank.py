"""The question bank at the desk: a question as the phone shows it, the template, the bank as a file."""

from __future__ import annotations

from collections.abc import Mapping

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from question_bank.flags import misleading
from question_bank.formats.workbook_out import template
from quiz.rules.permissions import Action
from quiz.services import bank_search, duplicates, quality_reading
from quiz.web import quality_words
from quiz.web.access import allows, platform
from quiz.web.bank_list import bank_desk
from quiz.web.desk_words import difficulty_words, facet_words, kind_words
from quiz.web.duplicates import sort_words
from quiz.web.files import handed_out
from quiz.web.questions import shown_alone

__all__ = ["bank_desk"]


@bank_desk.get("/questions/<int:version_id>")
@allows(Action.MANAGE_BANK)
def question(version_id: int) -> ResponseReturnValue:
    """Show one question as the phone does, with what is right and why."""
    whole = bank_search.one(platform(), version_id)
    proved = quality_reading.of_questions(platform(), [version_id]).get(version_id)
    return render_template(
        "bank/question.html",
        whole=whole,
        asked=whole.found.question,
        proved=proved,
        alike=duplicates.of_question(platform(), version_id),
        sort_words=sort_words(),
        misleading=misleading(whole.found.question, proved.figures) if proved else (),
        words=quality_words,
        flag_words=quality_words.flag_words(),
        flag_advice=quality_words.flag_advice(),
        shown=shown_alone(whole.found.question),
        **_words(),
    )


@bank_desk.get("/template.xlsx")
@allows(Action.MANAGE_BANK)
def workbook() -> ResponseReturnValue:
    """Hand out the workbook that questions can be filled into."""
    return handed_out(template(), _("题目模板") + ".xlsx")


def _words() -> dict[str, Mapping[str, str]]:
    return {
        "kind_words": kind_words(),
        "difficulty_words": difficulty_words(),
        "facet_words": facet_words(),
    }
