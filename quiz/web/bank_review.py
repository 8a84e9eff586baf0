"""Reviewing at the desk: the queue, the history of a question, and what keeps it from being drawn."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from question_bank.changed import changed
from quiz.errors import InvalidInput, NotFound, QuizError
from quiz.models.bank import DRAFT, IN_REVIEW, READY
from quiz.rules.permissions import Action, Role
from quiz.services import bank_history, bank_review, doubts, keeping_back
from quiz.services.ledger import touched as attempts_touched
from quiz.web import bank_asked
from quiz.web.access import allows, now_ms, platform, signed_in, visitor
from quiz.web.bodies import id_of, plain
from quiz.web.desk_words import difficulty_words, facet_words, kind_words
from quiz.web.files import actor
from quiz.web.language import refusal

review_desk = Blueprint("review", __name__, url_prefix="/desk/bank")

LISTED = 50  # of the queue beside the one that is looked at


@review_desk.app_context_processor
def waiting_for_me() -> dict[str, int]:
    """Tell the menu of the desk how many versions wait for whoever looks at it."""
    if not request.path.startswith("/desk") or request.method != "GET":
        return {}
    found = visitor()
    if found is None or found.role != Role.ORGANIZER:
        return {}
    return {"waiting_for_me": bank_review.count(platform(), found.person_id)[0]}


@review_desk.get("/review")
@allows(Action.MANAGE_BANK)
def queue() -> ResponseReturnValue:
    """Show the version that waits longest for a second person, and what else waits."""
    return _queue()


@review_desk.post("/review/<int:version_id>")
@allows(Action.MANAGE_BANK)
def decide(version_id: int) -> ResponseReturnValue:
    """Approve a version or send it back, and go to the next one."""
    do, comment = request.form.get("do", ""), plain(request.form.get("comment", "").replace("\r\n", "\n"))
    try:
        match do:
            case "approve":
                alone = request.form.get("alone") == "yes"
                bank_review.approve(platform(), version_id, actor(), comment, alone)
                flash(_("已通过，这一版现在可以抽用。"), "good")
            case "return":
                bank_review.send_back(platform(), version_id, actor(), comment)
                flash(_("已退回给写题的人。"), "good")
            case "submit":
                bank_review.submit(platform(), version_id, actor())
                flash(_("已送审，等另一位编辑来审。"), "good")
            case _other:
                raise NotFound()
    except InvalidInput as error:
        return _queue(version_id, error), 400
    if request.form.get("from") == "history":
        return redirect(url_for("review.history", version_id=version_id), 303)
    return redirect(url_for("review.queue", after=version_id), 303)


@review_desk.get("/questions/<int:version_id>/history")
@allows(Action.MANAGE_BANK)
def history(version_id: int) -> ResponseReturnValue:
    """Show all versions of a question with who, when and what changed."""
    return _history(version_id)


@review_desk.post("/questions/<int:version_id>/use")
@allows(Action.MANAGE_BANK)
def use(version_id: int) -> ResponseReturnValue:
    """Retire a question or take it back into use, keep it back for a contest or release it."""
    try:
        match request.form.get("do", ""):
            case "retire":
                keeping_back.retire(platform(), version_id, actor())
                flash(_("已停用，新的试卷不再抽这道题。已经发布的比赛不受影响。"), "good")
            case "revive":
                keeping_back.retire(platform(), version_id, actor(), back=True)
                flash(_("已恢复使用。"), "good")
            case "seal":
                keeping_back.seal(platform(), version_id, id_of(request.form.get("contest")) or 0, actor())
                flash(_("已密封，只有这场比赛能抽到它。"), "good")
            case "release":
                keeping_back.release(platform(), version_id, actor())
                flash(_("已解除密封，别的比赛和练习也能抽到它了。"), "good")
            case _other:
                raise NotFound()
    except InvalidInput as error:
        return _history(version_id, error), 400
    return redirect(url_for("review.history", version_id=version_id), 303)


def ending() -> list[tuple[int, str, str]]:
    """Return version, stem and last day of the questions in use that end soon or have ended."""
    return keeping_back.ending(platform(), bank_asked.ending_day(), LISTED)


def _queue(asked: int | None = None, error: QuizError | None = None) -> str:
    me, after = signed_in().person_id, id_of(request.args.get("after")) or 0
    waits = bank_review.waiting(platform(), me, 0, LISTED)
    own = bank_review.own(platform(), me, LISTED)
    chosen = asked or id_of(request.args.get("version"))
    current = next((w for w in (*waits, *own) if w.version_id == chosen), None)
    if current is None and not asked:
        current = next((w for w in waits if w.version_id > after), waits[0] if waits else None)
    found = bank_history.history(platform(), current.version_id, now_ms()) if current else None
    before = found.in_use if found is not None else None
    count, own_count = bank_review.count(platform(), me)
    return render_template(
        "bank/review.html",
        waits=waits,
        own=own,
        ending=ending(),
        current=current,
        before=before,
        changes=changed(before.question, current.question) if before and current else (),
        remarks=found.newest.remarks if found is not None else (),
        is_own=current in own,
        is_alone=bank_review.can_review_alone(platform(), actor()),
        count=count,
        own_count=own_count,
        doubted=doubts.count_open(platform()),
        wrong=refusal(error) if error else "",
        typed=request.form,
        **_words(),
    )


def _history(version_id: int, error: QuizError | None = None) -> str:
    found = bank_history.history(platform(), version_id, now_ms())
    newer = {one.version_id: two for one, two in zip(found.versions[1:], found.versions, strict=False)}
    touched = bank_history.touched(platform(), found, now_ms())
    return render_template(
        "bank/history.html",
        found=found,
        version_id=found.newest.version_id,
        changes={
            newer[each.version_id].version_id: changed(each.question, newer[each.version_id].question)
            for each in found.versions[1:]
        },
        touched=[(each, attempts_touched(platform(), each.contest_id, each.version_id)) for each in touched],
        contests=keeping_back.may_seal_for(platform(), now_ms()),
        is_own=found.newest.writer_id == signed_in().person_id,
        is_alone=bank_review.can_review_alone(platform(), actor()),
        wrong=refusal(error) if error else "",
        **_words(),
    )


def _words() -> dict[str, object]:
    return {
        "kind_words": kind_words(),
        "difficulty_words": difficulty_words(),
        "facet_words": facet_words(),
        "states": version_states(),
        "verdicts": verdict_words(),
    }


def version_states() -> Mapping[str, tuple[str, str]]:
    """Return what the states of a version are called, and the kind of badge that shows them."""
    return {DRAFT: (_("草稿"), ""), IN_REVIEW: (_("待审"), "soon"), READY: (_("可用"), "good")}


def verdict_words() -> Mapping[str, str]:
    """Return what was done when the state of a version changed."""
    return {
        "submitted": _("送审"),
        "approved": _("通过"),
        "returned": _("退回"),
        "vouched": _("写题人直接启用（没有别的编辑）"),
    }
