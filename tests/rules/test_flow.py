"""Ways through a contest that are not one paper after the other: levels, practice, redoing, runs, duels."""

from __future__ import annotations

from typing import Any

import pytest

from quiz.errors import InvalidDocument
from tests.rules.documents import calendar, document
from tests.rules.test_replay import attempt, played, totals

LEVELS = calendar(period="level")


def level(person: str, start: str, n: int, answers: str) -> dict[str, Any]:
    return attempt(person, start, answers, level=n)


def refused(result: dict[str, Any]) -> list[tuple[str, str]]:
    return [(row["started_at"][5:16], row["because"]) for row in result["refused"]]


def test_a_level_opens_when_the_one_before_is_passed_and_not_while_it_is_played() -> None:
    result = played(
        level("A", "07-02 09:00", 2, "RRR"),
        level("A", "07-02 09:01", 1, "RWW"),
        level("A", "07-02 09:02", 2, "RRR"),
        attempt("A", "07-02 09:03", "RRW", ms=20_000, level=1),
        level("A", "07-02 09:03", 2, "RRR"),
        level("A", "07-02 09:05", 2, "RRR"),
        level("A", "07-02 09:06", 3, "RRR"),
        calendar=LEVELS,
        flow={"levels": {"pass": [2, 3]}},
        person={"within_period": "best", "across_periods": "sum"},
    )

    assert refused(result) == [
        ("07-02T09:00", "level"),
        ("07-02T09:02", "level"),
        ("07-02T09:03", "level"),
        ("07-02T09:06", "invalid"),
    ]
    assert totals(result) == {"A": 5}


@pytest.mark.parametrize(
    ("again", "accepted"),
    [("failed", ["09:00", "09:01"]), ("never", ["09:00"]), ("always", ["09:00", "09:01", "09:02"])],
)
def test_a_level_may_be_played_again_as_the_rules_say(again: str, accepted: list[str]) -> None:
    starts = {"09:00": "RWW", "09:01": "RRR", "09:02": "RRW"}

    result = played(
        *(level("A", f"07-02 {at}", 1, answers) for at, answers in starts.items()),
        calendar=LEVELS,
        flow={"levels": {"pass": [2, 2], "again": again}},
    )

    assert [at for at in starts if at not in [moment[6:] for moment, _ in refused(result)]] == accepted


def test_a_failed_level_is_worth_what_the_rules_say() -> None:
    result = played(
        level("A", "07-02 09:00", 1, "RRW"),
        level("B", "07-02 09:00", 1, "RRR"),
        calendar=LEVELS,
        flow={"levels": {"pass": [3, 3], "failed_gives": 0}},
    )

    assert totals(result) == {"A": 0, "B": 3}


def test_a_level_opens_on_its_day_where_the_rules_say_so() -> None:
    result = played(
        level("A", "07-01 09:00", 1, "RRR"),
        level("A", "07-01 23:59", 2, "RRR"),
        level("A", "07-02 00:00", 2, "RRR"),
        calendar=LEVELS,
        flow={"levels": {"pass": [2, 2], "opens": "daily"}},
    )

    assert refused(result) == [("07-01T23:59", "level")]


def test_a_pass_that_is_void_at_that_moment_opens_nothing() -> None:
    void = {
        "at": "2024-07-02T09:30:00+08:00",
        "actor": "裁判",
        "do": "void",
        "because": "核查",
        "attempt": "a",
    }
    result = played(
        attempt("A", "07-02 09:00", "RRR", level=1, id="a"),
        attempt("A", "07-02 09:10", "RRR", level=2),
        attempt("A", "07-02 09:40", "RRR", level=2),
        files={"ledger.jsonl": [void]},
        calendar=LEVELS,
        flow={"levels": {"pass": [2, 2], "again": "always"}},
    )

    assert refused(result) == [("07-02T09:40", "level")]
    assert totals(result) == {"A": 3}


def test_passed_levels_are_a_threshold() -> None:
    result = played(
        level("A", "07-02 09:00", 1, "RRR"),
        level("A", "07-02 09:01", 2, "RRR"),
        level("B", "07-02 09:00", 1, "RRR"),
        calendar=LEVELS,
        flow={"levels": {"pass": [2, 2]}},
        awards=[{"name": "通关证书", "at_least": {"levels": 2}}],
    )

    assert result["awards"] == {"通关证书": ["A"]}


