"""The rules page: what it says is what scores."""

from __future__ import annotations

from typing import Any

import pytest

from quiz.rules.document import load
from quiz.rules.saying import filled_in
from quiz.rules.words import passages, text
from tests.rules.documents import EXAMPLES, calendar, document, starter

ALL = sorted(EXAMPLES.glob("**/*.yaml"))


def said(changes: dict[str, Any] | None = None, **stage: Any) -> str:
    return text(document(changes, **stage))


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.parent.name)
def test_every_document_can_be_said(path: Any) -> None:
    page = text(load(path.read_text("utf-8")))

    assert "%(" not in page
    assert "【比赛时间】" in page


@pytest.mark.parametrize("name", ["contest", "practice"])
def test_the_starter_documents_can_be_said(name: str) -> None:
    page = text(load(starter(name)))

    assert "从 2026年3月1日0:00 起可以开始答题，到 2026年4月30日24:00 截止（北京时间）。" in page


def test_every_sentence_is_one_of_the_catalogue_with_its_values_apart() -> None:
    for path in ALL:
        for passage in passages(load(path.read_text("utf-8"))):
            for sentence in passage.sentences:
                assert sentence.text.endswith("。"), sentence.text
                assert filled_in(sentence)


# What the document says → what the page must say
SAID: dict[str, tuple[dict[str, Any], str]] = {
    "the day begins at four": (
        {"calendar": calendar(day_begins="04:00")},
        "一天从 4:00 算起，到第二天的 4:00 为止；4:00 以前开始的答题算前一天的。",
    ),
    "hours": (
        {"calendar": calendar(hours=[{"days": ["mon", "wed"], "from": "11:30", "to": "12:30"}])},
        "周一、周三 11:30 至 12:30 开放。",
    ),
    "the close cuts": ({"calendar": calendar(at_close="cut")}, "还没做完的答题立即结束"),
    "the limit includes its number": ({"clock": {"per_attempt_s": 300}}, "限时 5 分钟（正好 5 分钟也有效）"),
    "grace": ({"clock": {"per_attempt_s": 300}}, "到时以后 15 秒以内送到服务器的答案仍然有效"),
    "steps include their number": (
        {"award": {"from": "correct", "steps": [{"at_least": 2, "points": 1}]}},
        "答对 2 题及以上，这次答题计 1 分。",
    ),
    "minus for wrong ones": ({"marking": {"wrong": "-0.25"}}, "答错扣 0.25 分，没答得 0 分。"),
    "the best of a day": (
        {"person": {"within_period": "best", "across_periods": "sum"}},
        "举例：第一天各次答题依次计 3 分、1 分、3 分，第二天计 3 分，总分是 6 分。",
    ),
    "only the first two count": (
        {"person": {"counted": {"first": 2, "of": "day"}}},
        "每天只有最先开始的 2 次计入成绩",
    ),
    "quota": ({"quota": {"limit": {"per_day": 3, "total": 9}}}, "每人每天最多 3 次、总共最多 9 次。"),
    "no quota": ({}, "答题次数不限。"),
    "ties share": ({}, "例如两人并列第 2，下一名是第 4。"),
    "ties share densely": ({"places": "dense"}, "例如两人并列第 2，下一名是第 3。"),
    "the time of all that are summed": ({}, "“用时”是计入总分的各次答题的用时之和"),
    "the time of the best": (
        {"person": {"within_period": "best", "across_periods": "best"}},
        "“用时”是计入总分的那一次答题的用时。",
    ),
    "an answer that is shown at once cannot be changed": (
        {"flow": {"show": {"after_answer": "right_or_wrong"}}},
        "所以每题只能答一次，提交以后不能再改。",
    ),
    "a corrected key": ({}, "更正的，所有人的这道题重新判分。"),
    "a key that stays": ({"integrity": {"corrected_key": "keep"}}, "更正的，已经判过的分不变。"),
}


@pytest.mark.parametrize(("stage", "sentence"), SAID.values(), ids=SAID)
def test_what_was_chosen_is_said(stage: dict[str, Any], sentence: str) -> None:
    assert sentence in said(**stage)


def test_the_formula_of_a_unit_board_has_an_example_that_it_computed_itself() -> None:
    page = text(load((EXAMPLES / "e5-rate-and-mean" / "rules.yaml").read_text("utf-8")))

    assert "综合得分 = 参与率 × 0.5 + 人均分 × 0.5。" in page
    assert "综合得分 = 80 × 0.5 + 60 × 0.5 = 70.00。" in page


def test_several_stages_are_said_each_under_its_name() -> None:
    both = document()
    twice = load(
        (EXAMPLES / "e1-points-per-attempt" / "rules.yaml").read_text("utf-8")
        + """  - name: 决赛
    calendar: {opens: "2024-08-30 08:00", closes: "2024-08-31 20:00"}
    paper: {sections: [{count: 5}]}
    person: {within_period: best}
    order: [total]
    boards: [{name: 决赛个人, of: people}]
"""
    )

    alone = [filled_in(p.heading) for p in passages(twice) if not p.sentences]
    assert alone == ["每个阶段都一样", "阶段：网络赛", "阶段：决赛", "每个阶段都适用"]
    assert all(p.sentences for p in passages(both))
