"""The worked cases, played for real through the interface with a moved clock: boards as they must be."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from quiz.models.accounts import Identity
from quiz.rules.document import load
from quiz.services import boards, draws
from quiz.services.platform import Platform
from quiz.services.published import in_force
from tests.support import contests as cast
from tests.support.clock import MovedClock
from tests.support.phone import Phone

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
PLAYED = (
    "e1-points-per-attempt",
    "e2-best-then-time",
    "e7-gated-levels",
    "e8-practice-first",
    "e9-until-right",
)


@dataclass(frozen=True)
class Case:
    """A worked case."""

    folder: Path

    @property
    def rules(self) -> str:
        """Its rules as they are written."""
        return (self.folder / "rules.yaml").read_text("utf-8")

    @property
    def people(self) -> list[dict[str, str]]:
        with (self.folder / "people.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    @property
    def attempts(self) -> list[dict[str, Any]]:
        """Its attempts in order of start."""
        lines = (self.folder / "attempts.jsonl").read_text("utf-8").splitlines()
        return sorted((json.loads(line) for line in lines), key=lambda a: moment(a["started_at"]))

    @property
    def expected(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "expected.json").read_text("utf-8"))
        return found


def moment(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.fixture(params=PLAYED)
def case(request: pytest.FixtureRequest) -> Case:
    return Case(EXAMPLES / request.param)


def test_a_worked_case_played_through_the_interface_has_its_boards(
    app: Flask, platform: Platform, clock: MovedClock, case: Case
) -> None:
    contest_id = publish(platform, clock, case)
    boards.catch_up_all(platform, clock.now_ms(), full=True)
    phones = {person["person"]: sign_up(app, platform, case, person) for person in case.people}

    refused = [r for attempt in case.attempts if (r := played(platform, clock, phones, contest_id, attempt))]

    assert refused == case.expected["refused"]
    assert dict(shown(Phone(app), contest_id, case)) == case.expected["boards"]
    assert drawn_from(platform, contest_id) == case.expected.get("draw_entries", {})
    assert boards.verify(platform, contest_id) == []


def drawn_from(platform: Platform, contest_id: int) -> dict[str, dict[str, int]]:
    """Return how many entries everybody has, by draw and nickname."""
    found = draws.entries_of(platform, in_force(platform, contest_id))
    with platform.store.reading() as session:
        names = dict(session.execute(select(Identity.person_id, Identity.nickname)).all())
    return {draw: {names[who]: count for who, count in mine.items()} for draw, mine in found.items()}


def publish(platform: Platform, clock: MovedClock, case: Case) -> int:
    """Publish the case's rules an hour before they open, over a bank that fills its papers."""
    document = load(case.rules)
    clock.at_ms = document.stages[0].calendar.opens_ms - 3_600_000
    cast.fill_bank(platform, clock.now_ms(), count=document.stages[0].paper.count + 2)
    if "region" in document.units:
        cast.add_units(platform, clock.now_ms(), sorted({p["region"] for p in case.people}))
    return cast.publish(platform, case.rules, clock.now_ms())


def sign_up(app: Flask, platform: Platform, case: Case, person: dict[str, str]) -> Phone:
    phone = Phone(app)
    units = {}
    if load(case.rules).units:
        name = person["region"].split("/")[1]
        found = phone.get(f"/api/v1/units?q={name}&tree=region")["units"]
        units = {"region": next(u["id"] for u in found if u["path"] == person["region"])}
    phone.sign_up(person["person"], units)
    return phone


def played(
    platform: Platform, clock: MovedClock, phones: dict[str, Phone], contest_id: int, attempt: dict[str, Any]
) -> dict[str, str] | None:
    """Play one attempt of the case; returns it as the case lists a refused one, None when it is accepted."""
    phone = phones[attempt["person"]]
    clock.at_ms = started_ms = moment(attempt["started_at"])
    wanted = {"level": attempt["level"]} if "level" in attempt else {}
    reply = phone.ask("POST", f"/api/v1/contests/{contest_id}/attempts", wanted)
    if reply.status_code != 200:
        who = {name: attempt[name] for name in ("person", "started_at")}
        return {**who, "because": reply.get_json()["error"]["code"]}
    state = phone.attempt = reply.get_json()
    given = zip(attempt["answers"], attempt["ms"], strict=True)
    for n, (letter, ms) in enumerate(given, 1):
        clock.at_ms += ms
        asked = state["asked"][0] if "asked" in state else n  # where what is not right comes again
        state = phone.save({asked: response(platform, phone, asked, letter)})
    clock.at_ms = max(clock.at_ms, moment(attempt["finished_at"]))
    finished = phone.finish()
    assert finished["time_ms"] == moment(attempt["finished_at"]) - started_ms
    return None


def response(platform: Platform, phone: Phone, n: int, letter: str) -> tuple[str, ...]:
    if letter == "-":
        return ()
    return cast.response(platform, int(phone.attempt["attempt"]), n, right=letter == "R")


def shown(phone: Phone, contest_id: int, case: Case) -> Iterator[tuple[str, Any]]:
    """Yield each board the case expects, its rows with the keys that the case gives; maybe by period."""
    for board in phone.get(f"/api/v1/contests/{contest_id}/boards")["boards"]:
        expected = case.expected["boards"].get(board["name"])
        address = f"/api/v1/contests/{contest_id}/boards/{board['id']}"
        if isinstance(expected, dict):
            periods = board["periods"]
            yield board["name"], {p: rows(phone, f"{address}?period={p}", expected[p]) for p in periods}
        elif expected is not None:
            yield board["name"], rows(phone, address, expected)


def rows(phone: Phone, address: str, expected: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = [{**row, "who": row["name"]} for row in phone.get(address)["rows"]]
    return [{key: row.get(key) for key in wanted} for row, wanted in zip(found, expected, strict=True)]