def test_boards_of_levels_stand_in_the_order_of_levels() -> None:
    result = played(
        *(level("A", f"07-02 09:{n:02}", n, "RRR") for n in range(1, 12)),
        calendar=LEVELS,
        flow={"levels": {"pass": [1] * 11}},
        boards=[{"name": "各关", "of": "people", "over": "period"}],
    )

    assert list(result["boards"]["各关"]) == [str(n) for n in range(1, 12)]


def test_until_a_practice_is_passed_everything_is_practice() -> None:
    result = played(
        attempt("A", "07-02 09:00", "RWW"),
        attempt("A", "07-02 09:01", "RRW"),
        attempt("A", "07-02 09:02", "RRR"),
        attempt("A", "07-02 09:03", "RRR", practice=True),
        attempt("B", "07-02 09:00", "RWW"),
        flow={"practice_first": {"at_least": {"correct": 2}}},
        quota={"limit": {"total": 1}},
    )

    assert (result["refused"], totals(result)) == ([], {"A": 3})


def test_wrong_questions_come_again_and_the_last_answer_counts() -> None:
    again = attempt("A", "07-02 09:00", "RWW" + "WR" + "R", ms=[1_000, 1_000, 1_000, 2_000, 2_000, 3_000])
    once = attempt("B", "07-02 09:00", "RWW")

    result = played(again, once, flow={"redo": "until_right"}, award={"completed": 1, "perfect": 1})

    assert totals(result) == {"A": 2, "B": 1}
    assert result["boards"]["个人"][0]["time_ms"] == 10_000


def test_a_run_until_its_time_is_over_has_no_blanks() -> None:
    result = played(
        attempt("A", "07-02 09:00", "R", ms=5_000),
        marking={"blank": -1, "wrong": -1},
        clock={"per_attempt_s": 10, "grace_s": 0},
        flow={"stop": "time"},
    )

    assert totals(result) == {"A": 1}


def test_a_run_until_its_time_is_over_needs_a_time() -> None:
    with pytest.raises(InvalidDocument) as refusal:
        document(flow={"stop": "time"})

    assert [(fault.at, fault.code) for fault in refusal.value.faults] == [
        ("/stages/0/flow/stop", "no_attempt_clock")
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"clock": {"per_question_s": 20}},
        {"flow": {"stop": "first_wrong"}},
        {"flow": {"redo": "until_right"}},
        {"flow": {"show": {"after_answer": "key"}}},
    ],
)
def test_questions_that_come_one_by_one_are_no_list(other: dict[str, dict[str, object]]) -> None:
    flow = {"layout": "list", **other.get("flow", {})}

    with pytest.raises(InvalidDocument) as refusal:
        document(**{**other, "flow": flow})

    assert [(fault.at, fault.code) for fault in refusal.value.faults] == [
        ("/stages/0/flow/layout", "list_one_by_one")
    ]


def test_what_is_handed_in_too_soon_is_refused_and_uses_nothing() -> None:
    result = played(
        attempt("A", "07-02 09:00", "RRR", ms=9_999),
        attempt("A", "07-02 10:00", "RRW", ms=10_000),
        clock={"at_least_s": 30},
        quota={"limit": {"total": 1}},
    )

    assert refused(result) == [("07-02T09:00", "too_quick")]
    assert totals(result) == {"A": 2}


def test_what_the_close_cuts_off_was_not_too_quick() -> None:
    result = played(
        attempt("A", "07-31 23:59", "RRR", ms=[30_000, 29_000, 1_000]),
        clock={"at_least_s": 120},
        calendar=calendar(at_close="cut"),
    )

    assert (result["refused"], totals(result)) == ([], {"A": 3})


def test_a_duel_gives_what_its_outcome_is_worth() -> None:
    result = played(
        attempt("A", "07-02 09:00", "RRR", duel="win"),
        attempt("B", "07-02 09:00", "RRW", duel="loss"),
        flow={"duel": {"players": 2}},
        award={"duel": {"win": 10, "draw": 5, "loss": 0}},
    )

    assert totals(result) == {"A": 10, "B": 0}


