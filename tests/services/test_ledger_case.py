"""The worked case of a disqualified school, played and corrected through the services."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from quiz.errors import QuizError
from quiz.models.accounts import Unit
from quiz.rules import case
from quiz.rules.case_rows import AttemptRow
from quiz.services import accounts, boards, ledger, play, previewing, results
from quiz.services.accounts import UnitRow
from quiz.services.correcting import Correction
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published, in_force
from quiz.services.results import Wanted, boards_of
from tests.support import contests as cast
from tests.support.clock import MovedClock

FOLDER = Path(__file__).parent.parent / "examples/e5-unit-disqualified"


@pytest.fixture
def recorded() -> case.Case:
    return case.parse({path.name: path.read_text() for path in FOLDER.iterdir()})


@pytest.fixture
def expected() -> dict[str, Any]:
    return json.loads((FOLDER / "expected.json").read_text())


def publish(platform: Platform, clock: MovedClock, recorded: case.Case) -> Published:
    """Publish the case's rules before they open, with its schools."""
    clock.set("2024-02-10 09:00")
    now = clock.now_ms()
    cast.fill_bank(platform, now, count=51)
    schools = [UnitRow(row.unit, row.unit, "school", "") for row in recorded.units]
    accounts.load_units(platform, "school", schools, Actor(None, now))
    for row in recorded.units:
        accounts.set_enrolment(
            platform, school(platform, row.unit), row.as_of, row.enrolled, Actor(None, now)
        )
    return in_force(platform, cast.publish(platform, recorded.rules, now))


def school(platform: Platform, code: str) -> int:
    with platform.store.reading() as session:
        return session.scalars(select(Unit.id).where(Unit.code == code)).one()


def played(
    platform: Platform, clock: MovedClock, rules: Published, person_id: int, row: AttemptRow
) -> str | None:
    """Play one attempt; returns the code of what refused its start."""
    clock.at_ms = row.started_ms
    try:
        attempt_id = cast.begin(platform, rules.contest_id, person_id, row.started_ms)
    except QuizError as refusal:
        return refusal.code
    answers = [
        cast.answer(platform, attempt_id, n, right=right == 1)
        for n, right in enumerate(row.answers, 1)
        if right is not None
    ]
    clock.at_ms = row.finished_ms
    play.finish(platform, cast.batch(platform, attempt_id, row.finished_ms, *answers))
    return None


def test_a_disqualified_school_leaves_its_place_to_the_next(
    platform: Platform, clock: MovedClock, recorded: case.Case, expected: dict[str, Any]
) -> None:
    rules = publish(platform, clock, recorded)
    boards.catch_up_all(platform, clock.now_ms(), full=True)
    people = {
        person.id: cast.join(
            platform, person.id, clock.now_ms(), {"school": school(platform, person.paths["school"])}
        )
        for person in recorded.people.values()
    }
    refused = []
    for row in sorted(recorded.attempts, key=lambda row: (row.started_ms, row.id)):
        because = played(platform, clock, rules, people[row.person], row)
        if because is not None:
            refused.append({"person": row.person, "started_at": row.started_at, "because": because})
    awards = []
    for row in recorded.ledger:
        target = people[row.person] if row.person else school(platform, str(row.unit).split(":")[1])
        wanted = Correction("person" if row.person else "unit", target, row.do, row.because)
        awards += previewing.preview(platform, rules.contest_id, wanted, row.at_ms).awards
        ledger.book(platform, rules.contest_id, wanted, Actor(None, row.at_ms))

    assert refused == expected["refused"]
    assert {
        board.name: shown(platform, rules, board_id, expected["boards"][board.name])
        for board_id, _, board in boards_of(rules)
    } == expected["boards"]
    assert [(award.name, award.gain, award.lose) for award in awards] == [("晋级", ["S2"], ["S1"])]
    assert boards.verify(platform, rules.contest_id) == []


def shown(
    platform: Platform, rules: Published, board_id: results.BoardId, wanted: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    page = results.page(platform, rules, Wanted(board_id), platform.clock.now_ms())
    rows = [{"place": row.place, "who": row.name, **row.values} for row in page.rows]
    return [{key: row.get(key) for key in want} for row, want in zip(rows, wanted, strict=True)]
