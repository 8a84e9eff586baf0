"""Contests ready to be played: a small bank, rules that differ in one thing, people, right answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from quiz.rules.sheet import Answer, Paper
from quiz.services import accounts, bank, contests, play
from quiz.services.accounts import UnitRow
from quiz.services.platform import Actor, Platform
from quiz.services.published import published
from tests.support import once

BASE = """
title: 测试赛
timezone: Asia/Shanghai
units:
  region: {levels: [district, street]}
stages:
  - name: 网络赛
    calendar: {opens: "2026-03-02 08:00", closes: "2026-03-08 20:00", period: day}
    paper: {sections: [{count: 4}]}
    clock: CLOCK
    flow: {show: {after_answer: ANSWER, after_attempt: ATTEMPT, after_close: explanation}}
    quota: {limit: {per_period: 3}}
    person: {within_period: best, across_periods: sum}
    order: [total, time]
    boards:
      - {name: 个人, of: people}
      - {name: 街道, of: region.street, order: [sum]}
"""


def rules(
    clock: str = "{per_attempt_s: 300}", answer: str = "nothing", attempt: str = "right_or_wrong"
) -> str:
    """Return the test contest's rules, with another clock or other shows."""
    return BASE.replace("CLOCK", clock).replace("ANSWER", answer).replace("ATTEMPT", attempt)


LATER_STAGES = """
  - name: 决赛
    calendar: {opens: "2026-03-10 08:00", closes: "2026-03-11 20:00"}
    paper: {sections: [{count: 2}]}
    clock: {per_attempt_s: 300}
    quota: {limit: {total: 1}}
    person: {within_period: best}
    order: [total, time]
    boards: [{name: 决赛榜, of: people}]
  - name: 街道赛
    calendar: {opens: "2026-03-10 08:00", closes: "2026-03-11 20:00"}
    paper: {sections: [{count: 2}]}
    clock: {per_attempt_s: 300}
    quota: {limit: {total: 1}}
    person: {within_period: best}
    order: [total, time]
    boards: [{name: 街道赛榜, of: people}]
"""
RULES_WITH_EVERY_PRIZE = (
    rules()
    .replace(
        "    boards:\n",
        """    awards:
      - {name: 每日之星, board: 每日, top: 1, to: 决赛, once_only: true}
      - {name: 街道第一, board: 个人, top: 1, each: region.street, wild_cards: 1}
      - {name: 前两名, board: 个人, top: 2, equal: all_in}
      - {name: 前一半, board: 个人, share: "0.5"}
      - {name: 合格证书, at_least: {correct: 4}}
      - {name: 总分达标, at_least: {total: 6}}
      - {name: 连对, at_least: {correct: 3}, in_a_row: 2}
      - {name: 天天第一, board: 每日, top: 2, in_a_row: 2}
      - {name: 优秀街道, board: 街道, top: 1, to: 街道赛}
    draws:
      - name: 答题抽奖
        entries: [{for: attempt, at_least: {score: 2}}]
        wins: {total: 1}
        prizes: [{name: 书, stock: 2}]
      - name: 前三抽奖
        entries: [{for: place, board: 个人, top: 3}]
        wins: {total: 1}
        prizes: [{name: 笔, stock: 1}]
    integrity: {void: {entries_withdrawn: true}}
    boards:
      - {name: 每日, of: people, over: period}
""",
    )
    .replace("stages:\n", "awards: [{name: 总奖, at_least: {total: 7}}]\nstages:\n")
    + LATER_STAGES
)


def fill_bank(platform: Platform, now_ms: int, count: int = 8) -> None:
    """Put questions into the bank: the first of four options is right, of the last also the second."""
    rows = [
        {
            "id": f"t-{n}",
            "kind": "multiple" if n == count else "single",
            "stem": f"第 {n} 题",
            "options": [f"对{n}", f"也对{n}" if n == count else f"错{n}a", f"错{n}b", f"错{n}c"],
            "key": ["A", "B"] if n == count else ["A"],
            "explanation": f"解析 {n}",
        }
        for n in range(1, count + 1)
    ]
    content = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
    token = once.stage(platform, content, "test.jsonl", now_ms)
    bank.take(platform, bank.preview(platform, token), Actor(None, now_ms))


