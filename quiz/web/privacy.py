"""What is stored and why, one's own data as a file, deleting one's account, and the way for children."""

from __future__ import annotations

import io
import zipfile

import orjson
from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import N_, NotAllowed, TooMany
from quiz.rules.permissions import Action, Role
from quiz.services import erasing, own_data, subjects
from quiz.services.platform import Actor
from quiz.services.stored import STORED
from quiz.services.winnings import won_by
from quiz.web.access import allows, forget, now_ms, platform, signed_in
from quiz.web.data_words import data_words
from quiz.web.language import said

privacy = Blueprint("privacy", __name__)

HOUR_S = 3_600
MOST_FILES = 10  # of one's own data, an hour: each reads every attempt


@privacy.get("/privacy")
@allows(Action.READ_PUBLIC)
def page() -> ResponseReturnValue:
    """Say in plain words what is stored, why, how long, and who sees it."""
    keep = platform().privacy
    days = {"names": keep.names_days, "accounts": keep.accounts_days}
    rows = [(said(e.what), said(e.why), said(e.until, days), said(e.who)) for e in STORED]
    return render_template("privacy/page.html", rows=rows, keep=keep)


@privacy.get("/me/data")
@allows(Action.TAKE_PART)
def mine() -> ResponseReturnValue:
    """Offer one's own data as a file, and deleting one's account."""
    return render_template("privacy/mine.html", may_delete=signed_in().role == Role.PARTICIPANT)


@privacy.get("/me/data.zip")
@allows(Action.TAKE_PART)
def download() -> ResponseReturnValue:
    """Hand out everything that is stored about oneself: a page to read, and the same for programs."""
    person, now = signed_in(), now_ms()
    if not platform().limits.allow(f"own-data:{person.person_id}", MOST_FILES, HOUR_S, now):
        raise TooMany(N_("下载得太频繁，请过一小时再试。"), retry_after=HOUR_S)
    found = own_data.own_data(platform(), person.person_id, now)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        told = render_template("privacy/own_data.html", data=found, words=data_words())
        packed.writestr(_("我的数据") + ".html", told)
        packed.writestr("data.json", orjson.dumps(found, option=orjson.OPT_INDENT_2))
    reply = Response(content.getvalue(), mimetype="application/zip")
    reply.headers["Content-Disposition"] = 'attachment; filename="my-data.zip"'
    reply.headers["Cache-Control"] = "no-store"
    return reply


@privacy.route("/me/delete", methods=["GET", "POST"])
@allows(Action.TAKE_PART)
def delete() -> ResponseReturnValue:
    """Say what deleting an account means, ask a second time, and do it."""
    person = signed_in()
    if person.role != Role.PARTICIPANT:
        raise NotAllowed(N_("组织者的账号不能在这里注销。"))
    asked, is_sure = request.form.get("asked", ""), request.form.get("sure") == "yes"
    if asked == "twice" and is_sure:
        erasing.erase(platform(), person.person_id, "owner", Actor(person.person_id, now_ms()))
        forget()
        return redirect(url_for("privacy.deleted"), 303)
    shown = render_template(
        "privacy/delete.html",
        nickname=person.nickname,
        won=[each for each in won_by(platform(), person.person_id) if each.keep_until_ms > now_ms()],
        known=subjects.known(platform(), person.person_id),
        is_second=bool(asked),
        not_ticked=asked == "twice",
        keep=platform().privacy,
    )
    return shown, 422 if asked == "twice" else 200


@privacy.get("/account-deleted")
@allows(Action.READ_PUBLIC)
def deleted() -> ResponseReturnValue:
    """Say that the account is gone."""
    return render_template("privacy/deleted.html")


@privacy.get("/under-14")
@allows(Action.READ_PUBLIC)
def under_14() -> ResponseReturnValue:
    """Tell somebody under 14 how they take part: with the card of their school."""
    return render_template("privacy/under_14.html")
