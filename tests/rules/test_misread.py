"""Lines of a case that cannot be read: the file, the line, the value, and what to write instead."""

from __future__ import annotations

import json
from typing import Any

import pytest

from quiz.errors import InvalidInput
from tests.rules.documents import small
from tests.rules.test_replay import attempt, ledger, replayed

GOOD = attempt("A", "07-02 09:00", "RRR")
DEED = {**ledger("void", attempt="1"), "do": "erase"}
# file, its text, what the refusal tells
MISREAD: dict[str, tuple[str, str, str]] = {
    "a moment without its offset": (
        "attempts.jsonl",
        json.dumps({**GOOD, "started_at": "2024-07-02T09:00:00"}),
        (
            "attempts.jsonl 第 1 行的 started_at 写的是 2024-07-02T09:00:00，"
            "请改成 2024-07-01T09:00:00.000+08:00 这样。"
        ),
    ),
    "a year that is none": (
        "attempts.jsonl",
        json.dumps({**GOOD, "finished_at": "0001-01-01T00:00:00+08:00"}),
        "的 finished_at 写的是 0001-01-01T00:00:00+08:00",
    ),
    "an answer that is none": (
        "attempts.jsonl",
        json.dumps({**GOOD, "answers": ["R", "Q", "R"]}),
        "第 1 行的 answers 写的是",
    ),
    "part of a millisecond": (
        "attempts.jsonl",
        json.dumps({**GOOD, "ms": [1, 2.5, 3]}),
        "第 1 行的 ms 写的是 [1, 2.5, 3]，请改成 [9000, 12500, 0, 8000] 这样。",
    ),
    "no finish": (
        "attempts.jsonl",
        json.dumps({key: value for key, value in GOOD.items() if key != "finished_at"}),
        "attempts.jsonl 第 1 行缺少 finished_at，请加上，例如 2024-07-01T09:00:00.000+08:00。",
    ),
    "nobody": ("attempts.jsonl", "{}", "attempts.jsonl 第 1 行缺少 person"),
    "an age in words": (
        "people.csv",
        "person,age\nA,十二\n",
        "people.csv 第 2 行的 age 写的是 十二，请改成 12 这样。",
    ),
    "a number of people in words": (
        "units.csv",
        "tree,unit,enrolled,as_of\nregion,P,很多,2024-01-01\n",
        "units.csv 第 2 行的 enrolled 写的是 很多，请改成 1200 这样。",
    ),
    "an unknown deed": (
        "ledger.jsonl",
        json.dumps(DEED),
        (
            "ledger.jsonl 第 1 行的 do 写的是 erase，"
            "请改成 void / restore / adjust / zero / disqualify / remark 这样。"
        ),
    ),
    "a person twice": (
        "people.csv",
        "person,group\nA,青\nA,老\n",
        "people.csv 里“A”出现了两次，请只留一行。",
    ),
    "an endless cell": ("people.csv", "x" * 200_000, "people.csv 第 1 行读不懂（CSV）"),
}


@pytest.mark.parametrize(("file", "content", "told"), MISREAD.values(), ids=MISREAD)
def test_a_line_that_cannot_be_read_is_refused_with_what_to_write(file: str, content: str, told: str) -> None:
    files: dict[str, Any] = {file: content}

    with pytest.raises(InvalidInput) as refusal:
        replayed(small(), GOOD, files=files)

    assert told in refusal.value.text
