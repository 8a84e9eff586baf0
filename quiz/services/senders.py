"""How a one-time code reaches somebody: one function a sender; numbers and codes never go into a log."""

from __future__ import annotations

import json
import logging
import os
import re
import smtplib
import ssl
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import quote_plus, unquote, urlsplit
from xml.sax.saxutils import escape

from quiz.errors import N_, QuizError
from quiz.services.platform import Platform
from quiz.sign_in_settings import CONSOLE, FILE, HTTP, SMTP, SignInSettings

TIMEOUT_S = 8
OUTBOX = "codes.jsonl"  # in the data folder
FILLED_IN = re.compile(r"\{(?:to|code|text)\}")
log = logging.getLogger(__name__)


class NotSent(QuizError):
    """Whoever carries codes did not take it."""

    code = "not_sent"
    message = N_("验证码没有发出去，请稍后再试，或换一种方式登录。")


@dataclass(frozen=True)
class Message:
    """A code on its way."""

    to: str
    code: str
    subject: str
    text: str  # holds the code, in the language of the page


def send(platform: Platform, way: str, message: Message) -> None:
    """Send a code; raises NotSent where that cannot be done now."""
    settings = platform.sign_in
    try:
        SENDERS[settings.sender(way)](platform, settings, message)
    except (OSError, smtplib.SMTPException) as error:  # urllib's own are OSErrors
        log.error("a code was not sent by %s: %s", settings.sender(way), type(error).__name__)
        raise NotSent() from None  # its text may hold the number


def _console(_platform: Platform, _settings: SignInSettings, message: Message) -> None:
    sys.stdout.write(f"{message.subject}: {message.code}\n")
    sys.stdout.flush()


def _file(platform: Platform, _settings: SignInSettings, message: Message) -> None:
    line = json.dumps({"to": message.to, "code": message.code}, ensure_ascii=False) + "\n"
    handle = os.open(platform.data / OUTBOX, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as outbox:
        outbox.write(line)


def _http(_platform: Platform, settings: SignInSettings, message: Message) -> None:
    assert settings.http is not None
    kind = next((value for name, value in settings.http.headers if name.lower() == "content-type"), "")
    quoted = next((quote for sign, quote in QUOTED.items() if sign in kind.lower()), _in_json)
    values = {"{to}": message.to, "{code}": message.code, "{text}": message.text}
    body = FILLED_IN.sub(
        lambda found: quoted(values[found[0]]), settings.http.body
    )  # never what was filled in
    asked = urllib.request.Request(
        settings.http.url, body.encode(), dict(settings.http.headers), method="POST"
    )
    with urllib.request.urlopen(asked, timeout=TIMEOUT_S) as reply:
        reply.read(1)


def _in_json(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


QUOTED: dict[str, Callable[[str], str]] = {"urlencoded": quote_plus, "xml": escape}  # by kind; else as JSON


def _smtp(_platform: Platform, settings: SignInSettings, message: Message) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = settings.email_from, message.to, message.subject
    mail.set_content(message.text)
    parts = urlsplit(settings.smtp_url)
    secure, known_keys = parts.scheme == "smtps", ssl.create_default_context()
    host, port = parts.hostname or "", parts.port or (465 if secure else 587)
    with (
        smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=known_keys)
        if secure
        else smtplib.SMTP(host, port, timeout=TIMEOUT_S)
    ) as server:
        server.ehlo_or_helo_if_needed()
        if not secure and server.has_extn("starttls"):
            server.starttls(context=known_keys)
            secure = True
        if parts.username and not secure:
            raise smtplib.SMTPNotSupportedError("no password over a connection that anybody can read")
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(mail)


SENDERS: dict[str, Callable[[Platform, SignInSettings, Message], None]] = {
    CONSOLE: _console,
    FILE: _file,
    HTTP: _http,
    SMTP: _smtp,
}
