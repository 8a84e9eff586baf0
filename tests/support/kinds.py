"""A contest with a question of each kind that has more than one right thing, in this order."""

from __future__ import annotations

import json
from collections.abc import Sequence

from quiz.rules.sheet import Answer
from quiz.services import bank
from quiz.services.platform import Actor, Platform
from tests.support import contests as cast
from tests.support import once

PI = {"text": "3.14", "tolerance": "0.01"}
QUESTIONS = (
    {"kind": "indefinite", "stem": "哪些是金属？", "options": ["铁", "铜", "碳"], "key": ["A", "B"]},
    {
        "kind": "fill", "stem": "水由____和____组成",
        "gaps": [{"accepted": ["氢", "H"]}, {"accepted": ["氧", "O"]}],
    },
    {"kind": "fill", "stem": "圆周率约为____", "gaps": [{"accepted": [PI]}]},
    {"kind": "order", "stem": "由小到大", "options": ["器官", "细胞", "组织"], "arranged": ["B", "C", "A"]},
    {
        "kind": "match", "stem": "连线", "options": ["氢气", "氧气", "氮气"], "arranged": ["B", "A"],
        "prompts": ["助燃", "最轻"], "material": {"text": "气体各有性质。"},
    },
)  # fmt: skip
RIGHT = (("铁", "铜"), ("ｈ", "氧 "), ("3.15",), ("细胞", "组织", "器官"), ("氧气", "氢气"))
HALF = (("铁",), ("氢", "氮"), ("3",), ("细胞", "器官", "组织"), ("氧气", ""))  # 1/2, 1/2, 0, 1/3, 1/2
RULES = """
title: 各种题
timezone: Asia/Shanghai
rounding: half_up
point: "0.01"
stages:
  - name: 赛
    calendar: {opens: "2026-03-02 08:00", closes: "2026-03-08 20:00"}
    paper:
      shuffle: [options]
      sections:
        - {count: 1, kinds: [indefinite], points: 6}
        - {count: 2, kinds: [fill], points: 6}
        - {count: 1, kinds: [order], points: 6}
        - {count: 1, kinds: [match], points: 6}
      draw: fixed
    clock: {per_attempt_s: 300}
    marking: {multiple: share}
    flow: {show: {after_attempt: explanation}}
    quota: {limit: {total: 3}}
    person: {within_period: best}
    order: [total, time]
    boards: [{name: 个人, of: people}]
"""


def fill_bank(platform: Platform, now_ms: int) -> None:
    """Put the questions into the bank."""
    content = "\n".join(json.dumps(each, ensure_ascii=False) for each in QUESTIONS).encode()
    token = once.stage(platform, content, "kinds.jsonl", now_ms)
    bank.take(platform, bank.preview(platform, token), Actor(None, now_ms))


def publish(platform: Platform, now_ms: int, text: str = RULES) -> int:
    """Fill the bank and publish the contest; returns its id."""
    fill_bank(platform, platform.clock.now_ms())
    return cast.publish(platform, text, now_ms)


def responses(
    platform: Platform, attempt_id: int, words: Sequence[Sequence[str]]
) -> dict[int, tuple[str, ...]]:
    """Return by question what a phone sends for `words`, in the order of QUESTIONS."""
    paper, questions = cast._paper(platform, attempt_id)
    by_stem = {str(asked["stem"]): given for asked, given in zip(QUESTIONS, words, strict=True)}
    found = {}
    for n, slot in enumerate(paper.slots, 1):
        question = questions[slot.version_id]
        ids = {question.options[i].text: each for i, each in zip(slot.order, paper.ids(n), strict=True)}
        found[n] = tuple(ids.get(word, word) for word in by_stem[question.stem])
    return found


def answers(platform: Platform, attempt_id: int, words: Sequence[Sequence[str]]) -> list[Answer]:
    """Return the answers of a phone."""
    given = responses(platform, attempt_id, words)
    return [Answer(n, 1, response) for n, response in given.items()]