def add_units(platform: Platform, now_ms: int, paths: Sequence[str] = ("渝中区/P", "渝中区/Q")) -> None:
    """Add streets of districts to the tree `region`; a unit's code is its name."""
    rows: dict[str, UnitRow] = {}
    for path in paths:
        district, street = path.split("/")
        rows.setdefault(district, UnitRow(district, district, "district", ""))
        rows.setdefault(street, UnitRow(street, street, "street", district))
    accounts.load_units(platform, "region", rows.values(), Actor(None, now_ms))


def publish(platform: Platform, text: str, now_ms: int, kind: str = "contest") -> int:
    """Publish rules as a new contest and return its id."""
    actor = Actor(None, now_ms)
    contest_id = contests.create(platform, text, kind, actor)
    contests.publish(platform, contest_id, actor)
    return contest_id


def join(platform: Platform, nickname: str, now_ms: int, units: Mapping[str, int] | None = None) -> int:
    """Sign somebody up and return their id."""
    return accounts.sign_up(platform, nickname, units or {}, now_ms).person_id


def begin(platform: Platform, contest_id: int, person_id: int, now_ms: int) -> int:
    """Start an attempt and return its id."""
    return play.start(platform, person_id, play.Start(contest_id, 0), now_ms)


def answer(platform: Platform, attempt_id: int, n: int, right: bool = True, seq: int = 1) -> Answer:
    """Return a right or a wrong answer to question `n` of an attempt, as a phone would send it."""
    return Answer(n, seq, response(platform, attempt_id, n, right))


def response(platform: Platform, attempt_id: int, n: int, right: bool = True) -> tuple[str, ...]:
    """Return the option ids of a right or a wrong answer to question `n`."""
    paper, questions = _paper(platform, attempt_id)
    slot, ids = paper.slots[n - 1], paper.option_ids[n - 1]
    question = questions[slot.version_id]
    right_ids = [o for o, i in zip(ids, slot.order, strict=True) if question.options[i].id in question.key]
    wrong_ids = [o for o in ids if o not in right_ids]
    return tuple(right_ids if right else wrong_ids[:1])


def batch(
    platform: Platform, attempt_id: int, now_ms: int, *answers: Answer, device: str = "d1"
) -> play.Batch:
    """Return a batch as the owner of the attempt sends it."""
    with platform.store.reading() as session:
        attempt = session.get_one(play.Attempt, attempt_id)
    return play.Batch(attempt_id, attempt.person_id, 1, device, answers, now_ms)


def choose(platform: Platform, contest_id: int, person_id: int, chosen: str, now_ms: int) -> int:
    """Let somebody answer the bank's questions by letters, - for none; returns the attempt."""
    attempt_id = begin(platform, contest_id, person_id, now_ms)
    paper, _rules = _paper(platform, attempt_id)
    first = min(slot.version_id for slot in paper.slots)
    given = []
    for n, slot in enumerate(paper.slots, 1):
        letters = chosen.split()[slot.version_id - first]
        shown = dict(zip(slot.order, paper.ids(n), strict=True))
        if letters != "-":
            given.append(Answer(n, 1, tuple(shown["ABCD".index(letter)] for letter in letters)))
    play.finish(platform, batch(platform, attempt_id, now_ms + 60_000, *given))
    return attempt_id


def _paper(platform: Platform, attempt_id: int):  # type: ignore[no-untyped-def]  # paper and its questions
    with platform.store.reading() as session:
        attempt = session.get_one(play.Attempt, attempt_id)
        return Paper.parse(attempt.seed, attempt.paper), published(platform, attempt.rules_id).questions
