"""The desk's page of one person: what is known of them, their units over time, and correcting both."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import InvalidInput
from quiz.rules.permissions import Action
from quiz.services import consents, devices, profiles, seats, selves, units
from quiz.services import desk as desk_service
from quiz.web.access import allows, now_ms, platform
from quiz.web.bodies import plain
from quiz.web.desk_words import how_words, tree_words
from quiz.web.files import actor
from quiz.web.language import refusal
from quiz.web.moments import at_minute

desk_people = Blueprint("desk_people", __name__, url_prefix="/desk/people")

LONGEST_TYPED = 400  # characters


@desk_people.get("/<int:person_id>")
@allows(Action.MANAGE_PEOPLE)
def person(person_id: int) -> ResponseReturnValue:
    """Show one person, what rules may ask of them, and their units with the dates."""
    return _page(person_id)


@desk_people.post("/<int:person_id>/units")
@allows(Action.MANAGE_PEOPLE)
def set_unit(person_id: int) -> ResponseReturnValue:
    """Correct a unit, or move somebody from now on; the reason goes on record."""
    profiles.profile(platform(), person_id)
    since = _typed("since")
    try:
        unit_id = units.meant(platform(), _typed("tree"), _typed("unit"))
        since_ms = int(since) if since.isascii() and since.isdigit() and len(since) < 16 else None
        units.set_unit(platform(), person_id, unit_id, since_ms, _typed("because"), actor())
    except InvalidInput as error:
        return _page(person_id, unit_wrong=refusal(error)), 422
    flash(_("所属单位已更正，榜单随之更新。"), "good")
    return redirect(url_for("desk_people.person", person_id=person_id), 303)


@desk_people.post("/<int:person_id>/about")
@allows(Action.MANAGE_PEOPLE)
def correct(person_id: int) -> ResponseReturnValue:
    """Correct what is known of a person; the reason goes on record."""
    names = ("groups", "born", "grade", "extra", "because")
    wanted = profiles.Correction(**{name: _typed(name) for name in names})
    try:
        profiles.correct(platform(), person_id, wanted, actor())
    except InvalidInput as error:
        return _page(person_id, about_wrong=refusal(error)), 422
    flash(_("个人情况已更正。"), "good")
    return redirect(url_for("desk_people.person", person_id=person_id), 303)


@desk_people.post("/<int:person_id>/consent")
@allows(Action.MANAGE_PEOPLE)
def consent(person_id: int) -> ResponseReturnValue:
    """Record what the guardian of somebody said; a refusal deletes the account."""
    said = consents.Said(_typed("given") == "yes", _typed("how"), _typed("said_on"), _typed("guardian"))
    if _typed("given") not in ("yes", "no"):
        return _page(person_id, consent_wrong=_("请选择同意或不同意。")), 422
    try:
        consents.record(platform(), person_id, said, actor())
    except InvalidInput as error:
        return _page(person_id, consent_wrong=refusal(error)), 422
    flash(_("已登记。") if said.given else _("已登记不同意，账号已注销，成绩去掉名字后留下。"), "good")
    return redirect(url_for("desk_people.person", person_id=person_id), 303)


@desk_people.post("/<int:person_id>/sign-out")
@allows(Action.MANAGE_PEOPLE)
def sign_out(person_id: int) -> ResponseReturnValue:
    """Sign a person out on every device."""
    profiles.profile(platform(), person_id)
    ended = devices.end_all_by_desk(platform(), person_id, actor())
    flash(_("已让 %(count)s 部设备退出登录。", count=ended), "good")
    return redirect(url_for("desk_people.person", person_id=person_id), 303)


def _page(person_id: int, unit_wrong: str = "", about_wrong: str = "", consent_wrong: str = "") -> str:
    who, found = profiles.profile(platform(), person_id), consents.history(platform(), person_id)
    return render_template(
        "desk/person.html",
        who=who,
        consents=found,
        asks_consent=bool(found) or profiles.is_child(platform(), person_id, now_ms()),
        consent_wrong=consent_wrong,
        how_words=how_words(),
        today=at_minute(now_ms())[:10],
        account=selves.account_of(platform(), person_id),
        has_seat=seats.has_seat(platform(), person_id),
        history=units.history(platform(), person_id),
        trees=[tree for tree, _count in desk_service.trees(platform())],
        tree_words=tree_words(),
        unit_wrong=unit_wrong,
        about_wrong=about_wrong,
        typed=request.form,
    )


def _typed(name: str) -> str:
    return plain(request.form.get(name, ""))[:LONGEST_TYPED]
