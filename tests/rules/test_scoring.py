"""What answers are worth."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from quiz.rules.scoring import Answer, mark
from tests.rules.documents import stage


def sheet(letters: str, ms: int = 5_000, points: int = 1) -> list[Answer]:
    """R right, W wrong, - blank, h half right."""
    worth = {"R": Fraction(1), "W": Fraction(0), "-": None, "h": Fraction(1, 2)}
    return [Answer(worth[letter], ms, Fraction(points)) for letter in letters]


QUESTION_CLOCK = {"per_question_s": 20}
STEPS = [{"within_s": 4, "points": 5}, {"within_s": 8, "points": 4}]

# parts of the stage, answers, score, points
MARKED: dict[str, tuple[dict[str, Any], list[Answer], str, str]] = {
    "right answers give their points": ({}, sheet("RRW", points=5), "10", "10"),
    "wrong takes away": ({"marking": {"wrong": -1}}, sheet("RRW"), "1", "1"),
    "blank is not wrong": ({"marking": {"wrong": -1, "blank": "0.5"}}, sheet("RR-"), "5/2", "5/2"),
    "a share gives its part": ({"marking": {"multiple": "share"}}, sheet("Rh-", points=3), "9/2", "9/2"),
    "two of three earn a point (e1)": (
        {"award": {"from": "correct", "steps": [{"at_least": 2, "points": 1}]}},
        sheet("RRW"),
        "2",
        "1",
    ),
    "one of three earns none": (
        {"award": {"from": "correct", "steps": [{"at_least": 2, "points": 1}]}},
        sheet("RWW"),
        "1",
        "0",
    ),
    "the highest step counts alone (R26)": (
        {
            "paper": {"sections": [{"count": 10}]},
            "award": {
                "from": "correct",
                "steps": [{"at_least": 5, "points": 3}, {"at_least": 10, "points": 6}],
            },
        },
        sheet("R" * 10),
        "10",
        "6",
    ),
    "below every step (R32)": (
        {"award": {"from": "correct", "steps": [{"at_least": 2, "points": 2}], "below": 1}},
        sheet("WWW"),
        "0",
        "1",
    ),
    "so many for each right one": (
        {"award": {"from": "correct", "each": 10}},
        sheet("RRW", points=5),
        "10",
        "20",
    ),
    "complete, and perfect beside it (R16)": (
        {"award": {"completed": 1, "perfect": 2}},
        sheet("RRR"),
        "3",
        "3",
    ),
    "complete only": ({"award": {"completed": 1, "perfect": 2}}, sheet("RWR"), "2", "1"),
    "not even complete": ({"award": {"completed": 1, "perfect": 2}}, sheet("RR-"), "2", "0"),
    "the faster the more, 4.000 s still": (
        {"clock": QUESTION_CLOCK, "marking": {"speed": {"steps": STEPS}}},
        sheet("R", ms=4_000),
        "5",
        "5",
    ),
    "4.001 s is the next step": (
        {"clock": QUESTION_CLOCK, "marking": {"speed": {"steps": STEPS}}},
        sheet("R", ms=4_001),
        "4",
        "4",
    ),
    "slower than all steps": (
        {"clock": QUESTION_CLOCK, "marking": {"speed": {"steps": STEPS}}},
        sheet("R", ms=8_001),
        "0",
        "0",
    ),
    "along a line": (
        {"clock": QUESTION_CLOCK, "marking": {"speed": {"line": {"from": 10, "to": 4, "over_s": 18}}}},
        sheet("R", ms=1),
        "29999/3000",
        "29999/3000",
    ),
    "a row of right answers grows (R38)": (
        {"marking": {"streak": {"grow": 1}}},
        sheet("RRWRRR", points=10),
        "90",
        "90",
    ),
    "growth stops": ({"marking": {"streak": {"grow": 1, "most": 2}}}, sheet("RRRR", points=10), "70", "70"),
    "the last right one doubles itself": (
        {"marking": {"last_right": "double_itself"}},
        sheet("RWR"),
        "3",
        "3",
    ),
    "the last right one doubles the others and adds nothing": (
        {"marking": {"last_right": "double_others"}},
        sheet("RRR", points=10),
        "40",
        "40",
    ),
    "the last wrong one changes nothing": (
        {"marking": {"last_right": "double_others"}},
        sheet("RRW"),
        "2",
        "2",
    ),
    "never below the least": (
        {"marking": {"wrong": -5, "range": {"min": -8, "max": 20}}},
        sheet("WWW"),
        "-8",
        "-8",
    ),
    "the first wrong one ends it (R47)": ({"flow": {"stop": "first_wrong"}}, sheet("RRWR"), "2", "2"),
}


@pytest.mark.parametrize(("parts", "answers", "score", "points"), MARKED.values(), ids=MARKED)
def test_an_attempt_is_worth(parts: dict[str, Any], answers: list[Answer], score: str, points: str) -> None:
    marked = mark(stage(**parts), answers)

    assert (marked.score, marked.points) == (Fraction(score), Fraction(points))


def test_full_marks_need_every_question() -> None:
    assert mark(stage(), sheet("RRR")).full
    assert not mark(stage(), sheet("RRh")).full
    assert mark(stage(), sheet("RhW")).correct == 1
