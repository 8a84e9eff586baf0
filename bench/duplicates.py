"""Compares 20,000 new questions with a bank of 20,000 and with one another, and says what it cost."""

from __future__ import annotations

import json
import random
import resource
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from question_bank.duplicates import pairs
from question_bank.question import Question
from question_bank.wording import Wording

EACH = 20_000  # questions in the bank, and new ones
OTHER_CHARACTERS = 0.4  # of a stem, so that it is another question: no two of these are near by themselves
REPEATED = 200  # of the new ones are like one of the bank, with two characters more
SECONDS, MEGABYTES = 10.0, 400.0  # ceilings
STARTER = Path(__file__).resolve().parent.parent / "question_bank" / "starter" / "questions.jsonl"


class Cost(NamedTuple):
    """What a comparison cost."""

    prepared_s: float  # normalising all
    compared_s: float
    megabytes: float  # at most, of the whole process
    found: int
    missed: int  # of the planted ones


def cost() -> Cost:
    """Compare made-up questions, a fifth of them statements, which have only two answers between them."""
    made = _made(random.Random(7))
    held = [next(made) for _ in range(EACH)]
    new = [next(made) for _ in range(EACH - REPEATED)]
    new += [replace(asked, stem=f"请问{asked.stem}") for asked in held[:REPEATED]]
    begun = time.process_time()
    wordings = [Wording.of(question) for question in (*held, *new)]
    prepared = time.process_time()
    found = {(pair.one, pair.other) for pair in pairs(wordings, EACH)}
    done = time.process_time()
    planted = {(n, EACH + EACH - REPEATED + n) for n in range(REPEATED) if len(wordings[n].stem) > 12}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Cost(prepared - begun, done - prepared, peak, len(found), len(planted - found))


def _made(chance: random.Random) -> Iterator[Question]:
    """Yield the starter questions again and again with other characters in their stems."""
    starter = [Question.from_dict(json.loads(line)) for line in STARTER.read_text("utf-8").splitlines()]
    characters = "".join(question.stem for question in starter)
    while True:
        for question in starter:
            stem = "".join(
                chance.choice(characters) if chance.random() < OTHER_CHARACTERS else each
                for each in question.stem
            )
            yield replace(question, stem=stem)
