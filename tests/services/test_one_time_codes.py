"""Codes to phones and mailboxes: normalised, sent, good once and for a while; nothing tells who is known."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sqlalchemy import select, text

from quiz.errors import InvalidInput, TooMany
from quiz.models.subjects import Subject
from quiz.services import accounts, one_time_codes, senders, subjects
from quiz.services.accounts import NewPerson
from quiz.services.one_time_codes import MOST_TRIES, PAUSE_MS, VALID_MS, WrongOneTimeCode
from quiz.services.platform import Platform
from quiz.services.subjects import KnownAsAnother, Proven
from quiz.sign_in_settings import BadSetting, HttpTemplate, SignInSettings, sign_in_settings
from tests.support.clock import MovedClock

NUMBER = "+8613800138000"
PHONE = Proven("phone", NUMBER)
BY_FILE = SignInSettings(("phone", "email"), {"phone": "file", "email": "file"})


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


@pytest.fixture
def sending(platform: Platform) -> Platform:
    platform.sign_in = BY_FILE
    return platform


def words(code: str) -> tuple[str, str]:
    return "验证码", f"您的验证码是 {code}"


def begin(platform: Platform, now: int, proven: Proven = PHONE, address: str = "") -> str:
    return one_time_codes.begin(platform, proven, words, now, address)


def sent(platform: Platform) -> list[dict[str, str]]:
    lines = (platform.data / senders.OUTBOX).read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def code(platform: Platform) -> str:
    return sent(platform)[-1]["code"]


def wrong(platform: Platform) -> str:
    return str((int(code(platform)) + 1) % 10**6).zfill(6)


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000",
        " 138 0013 8000",
        "138-0013-8000",
        "+86 13800138000",
        "008613800138000",
        "１３８００１３８０００",
    ],
)
def test_a_number_is_the_same_however_it_is_typed(typed: str) -> None:
    assert one_time_codes.phone_number(typed) == NUMBER


def test_a_number_abroad_keeps_its_country() -> None:
    assert one_time_codes.phone_number("+852 5123 4567") == "+85251234567"


@pytest.mark.parametrize("typed", ["", "1380013800", "12345678901", "abc", "138001380001", "+86 21 1234"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        one_time_codes.phone_number(typed)


def test_an_address_is_checked_and_written_small() -> None:
    assert one_time_codes.email_address(" Li.Ming@Example.ORG ") == "li.ming@example.org"
    more = ("li(1)@b.cd", "group:li@b.cd", "a\\@b.cd", "a@[127.0.0.1]")  # a mail's header reads them as more
    for typed in ("", "a", "a@b", "a@b.c\nBcc: x@y.z", "a b@c.de", "a@b..c", "x" * 250 + "@b.cd", *more):
        with pytest.raises(InvalidInput):
            one_time_codes.email_address(typed)


def test_the_code_that_was_sent_proves_the_number_once(sending: Platform, now: int) -> None:
    token = begin(sending, now)
    typed = f" {code(sending)[:3]} {code(sending)[3:]}"

    assert one_time_codes.complete(sending, token, typed, now, "") == PHONE
    with pytest.raises(WrongOneTimeCode):
        one_time_codes.complete(sending, token, typed, now, "")


def test_another_browser_cannot_use_the_code(sending: Platform, now: int) -> None:
    begin(sending, now)

    with pytest.raises(WrongOneTimeCode):
        one_time_codes.complete(sending, "another token", code(sending), now, "")


def test_a_code_runs_out_after_ten_minutes(sending: Platform, now: int) -> None:
    token = begin(sending, now)

    with pytest.raises(WrongOneTimeCode):
        one_time_codes.complete(sending, token, code(sending), now + VALID_MS, "")
    assert one_time_codes.complete(sending, token, code(sending), now + VALID_MS - 1, "") == PHONE


def test_after_a_few_wrong_tries_the_right_code_comes_too_late(sending: Platform, now: int) -> None:
    token = begin(sending, now)
    for _ in range(MOST_TRIES):
        with pytest.raises(WrongOneTimeCode):
            one_time_codes.complete(sending, token, wrong(sending), now, "")

    with pytest.raises(WrongOneTimeCode):
        one_time_codes.complete(sending, token, code(sending), now, "")


def test_another_code_is_sent_after_a_pause_and_only_so_many_a_day(sending: Platform, now: int) -> None:
    begin(sending, now)

    with pytest.raises(TooMany, match="请等 60 秒"):
        begin(sending, now)
    begin(sending, now, Proven("phone", "+8613800138001"))
    for n in range(1, one_time_codes.MOST_TO_ONE):
        begin(sending, now + n * PAUSE_MS)
    with pytest.raises(TooMany):
        begin(sending, now + one_time_codes.MOST_TO_ONE * PAUSE_MS)


def test_requests_at_once_send_one_code(sending: Platform, now: int) -> None:
    def ask(_: int) -> str:
        try:
            return begin(sending, now)
        except TooMany:
            return ""

    with ThreadPoolExecutor(6) as pool:
        tokens = list(pool.map(ask, range(12)))

    assert (sum(token != "" for token in tokens), len(sent(sending))) == (1, 1)


def test_tags_of_a_mailbox_are_one_mailbox(sending: Platform, now: int) -> None:
    begin(sending, now, Proven("email", "li+1@example.org"))

    with pytest.raises(TooMany):
        begin(sending, now, Proven("email", "li+2@example.org"))
    begin(sending, now, Proven("email", "lin@example.org"))


def test_one_address_sends_so_many_codes_an_hour(sending: Platform, now: int) -> None:
    for n in range(one_time_codes.MOST_FROM_ADDRESS):
        assert sending.limits.allow("codes-from:203.0.113.1", one_time_codes.MOST_FROM_ADDRESS, 3600, now), n

    with pytest.raises(TooMany):
        begin(sending, now, address="203.0.113.1")


def test_nothing_readable_is_stored_or_logged(
    sending: Platform, now: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = begin(sending, now)
    accounts.sign_up_known(sending, NewPerson("小明"), PHONE, now)

    with sending.store.reading() as session:
        rows = [
            str(row)
            for t in ("one_time_code", "subject")
            for row in session.execute(text(f"SELECT * FROM {t}"))
        ]
    for secret in ("13800138000", code(sending), token):
        assert not any(secret in row for row in rows)
        assert secret not in caplog.text


def test_a_number_leads_to_one_person_even_when_it_is_sent_twice(sending: Platform, now: int) -> None:
    first = accounts.sign_up_known(sending, NewPerson("小明"), PHONE, now)
    second = accounts.sign_up_known(sending, NewPerson("小明"), PHONE, now)

    assert first.person_id == second.person_id == subjects.person_of(sending, PHONE)
    assert subjects.person_of(sending, Proven("email", NUMBER)) is None


def test_a_guest_adds_a_number_and_nobody_else_can(sending: Platform, now: int) -> None:
    guest, other = (accounts.sign_up(sending, name, {}, now).person_id for name in ("小明", "小红"))

    subjects.attach(sending, guest, PHONE, now)
    subjects.attach(sending, guest, PHONE, now + 1)

    assert subjects.person_of(sending, PHONE) == guest
    assert [known.masked for known in subjects.known(sending, guest)] == ["138****8000"]
    with pytest.raises(KnownAsAnother):
        subjects.attach(sending, other, PHONE, now)
    with sending.store.reading() as session:
        assert session.scalars(select(Subject.person_id)).all() == [guest]


@pytest.mark.parametrize(
    ("way", "contact", "shown"),
    [
        ("phone", NUMBER, "138****8000"),
        ("phone", "+85251234567", "+85****4567"),
        ("email", "li.ming@example.org", "l***@example.org"),
    ],
)
def test_what_is_shown_is_masked(way: str, contact: str, shown: str) -> None:
    assert subjects.masked(way, contact) == shown


class _Gateway(BaseHTTPRequestHandler):
    received: list[tuple[str, str]]
    status = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.received.append((self.headers["Authorization"], body))  # type: ignore[attr-defined]
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def gateway() -> Iterator[HTTPServer]:
    """Somebody's interface that sends text messages."""
    server = HTTPServer(("127.0.0.1", 0), _Gateway)
    server.received, server.status = [], 200  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def by_http(platform: Platform, gateway: HTTPServer) -> None:
    template = HttpTemplate(
        f"http://127.0.0.1:{gateway.server_port}/sms",
        '{"mobile": "{to}", "params": ["{code}"], "text": "{text}"}',
        (("Authorization", "Bearer k"), ("Content-Type", "application/json")),
    )
    platform.sign_in = replace(BY_FILE, senders={"phone": "http"}, http=template)


