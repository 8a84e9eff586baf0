"""Why this place, through the interface: of a case that was played, word for word what its replay says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from quiz.rules import case as cases
from quiz.rules import why_in_record
from quiz.rules.document import load
from quiz.rules.record import records
from quiz.rules.tables import Tables
from quiz.rules.why import as_data
from quiz.rules.words import spoken
from quiz.services import boards
from quiz.services.platform import Platform
from tests.interface.test_examples import EXAMPLES, Case, played, publish, sign_up
from tests.support.clock import MovedClock
from tests.support.phone import Phone


@pytest.fixture(params=["e1-points-per-attempt", "e2-best-then-time"])
def case(request: pytest.FixtureRequest) -> Case:
    return Case(EXAMPLES / request.param)


def replayed(folder: Path) -> Tables:
    """Return the boards of a case as its replay has them."""
    files = {name: (folder / name).read_text("utf-8") for name in cases.FILES if (folder / name).is_file()}
    found = cases.parse(files)
    return Tables(records(load(found.rules), found)[0])


def test_everybody_is_told_what_a_replay_of_the_record_says(
    app: Flask, platform: Platform, clock: MovedClock, case: Case
) -> None:
    contest_id = publish(platform, clock, case)
    phones = {person["person"]: sign_up(app, platform, case, person) for person in case.people}
    for attempt in case.attempts:
        played(platform, clock, phones, contest_id, attempt)
    boards.catch_up_all(platform, clock.now_ms(), full=True)
    tables = replayed(case.folder)

    for position, board in enumerate(tables.stage.boards):
        path = f"/api/v1/contests/{contest_id}/boards/0-{position}"
        for row in Phone(app).get(path)["rows"]:
            phone, who = Phone(app), f"?who={row['id']}"
            if board.of == "people":
                phone, who = phones[row["name"]], ""
            told = phone.get(f"{path}/why{who}")
            expected = why_in_record.of_board(tables, board, row["name"])
            assert expected is not None
            assert without_names(told["why"]) == without_names(as_data(expected[0]))
            assert refused(told["why"]) == refused(as_data(expected[0]))
            apart = "没有计入的"  # there a start was refused, here an attempt: it is worded apart
            sentences = [(part["heading"], part["sentences"]) for part in told["said"]]
            assert [part for part in sentences if part[0] != apart] == [
                part for part in spoken(expected[1]) if part[0] != apart
            ]
            assert not told["behind"]


def refused(why: Any) -> list[tuple[int, str]]:
    """Return when what was refused of a person, and why; nothing of a unit."""
    return [(each["at_ms"], each["what"]) for stage in why.get("stages", ()) for each in stage["refused"]]


def without_names(value: Any) -> Any:
    """Return an explanation without the names of attempts: files and the database give each their own."""
    if isinstance(value, dict):
        return {key: without_names(each) for key, each in value.items() if key not in APART}
    return [without_names(each) for each in value] if isinstance(value, list) else value


APART = ("name", "refused", "metrics")


def test_what_somebody_did_is_for_themselves_alone(app: Flask, platform: Platform, clock: MovedClock) -> None:
    case = Case(EXAMPLES / "e2-best-then-time")
    contest_id = publish(platform, clock, case)
    phones = {person["person"]: sign_up(app, platform, case, person) for person in case.people}
    for attempt in case.attempts:
        played(platform, clock, phones, contest_id, attempt)
    path = f"/api/v1/contests/{contest_id}/boards/0-0"
    row, other = Phone(app).get(path)["rows"][:2]

    stranger = Phone(app).ask("GET", f"{path}/why")
    curious = phones[other["name"]].ask("GET", f"{path}/why?who={row['id']}")
    nonsense = phones[other["name"]].ask("GET", f"{path}/why?who=x")

    assert [reply.status_code for reply in (stranger, curious, nonsense)] == [401, 404, 404]
