"""Boards, draws and awards beside the stages: they fold all of them."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from quiz.errors import InvalidDocument
from quiz.rules.document import load
from quiz.rules.words import text as said
from tests.rules.documents import SMALL, text
from tests.rules.test_replay import attempt, replayed


def two_stages(**beside: Any) -> dict[str, Any]:
    """July and August, each with its boards."""
    raw = copy.deepcopy(SMALL)
    second = copy.deepcopy(raw["stages"][0])
    second["name"] = "复赛"
    second["calendar"] = {"opens": "2024-08-01 00:00", "closes": "2024-08-31 24:00", "period": "week"}
    raw["stages"].append(second)
    return {**raw, **beside}


BESIDE: dict[str, Any] = {
    "boards": [
        {"name": "总积分", "of": "people"},
        {"name": "街道总积分", "of": "region.street", "order": ["sum", "attempts"]},
    ],
    "awards": [{"name": "总冠军", "board": "总积分", "top": 1}],
    "draws": [{"name": "总抽奖", "entries": [{"for": "attempt"}]}],
}
ATTEMPTS = (
    attempt("A", "07-02 09:00", "RRR"),
    attempt("B", "07-02 09:00", "RRW"),
    attempt("B", "08-02 09:00", "RRR"),
    attempt("C", "08-02 09:00", "RWW"),
)


def test_a_board_beside_the_stages_adds_them_up() -> None:
    result = replayed(two_stages(**BESIDE), *ATTEMPTS)

    rows = result["boards"]["总积分"]
    assert [(r["place"], r["who"], r["total"], r["attempts"], r["time_ms"]) for r in rows] == [
        (1, "B", 5, 2, 6_000),
        (2, "A", 3, 1, 3_000),
        (3, "C", 1, 1, 3_000),
    ]
    assert [(r["who"], r["value"]) for r in result["boards"]["街道总积分"]] == [("P", 8), ("Q", 1)]
    assert result["awards"] == {"总冠军": ["B"]}
    assert result["draw_entries"] == {"总抽奖": {"A": 1, "B": 2, "C": 1}}


def test_boards_of_one_name_in_two_stages_are_told_apart() -> None:
    result = replayed(two_stages(), *ATTEMPTS)

    assert {name: [r["who"] for r in rows] for name, rows in result["boards"].items() if "个人" in name} == {
        "网络赛/个人": ["A", "B"],
        "复赛/个人": ["B", "C"],
    }


def test_stages_with_different_points_are_added_in_the_smaller() -> None:
    raw = two_stages(**BESIDE)
    raw["stages"][0]["point"], raw["stages"][1]["point"] = "0.1", "1"

    result = replayed(raw, *ATTEMPTS)

    assert [r["total"] for r in result["boards"]["总积分"]] == ["5.0", "3.0", "1.0"]


def test_a_board_beside_the_stages_has_no_periods() -> None:
    raw = two_stages(boards=[{"name": "总积分", "of": "people", "over": "period"}])

    with pytest.raises(InvalidDocument) as refusal:
        load(text(raw))

    assert [fault.at for fault in refusal.value.faults] == ["/boards/0/over"]


def test_the_rules_page_says_what_is_added_up() -> None:
    page = said(load(text(two_stages(**BESIDE))))

    assert "把每人在各阶段的总分加起来，用时、次数也分别相加；没有参加的阶段不加。" in page
    assert "“街道总积分”排街道，依次比较总分之和、答题人次：前一项相同才比较后一项，都是高的在前。" in page
