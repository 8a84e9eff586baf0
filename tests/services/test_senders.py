"""Codes by e-mail, handed to a mail server on loopback; passwords only where nobody can read along."""

from __future__ import annotations

import email
import logging
import socketserver
import threading
from collections.abc import Iterator
from email.policy import default

import pytest

from quiz.services import senders
from quiz.services.platform import Platform
from quiz.services.senders import Message, NotSent
from quiz.sign_in_settings import SignInSettings

MESSAGE = Message("li@example.org", "012345", "渝中科学竞答的验证码", "您的验证码是 012345")


class _Session(socketserver.StreamRequestHandler):
    """One conversation with a mail server that knows no encryption."""

    def handle(self) -> None:
        self._say("220 mail")
        while line := self.rfile.readline().decode().strip():
            word = line.split()[0].upper()
            self.server.heard.append(line)  # type: ignore[attr-defined]
            if word == "DATA":
                self._say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.mails.append(b"".join(lines))  # type: ignore[attr-defined]
            if word == "QUIT":
                self._say("221 bye")
                return
            self._say("550 nobody here" if word == "RCPT" and "nobody" in line else "250 ok")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def mail_server() -> Iterator[socketserver.TCPServer]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session) as server:
        server.heard, server.mails = [], []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def by_mail(platform: Platform, server: socketserver.TCPServer, login: str = "") -> None:
    url = f"smtp://{login}127.0.0.1:{server.server_address[1]}"
    platform.sign_in = SignInSettings(
        ("email",), {"email": "smtp"}, smtp_url=url, email_from="quiz@example.org"
    )


def test_a_mail_carries_the_code(platform: Platform, mail_server: socketserver.TCPServer) -> None:
    by_mail(platform, mail_server)

    senders.send(platform, "email", MESSAGE)

    (raw,) = mail_server.mails  # type: ignore[attr-defined]
    mail = email.message_from_bytes(raw, policy=default)
    assert (mail["To"], mail["From"], mail["Subject"]) == (
        "li@example.org",
        "quiz@example.org",
        "渝中科学竞答的验证码",
    )
    assert "012345" in mail.get_content()


def test_a_password_is_not_told_where_anybody_can_read_along(
    platform: Platform, mail_server: socketserver.TCPServer
) -> None:
    by_mail(platform, mail_server, "quiz:geheim@")

    with pytest.raises(NotSent):
        senders.send(platform, "email", MESSAGE)

    assert not any("AUTH" in line for line in mail_server.heard)  # type: ignore[attr-defined]


def test_a_refused_mailbox_is_said_in_words_and_not_logged(
    platform: Platform, mail_server: socketserver.TCPServer, caplog: pytest.LogCaptureFixture
) -> None:
    by_mail(platform, mail_server)

    with pytest.raises(NotSent):
        senders.send(platform, "email", Message("nobody@example.org", "1", "x", "1"))

    assert "nobody" not in "".join(r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING)
    assert "SMTPRecipientsRefused" in caplog.text
