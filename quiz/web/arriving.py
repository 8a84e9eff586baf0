"""Ways of signing in that take more than one step: what is begun, what comes back, and who it is."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from cryptography.exceptions import InvalidTag
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import N_, InvalidInput, NotAllowed, WrongCode
from quiz.rules.permissions import Action, Role
from quiz.services import entering, one_time_codes, profiles, subjects
from quiz.services.elsewhere import NoAnswer, StartAgain
from quiz.services.sealing import seal, unseal
from quiz.services.subjects import KnownAsAnother, Proven
from quiz.web import ways
from quiz.web.access import allows, now_ms, platform, remember, signed_in
from quiz.web.bodies import plain
from quiz.web.errors import status_of
from quiz.web.joining import ask_to_join
from quiz.web.language import refusal
from quiz.web.look import inner_address

arriving = Blueprint("arriving", __name__)

BEGUN = "begun"  # in the session: the way that was begun last, what it keeps, where to go, for whom
PROVEN = "proven"  # in the session, sealed: what somebody new has proven, until they have a nickname
PROVEN_MS = 1_800_000  # half an hour
EXPIRED = N_("登录已经过期，请重新登录一次。")
ONE_TIME = "any(phone, email)"
ELSEWHERE = "any(wechat, oidc)"


def begun(way: ways.Way, form: Mapping[str, str]) -> ResponseReturnValue:
    """Begin a way and keep in the browser what it needs when somebody comes back."""
    assert way.begin is not None
    step = way.begin(form)
    session[BEGUN] = [way.name, step.kept, inner_address(form.get("next", "")), form.get("attach") == "yes"]
    if step.is_elsewhere:  # a page, for a browser lets no form of ours be led to another site
        words = ways.way_words()[way.name]
        return render_template("accounts/leaving.html", address=step.address, words=words)
    return redirect(step.address, 303)


@arriving.get(f"/sign-in/<{ONE_TIME}:name>/code")
@allows(Action.SIGN_IN)
def type_code(name: str) -> ResponseReturnValue:
    """Ask for the code that was sent."""
    return _code_page(name)


@arriving.post(f"/sign-in/<{ONE_TIME}:name>/code")
@allows(Action.SIGN_IN)
def typed_code(name: str) -> ResponseReturnValue:
    """Take the code that was sent, once."""
    kept, following, attach = _begun(name)
    try:
        proven = ways.way_of(name).complete(request.form, kept)
    except WrongCode as error:
        return _code_page(name, refusal(error))
    session.pop(BEGUN, None)
    return arrived(proven, following, attach)


@arriving.post(f"/sign-in/<{ONE_TIME}:name>/again")
@allows(Action.SIGN_IN)
def send_again(name: str) -> ResponseReturnValue:
    """Send another code to the same number or address."""
    kept, following, attach = _begun(name)
    step = ways.send_again(name, kept)
    session[BEGUN] = [name, step.kept, following, attach]
    flash(_("新的验证码已发送，以前的请不要再用。"), "good")
    return redirect(step.address, 303)


@arriving.get(f"/sign-in/<{ELSEWHERE}:name>/back")
@allows(Action.SIGN_IN)
def back(name: str) -> ResponseReturnValue:
    """Take somebody who comes back from where they are known; what does not belong here begins anew."""
    way, kept, following, attach = session.pop(BEGUN, None) or ["", "", "/", False]
    try:
        if way != name:
            raise StartAgain()
        return arrived(ways.way_of(name).complete(request.args, kept), following, attach)
    except (StartAgain, NoAnswer) as error:
        page = render_template("accounts/start_again.html", why=refusal(error))
        return page, status_of(error.code)


def arrived(found: int | Proven, following: str, attach: bool = False) -> ResponseReturnValue:
    """Sign in whoever it is, add it to who asked for that, or ask somebody new for a nickname."""
    if attach:
        return _attached(found, following)
    person_id = subjects.person_of(platform(), found) if isinstance(found, Proven) else found
    if isinstance(found, Proven) and person_id is None:
        session[PROVEN] = _sealed(found)
        return redirect(url_for("accounts.welcome", next=following), 303)
    assert person_id is not None  # else somebody new has proven something
    remember(entering.entered(platform(), person_id, now_ms()))
    return redirect(following, 303)


def proven_before() -> Proven:
    """Return what somebody new has proven a moment ago in this browser; raises InvalidInput."""
    try:
        way, text, called, at_ms = orjson.loads(unseal(platform().contact_keys, PROVEN, session[PROVEN]))
    except (KeyError, ValueError, InvalidTag) as error:
        raise InvalidInput(EXPIRED) from error
    if now_ms() - at_ms > PROVEN_MS:
        raise InvalidInput(EXPIRED)
    return Proven(way, text, called)


def _attached(found: int | Proven, following: str) -> ResponseReturnValue:
    person = signed_in()
    if person.role != Role.PARTICIPANT:
        raise NotAllowed(N_("组织者用邀请地址登录，不能加别的登录方式。"))
    if isinstance(found, int):
        return ask_to_join(found)
    profiles.check_may_be_known(platform(), person.person_id, now_ms())
    try:
        subjects.attach(platform(), person.person_id, found, now_ms())
    except KnownAsAnother:
        other = subjects.person_of(platform(), found)
        if other is None:  # it was taken away at this moment
            raise
        return ask_to_join(other)
    flash(_("已经加上，以后可以用它登录。"), "good")
    return redirect(following, 303)


def _sealed(proven: Proven) -> str:
    told = orjson.dumps([proven.way, proven.text, plain(proven.called), now_ms()]).decode()
    return seal(platform().contact_keys, PROVEN, told)


def _begun(name: str) -> tuple[str, str, bool]:
    """Return what this browser keeps of a way that it has begun; raises InvalidInput."""
    way, kept, following, attach = session.get(BEGUN) or ["", "", "/", False]
    if way != name:
        raise InvalidInput(EXPIRED)
    return kept, following, attach


def _code_page(name: str, wrong: str = "") -> ResponseReturnValue:
    _way, kept, _next, _attach = session.get(BEGUN) or ["", "", "/", False]
    waiting = one_time_codes.waiting(platform(), kept, now_ms())
    if waiting is None or waiting.way != name:
        if wrong:  # used or run out; told without a change of the session, which may be signed in by now
            return render_template("accounts/start_again.html", why=wrong), status_of("wrong_code")
        return redirect(url_for("accounts.sign_in"), 303)
    to = subjects.masked(name, waiting.text)
    page = render_template("accounts/type_code.html", name=name, to=to, wrong=wrong)
    return page, status_of("wrong_code") if wrong else 200