def test_an_http_template_hands_the_code_over(platform: Platform, now: int, gateway: HTTPServer) -> None:
    by_http(platform, gateway)

    token = begin(platform, now)

    (key, body), *more = gateway.received  # type: ignore[attr-defined]
    told = json.loads(body)
    assert (key, told["mobile"], more) == ("Bearer k", NUMBER, [])
    assert told["text"] == f"您的验证码是 {told['params'][0]}"
    assert one_time_codes.complete(platform, token, told["params"][0], now, "") == PHONE


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("application/json", '{"to": "{to}"}', '{"to": "{code}&\'@b.cd"}'),
        ("application/xml", "<to>{to}</to>", "<to>{code}&amp;'@b.cd</to>"),
        ("application/x-www-form-urlencoded", "to={to}", "to=%7Bcode%7D%26%27%40b.cd"),
    ],
)
def test_what_is_filled_in_is_escaped_and_never_filled_in_itself(
    platform: Platform, gateway: HTTPServer, kind: str, body: str, said: str
) -> None:
    by_http(platform, gateway)
    assert platform.sign_in.http is not None
    headers = (("Authorization", "k"), ("content-type", kind))
    platform.sign_in = replace(
        platform.sign_in, http=replace(platform.sign_in.http, body=body, headers=headers)
    )

    senders.send(platform, "phone", senders.Message("{code}&'@b.cd", "012345", "", ""))

    assert gateway.received == [("k", said)]  # type: ignore[attr-defined]


