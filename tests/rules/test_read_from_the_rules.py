"""What a second reading of the rules found: who may start, prizes of units, people who name a class late."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.documents import calendar
from tests.rules.test_replay import attempt, played, totals

REGION = {"region": {"levels": ["district", "street"]}}
HOMES = "person,group,region\nA,,东区/甲\nB,,东区/乙\nC,,西区/丙\nD,,西区/丁\nE,,\n"


def because(result: dict[str, Any]) -> dict[str, str]:
    return {each["person"]: each["because"] for each in result["refused"]}


def test_nobody_starts_without_a_unit_of_a_required_tree() -> None:
    result = played(
        attempt("A", "07-02 09:00", "RRR"),
        attempt("E", "07-02 09:00", "RRR"),
        attempt("F", "07-02 09:00", "RRR"),  # on no roster
        files={"people.csv": HOMES},
        top={"units": {"region": {**REGION["region"], "required": True}}},
    )

    assert because(result) == {"E": "unit_needed", "F": "unit_needed"}
    assert list(totals(result)) == ["A"]


def test_who_names_a_required_unit_later_has_started_with_it() -> None:
    result = played(
        attempt("E", "07-02 09:00", "RRR"),
        files={
            "people.csv": HOMES,
            "moves.csv": "person,tree,unit,since,because\nE,region,东区/甲,2024-07-03T09:00:00+08:00,\n",
        },
        top={"units": {"region": {**REGION["region"], "required": True}}},
    )

    assert result["refused"] == []


def test_the_calendar_refuses_before_people_and_units_do() -> None:
    result = played(
        attempt("A", "06-30 09:00", "RRR"),
        attempt("A", "07-02 09:00", "RRR"),
        attempt("E", "06-30 09:00", "RRR"),
        attempt("E", "07-02 09:00", "RRR"),
        files={"people.csv": HOMES.replace("A,,", "A,裁判,")},
        top={"units": {"region": {**REGION["region"], "required": True}}, "people": {"exclude": ["裁判"]}},
        calendar=calendar(opens="2024-07-01 00:00", closes="2024-07-31 24:00"),
    )

    assert [each["because"] for each in result["refused"]] == [
        "not_open",
        "not_open",
        "not_allowed",
        "unit_needed",
    ]


def test_a_scene_says_nothing_in_a_stage_without_scenes() -> None:
    result = played(attempt("A", "07-02 09:00", "RRR", scene="实验室"))

    assert result["refused"] == []
    assert totals(result) == {"A": 3}


UNITS = {"name": "街道", "of": "region.street", "order": ["sum"]}


@pytest.mark.parametrize(
    ("board", "award"),
    [
        pytest.param({}, {"each": "region.district"}, id="by the award"),
        pytest.param({"each": "region.district"}, {}, id="by the board"),
    ],
)
def test_the_first_units_of_each_unit_above_get_a_prize(board: dict[str, Any], award: dict[str, Any]) -> None:
    result = played(
        attempt("A", "07-02 09:00", "RRR"),
        attempt("B", "07-02 09:00", "RRW"),
        attempt("C", "07-02 09:00", "RWW"),
        attempt("D", "07-02 09:00", "WWW"),
        files={"people.csv": HOMES},
        top={"units": REGION},
        boards=[UNITS | board],
        awards=[
            {"name": "优秀街道", "board": "街道", "top": 1, **award},
            {"name": "加一个", "board": "街道", "top": 1, "wild_cards": 1, **award},
        ],
    )

    assert result["awards"] == {"优秀街道": ["甲", "丙"], "加一个": ["甲", "乙", "丙"]}


@pytest.mark.parametrize("divides", ["board", "award"])
def test_units_of_a_board_by_groups_get_a_prize_in_each_group(divides: str) -> None:
    each = {"each": "group"}
    result = played(
        attempt("A", "07-02 09:00", "RRR"),
        attempt("B", "07-02 09:00", "RRW"),
        attempt("C", "07-02 09:00", "RWW"),
        files={"people.csv": "person,group,region\nA,老,东区/甲\nB,老,东区/乙\nC,青,东区/丙\n"},
        top={"units": REGION, "people": {"groups": ["老", "青"]}},
        boards=[UNITS | (each if divides == "board" else {})],
        awards=[
            {"name": "各组第一", "board": "街道", "top": 1, **(each if divides == "award" else {})},
        ],
    )

    assert result["awards"] == {"各组第一": ["甲", "丙"]}


SCHOOLS = {"school": {"levels": ["school", "class"]}}
MOVES = "person,tree,unit,since,because\nA,school,一中,2024-07-01T00:00:00+08:00,\nA,school,一中/1班,{},\n"


@pytest.mark.parametrize(
    ("since", "after", "of_the_class"),
    [
        ("2024-07-03T00:00:00+08:00", ["07-04 09:00"], {"1班": 6}),
        ("2024-07-03T00:00:00+08:00", [], {"1班": 3}),
        ("2024-08-03T00:00:00+08:00", ["07-04 09:00"], {}),  # after the close
    ],
)
def test_who_names_a_class_after_the_school_has_everything_in_it(
    since: str, after: list[str], of_the_class: dict[str, int]
) -> None:
    result = played(
        *[attempt("A", start, "RRR") for start in ["07-02 09:00", *after]],
        files={"people.csv": "person,school\nA,一中\n", "moves.csv": MOVES.format(since)},
        top={"units": SCHOOLS},
        calendar=calendar(opens="2024-07-01 00:00", closes="2024-07-31 24:00"),
        boards=[
            {"name": "学校", "of": "school.school", "order": ["sum"]},
            {"name": "班级", "of": "school.class", "order": ["sum"]},
        ],
    )

    assert {row["who"]: row["value"] for row in result["boards"]["班级"]} == of_the_class
    assert {row["who"]: row["value"] for row in result["boards"]["学校"]} == {"一中": 3 + 3 * len(after)}
