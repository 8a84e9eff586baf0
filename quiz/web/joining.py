"""Joining two accounts of one person: asked once on a page that names both, and decided at the desk."""

from __future__ import annotations

import orjson
from cryptography.exceptions import InvalidTag
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import N_, InvalidInput, NotAllowed
from quiz.rules.permissions import Action
from quiz.services import join_wishes
from quiz.services import joining as service
from quiz.services.joining import BothTookPart, Proposal
from quiz.services.platform import Actor
from quiz.services.sealing import seal, unseal
from quiz.web.access import allows, now_ms, platform, signed_in
from quiz.web.bodies import plain
from quiz.web.errors import status_of
from quiz.web.files import actor
from quiz.web.language import refusal

joining = Blueprint("joining", __name__, url_prefix="/me/join")
joining_desk = Blueprint("joining_desk", __name__, url_prefix="/desk/people/joining")

JOINING = "joining"  # in the session, sealed: who is signed in, whose account they have proven, when
JOINING_MS = 1_800_000  # half an hour
LONGEST_TYPED = 400  # characters
EXPIRED = N_("请重新登录另一个账号，再合并。")


def ask_to_join(proven_id: int) -> ResponseReturnValue:
    """Keep in the browser whose account has just been proven, and ask whether the two are to be joined."""
    told = orjson.dumps([signed_in().person_id, proven_id, now_ms()]).decode()
    session[JOINING] = seal(platform().contact_keys, JOINING, told)
    return redirect(url_for("joining.page"), 303)


@joining.get("")
@allows(Action.TAKE_PART)
def page() -> ResponseReturnValue:
    """Name both accounts, say what joining means, and ask."""
    found = service.proposal(platform(), *_both(), now_ms())
    return _done() if found is None else _page(found)


@joining.post("")
@allows(Action.TAKE_PART)
def join() -> ResponseReturnValue:
    """Join the two accounts."""
    person_id, proven_id = _both()
    try:
        service.join(platform(), person_id, proven_id, Actor(person_id, now_ms()))
    except BothTookPart as error:
        found = service.proposal(platform(), person_id, proven_id, now_ms())
        return _done() if found is None else (_page(found), status_of(error.code))
    return _done()


@joining.post("/ask")
@allows(Action.TAKE_PART)
def ask() -> ResponseReturnValue:
    """Ask the organizer to decide which account counts."""
    join_wishes.ask(platform(), *_both(), now_ms())
    flash(_("已请组织者处理，结果会显示在这里。"), "good")
    return redirect(url_for("accounts.mine"), 303)


@joining_desk.get("")
@allows(Action.MANAGE_PEOPLE)
def waiting() -> ResponseReturnValue:
    """List the accounts that their owners want to be joined and that took part in the same contest."""
    return _waiting()


@joining_desk.post("/<int:wish_id>/accept")
@allows(Action.MANAGE_PEOPLE)
def accept(wish_id: int) -> ResponseReturnValue:
    """Join two accounts, of which at most one counts in every contest by now."""
    try:
        join_wishes.accept(platform(), wish_id, actor())
    except NotAllowed as error:
        return _waiting(wish_id, refusal(error)), status_of(error.code)
    flash(_("两个账号已经合并。"), "good")
    return redirect(url_for("joining_desk.waiting"), 303)


@joining_desk.post("/<int:wish_id>/decline")
@allows(Action.MANAGE_PEOPLE)
def decline(wish_id: int) -> ResponseReturnValue:
    """Leave two accounts apart, and tell their owner why."""
    because = plain(request.form.get("because", ""))[:LONGEST_TYPED]
    try:
        join_wishes.decline(platform(), wish_id, because, actor())
    except InvalidInput as error:
        return _waiting(wish_id, refusal(error)), 422
    flash(_("没有合并，理由已经告诉本人。"), "good")
    return redirect(url_for("joining_desk.waiting"), 303)


def _both() -> tuple[int, int]:
    """Return who is signed in and whose account they have proven in this browser; raises InvalidInput."""
    me = signed_in()
    try:
        told = unseal(platform().contact_keys, JOINING, session[JOINING])
        person_id, proven_id, at_ms = orjson.loads(told)
    except (KeyError, ValueError, InvalidTag) as error:
        raise InvalidInput(EXPIRED) from error
    if now_ms() - at_ms > JOINING_MS or not {person_id, proven_id} & {*me.persons}:
        raise InvalidInput(EXPIRED)
    return person_id, proven_id


def _done() -> ResponseReturnValue:
    """Say that the accounts are one: also to who pressed twice."""
    flash(_("两个账号已经合并，成绩都在。"), "good")
    return redirect(url_for("accounts.mine"), 303)


def _page(found: Proposal) -> str:
    wrong = refusal(found.refusal) if found.refusal is not None else ""
    return render_template("accounts/join.html", found=found, wrong=wrong)


def _waiting(wish_id: int = 0, wrong: str = "") -> str:
    return render_template(
        "desk/joining.html",
        wishes=join_wishes.waiting(platform(), now_ms()),
        wrong_id=wish_id,
        wrong=wrong,
        typed=request.form,
    )
