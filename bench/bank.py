"""The list of the bank with 50,000 questions: what each way of looking through it costs.

The starter questions over and over, each time with other numbers in the stem and sources of their own.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import cycle, islice

from question_bank.question import Question
from quiz.models.bank import Import
from quiz.models.bank import Question as QuestionRow
from quiz.services import bank, bank_search
from quiz.services.bank_search import ORDERS, Search
from quiz.services.platform import Platform
from quiz.services.versions import add_newest, version_of

QUESTIONS, AT_ONCE = 50_000, 500
PAGE = 50
LOOKS = 21  # of each kind
LOOKED_FOR: Mapping[str, tuple[Search, int]] = {  # what is looked for, and the first row of the page
    "the list": (Search(), 0),
    "a deep page": (Search(), QUESTIONS - PAGE),
    "a kind": (Search(kind="single"), 0),
    "a difficulty": (Search(difficulty="medium"), 0),
    "a tag": (Search(tags=(("topic", "生命健康"),)), 0),
    "two tags and a kind": (
        Search(kind="single", tags=(("domain", "科学知识"), ("audience", "城镇居民"))),
        0,
    ),
    "what is retired": (Search(state="retired"), 0),
    "a common word": (Search(words="的"), 0),
    "a rare word": (Search(words="细胞"), 0),
    "two words": (Search(words="水 温度"), 0),
    "no such word": (Search(words="没有这样的词"), 0),
    **{f"by {name}": (Search(order=name), 0) for name in ORDERS},
}


@dataclass(frozen=True)
class Looked:
    """What one way of looking cost."""

    what: str
    found: int
    times_ms: tuple[float, ...]

    def percentile(self, percent: int) -> float:
        """Return the time that so many of a hundred looks did not exceed."""
        ordered = sorted(self.times_ms)
        return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def fill(platform: Platform, count: int = QUESTIONS) -> None:
    """Write many questions into the bank."""
    now_ms = platform.clock.now_ms()
    known = bank.all_questions(platform)
    with platform.store.writing() as session:
        row = Import(at_ms=now_ms, filename="bench.jsonl", state="visible", taken=count)
        session.add(row)
        session.flush()
        import_id = row.id
    made = _made(known, count)
    while some := list(islice(made, AT_ONCE)):
        with platform.store.writing() as session:
            rows = [QuestionRow(import_id=import_id, external_id=each.external_id) for each in some]
            session.add_all(rows)
            session.flush()
            versions = [version_of(row.id, each, now_ms) for row, each in zip(rows, some, strict=True)]
            add_newest(session, versions, some)


def looks(platform: Platform) -> Iterator[Looked]:
    """Look through the bank in each way; the first look, which reads the tags into memory, stands apart."""
    begun = time.perf_counter()
    first = bank_search.listing(platform, Search())
    yield Looked("the first time", first.count, ((time.perf_counter() - begun) * 1000,))
    for what, (wanted, row) in LOOKED_FOR.items():
        times_ms = []
        for _ in range(LOOKS):
            begun = time.perf_counter()
            found = bank_search.listing(platform, wanted, row, PAGE)
            times_ms.append((time.perf_counter() - begun) * 1000)
        yield Looked(what, found.count, tuple(times_ms))


def _made(known: list[Question], count: int) -> Iterator[Question]:
    for n, question in enumerate(islice(cycle(known), count)):
        source = tuple(f"{each}，第 {n % 97} 页" for each in question.tags.get("source", ()))
        yield replace(
            question,
            stem=f"{question.stem}（{n}）",
            external_id=f"b{n}",
            tags={**question.tags, "source": source},
        )
