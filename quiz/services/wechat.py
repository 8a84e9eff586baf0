"""WeChat's official accounts: who somebody is there, by its OAuth with a code that is used once.

Source: developers.weixin.qq.com, “网页授权” of official accounts.
"""

from __future__ import annotations

import logging
from urllib.parse import urlencode

from quiz.services.elsewhere import NoAnswer, StartAgain, ask
from quiz.services.subjects import Proven
from quiz.sign_in_settings import WeChat

USED_OR_OLD = (40029, 40163, 42003)  # errcodes of a code that is not (or no more) good
log = logging.getLogger(__name__)


def address(settings: WeChat, back: str, state: str) -> str:
    """Return where somebody is sent to be known by WeChat, and from there back."""
    asked = {
        "appid": settings.app_id,
        "redirect_uri": back,
        "response_type": "code",
        "scope": settings.scope,
        "state": state,
    }
    return f"{settings.open_url}/connect/oauth2/authorize?{urlencode(asked)}#wechat_redirect"


def who(settings: WeChat, code: str) -> Proven:
    """Return who came back with a code; raises StartAgain, NoAnswer."""
    asked = {
        "appid": settings.app_id,
        "secret": settings.secret,
        "code": code,
        "grant_type": "authorization_code",
    }
    found = ask(f"{settings.api_url}/sns/oauth2/access_token?{urlencode(asked)}")
    if found.get("errcode") in USED_OR_OLD:
        raise StartAgain()
    openid = found.get("openid")
    if not isinstance(openid, str) or not openid:
        log.error("WeChat refuses: errcode %s", int(found.get("errcode") or 0))
        raise NoAnswer()
    return Proven("wechat", f"{settings.app_id} {openid}", _nickname(settings, found, openid))


def _nickname(settings: WeChat, found: dict[str, object], openid: str) -> str:
    """Return what somebody is called there, where they were asked to tell."""
    if settings.scope != "snsapi_userinfo":
        return ""
    asked = {"access_token": str(found.get("access_token")), "openid": openid, "lang": "zh_CN"}
    nickname = ask(f"{settings.api_url}/sns/userinfo?{urlencode(asked)}").get("nickname")
    return nickname if isinstance(nickname, str) else ""
