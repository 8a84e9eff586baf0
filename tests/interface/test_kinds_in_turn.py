"""Gaps, orders and matches where the server opens one question after the other: live as in a replay."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from quiz.rules import case, replay
from quiz.services import boards
from quiz.services.platform import Platform
from tests.interface.test_live_is_replay import BY_PLACE, moment, picked, shown, written
from tests.support import kinds
from tests.support.clock import MovedClock
from tests.support.phone import Phone

AT, EACH_MS = "2026-03-03 09:00:00", 4_000
MARKS = ("1/2", "1/2", "W", "1/3", "1/2")  # of kinds.HALF
CLOCKS = {
    "a clock for each question": ("per_question_s: 20", "{stop: end}"),
    "a run against the clock": ("per_attempt_s: 300", "{stop: time}"),
    "a run that stops at the first wrong": ("per_attempt_s: 300", "{stop: first_wrong}"),
    "a run that tells after each answer": (
        "per_question_s: 20",
        "{stop: first_wrong, show: {after_answer: key, after_attempt: key, after_close: key}}",
    ),
}


@pytest.mark.parametrize(("limits", "flow"), CLOCKS.values(), ids=CLOCKS)
def test_every_kind_in_turn_is_the_fold_of_the_record(
    app: Flask, platform: Platform, clock: MovedClock, limits: str, flow: str
) -> None:
    text = kinds.RULES.replace("per_attempt_s: 300", limits).replace(
        "{show: {after_attempt: explanation}}", flow
    )
    clock.at_ms = moment("2026-03-02 07:00")
    contest_id = kinds.publish(platform, clock.now_ms(), text)
    boards.catch_up_all(platform, clock.now_ms(), full=True)
    lines = [
        go(app, platform, clock, contest_id, "甲", kinds.RIGHT, "RRRRR"),
        go(app, platform, clock, contest_id, "乙", kinds.HALF, MARKS),
        go(app, platform, clock, contest_id, "丙", (*kinds.RIGHT[:3], (), kinds.RIGHT[4]), "RRR-R"),
    ]

    folded = replay.result(case.parse({"rules.yaml": text, "attempts.jsonl": "\n".join(lines)}))

    assert folded["refused"] == []
    wanted = [picked(row, row["who"]) for row in folded["boards"]["个人"]]
    assert shown(app, contest_id) == sorted(wanted, key=BY_PLACE)
    assert boards.verify(platform, contest_id) == []


def go(
    app: Flask, platform: Platform, clock: MovedClock, contest_id: int, person: str, words: Any, marks: Any
) -> str:
    """Answer one question after the other, each after `EACH_MS`; returns the line of the record."""
    phone = Phone(app)
    clock.at_ms = started_ms = moment(AT)
    phone.sign_up(person)
    opened = phone.start(contest_id)["questions"][0]
    attempt_id, count = int(phone.attempt["attempt"]), 0
    while opened:
        given = kinds.responses(platform, attempt_id, words)[opened["n"]]
        clock.at_ms += EACH_MS
        count += 1
        reply = phone.save({opened["n"]: given})
        assert list(reply["saved"]) == [str(opened["n"])]
        if "shown" in reply:
            assert reply["shown"][str(opened["n"])]["right"] is (marks[count - 1] == "R")
        opened = reply.get("next")
        if opened and opened["kind"] in ("fill", "order", "match"):
            assert opened["places"]
        if opened and opened["kind"] == "match":
            assert reply["materials"] == [{"first": 5, "last": 5, "html": "气体各有性质。"}]
    phone.finish()
    line = {"person": person, "started_at": written(started_ms), "finished_at": written(clock.at_ms)}
    return json.dumps({**line, "answers": list(marks[:count]), "ms": [EACH_MS] * count})
