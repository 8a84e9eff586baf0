"""Signing in for pages and for clients: nothing is fixed before, nothing replays after, nothing is forged."""

from __future__ import annotations

import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from quiz.app import create_app
from quiz.config import Settings
from quiz.services.platform import Platform
from tests.conftest import Databases
from tests.support import contests as cast
from tests.support.clock import MovedClock
from tests.support.phone import Phone


@pytest.fixture
def contest_id(platform: Platform, clock: MovedClock) -> int:
    cast.fill_bank(platform, clock.now_ms())
    cast.add_units(platform, clock.now_ms())
    text = cast.rules().replace("levels: [district, street]", "levels: [district, street], required: true")
    return cast.publish(platform, text, clock.now_ms())


def csrf_token(client: FlaskClient) -> str:
    """Return the token that the sign-in page carries."""
    page = client.get("/sign-in").get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page) or re.search(
        r'name="csrf-token"[^>]*content="([^"]+)"', page
    )
    assert found is not None
    return found.group(1)


def signed_in(client: FlaskClient, nickname: str = "小明") -> None:
    """Sign the browser in by cookie."""
    headers = {"X-CSRFToken": csrf_token(client)}
    body = {"nickname": nickname, "cookie": True}
    assert client.post("/api/v1/session", json=body, headers=headers).status_code == 200


def test_a_client_gets_a_bearer_token_and_no_cookie(app: Flask) -> None:
    client = app.test_client()

    reply = client.post("/api/v1/session", json={"nickname": "小明"})

    assert reply.get_json()["token"]
    assert "Set-Cookie" not in reply.headers


def test_a_page_gets_a_cookie_and_no_token(app: Flask) -> None:
    client = app.test_client()

    signed_in(client)

    assert client.get("/api/v1/me").get_json()["person"]["nickname"] == "小明"


def test_signing_in_by_cookie_from_elsewhere_is_refused(app: Flask) -> None:
    client = app.test_client()

    reply = client.post("/api/v1/session", json={"nickname": "小明", "cookie": True})

    assert (reply.status_code, reply.get_json()["error"]["code"]) == (400, "stale_form")
    assert client.get("/api/v1/me").status_code == 401


def test_changing_something_with_a_cookie_wants_the_pages_token(app: Flask, contest_id: int) -> None:
    client = app.test_client()
    signed_in(client)
    path = f"/api/v1/contests/{contest_id}/attempts"

    forged = client.post(path, json={})
    own = client.post(path, json={}, headers={"X-CSRFToken": csrf_token(client)})

    assert forged.get_json()["error"]["code"] == "stale_form"
    assert own.get_json()["error"]["code"] == "unit_needed"


def test_a_cookie_of_before_the_sign_in_is_nobodys(app: Flask) -> None:
    victim, attacker = app.test_client(), app.test_client()
    attacker.get("/sign-in")
    planted = attacker.get_cookie("quiz")
    if planted is not None:
        victim.set_cookie("quiz", planted.value)

    signed_in(victim)

    assert attacker.get("/api/v1/me").status_code == 401
    assert victim.get_cookie("quiz").value != (planted.value if planted else "")  # type: ignore[union-attr]


def test_a_cookie_cannot_be_replayed_after_signing_out(app: Flask) -> None:
    client, thief = app.test_client(), app.test_client()
    signed_in(client)
    stolen = client.get_cookie("quiz")
    assert stolen is not None
    thief.set_cookie("quiz", stolen.value)
    assert thief.get("/api/v1/me").status_code == 200

    client.delete("/api/v1/session", headers={"X-CSRFToken": csrf_token(client)})

    assert thief.get("/api/v1/me").status_code == 401
    assert client.get("/api/v1/me").status_code == 401


def test_the_attempt_routes_look_at_no_cookie(app: Flask, platform: Platform, contest_id: int) -> None:
    client = app.test_client()
    signed_in(client)

    assert client.post("/api/v1/attempts/1/answers", json={}).status_code == 401
    assert client.get("/api/v1/attempts/1").status_code == 401


