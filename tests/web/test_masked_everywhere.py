"""A name that a board masks stands nowhere that others can open, and no search leads from one to another."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from quiz.models.accounts import Identity
from quiz.services import boards, play
from quiz.services.platform import Platform
from tests.support import contests as cast
from tests.support.clock import MovedClock
from tests.support.pages import Reader
from tests.web.test_play import begin, resident

__all__ = ["resident"]  # a fixture

NAME, NICKNAME = "欧阳建国", "朝天门钓鱼人"
PRIZES = """    draws: [{name: 幸运奖, entries: [{for: attempt}], prizes: [{name: 书, stock: 1}]}]
    awards: [{name: 一等奖, board: 个人, top: 2}]
    boards:"""


def addresses(contest_id: int, person: int) -> Iterator[str]:
    """Yield all that is public of a contest, and what somebody might try."""
    board = f"contests/{contest_id}/boards/0-0"
    searches = [quote(word) for word in (NAME, NAME[:2], NICKNAME[:3], "*")]
    for query in ("", f"?who={person}", *(f"?q={word}" for word in searches)):
        yield f"/{board}{query}"
        yield f"/api/v1/{board}{query}"
    yield f"/{board}/hall"
    for who in ("", f"?who={person}"):
        yield from (f"/{board}/why{who}", f"/{board}/poster{who}", f"/api/v1/{board}/why{who}")
    yield f"/api/v1/{board}?around=me"
    yield from (f"/contests/{contest_id}", f"/contests/{contest_id}/prizes", f"/past/{contest_id}", "/")
    yield from (f"/contests/{contest_id}/prizes/entries-{contest_id}-0.csv", "/api/v1/session")


def told(client: FlaskClient, contest_id: int, person: int) -> set[tuple[str, str]]:
    """Return which addresses tell a name that is to be masked; what was asked for may be said again."""
    found = set()
    for address in addresses(contest_id, person):
        reply = client.get(address)
        assert reply.status_code < 500, address
        text = reply.get_data(as_text=True)
        found |= {(address, word) for word in (NAME, NICKNAME) if word in text and quote(word) not in address}
        found |= {
            (address, "found") for _ in [0] if "q=" in address and "*" not in address and "欧***" in text
        }
    return found


def test_a_masked_name_is_nowhere(
    resident: Reader, app: Flask, platform: Platform, clock: MovedClock
) -> None:
    rules = cast.rules().replace("of: people}", "of: people, names: masked}").replace("    boards:", PRIZES)
    contest_id = cast.publish(platform, rules, clock.now_ms())
    person = cast.join(platform, NICKNAME, clock.now_ms())
    with platform.store.writing() as session:
        session.execute(update(Identity).where(Identity.person_id == person).values(name=NAME))
    attempt = cast.begin(platform, contest_id, person, clock.now_ms())
    play.finish(platform, cast.batch(platform, attempt, clock.now_ms() + 60_000))
    resident.send(f"{begin(resident, contest_id)}/hand-in")
    boards.catch_up_all(platform, clock.now_ms(), full=True)
    assert "欧***" in Reader(app).open(f"/contests/{contest_id}/boards/0-0")

    during = told(resident.client, contest_id, person)
    clock.move(days=30)
    after = told(app.test_client(), contest_id, person)

    assert during | after == set()
