"""Posters over HTTP: of one's own row and of a unit's, drawn once, no more than the board shows."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import update

from quiz.models.accounts import Identity
from quiz.services import boards, posters
from quiz.services.platform import Platform
from tests.support import contests as cast
from tests.support.pages import Reader
from tests.web.test_play import begin, resident
from tests.web.test_results import BOARD, STREETS, crowd

__all__ = ["crowd", "resident"]  # fixtures


def picture_of(reader: Reader, address: str) -> tuple[str, str]:
    """Open the page of a poster and return the address of its picture and what is said of it."""
    reader.open(address)
    assert reader.page is not None
    found = re.search(
        r'<img class="poster" src="([^"]+)"[^>]* alt="([^"]+)"', reader.page.get_data(as_text=True)
    )
    assert found is not None
    return found[1].replace("&amp;", "&"), found[2]


def test_ones_own_poster_says_what_the_board_says_and_is_drawn_once(
    crowd: Reader, platform: Platform
) -> None:
    address, said = picture_of(crowd, f"{BOARD}/poster")

    first = crowd.client.get(address)
    again = crowd.client.get(address, headers={"If-None-Match": first.headers["ETag"]})

    assert "解放碑小王，第 71 名，积分 0" in said
    assert first.data.startswith(b"\x89PNG")
    assert first.headers["Cache-Control"] == "private, max-age=604800, immutable"
    assert (again.status_code, again.data) == (304, b"")
    assert len(list((platform.data / posters.FOLDER).iterdir())) == 1
    assert "no-cache" in crowd.client.get(f"{BOARD}/poster.png").headers["Cache-Control"]


def test_a_stranger_gets_the_poster_of_a_street_and_is_asked_to_sign_in_for_their_own(
    app: Flask, crowd: Reader
) -> None:
    stranger = Reader(app)
    crowd.open(STREETS)
    assert crowd.page is not None
    street = re.search(r"who=(\d+)", crowd.page.get_data(as_text=True))
    assert street is not None

    address, said = picture_of(stranger, f"{STREETS}/poster?who={street[1]}")

    assert "街道，第" in said
    assert stranger.client.get(address).mimetype == "image/png"
    assert "/sign-in" in stranger.client.get(f"{BOARD}/poster").headers["Location"]
    assert stranger.client.get(f"{BOARD}/poster.png").status_code == 401
    assert stranger.client.get(f"{STREETS}/poster?who=99999").status_code == 404


def test_a_poster_calls_people_as_the_board_does_and_shows_no_board_that_is_not_public(
    resident: Reader, app: Flask, platform: Platform
) -> None:
    rules = cast.rules().replace("of: people}", "of: people, names: masked}")
    rules = rules.replace("order: [sum]}", "order: [sum], public: {to: organizers}}")
    contest_id = cast.publish(platform, rules, platform.clock.now_ms())
    resident.send(f"{begin(resident, contest_id)}/hand-in")
    with platform.store.writing() as session:
        session.execute(update(Identity).where(Identity.nickname == "解放碑小王").values(name="王大明"))
    boards.catch_up_all(platform, platform.clock.now_ms(), full=True)

    _address, said = picture_of(resident, f"/contests/{contest_id}/boards/0-0/poster")

    assert "王**，第 1 名" in said
    assert resident.client.get(f"/contests/{contest_id}/boards/0-1/poster").status_code == 404


def test_new_posters_are_bounded(crowd: Reader, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posters, "NEW_A_VISITOR", 0)

    refused = crowd.client.get(f"{BOARD}/poster.png")

    assert refused.status_code == 429
