"""`python -m bench.quality`: analyses 400,000 answers in a database; exits 1 where a promise is not kept.

20,000 people with 20 questions each, drawn at random from 200; true difficulties and abilities standard
normal; who does not know chooses at random. Of the first question the key is wrong, the second leaks more
and more, nobody knows the third: they have to be flagged. Beside them only the hardest should be.
"""

from __future__ import annotations

import argparse
import math
import random
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from bench.preparing import add_rows, next_person, platform_on, streets_of, write_people
from question_bank.formats import jsonl
from question_bank.question import Question, lettered
from quiz import starter
from quiz.models.play import Attempt, Result
from quiz.rules.sheet import Paper, Slot
from quiz.services import bank, contests, quality, quality_reading
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published, in_force

QUESTIONS, EACH, CHUNK = 200, 20, 5_000
CPU_S, MEMORY_MB = 20.0, 300.0  # ceilings, of this process: the database is in it
WRONG_KEY, LEAKED, UNKNOWN = 0, 1, 2  # numbers of questions that are not as they should be
EXPECTED = {WRONG_KEY: "wrong_key", LEAKED: "drifting", UNKNOWN: "not_discriminating"}
KEY, OPTIONS = "A", "ABCD"
DAY_MS = 86_400_000
RULES = """
title: 题目质量演示赛
timezone: Asia/Shanghai
units:
  region: {levels: [district, street]}
stages:
  - name: 网络赛
    calendar: {opens: "2026-03-02 08:00", closes: "2036-03-08 20:00"}
    paper: {sections: [{count: 20, tags: {topic: [演示]}}]}
    clock: {per_attempt_s: 600}
    quota: {limit: {total: 1}}
    person: {within_period: best}
    order: [total, time]
    boards: [{name: 个人, of: people}]
"""


def main() -> int:
    """Fill a database, analyse it, print what it cost and what was found."""
    parser = argparse.ArgumentParser(prog="python -m bench.quality")
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--keep", type=Path, help="keep the filled data folder here")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, platform_on(wanted.keep or Path(folder)) as platform:
        actor = Actor(None, platform.clock.now_ms())
        rules = _contest(platform, actor)
        _fill(platform, rules, wanted.people)
        begun, before = time.perf_counter(), time.process_time()
        quality.carry_out(platform, quality.begin(platform, None, True, actor))
        seconds, cpu_s = time.perf_counter() - begun, time.process_time() - before
        return _report(platform, rules, seconds, cpu_s)


def _report(platform: Platform, rules: Published, seconds: float, cpu_s: float) -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found, versions = quality_reading.one(platform), sorted(rules.questions)
    proved = quality_reading.of_questions(platform, versions)
    missed = [flag for n, flag in EXPECTED.items() if flag not in proved[versions[n]].flags]
    others = [f"{n} {flag}" for n, v in enumerate(versions) if n not in EXPECTED for flag in proved[v].flags]
    sys.stdout.write(
        f"{found.answers} answers analysed and calibrated in {seconds:.1f} s, processor time {cpu_s:.1f} s "
        f"(≤ {CPU_S}), peak memory {peak:.0f} MB (≤ {MEMORY_MB}); reliability "
        f"{found.stages[0].facts.alpha:.3f}\n"
        f"not flagged: {missed or 'none'}; flagged beside: {others or 'none'}\n"
    )
    return 0 if cpu_s <= CPU_S and peak <= MEMORY_MB and not missed else 1


def _contest(platform: Platform, actor: Actor) -> Published:
    """Publish a contest over questions that this makes up."""
    starter.load(platform, actor)
    made = [
        Question(
            "single",
            f"演示题第 {n + 1} 题",
            lettered([f"{n}{each}" for each in "甲乙丙丁"]),
            frozenset(KEY),
            {"topic": ("演示",)},
        )
        for n in range(QUESTIONS)
    ]
    token = bank.stage(platform, jsonl.write(made), "bench.jsonl", actor.now_ms)
    bank.take(platform, bank.preview(platform, token), actor)
    contest_id = contests.create(platform, RULES, "contest", actor)
    contests.publish(platform, contest_id, actor)
    return in_force(platform, contest_id)


def _fill(platform: Platform, rules: Published, people: int) -> None:
    """Write people with one finished attempt each, over ten days."""
    chance, versions = random.Random(7), sorted(rules.questions)
    difficulties = [chance.gauss(0, 1) for _ in versions]
    streets, first = streets_of(platform), next_person(platform)
    begun_ms = platform.clock.now_ms() - 11 * DAY_MS
    for begin in range(0, people, CHUNK):
        ids = range(first + begin, first + min(begin + CHUNK, people))
        attempts, results = [], []
        for i in ids:
            how_far = (i - first) / people
            asked = chance.sample(range(QUESTIONS), EACH)
            started_ms = begun_ms + int(how_far * 10 * DAY_MS)
            attempts.append(_attempt(rules, i, [versions[n] for n in asked], started_ms))
            results.append(_result(i, _sheet(asked, versions, difficulties, how_far, chance)))
        with platform.store.connection() as connection:
            write_people(connection, ids, streets, begun_ms)
            add_rows(connection, Attempt, attempts)
            add_rows(connection, Result, results)


def _sheet(
    asked: Sequence[int],
    versions: Sequence[int],
    hard: Sequence[float],
    how_far: float,
    chance: random.Random,
) -> list[list[object]]:
    ability = chance.gauss(0, 1)
    sheet = []
    for n in asked:
        knows = chance.random() < 1 / (1 + math.exp(hard[n] - ability))
        if n == LEAKED:
            knows = knows or chance.random() < how_far
        if n == UNKNOWN:
            knows = False
        right = "B" if n == WRONG_KEY else KEY  # what those choose who know it
        chosen = right if knows else chance.choice(OPTIONS)
        sheet.append([versions[n], [chosen], "1" if chosen == KEY else "0", 0])
    return sheet


def _attempt(rules: Published, person: int, versions: Sequence[int], started_ms: int) -> dict[str, Any]:
    slots = [Slot(version, "single", 0, (0, 1, 2, 3)) for version in versions]
    return {
        "id": person,
        "contest_id": rules.contest_id,
        "rules_id": rules.rules_id,
        "stage": 0,
        "person_id": person,
        "number": 1,
        "seed": f"{person}",
        "paper": Paper.of(f"{person}", slots).text,
        "started_ms": started_ms,
        "deadline_ms": started_ms + 600_000,
        "grace_ms": 15_000,
        "looks_back": False,
        "finished_ms": started_ms + 300_000,
    }


def _result(person: int, sheet: Sequence[Sequence[object]]) -> dict[str, Any]:
    correct = sum(entry[2] == "1" for entry in sheet)
    return {
        "attempt_id": person,
        "closed_by": "person",
        "score": f"{correct}",
        "points": f"{correct}",
        "correct": correct,
        "of": EACH,
        "full": correct == EACH,
        "time_ms": 300_000,
        "sheet": orjson.dumps(sheet).decode(),
    }


if __name__ == "__main__":
    sys.exit(main())
