"""The fold against the same rules told naively, on random documents and random records."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from quiz.errors import InvalidInput
from quiz.rules import case, replay
from tests.rules.oracle import Told
from tests.rules.random_contests import ENROLLED, ROSTER, Raw, documents, files_of, records

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
USUAL = settings(
    max_examples=100, deadline=None, suppress_health_check=SLOW, derandomize=True, phases=[Phase.generate]
)
MANY = settings(max_examples=5_000, deadline=None, suppress_health_check=SLOW)


def agree(data: st.DataObject) -> None:
    document = data.draw(documents())
    rows = data.draw(records(document))
    try:
        found = replay.result(case.parse(files_of(document, rows)))
    except InvalidInput:  # a correction of a person nobody has heard of
        assume(False)

    told = Told(document, ROSTER, rows, ENROLLED)

    assert "invalid" not in found
    assert [(r["person"], r["started_at"], r["because"]) for r in found["refused"]] == told.refused
    for board in document["stages"][0]["boards"]:
        assert simple(found["boards"][board["name"]]) == simple(told.board(board)), board
    for draw in document["stages"][0].get("draws", ()):
        assert found["draw_entries"][draw["name"]] == told.entries(draw)


@given(st.data())
@USUAL
def test_the_fold_is_what_the_rules_told_naively_come_to(data: st.DataObject) -> None:
    agree(data)


@pytest.mark.full
@pytest.mark.timeout(3_600)
@given(st.data())
@MANY
def test_the_fold_is_what_the_rules_told_naively_come_to_many_times(data: st.DataObject) -> None:
    agree(data)


NAMES = {"time_ms": "time", "reached_ms": "reached", "first_started_ms": "first_started"}


def simple(shown: Any) -> Any:
    """Return a board as plain numbers: of people by their keys, of units by place and number of people."""
    if isinstance(shown, dict):
        return {name: simple(rows) for name, rows in shown.items()}
    return [row_of({NAMES.get(key, key): value for key, value in row.items()}) for row in shown]


def row_of(row: Raw) -> Raw:
    if "people" in row:
        return {key: row[key] for key in ("place", "who", "people")}
    return {
        **{k: row[k] for k in ("place", "who", *NAMES.values(), "attempts")},
        "total": Fraction(str(row["total"])),
    }
