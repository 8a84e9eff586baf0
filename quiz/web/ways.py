"""The ways of signing in: one table, and from it the sign-in page and what its forms come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from hmac import compare_digest

from flask import request, url_for
from flask_babel import gettext as _

from quiz.errors import NotFound
from quiz.services import accounts, oidc, one_time_codes, seats, wechat
from quiz.services.elsewhere import StartAgain, use_once
from quiz.services.secrets import new_token
from quiz.services.subjects import Proven
from quiz.sign_in_settings import Oidc, WeChat
from quiz.web.access import now_ms, platform
from quiz.web.bodies import plain

LONGEST_TYPED = 40  # characters
LONGEST_CONTACT = 254  # characters of a number or an address
FIELDS = ("nickname", "code", "class_code", "seat", "phone", "email")  # stay in a form that is refused


@dataclass(frozen=True)
class Way:
    """One way of signing in.

    `begin` sends somebody elsewhere, or sends them something, and says what their browser keeps until they
    are back; a way without it is complete with its form.
    """

    name: str
    template: str  # its part of the page
    complete: Callable[[Mapping[str, str], str], int | Proven]  # what came back, what was kept → who
    begin: Callable[[Mapping[str, str]], Begun] | None = None
    is_ready: Callable[[], bool] = lambda: True  # there is something it can be used for


@dataclass(frozen=True)
class Begun:
    """A way that has been begun: what the browser keeps meanwhile, and where it goes now."""

    kept: str
    address: str
    is_elsewhere: bool = False


def typed(form: Mapping[str, str], name: str) -> str:
    """Return what was typed into a field, as text that can be kept."""
    return plain(form.get(name, ""))[: LONGEST_CONTACT if name == "email" else LONGEST_TYPED]


def way_words() -> Mapping[str, str]:
    """Return what the ways are called that can be added to a person, or lead to another of their accounts."""
    provider = platform().sign_in.oidc
    return {
        "phone": _("手机号"),
        "email": _("邮箱"),
        "wechat": _("微信"),
        "oidc": provider.name if provider else _("统一账号"),
        "seat": _("参赛卡"),
        "code": _("参赛码"),
    }


def offered() -> list[Way]:
    """Return the ways that are on the page, in its order."""
    found = (WAYS[name] for name in platform().sign_in.ways)
    return [way for way in found if way.is_ready()]


def way_of(name: str) -> Way:
    """Return a way that is on the page; raises NotFound."""
    for way in offered():
        if way.name == name:
            return way
    raise NotFound()


def send_again(way: str, token: str) -> Begun:
    """Send another code to what waits for one; raises StartAgain where nothing does any more."""
    if one_time_codes.waiting(platform(), token, now_ms()) is None:
        raise StartAgain()
    return _send_code(way, {}, token)


def _by_seat(form: Mapping[str, str], _kept: str) -> int:
    wanted = seats.Typed(*(typed(form, name) for name in ("class_code", "seat", "pass_number")))
    return seats.sitting(platform(), wanted, now_ms(), request.remote_addr or "")


def _by_code(form: Mapping[str, str], _kept: str) -> int:
    return accounts.person_with_code(platform(), typed(form, "code"), now_ms(), request.remote_addr or "")


def _as_guest(form: Mapping[str, str], _kept: str) -> int:
    raise NotFound()  # its form has an address of its own, which also reads the units


def _send_code(way: str, form: Mapping[str, str], token: str = "") -> Begun:
    """Send a code to what was typed, or once more to what waits for one."""
    waiting = one_time_codes.waiting(platform(), token, now_ms()) if token else None
    to = waiting or Proven(way, one_time_codes.READ[way](plain(form.get(way, ""))[:LONGEST_CONTACT]))
    kept = one_time_codes.begin(platform(), to, _message, now_ms(), request.remote_addr or "")
    return Begun(kept, url_for("arriving.type_code", name=way))


def _message(code: str) -> tuple[str, str]:
    """Return subject and text of the message that carries a code."""
    return (
        _("渝中科学竞答的验证码"),
        _("您的验证码是 %(code)s，10 分钟内有效。请不要告诉别人；不是您本人操作就不用理会。", code=code),
    )


def _to_wechat(_form: Mapping[str, str]) -> Begun:
    state = new_token()
    return Begun(state, wechat.address(_wechat(), _back("wechat"), state), is_elsewhere=True)


def _from_wechat(form: Mapping[str, str], state: str) -> Proven:
    _check_state(form, state)
    return wechat.who(_wechat(), form.get("code", ""))


def _to_oidc(_form: Mapping[str, str]) -> Begun:
    asked = oidc.new_asked()
    return Begun(asked.text, oidc.address(_oidc(), _back("oidc"), asked), is_elsewhere=True)


def _from_oidc(form: Mapping[str, str], kept: str) -> Proven:
    asked = oidc.Asked.of(kept)
    _check_state(form, asked.state)
    return oidc.who(_oidc(), form.get("code", ""), _back("oidc"), asked, now_ms())


def _check_state(form: Mapping[str, str], state: str) -> None:
    """Refuse what did not begin in this browser, was refused there, or has come back before."""
    if not (form.get("code") and compare_digest(form.get("state", "").encode(), state.encode())):
        raise StartAgain()
    use_once(platform(), state, now_ms())


def _back(name: str) -> str:
    return url_for("arriving.back", name=name, _external=True)


def _wechat() -> WeChat:
    found = platform().sign_in.wechat
    assert found is not None  # it is offered
    return found


def _oidc() -> Oidc:
    found = platform().sign_in.oidc
    assert found is not None  # it is offered
    return found


def in_wechat() -> bool:
    """Return whether this is WeChat's own browser: its authorization works in no other."""
    return "MicroMessenger" in request.user_agent.string


def _by_typed_code(form: Mapping[str, str], kept: str) -> Proven:
    address = request.remote_addr or ""
    return one_time_codes.complete(platform(), kept, typed(form, "typed_code"), now_ms(), address)


WAYS = {
    way.name: way
    for way in (
        Way("seat", "accounts/ways/seat.html", _by_seat, is_ready=lambda: seats.offered(platform())),
        Way("wechat", "accounts/ways/wechat.html", _from_wechat, _to_wechat, is_ready=in_wechat),
        Way("oidc", "accounts/ways/oidc.html", _from_oidc, _to_oidc),
        Way("guest", "accounts/ways/guest.html", _as_guest),
        Way("phone", "accounts/ways/phone.html", _by_typed_code, partial(_send_code, "phone")),
        Way("email", "accounts/ways/email.html", _by_typed_code, partial(_send_code, "email")),
        Way("code", "accounts/ways/code.html", _by_code),
    )
}
