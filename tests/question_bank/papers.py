"""Papers and pools for the tests of drawing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import question_bank
from question_bank.drawing import Candidate, Drawn, Pool
from question_bank.question import Question

STARTER = Path(question_bank.__file__).parent / "starter" / "questions.jsonl"


@dataclass(frozen=True)
class Range:
    """A band of difficulty."""

    least: Fraction
    most: Fraction


@dataclass(frozen=True)
class Section:
    """A section as the rules have it."""

    count: int
    kinds: Sequence[str] = ()
    tags: Mapping[str, Sequence[str]] = field(default_factory=dict)
    difficulty: Range | None = None
    points: Fraction = Fraction(1)


@dataclass(frozen=True)
class Paper:
    """A paper as the rules have it."""

    sections: Sequence[Section]
    draw: str = "random"
    cover: Sequence[str] = ()
    balance: bool = False
    shuffle: Sequence[str] = ("questions", "options")


def starter() -> Pool:
    """Return the questions that a new installation starts with: 26 criteria, some questions with two."""
    lines = STARTER.read_text("utf-8").splitlines()
    questions = [Question.from_dict(json.loads(line)) for line in lines]
    return Pool(
        [
            Candidate(n, q.kind, q.tags, q.difficulty, len(q.options), q.keeps_order)
            for n, q in enumerate(questions, 1)
        ]
    )


def ids(drawn: Sequence[Drawn]) -> list[int]:
    """Return the questions of a paper."""
    return [each.candidate_id for each in drawn]


def held(drawn: Sequence[Drawn], pool: Pool, facet: str) -> set[str]:
    """Return the values of a facet that a paper holds."""
    return {value for i in ids(drawn) for value in pool.by_id[i].tags.get(facet, ())}
