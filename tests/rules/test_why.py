"""Why this place: every number that is told adds up to the board's numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from quiz.errors import InvalidDocument, InvalidInput
from quiz.rules import case, why_in_record
from quiz.rules.document import load
from quiz.rules.parts import Board
from quiz.rules.record import Record, records
from quiz.rules.saying import filled_in
from quiz.rules.tables import Tables
from quiz.rules.why import Why, WhyUnit, as_data
from quiz.rules.why_words import of_person, of_unit
from tests.rules.documents import EXAMPLES, calendar, small, text
from tests.rules.random_contests import documents, files_of
from tests.rules.random_contests import records as random_records
from tests.rules.test_contests import NAMES, played
from tests.rules.test_replay import PEOPLE, attempt

CASES = sorted(path.parent for path in EXAMPLES.glob("*/expected.json"))
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def recorded(files: dict[str, str]) -> list[Record]:
    found = case.parse(files)
    return records(load(found.rules), found)


def places(record: Record) -> Iterator[tuple[Tables, Board, str | None, dict[str, Any]]]:
    """Yield every row of every board of a stage."""
    tables = Tables(record)
    for board in record.stage.boards:
        for period in [None] if board.over == "stage" else [*record.periods]:
            for rows in tables.parts(board, period).values():
                for row in rows:
                    yield tables, board, period, row


def adds_up(record: Record) -> int:
    """Hold every row of a stage to what is told of it; returns how many there were."""
    number = 0
    for tables, board, period, row in places(record):
        number += 1
        if board.of == "people":
            why = why_in_record.person(tables, board, row["who"], period)
            assert why is not None
            person_adds_up(record, why, row)
        else:
            found = why_in_record.unit(tables, board, row["who"], period)
            assert found is not None
            unit_adds_up(record, board, found, row)
    return number


def person_adds_up(record: Record, why: Why, row: dict[str, Any]) -> None:
    stage = record.stage
    assert (why.place, why.total, why.time_ms) == (row["place"], row["total"], row["time_ms"])
    assert sum(each.because != "void" for each in why.attempts) == row["attempts"]
    assert sum(each.time_ms for each in why.attempts if each.counts) == row["time_ms"]
    kept = [each for each in why.periods if each.counts]
    together = sum((Fraction(each.points) for each in kept), Fraction(0))
    if stage.person.across_periods == "mean" and kept:
        together /= len(kept)
    assert why.from_periods == together
    for each in why.periods:
        counting = [
            a.points
            for a in why.attempts
            if a.period == each.period and a.because in ("counts", "other_period")
        ]
        added_up = sum(counting, Fraction(0)) / (len(counting) if stage.person.within_period == "mean" else 1)
        assert (each.added_up, each.points <= each.added_up) == (added_up, True)
    exact = min(why.from_periods, why.from_attempts) + why.from_events + why.adjusted
    assert why.exact == exact
    smallest = Fraction(exact) / stage.point
    assert abs(smallest - Fraction(str(row["total"])) / stage.point) < 1
    for key in why.keys:
        assert key.own == (
            Fraction(str(row["total"])) / stage.point if key.key == "total" else row[COLUMNS[key.key]]
        )
    assert (why.above is None) == all(key.above is None for key in why.keys)
    json.dumps(as_data(why))
    assert all("%(" not in filled_in(sentence) for sentence in of_person(stage, why))


COLUMNS = {
    "time": "time_ms",
    "reached": "reached_ms",
    "first_started": "first_started_ms",
    "attempts": "attempts",
}


def unit_adds_up(record: Record, board: Board, why: WhyUnit, row: dict[str, Any]) -> None:
    assert (why.place, why.value) == (row["place"], row["value"])
    assert why.counts["people"] == row["people"]
    for each in why.inputs:
        assert each.rounded is not None
        assert each.product == each.rounded * each.weight
        assert each.capped is not None
        assert each.figure is not None
        assert each.capped <= each.figure
    if board.value is not None:
        assert why.exact == sum(each.product for each in why.inputs if each.product is not None)
        error = abs(Fraction(str(why.value)) - why.exact)
        assert (
            error < Fraction(1, 10 ** (board.value.round or 0))
            if board.value.round is not None
            else error == 0
        )
    else:
        first = why.inputs[0].rounded
        assert Fraction(str(why.value)) == first
    if "participation_rate" in [each.metric for each in why.inputs]:
        rate = next(each.figure for each in why.inputs if each.metric == "participation_rate")
        assert rate == Fraction(100 * why.counts["people"], why.counts["enrolled"])
    json.dumps(as_data(why))
    assert all("%(" not in filled_in(sentence) for sentence in of_unit(record.stage, board, why))


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_every_place_of_the_worked_cases_adds_up(folder: Path) -> None:
    files = {name: (folder / name).read_text("utf-8") for name in case.FILES if (folder / name).is_file()}

    assert sum(adds_up(record) for record in recorded(files))


@pytest.mark.parametrize("name", NAMES)
def test_every_place_of_the_real_contests_adds_up(name: str) -> None:
    assert sum(adds_up(record) for record in recorded(played(name).files))


@given(st.data())
@settings(
    max_examples=60, deadline=None, suppress_health_check=SLOW, derandomize=True, phases=[Phase.generate]
)
def test_every_place_of_random_contests_adds_up(data: st.DataObject) -> None:
    document = data.draw(documents())
    try:
        found = recorded(files_of(document, data.draw(random_records(document))))
    except (InvalidInput, InvalidDocument):
        assume(False)

    for record in found:
        adds_up(record)


LEDGER = [
    {"at": "2024-08-02T09:00:00+08:00", "actor": "裁判", "do": "void", "because": "重复", "attempt": "3"},
    {
        "at": "2024-08-02T09:00:00+08:00",
        "actor": "裁判",
        "do": "adjust",
        "because": "补",
        "person": "A",
        "points": 1,
    },
]


def told(**stage: Any) -> Record:
    files = {
        "rules.yaml": text(small(**stage)),
        "people.csv": PEOPLE,
        "attempts.jsonl": "\n".join(
            json.dumps(row)
            for row in (
                attempt("A", "07-02 09:00", "RRR"),
                attempt("A", "07-02 10:00", "RWW"),
                attempt("A", "07-03 09:00", "RRR"),
                attempt("A", "07-04 09:00", "RRW"),
                attempt("B", "07-02 09:00", "RRR"),
                attempt("C", "08-02 09:00", "RRR"),
            )
        ),
        "ledger.jsonl": "\n".join(json.dumps(row) for row in LEDGER),
    }
    return recorded(files)[0]


def test_a_person_is_told_which_attempts_count_and_why_the_others_do_not() -> None:
    record = told(person={"within_period": "best", "across_periods": "best"})

    why = why_in_record.person(Tables(record), record.stage.boards[0], "A")

    assert why is not None
    assert [(each.points, each.because) for each in why.attempts] == [
        (3, "counts"),
        (1, "not_best"),
        (3, "void"),
        (2, "other_period"),
    ]
    assert (why.from_periods, why.adjusted, why.total) == (3, 1, 4)
    assert (why.place, why.below, why.decided) == (1, "B", None)
    assert as_data(why)["keys"][0] == {"key": "total", "own": 4, "above": None, "below": 3}
    said = [filled_in(sentence) for sentence in of_person(record.stage, why)]
    assert said[0] == "第 1 名：A，总分 4 分。"
    assert any("作废" in sentence for sentence in said)


def test_a_unit_is_told_its_formula_with_its_inputs() -> None:
    board = {
        "name": "综合",
        "of": "region.street",
        "value": {
            "terms": [{"metric": "mean", "weight": "0.5"}, {"metric": "people", "cap": 1, "weight": 1}],
            "round": 1,
        },
    }
    record = told(boards=[board], calendar=calendar(period="none"), person={"within_period": "best"})

    why = why_in_record.unit(Tables(record), record.stage.boards[0], "P")

    assert why is not None
    assert [(i.metric, i.figure, i.capped, i.product) for i in why.inputs] == [
        ("mean", Fraction(7, 2), Fraction(7, 2), Fraction(7, 4)),
        ("people", 2, 1, 1),
    ]
    assert (why.exact, why.value) == (Fraction(11, 4), "2.8")
    said = [filled_in(sentence) for sentence in of_unit(record.stage, record.stage.boards[0], why)]
    assert said[0] == "第 1 名：P，综合得分 2.8。"
