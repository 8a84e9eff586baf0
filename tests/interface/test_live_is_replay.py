"""What is played through the interface and what `flask contest replay` makes of the same record are one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from operator import itemgetter
from typing import Any

import pytest
from flask import Flask

from quiz.rules import case, replay
from quiz.services import boards
from quiz.services.platform import Platform
from tests.support import contests as cast
from tests.support.clock import SHANGHAI, MovedClock
from tests.support.phone import Phone

RULES = """
title: 同一份记录
timezone: Asia/Shanghai
stages:
  - name: 网络赛
    calendar: {opens: "2026-03-02 08:00", closes: "2026-03-08 20:00"}
    paper: {sections: [{count: 5, kinds: [single], points: 10}]}
    clock: {per_attempt_s: 60}
    marking: {wrong: -3, blank: -1}
    person: {within_period: best}
    order: [total, time]
    boards: [{name: 个人, of: people}]
"""


def rules(clock: str = "per_attempt_s: 60", **stage: str) -> str:
    more = "".join(f"    {key}: {value}\n" for key, value in stage.items())
    return RULES.replace("per_attempt_s: 60", clock).replace("    person:", f"{more}    person:")


@dataclass(frozen=True)
class Go:
    """One attempt: after how many ms each answer was received, and the hand-in after them."""

    person: str
    answers: str  # R, W, - a letter a question
    ms: Sequence[int]
    finish_ms: int  # after the start
    at: str = "2026-03-03 09:00:00"
    more: Mapping[str, Any] = field(default_factory=dict)  # further keys of the line

    def line(self) -> dict[str, Any]:
        """Return the line of attempts.jsonl."""
        started_ms = moment(self.at)
        return {
            "person": self.person,
            "started_at": written(started_ms),
            "finished_at": written(started_ms + self.finish_ms),
            "answers": list(self.answers),
            "ms": list(self.ms),
            **self.more,
        }


def moment(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp() * 1000)


def written(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, SHANGHAI).isoformat(timespec="milliseconds")


CASES = {
    "an answer after the grace is wrong": (
        rules("per_attempt_s: 60, grace_s: 5"),
        [
            Go("甲", "RRW", [10_000, 20_000, 35_001], 66_000),
            Go("乙", "RRR", [10_000, 20_000, 35_000], 65_000),
            Go("丙", "RR", [10_000, 20_000], 60_000),
        ],
    ),
    "an answer after its question's time is wrong": (
        rules("per_question_s: 20, time: questions"),
        [
            Go("甲", "RWRR-", [5_000, 21_000, 6_000, 7_000, 20_000], 59_000),
            Go("乙", "RRRRR", [5_000, 20_000, 6_000, 7_000, 8_000], 46_000),
        ],
    ),
    "the first wrong answer ends it": (
        rules(flow="{stop: first_wrong}"),
        [
            Go("甲", "RRW", [5_000, 6_000, 7_000], 18_000),
            Go("乙", "RRRRR", [5_000, 6_000, 7_000, 8_000, 9_000], 35_000),
            Go("丙", "R-", [2_000, 3_000], 5_000),
            Go("丁", "RR", [2_000, 3_000], 60_000),
            Go("戊", "W", [1_000], 1_000),
        ],
    ),
    "a late answer ends it too": (
        rules("per_question_s: 10", flow="{stop: first_wrong}", award="{from: correct, perfect: 5}"),
        [Go("甲", "RRW", [5_000, 6_000, 17_000], 28_000), Go("乙", "RRRRR", [5_000] * 5, 25_000)],
    ),
    "as many as fit into the time": (
        rules(flow="{stop: time}", award="{perfect: 7}"),
        [
            Go("甲", "RWR", [5_000, 6_000, 7_000], 60_000),
            Go("乙", "R-RRR", [5_000, 6_000, 7_000, 8_000, 9_000], 35_000),
            Go("丙", "RRRR", [5_000] * 4, 60_000),
            Go("丁", "RRRRR", [5_000] * 5, 25_000),
            Go("戊", "RRR", [20_000, 30_000, 26_000], 60_000),  # the third after the clock and its grace
        ],
    ),
    "the second time of leaving ends it": (
        rules("per_attempt_s: 60, leaving: strike, strikes: 2"),
        [
            Go("甲", "RRR", [5_000, 6_000, 7_000], 40_000, more={"left": [3_000, 12_000]}),
            Go("乙", "RRW", [5_000, 6_000, 7_000], 40_000, more={"left": [3_000]}),
        ],
    ),
    "leaving ends it": (
        rules("per_attempt_s: 60, at_least_s: 30, leaving: end"),
        [
            Go("甲", "RRR", [5_000, 6_000, 7_000], 40_000, more={"left": [12_000, 13_000]}),
            Go("乙", "RRR", [5_000, 6_000, 7_000], 30_000),
        ],
    ),
    "leaving makes it nothing": (
        rules(
            "per_attempt_s: 60, leaving: zero",
            award="{from: correct, steps: [{at_least: 1, points: 5}], below: 1}",
        ),
        [
            Go("甲", "RRR", [5_000, 6_000, 7_000], 40_000, more={"left": [12_000]}),
            Go("乙", "RRR", [5_000, 6_000, 7_000], 30_000),
            Go("丙", "WWW", [5_000, 6_000, 7_000], 30_000),
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_live_board_is_the_fold_of_the_record(
    app: Flask, platform: Platform, clock: MovedClock, name: str
) -> None:
    text, goes = CASES[name]
    clock.at_ms = moment("2026-03-02 07:00")
    cast.fill_bank(platform, clock.now_ms(), count=9)
    contest_id = cast.publish(platform, text, clock.now_ms())
    boards.catch_up_all(platform, clock.now_ms(), full=True)
    for go in goes:
        play(app, platform, clock, contest_id, go)

    lines = "\n".join(json.dumps(go.line()) for go in goes)
    folded = replay.result(case.parse({"rules.yaml": text, "attempts.jsonl": lines}))

    assert folded["refused"] == []
    wanted = [picked(row, row["who"]) for row in folded["boards"]["个人"]]
    assert shown(app, contest_id) == sorted(wanted, key=BY_PLACE)
    assert boards.verify(platform, contest_id) == []


def play(app: Flask, platform: Platform, clock: MovedClock, contest_id: int, go: Go) -> None:
    """Play an attempt as its phone does: one answer after the other, then the hand-in."""
    phone = Phone(app)
    clock.at_ms = started_ms = moment(go.at)
    phone.sign_up(go.person)
    phone.start(contest_id)
    received = accumulate(go.ms)
    events: list[tuple[int, int, str]] = [(ms, n, go.answers[n - 1]) for n, ms in enumerate(received, 1)]
    events += [(ms, 0, "left") for ms in go.more.get("left", ())]
    for ms, n, what in sorted(events):
        clock.at_ms = started_ms + ms
        attempt_id = int(phone.attempt["attempt"])
        body = phone.batch(
            {n: cast.response(platform, attempt_id, n, what != "W") if what != "-" else ()} if n else {}
        )
        reply = phone.send("answers", {**body, **({} if n else {"left": [phone.next_seq()]})})
        if reply.get("state") == "finished":
            break
    clock.at_ms = max(clock.at_ms, started_ms + go.finish_ms)
    phone.finish()


def shown(app: Flask, contest_id: int) -> list[dict[str, Any]]:
    """Return the rows of the people's board."""
    phone = Phone(app)
    board = phone.get(f"/api/v1/contests/{contest_id}/boards")["boards"][0]
    rows = phone.get(f"/api/v1/contests/{contest_id}/boards/{board['id']}")["rows"]
    return sorted((picked(row, row["name"]) for row in rows), key=BY_PLACE)


def picked(row: Mapping[str, Any], who: str) -> dict[str, Any]:
    return {"who": who, **{key: row[key] for key in ("place", "total", "time_ms")}}


BY_PLACE = itemgetter("place", "who")  # inside a place by name: ids differ
