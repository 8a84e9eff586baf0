"""Asking a server elsewhere who somebody is: bounded in time and size, and said when it fails."""

from __future__ import annotations

import logging
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import orjson

from quiz.errors import N_, QuizError
from quiz.services.platform import Platform
from quiz.services.secrets import digest

TIMEOUT_S = 8
LARGEST = 1_000_000  # bytes of a reply
STATE_S = 3_600  # in which a state is used once
log = logging.getLogger(__name__)


class StartAgain(QuizError):
    """What came back does not belong to what this browser has begun, or was used before."""

    code = "start_again"
    message = N_("页面停留太久、换了浏览器，或者这一步已经用过。请重新登录一次，不会丢失任何成绩。")


class NoAnswer(QuizError):
    """The server elsewhere does not answer, or says that it cannot."""

    code = "no_answer"
    message = N_("对方的服务器没有确认您的身份，请稍后再试，或换一种方式登录。")


def ask(
    url: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:  # Any: JSON of somebody else
    """Return the JSON object at an address, or what it replies to a form; raises NoAnswer.

    Nothing of the address or the reply is logged: both hold secrets.
    """
    body = urlencode(form).encode() if form is not None else None
    asked = urllib.request.Request(url, body, dict(headers or {}))
    try:
        with urllib.request.urlopen(asked, timeout=TIMEOUT_S) as reply:
            found = orjson.loads(reply.read(LARGEST))
    except (OSError, ValueError) as error:  # urllib's own are OSErrors, JSON's a ValueError
        log.error("no answer from a server that signs people in: %s", type(error).__name__)
        raise NoAnswer() from None
    if not isinstance(found, dict):
        raise NoAnswer()
    return found


def use_once(platform: Platform, state: str, now_ms: int) -> None:
    """Note that a state has come back; raises StartAgain when it has before."""
    kept = digest(platform.secret, "state", state)[:32]
    if not platform.limits.allow(f"state:{kept}", 1, STATE_S, now_ms):
        raise StartAgain()
