"""Whatever is sent, the answer is a refusal with a code and a sentence, never an error of ours."""

from __future__ import annotations

import json
import random
from typing import Any

import orjson
import pytest
from flask import Flask

from quiz.services.platform import Platform
from tests.support import contests as cast
from tests.support.clock import MovedClock
from tests.support.phone import Phone

HUGE = 2**70
NUMBERS = [True, -1, 0, 1, 1.5, 1e308, 2**31, 2**63 - 1, 2**63, HUGE]
TEXTS = [
    "",
    " ",
    "'",
    "\x00",
    "a\x00b",
    "=1+1",
    "<script>",
    "１",
    "𠮷",
    "\u202e",
    "a" * 10_000,
    "%(name)s",
    "%s",
]
LISTS = [None, [], {}, [[]], {"a": {}}, ["\x00"], [None], [{}], [[["k7"]]]]
STRANGE: list[Any] = [*NUMBERS, *TEXTS, *LISTS]


@pytest.fixture
def contest_id(platform: Platform, clock: MovedClock) -> int:
    cast.fill_bank(platform, clock.now_ms())
    cast.add_units(platform, clock.now_ms())
    return cast.publish(platform, cast.rules(), clock.now_ms())


@pytest.fixture
def phone(app: Flask, contest_id: int) -> Phone:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    phone = Phone(app)
    phone.sign_up("小明")
    phone.start(contest_id)
    return phone


def raw(phone: Phone, path: str, body: bytes, token: str | None = None, method: str = "POST") -> int:
    """Send bytes and return the status; a refusal must carry a code and a sentence."""
    headers = {"Authorization": f"Bearer {token if token is not None else phone.token}"}
    reply = phone.client.open(path, method=method, data=body, headers=headers)
    if reply.status_code >= 400:
        error = reply.get_json()["error"]
        assert error["code"]
        assert error["message"]
    return reply.status_code


BODIES = {
    "not JSON": b"{",
    "a list": b"[]",
    "a number": b"7",
    "null": b"null",
    "invalid UTF-8": b'{"device": "\xff\xfe"}',
    "a lone surrogate": b'{"device": "\\ud800"}',
    "deep": b"[" * 60_000,
    "deep in an object": b'{"answers":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    "not a number": b'{"answers": [{"n": NaN, "seq": 1, "response": []}], "device": "d"}',
    "a huge number": b'{"answers": [{"n": ' + b"9" * 5_000 + b', "seq": 1, "response": []}], "device": "d"}',
    "answers without a device": b'{"answers": [{"n": 1, "seq": 1, "response": []}]}',
    "a device with NUL": b'{"device": "a\\u0000", "answers": []}',
    "too many answers": orjson.dumps({"device": "d", "answers": [{"n": 1, "seq": 1, "response": []}] * 201}),
}


@pytest.mark.parametrize("what", ["answers", "finish"])
def test_a_body_that_cannot_be_read_is_malformed_and_changes_nothing(phone: Phone, what: str) -> None:
    path = f"/api/v1/attempts/{phone.attempt['attempt']}"

    answers = {
        name: raw(phone, f"{path}/{what}", body, phone.attempt["token"]) for name, body in BODIES.items()
    }

    state = phone.get(path, token=phone.attempt["token"])
    assert answers == dict.fromkeys(BODIES, 400)
    assert state["state"] == "open"
    assert state["saved"] == {}


def test_a_body_that_is_too_large_is_refused(phone: Phone) -> None:
    path = f"/api/v1/attempts/{phone.attempt['attempt']}/answers"

    assert raw(phone, path, b" " * 100_000, phone.attempt["token"]) == 413


def test_numbers_that_no_row_has_are_not_found(phone: Phone) -> None:
    for number in ("0", "-1", "1.5", "9" * 18, str(2**63 - 1), str(2**63), "9" * 5000):
        assert phone.client.get(f"/api/v1/contests/{number}").status_code == 404
        assert phone.client.get(f"/api/v1/contests/{number}/boards").status_code == 404
        assert raw(phone, f"/api/v1/contests/{number}/attempts", b"{}") == 404
        assert raw(phone, f"/api/v1/attempts/{number}/answers", b"{}", phone.attempt["token"]) in (401, 404)


