"""What it costs to mark many attempts again after a corrected key: one command and one recount."""

from __future__ import annotations

import random
import resource
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson

from bench.preparing import CONTEST, add_rows, next_person, platform_on, streets_of, write_people
from question_bank.question import Question
from quiz import starter
from quiz.models.play import Attempt, Result
from quiz.rules import papers
from quiz.rules.papers import Turn
from quiz.rules.sheet import Paper, Slot
from quiz.services import boards, contests, ledger
from quiz.services.correcting import Correction
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published, in_force
from tests.support.servers import valkey

ATTEMPTS_A_PERSON = 2
POINTS = 5  # for a question of the contest
HOUR_MS = 3_600_000
CHUNK = 5_000  # people written in one transaction


@dataclass(frozen=True)
class Remarked:
    """What a recount cost."""

    attempts: int
    people: int
    seconds: float
    cpu_s: float  # of this process: the database is in it
    refold_s: float  # folding everybody anew, whatever was corrected
    longest_ms: float  # of its rounds: a transaction, and what the boards are told of it
    megabytes: float


def remarked(folder: Path, attempts: int) -> Remarked:
    """Fill a contest with so many attempts at one paper, correct a key, recount."""
    with valkey() as address, platform_on(folder, address) as platform:
        actor = Actor(None, platform.clock.now_ms())
        starter.load(platform, actor)
        text = CONTEST.read_text("utf-8").replace("draw: random", "draw: fixed")
        contest_id = contests.create(platform, text, "contest", actor)
        contests.publish(platform, contest_id, actor)
        rules = in_force(platform, contest_id)
        people = attempts // ATTEMPTS_A_PERSON
        version = _fill(platform, rules, people)
        begun = time.perf_counter()
        boards.refold_all(platform, contest_id)
        refold_s = time.perf_counter() - begun
        assert platform.live is not None
        boards.rebuild(platform, platform.live, contest_id, platform.clock.now_ms())
        question = rules.questions[version]
        other = next(option.id for option in question.options if option.id not in question.key)
        begun, before = time.perf_counter(), time.process_time()
        wanted = Correction("question", version, "remark", "答案更正", key=(other,))
        ledger_id = ledger.book(platform, contest_id, wanted, actor)
        rounds = [time.perf_counter()]
        ledger.recount(platform, ledger_id, tell=lambda _people: rounds.append(time.perf_counter()))
        seconds, cpu_s = time.perf_counter() - begun, time.process_time() - before
        differences = boards.verify(platform, contest_id)
        if differences:
            raise RuntimeError(f"the boards are not the fold of the record: {differences[:3]}")
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        longest_ms = 1000 * max(after - before for before, after in pairwise(rounds))
        return Remarked(people * ATTEMPTS_A_PERSON, people, seconds, cpu_s, refold_s, longest_ms, most)


def _fill(platform: Platform, rules: Published, people: int) -> int:
    """Write people with their finished attempts at the one paper; returns one of its questions."""
    turn = Turn(stage=0, person=0, number=1)
    slots = [
        Slot(s.candidate_id, rules.questions[s.candidate_id].kind, s.section_index, tuple(s.option_order))
        for s in papers.drawn(rules.seed, rules.document, rules.pool, turn)
    ]
    paper, chance = Paper.of(papers.attempt_seed(rules.seed, turn), slots), random.Random(7)
    streets, first = streets_of(platform), next_person(platform)
    now_ms = platform.clock.now_ms() - HOUR_MS
    for begin in range(0, people, CHUNK):
        ids = range(first + begin, first + min(begin + CHUNK, people))
        numbered = [
            ((i - first) * ATTEMPTS_A_PERSON + n, i, n) for i in ids for n in range(1, ATTEMPTS_A_PERSON + 1)
        ]
        with platform.store.connection() as connection:
            write_people(connection, ids, streets, now_ms)
            written = [_attempt(rules, paper, each, now_ms) for each in numbered]
            add_rows(connection, Attempt, written)
            add_rows(connection, Result, (_result(rules, paper, each["id"], chance) for each in written))
    return slots[0].version_id


def _attempt(rules: Published, paper: Paper, numbered: tuple[int, int, int], now_ms: int) -> dict[str, Any]:
    attempt_id, person, number = numbered
    started_ms = now_ms + (person + number * 20) % 2_400 * 1_000
    return {
        "id": attempt_id,
        "contest_id": rules.contest_id,
        "rules_id": rules.rules_id,
        "stage": 0,
        "person_id": person,
        "number": number,
        "seed": paper.seed,
        "paper": paper.text,
        "started_ms": started_ms,
        "deadline_ms": started_ms + HOUR_MS,
        "grace_ms": 15_000,
        "looks_back": False,
        "finished_ms": started_ms + 600_000,
    }


def _result(rules: Published, paper: Paper, attempt_id: int, chance: random.Random) -> dict[str, Any]:
    """Return a result with a chosen option for each question."""
    sheet = [_marked(rules.questions[slot.version_id], slot.version_id, chance) for slot in paper.slots]
    correct = sum(right == "1" for _, _, right, _ in sheet)
    return {
        "attempt_id": attempt_id,
        "closed_by": "person",
        "score": str(correct * POINTS),
        "points": str(correct * POINTS),
        "correct": correct,
        "of": paper.count,
        "full": correct == paper.count,
        "time_ms": 600_000,
        "sheet": orjson.dumps(sheet).decode(),
    }


def _marked(question: Question, version: int, chance: random.Random) -> tuple[int, list[str], str, int]:
    chosen = chance.choice(question.options).id
    return version, [chosen], "1" if question.key == {chosen} else "0", 30_000