def test_times_are_compared_in_whole_seconds_where_the_rules_say_so() -> None:
    result = played(
        attempt("A", "07-02 09:00", "RRR", ms=[1_000, 1_000, 999]),
        attempt("B", "07-02 09:00", "RRR", ms=[1_000, 1_000, 1]),
        clock={"time_in": "s"},
        order=["total", "time"],
    )

    assert [(row["place"], row["time_ms"]) for row in result["boards"]["个人"]] == [(1, 2_000), (1, 2_000)]


def test_weeks_begin_on_the_day_of_the_rules() -> None:
    result = played(
        attempt("A", "07-04 23:59", "RRR"),
        attempt("A", "07-05 00:00", "RRR"),
        calendar=calendar(period="week", week_begins="fri"),
        boards=[{"name": "周榜", "of": "people", "over": "period"}],
    )

    assert list(result["boards"]["周榜"]) == ["2024-06-28", "2024-07-05"]


def test_who_has_no_unit_cannot_start_where_one_is_needed() -> None:
    result = played(
        attempt("A", "07-02 09:00", "RRR"),
        attempt("X", "07-02 09:00", "RRR"),
        needs=["region"],
    )

    assert [(row["person"], row["because"]) for row in result["refused"]] == [("X", "unit_needed")]


def test_so_often_in_a_row_among_the_first_of_a_board() -> None:
    def days(person: str, *played_on: int) -> list[dict[str, Any]]:
        return [attempt(person, f"07-0{day} 09:00", "RRR") for day in played_on]

    result = played(
        *days("A", 1, 2, 3),
        *days("B", 1, 2, 4, 5, 6),
        boards=[{"name": "日榜", "of": "people", "over": "period"}],
        awards=[{"name": "三连冠", "board": "日榜", "top": 2, "in_a_row": 3}],
    )

    assert result["awards"] == {"三连冠": ["A", "B"]}


def test_an_entry_for_each_nothing_is_refused() -> None:
    with pytest.raises(InvalidDocument) as refusal:
        document(draws=[{"name": "抽奖", "entries": [{"for": "attempt", "each": {"score": 0}}]}])

    assert [fault.at for fault in refusal.value.faults] == ["/stages/0/draws/0/entries/0/each"]


def test_so_often_in_a_row_needs_a_board_by_period() -> None:
    with pytest.raises(InvalidDocument) as refusal:
        document(awards=[{"name": "连冠", "board": "个人", "top": 1, "in_a_row": 3}])

    assert [fault.at for fault in refusal.value.faults] == ["/stages/0/awards/0/in_a_row"]


def test_units_are_ordered_by_the_time_and_the_moments_of_their_people() -> None:
    result = played(
        attempt("A", "07-02 09:00", "RRW"),
        attempt("B", "07-02 10:00", "RRW"),
        attempt("C", "07-02 08:00", "RRR", ms=1_001),
        attempt("C", "07-03 08:00", "RWW", ms=1_000),
        boards=[
            {"name": "用时", "of": "region.street", "order": ["total", "time", "reached"]},
            {"name": "先到", "of": "region.street", "order": ["reached"]},
            {"name": "先开始", "of": "region.street", "order": ["first_started"]},
        ],
    )

    rows = result["boards"]["用时"]
    assert [(row["place"], row["who"], row["total"], row["time_ms"]) for row in rows] == [
        (1, "P", 4, 6_000),
        (2, "Q", 4, 6_003),
    ]
    assert [row["who"] for row in result["boards"]["先到"]] == ["P", "Q"]
    assert [row["who"] for row in result["boards"]["先开始"]] == ["Q", "P"]


def test_a_result_on_record_stands_in_place_of_answers() -> None:
    row = attempt("A", "07-02 09:00", "RRR")
    del row["answers"], row["ms"]

    result = played(
        {**row, "score": "2.5", "correct": 2, "time_ms": 777}, award={"steps": [{"at_least": 2, "points": 7}]}
    )

    assert [(r["total"], r["time_ms"]) for r in result["boards"]["个人"]] == [(7, 777)]