def test_a_required_unit_is_asked_for_and_can_be_named_later(app: Flask, contest_id: int) -> None:
    phone = Phone(app)
    early = phone.ask("POST", "/api/v1/session", {"nickname": "小红", "contest": str(contest_id)})
    phone.sign_up("小红")
    refused = phone.ask("POST", f"/api/v1/contests/{contest_id}/attempts", {})
    street = next(u for u in phone.get("/api/v1/units?q=Q")["units"] if u["level"] == "street")

    named = phone.post("/api/v1/me/units", {"tree": "region", "unit": street["id"]})
    again = phone.ask("POST", "/api/v1/me/units", {"tree": "region", "unit": street["id"]})
    started = phone.start(contest_id)

    assert early.get_json()["error"]["code"] == "unit_needed"
    assert (refused.status_code, refused.get_json()["error"]["tree"]) == (409, "region")
    assert named["units"][0]["path"] == "渝中区/Q"
    assert again.get_json()["units"] == named["units"]
    assert started["state"] == "open"


def test_wrong_codes_are_401_and_too_many_are_429_with_a_time(
    app: Flask, platform: Platform, clock: MovedClock
) -> None:
    phone = Phone(app)
    platform.blocked["127.0.0.1"] = clock.now_ms() + 20_000

    blocked = phone.ask("POST", "/api/v1/session", {"code": "AAAAA-AAAAA"})
    clock.move(seconds=20)
    wrong = phone.ask("POST", "/api/v1/session", {"code": "AAAAA-AAAAA"})

    assert (blocked.status_code, blocked.headers["Retry-After"]) == (429, "20")
    assert (wrong.status_code, wrong.get_json()["error"]["code"]) == (401, "wrong_code")


def test_readiness_says_since_when_boards_stand_and_that_the_clock_jumped(
    app: Flask, platform: Platform, clock: MovedClock
) -> None:
    phone = Phone(app)
    platform.clock_jumped, platform.jump_ms = True, 3_600_000
    platform.fell_behind(7, clock.now_ms())

    ready = phone.get("/readyz")

    assert ready["boards"]["stand_since"] == {"7": clock.now_ms()}
    assert ready["clock"] == {"settled": False, "last_jump_ms": 3_600_000}


def test_without_the_database_the_process_is_up_and_not_ready(tmp_path: Path) -> None:
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:1/nowhere"
    phone = Phone(create_app(Settings(tmp_path, nowhere, None, b"for tests only, thirty-two bytes.")))

    up, ready = phone.ask("GET", "/healthz"), phone.ask("GET", "/readyz")
    listed = phone.ask("GET", "/api/v1/contests")

    assert up.status_code == 200
    assert (ready.status_code, ready.get_json()["database"]) == (503, False)
    assert (listed.status_code, listed.get_json()["error"]["code"]) == (503, "busy")
    assert int(listed.headers["Retry-After"]) >= 2


def test_without_room_on_the_disk_the_process_is_up_and_not_ready(
    databases: Databases, tmp_path: Path
) -> None:
    embedded = databases.sqlite(tmp_path / "own.sqlite3")
    app = create_app(Settings(tmp_path, embedded, None, b"for tests only, thirty-two bytes."))
    store = app.extensions["quiz"].store
    phone = Phone(app)
    replies = [phone.ask("GET", "/readyz")]
    store.tried_until_s = 0.0  # a second later

    with no_room():
        up = phone.ask("GET", "/healthz")
        replies.append(phone.ask("GET", "/readyz"))
    store.tried_until_s = 0.0
    replies.append(phone.ask("GET", "/readyz"))

    assert up.status_code == 200
    assert [(r.status_code, r.get_json()["database"]) for r in replies] == [
        (200, True),
        (503, False),
        (200, True),
    ]


@contextmanager
def no_room() -> Iterator[None]:
    """Let this process write nothing more into any file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_board_that_has_not_changed_is_not_sent_again(
    app: Flask, platform: Platform, contest_id: int
) -> None:
    phone = Phone(app)
    path = f"/api/v1/contests/{contest_id}/boards/0-0"
    first = phone.ask("GET", path)

    again = phone.ask("GET", path, headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")
