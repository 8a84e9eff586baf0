"""What people wrote into gaps, at the desk: tick what is right, too, and see who would move."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import InvalidInput
from quiz.rules.permissions import Action
from quiz.services import written_answers
from quiz.services.published import in_force
from quiz.web.access import allows, platform
from quiz.web.files import actor
from quiz.web.language import refusal

written = Blueprint(
    "written", __name__, url_prefix="/desk/contests/<int:contest_id>/ledger/question/<int:version_id>/written"
)


@written.get("/")
@allows(Action.CORRECT_RESULTS)
def index(contest_id: int, version_id: int) -> ResponseReturnValue:
    """List what was written that is wrong, how often, and what the bank could accept, too."""
    return _page(contest_id, version_id)


@written.post("/bank")
@allows(Action.MANAGE_BANK)
def bank(contest_id: int, version_id: int) -> ResponseReturnValue:
    """Send a version of the question to review that accepts what this contest accepts."""
    try:
        newest = written_answers.put_in_bank(platform(), contest_id, version_id, actor())
    except InvalidInput as error:
        return _page(contest_id, version_id, refusal(error)), 400
    flash(_("已写成新的一版并送审，通过以后新的试卷认可这些答案。"), "good")
    return redirect(url_for("review.history", version_id=newest), 303)


def _page(contest_id: int, version_id: int, wrong: str = "") -> str:
    return render_template(
        "ledger/written.html",
        rules=in_force(platform(), contest_id),
        version_id=version_id,
        found=written_answers.written(platform(), contest_id, version_id),
        wrong=wrong,
    )
