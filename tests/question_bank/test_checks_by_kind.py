"""What is wrong with a question of each kind, told with a code and the field; what is right is taken."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from question_bank.formats import jsonl, read
from question_bank.question import Question
from tests.question_bank.kinds import rich_questions

FILL = {"kind": "fill", "stem": "水由____和____组成", "gaps": [{"accepted": ["氢"]}, {"accepted": ["氧"]}]}
ORDER = {
    "kind": "order",
    "stem": "由小到大",
    "options": ["细胞", "组织", "器官"],
    "arranged": ["A", "B", "C"],
}
MATCH = {
    "kind": "match",
    "stem": "连线",
    "options": ["甲", "乙"],
    "prompts": ["1", "2"],
    "arranged": ["B", "B"],
}
BOTH = {"kind": "indefinite", "stem": "？", "options": ["甲", "乙"], "key": ["A", "B"]}
PICTURE = {"name": "a.png", "type": "image/png", "base64": "iVBORw=="}
NUMBER = {"text": "3.14", "tolerance": "0.01"}
Line = dict[str, Any]


def told(line: Line) -> list[tuple[str, str, str]]:
    """Return column, code and severity of what is said about a line."""
    found = jsonl.read(json.dumps(line).encode())
    return [(p.column, p.code, p.severity) for p in found.problems]


def gap(*accepted: object, **more: object) -> Line:
    return {**FILL, "stem": "圆周率是____", "gaps": [{"accepted": list(accepted), **more}]}


@pytest.mark.parametrize(
    "line",
    [
        FILL,
        {**FILL, "stem": "水由什么组成"},
        gap(NUMBER, {"text": "3", "weight": "1/2", "feedback": "再准一些"}, ignoring=[]),
        gap({"text": "二十四", "tolerance": 0}, ignoring=["numerals"]),
        ORDER,
        MATCH,
        BOTH,
        {**BOTH, "key": ["B"]},
        {**BOTH, "weights": {"A": "-1/3", "B": 1}, "feedback": {"A": "不", "wrong": "再想想"}},
        {**BOTH, "media": [PICTURE], "material": {"text": "读下文"}},
    ],
)
def test_what_is_right_is_taken_without_a_word(line: Line) -> None:
    assert told(line) == []


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ({**FILL, "gaps": []}, "gaps", "no-answer"),
        ({**FILL, "gaps": FILL["gaps"][:1]}, "gaps", "gaps-differ"),
        ({**FILL, "options": ["甲", "乙"]}, "options", "needless-options"),
        ({**FILL, "stem": "？", "gaps": FILL["gaps"] * 11}, "gaps", "too-many-gaps"),
        (gap(), "gaps", "no-answer"),
        (gap(*map(str, range(51))), "gaps", "too-many-accepted"),
        (gap(" "), "gaps", "empty-answer"),
        (gap("a\nb"), "gaps", "several-lines"),
        (gap("长" * 201), "gaps", "too-long"),
        (gap({"text": "约三", "tolerance": "0.1"}), "gaps", "not-a-number"),
        (gap({"text": "3", "tolerance": "-1"}), "gaps", "negative-tolerance"),
        (gap({"text": "3", "weight": "1/2"}), "gaps", "no-full-answer"),
        (gap("3", {"text": "4", "weight": "0"}), "gaps", "bad-weight"),
        (gap("3", ignoring=["dialect"]), "gaps", "unknown-ignored"),
        (gap({"text": "3", "tolerance": 0.1}), "gaps", "wrong-shape"),
        (gap(3), "gaps", "wrong-shape"),
        ({**FILL, "gaps": "水"}, "gaps", "wrong-shape"),
        ({**ORDER, "arranged": []}, "arranged", "no-answer"),
        ({**ORDER, "arranged": ["A", "B"]}, "arranged", "order-incomplete"),
        ({**ORDER, "arranged": ["A", "B", "C", "A"]}, "arranged", "order-repeats"),
        ({**ORDER, "arranged": ["A", "B", "C", "D"]}, "arranged", "answer-out-of-range"),
        ({**ORDER, "options": ["甲"], "arranged": ["A"]}, "options", "too-few-options"),
        ({**ORDER, "options": ["甲", "乙", "甲"]}, "options", "duplicate-options"),
        ({**MATCH, "prompts": ["1"], "arranged": ["A"]}, "prompts", "too-few-prompts"),
        ({**MATCH, "arranged": ["A"]}, "arranged", "pairs-differ"),
        ({**MATCH, "arranged": ["A", "C"]}, "arranged", "answer-out-of-range"),
        ({**MATCH, "prompts": ["1", " "]}, "prompts", "gap-in-prompts"),
        ({**MATCH, "prompts": ["1", "1 "]}, "prompts", "duplicate-prompts"),
        ({**MATCH, "prompts": [1, 2]}, "prompts", "wrong-shape"),
        ({**BOTH, "key": []}, "key", "no-answer"),
        ({**BOTH, "weights": {"C": "1"}}, "weights", "answer-out-of-range"),
        ({**BOTH, "weights": {"A": "2"}}, "weights", "bad-weight"),
        ({**BOTH, "feedback": {"C": "？"}}, "feedback", "answer-out-of-range"),
        ({**BOTH, "material": {"text": " "}}, "material", "empty-material"),
        ({**BOTH, "material": "文"}, "material", "wrong-shape"),
        ({**BOTH, "media": [PICTURE, PICTURE]}, "media", "duplicate-media"),
        ({**BOTH, "media": [{**PICTURE, "name": "a b.png"}]}, "media", "bad-name"),
        ({**BOTH, "media": [{**PICTURE, "type": "text/html"}]}, "media", "unknown-medium"),
        ({**BOTH, "media": [{**PICTURE, "base64": "?"}]}, "media", "wrong-shape"),
    ],
)  # fmt: skip
def test_what_is_wrong_keeps_the_line_out_and_is_told_where(line: Line, column: str, code: str) -> None:
    assert told(line) == [(column, code, "error")]


def test_a_picture_that_is_too_large_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("question_bank.formats.checks_by_kind.LARGEST_MEDIUM", 3)

    assert told({**BOTH, "media": [PICTURE]}) == [("media", "too-large", "error")]


def test_everything_that_is_said_can_leave_the_reading_process() -> None:
    lines = [gap("3", {"text": "4", "weight": "3/2"}), {**BOTH, "weights": {"A": "3/2"}}]

    found = read("\n".join(map(json.dumps, lines)).encode(), "x.jsonl")

    assert [p.text for p in found.problems] == [
        "第 1 个空有一个答案得分比例是 3/2，应当大于 0、不超过 1。",
        "选项 A 的得分比例是 3/2，应当在 -1 和 1 之间。",
    ]


@given(rich_questions())
def test_what_was_read_leaves_the_reading_process_as_it_is(asked: Question) -> None:
    found = jsonl.read(jsonl.write([asked]))

    assert type(found).from_dict(json.loads(json.dumps(found.as_dict()))) == found