def test_a_gateway_that_refuses_is_said_in_words_and_logged_without_the_number(
    platform: Platform, now: int, gateway: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    by_http(platform, gateway)
    gateway.status = 500  # type: ignore[attr-defined]

    with pytest.raises(senders.NotSent):
        begin(platform, now)

    assert "HTTPError" in caplog.text
    assert "138" not in caplog.text


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"PHONE_CODES": "pigeon"}, "PHONE_CODES"),
        ({"PHONE_CODES": "smtp"}, "PHONE_CODES"),
        ({"PHONE_CODES": "http"}, "CODES_URL"),
        ({"PHONE_CODES": "http", "CODES_URL": "ftp://x"}, "CODES_URL"),
        ({"PHONE_CODES": "http", "CODES_URL": "https://x", "CODES_BODY": "{to}"}, "CODES_BODY"),
        ({"PHONE_CODES": "http", "CODES_URL": "https://x", "CODES_HEADERS": "[]"}, "CODES_HEADERS"),
        ({"EMAIL_CODES": "smtp"}, "SMTP_URL"),
        ({"EMAIL_CODES": "smtp", "SMTP_URL": "smtp://h"}, "EMAIL_FROM"),
        ({"SIGN_IN": "seat,phone"}, "phone"),
        ({"SIGN_IN": "seat,,code"}, "SIGN_IN"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused(environment: dict[str, str], named: str) -> None:
    with pytest.raises(BadSetting, match=named):
        sign_in_settings(environment)


def test_only_what_is_set_up_is_offered() -> None:
    assert sign_in_settings({}).ways == ("seat", "guest", "code")
    assert sign_in_settings({"PHONE_CODES": "console"}).ways == ("seat", "guest", "phone", "code")
    assert sign_in_settings({"SIGN_IN": "code, seat"}).ways == ("code", "seat")


def test_numbers_are_found_and_shown_whatever_key_they_were_sealed_under(sending: Platform, now: int) -> None:
    person, other = (accounts.sign_up(sending, name, {}, now).person_id for name in ("甲", "乙"))
    subjects.attach(sending, person, PHONE, now)
    sending.contact_keys = (b"n" * 32, *sending.contact_keys)

    assert subjects.person_of(sending, PHONE) == person
    with pytest.raises(KnownAsAnother):
        subjects.attach(sending, other, PHONE, now)
    assert (subjects.reseal(sending), subjects.reseal(sending)) == (1, 0)

    sending.contact_keys = sending.contact_keys[:1]
    assert subjects.person_of(sending, PHONE) == person
    assert [known.masked for known in subjects.known(sending, person)] == ["138****8000"]
