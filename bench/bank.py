"""The page of the bank with 50,000 questions: what each way of looking through it takes over HTTP.

The starter questions over and over, each time with other numbers in the stem and sources of their own.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import cycle, islice

from flask import Flask

from question_bank.question import Question
from quiz.models.bank import Import
from quiz.models.bank import Question as QuestionRow
from quiz.services import bank
from quiz.services.bank_search import ORDERS
from quiz.services.platform import Platform
from quiz.services.versions import add_newest, version_of
from tests.support.desk import Visitor, organizer

QUESTIONS, AT_ONCE = 50_000, 500
PAGE = 50
LOOKS = 21  # of each kind
LIST = "/desk/bank/"
FOUND = re.compile(r"找到 ([\d,]+) 题")
LOOKED_FOR: Mapping[str, Mapping[str, object]] = {  # name → fields of the address
    "all": {},
    "a deep page": {"page": QUESTIONS // PAGE},
    "a kind": {"kind": "single"},
    "a difficulty": {"difficulty": "medium"},
    "a tag": {"tag": "topic:生命健康"},
    "two tags and a kind": {"kind": "single", "tag": ["domain:科学知识", "audience:城镇居民"]},
    "what is retired": {"state": "retired"},
    "a common word": {"q": "的"},
    "a rare word": {"q": "细胞"},
    "two words": {"q": "水 温度"},
    "no such word": {"q": "没有这样的词"},
    **{f"by {name}": {"order": name} for name in ORDERS},
}


@dataclass(frozen=True)
class Looked:
    """What one way of looking cost."""

    what: str
    found: str  # as the page says it
    times_ms: tuple[float, ...]
    cpu_ms: float  # of this process, a look: what a busy machine does not change

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


def looks(app: Flask, platform: Platform) -> Iterator[Looked]:
    """Open the page of the list in each way as an organizer does; the first after a start stands apart."""
    browser = organizer(app, platform)
    yield Looked("the first time", *_opened(browser, {}, 1))
    for what, fields in LOOKED_FOR.items():
        yield Looked(what, *_opened(browser, fields, LOOKS))


def _opened(
    browser: Visitor, fields: Mapping[str, object], times: int
) -> tuple[str, tuple[float, ...], float]:
    """Return how many questions the page says it found, how long each look took, and its processor time."""
    times_ms, cpu_s = [], time.process_time()
    for _ in range(times):
        begun = time.perf_counter()
        page = browser.client.get(LIST, query_string=fields)
        times_ms.append((time.perf_counter() - begun) * 1000)
        assert page.status_code == 200
    cpu_ms = (time.process_time() - cpu_s) * 1000 / times
    found = FOUND.search(page.get_data(as_text=True))
    return found[1] if found else "none", tuple(times_ms), cpu_ms


def _made(known: list[Question], count: int) -> Iterator[Question]:
    for n, question in enumerate(islice(cycle(known), count)):
        source = tuple(f"{each}，第 {n % 97} 页" for each in question.tags.get("source", ()))
        yield replace(
            question,
            stem=f"{question.stem}（{n}）",
            external_id=f"b{n}",
            tags={**question.tags, "source": source},
        )