def test_any_text_may_be_searched_for(phone: Phone, contest_id: int) -> None:
    board = f"/api/v1/contests/{contest_id}/boards/0-0"
    for text in ("%00", "%25", "_", "'", "%5C", "%FF", "a" * 3000, "%ED%A0%80", "%E2%80%AE", "%(x)s"):
        assert phone.client.get(f"/api/v1/units?q={text}").status_code == 200
        assert phone.client.get(f"/api/v1/units?q=P&tree={text}").status_code == 200
        assert phone.client.get(f"{board}?q={text}").status_code == 200
        assert phone.client.get(f"{board}?period={text}").status_code in (200, 404)


def test_a_part_of_a_board_that_cannot_be_is_malformed(phone: Phone, contest_id: int) -> None:
    for query in ("page=0", "page=x", "page=-1", "size=0", "size=201", f"page={HUGE}", "around=you"):
        assert phone.client.get(f"/api/v1/contests/{contest_id}/boards/0-0?{query}").status_code == 400


def test_a_board_that_does_not_exist_is_not_found(phone: Phone, contest_id: int) -> None:
    for board in ("0-9", "9-0", "x", "0", "0-", "-", "0-0-0", "1" * 400, "%00", "０-０", "²-0"):
        assert phone.client.get(f"/api/v1/contests/{contest_id}/boards/{board}").status_code == 404


def test_a_key_that_is_none_is_malformed(phone: Phone, contest_id: int) -> None:
    for key in ("", " ", "a b", "a" * 81, "钥匙", "\x7f"):
        headers = {"Authorization": f"Bearer {phone.token}", "Idempotency-Key": in_a_header(key)}
        reply = phone.client.post(f"/api/v1/contests/{contest_id}/attempts", json={}, headers=headers)

        assert reply.status_code == 400


def test_a_token_that_is_none_signs_nobody_in(phone: Phone) -> None:
    path = f"/api/v1/attempts/{phone.attempt['attempt']}"
    for token in ("", "x", "a.b.c", "\x7f", "=" * 10, "A" * 5_000, "钥匙"):
        headers = {"Authorization": f"Bearer {in_a_header(token)}"}

        assert phone.client.get("/api/v1/me", headers=headers).status_code == 401
        assert phone.client.get(path, headers=headers).status_code == 401
        assert phone.client.post(f"{path}/answers", json={"token": token}).status_code == 401


def in_a_header(text: str) -> str:
    """Return text as its UTF-8 bytes stand in a header."""
    return text.encode().decode("latin-1")


def test_no_combination_of_strange_values_is_an_error_of_ours(phone: Phone, contest_id: int) -> None:
    chance = random.Random(20260302)
    attempt = f"/api/v1/attempts/{phone.attempt['attempt']}"
    routes = {
        "/api/v1/session": ("code", "nickname", "units", "contest", "cookie"),
        "/api/v1/me/units": ("tree", "unit"),
        f"/api/v1/contests/{contest_id}/attempts": ("stage", "scene"),
        f"{attempt}/answers": ("answers",),
    }
    for _ in range(600):
        path, names = chance.choice(list(routes.items()))
        body = {name: chance.choice(STRANGE) for name in names if chance.random() < 0.7}
        token = phone.token
        if "answers" in names:
            strange = [{f: chance.choice(STRANGE) for f in ("n", "seq", "response")} for _ in range(2)]
            body = {"device": "d1", "answers": [chance.choice(([strange[0] | {"n": 1}], strange))[0]]}
            token = phone.attempt["token"]

        assert raw(phone, path, json.dumps(body).encode(), token) < 500


def test_another_method_is_refused_in_json(phone: Phone) -> None:
    for method in ("PUT", "PATCH", "DELETE", "TRACE"):
        reply = phone.client.open("/api/v1/contests", method=method)

        assert reply.status_code == 405
        assert reply.get_json()["error"]["code"] == "method"
        assert reply.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_an_unknown_address_is_not_found_in_json(phone: Phone) -> None:
    assert phone.client.get("/api/v1/nothing").get_json()["error"]["code"] == "not_found"
