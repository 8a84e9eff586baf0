"""One's own devices: where one is signed in, and signing one or all others out."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.rules.permissions import Action
from quiz.services import devices as service
from quiz.web.access import allows, now_ms, platform, signed_in

devices = Blueprint("devices", __name__)


@devices.get("/me/devices")
@allows(Action.TAKE_PART)
def mine() -> ResponseReturnValue:
    """List where one is signed in."""
    person = signed_in()
    found = service.of_person(platform(), person.person_id, person.token, now_ms())
    return render_template("accounts/devices.html", devices=found, words=device_words)


@devices.post("/me/devices/end")
@allows(Action.TAKE_PART)
def end() -> ResponseReturnValue:
    """Sign one device out."""
    service.end_one(platform(), signed_in().person_id, request.form.get("device", ""), now_ms())
    flash(_("这部设备已退出登录。"), "good")
    return redirect(url_for("devices.mine"), 303)


@devices.post("/me/devices/end-others")
@allows(Action.TAKE_PART)
def end_others() -> ResponseReturnValue:
    """Sign every device out but this one."""
    person = signed_in()
    service.end_others(platform(), person.person_id, person.token, now_ms())
    flash(_("其他设备都已退出登录。"), "good")
    return redirect(url_for("devices.mine"), 303)


def device_words(told: str) -> str:
    """Return what a device is called."""
    systems = {
        "iphone": _("苹果手机"),
        "ipad": _("苹果平板"),
        "harmony": _("鸿蒙设备"),
        "android": _("安卓设备"),
        "windows": _("Windows 电脑"),
        "mac": _("苹果电脑"),
        "linux": _("Linux 电脑"),
    }
    system, _dot, app = told.partition(".")
    words = systems.get(system, _("其他设备"))
    return _("%(device)s，微信里", device=words) if app == "wechat" else words
