"""Who asks, where reverse proxies stand in front and where none do."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from quiz.app import create_app
from quiz.config import BadSetting, Settings, serving

SENT = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "quiz.example.org",
}


@pytest.fixture
def settings(database: str, valkey: str, tmp_path: Path) -> Settings:
    return Settings(tmp_path, database, valkey, b"for tests only, thirty-two bytes.")


def session_cookie(client: FlaskClient) -> str:
    reply = client.get("/sign-in", headers=SENT)
    return next(cookie for cookie in reply.headers.getlist("Set-Cookie") if cookie.startswith("quiz="))


def test_the_cookie_of_a_proxy_that_speaks_https_is_for_https_only(settings: Settings) -> None:
    client = create_app(replace(settings, proxies=1)).test_client()

    assert "Secure" in session_cookie(client)


def test_a_stranger_who_claims_to_be_a_proxy_is_not_believed(settings: Settings) -> None:
    client = create_app(settings).test_client()

    assert "Secure" not in session_cookie(client)


def test_a_number_of_proxies_that_is_none_is_refused_in_a_sentence() -> None:
    with pytest.raises(BadSetting, match="PROXIES=yes 不能用"):
        serving({"PROXIES": "yes"})
