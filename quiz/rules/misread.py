"""Which value of a line of a case cannot be read, and what to write instead: asked when a line is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from quiz.errors import N_, InvalidInput
from quiz.rules import extra_time
from quiz.rules.instants import instant_ms

DEEDS = ("void", "restore", "adjust", "zero", "disqualify", "remark")
Reads = Callable[[Any], object]  # raises where a value, which may be anything, is not what it has to be


def _one_of(*words: str) -> Reads:
    return lambda value: words.index(value)


def _whole(value: Any) -> object:
    return int(value) if type(value) in (int, str) else _wrong()


def _answers(value: Any) -> object:
    return [each in ("R", "W", "-") or 0 <= Fraction(each) <= 1 or _wrong() for each in value]


def _times(value: Any) -> object:
    return [(type(each) is int and each >= 0) or _wrong() for each in value]


def _wrong() -> object:
    raise ValueError


MOMENT = (instant_ms, "2024-07-01T09:00:00.000+08:00")
KEYS: Mapping[str, Mapping[str, tuple[Reads, str]]] = {  # of each file: key → what reads it, an example
    "attempts.jsonl": {
        "person": (str, "A"),
        "started_at": MOMENT,
        "finished_at": MOMENT,
        "answers": (_answers, '["R", "W", "-", "1/2"]'),
        "ms": (_times, "[9000, 12500, 0, 8000]"),
        "score": (lambda value: Fraction(str(value)), '"87.5"'),
        "correct": (_whole, "17"),
        "time_ms": (_whole, "125000"),
        "duel": (_one_of("", "win", "draw", "loss"), '"win"'),
    },
    "events.jsonl": {"person": (str, "A"), "at": MOMENT, "kind": (str, "sign_in")},
    "ledger.jsonl": {
        "at": MOMENT,
        "do": (_one_of(*DEEDS), " / ".join(DEEDS)),
        "actor": (str, "Li Ming"),
        "because": (str, "sent twice"),
        "points": (lambda value: Fraction(str(value)), '"-0.5"'),
    },
    "people.csv": {
        "age": (lambda value: value and int(value), "12"),
        "registered_at": (lambda value: value and instant_ms(value), MOMENT[1]),
        "extra_time": (extra_time.read, "25%"),
        "guest": (_one_of("", "yes"), "yes"),
    },
    "units.csv": {"enrolled": (_whole, "1200"), "as_of": (date.fromisoformat, "2024-02-01")},
}


def refusal(file: str, line: int, row: Mapping[str, Any]) -> InvalidInput | None:
    """Return the refusal of a line by its first value that cannot be read; None where each can be."""
    for key, (reads, example) in KEYS[file].items():
        if key in row and not _can_be_read(reads, row[key]):
            sentence = N_("%(file)s 第 %(line)s 行的 %(key)s 写的是 %(found)s，请改成 %(example)s 这样。")
            found = str(row[key])[:LONGEST]
            return InvalidInput(sentence, file=file, line=line, key=key, found=found, example=example)
    return None


LONGEST = 60  # characters of a value that are shown


def missing(file: str, line: int, key: str) -> InvalidInput:
    """Return the refusal of a line that lacks a key."""
    sentence = N_("%(file)s 第 %(line)s 行缺少 %(key)s，请加上，例如 %(example)s。")
    example = KEYS[file].get(key, (str, "…"))[1]
    return InvalidInput(sentence, file=file, line=line, key=key, example=example)


def _can_be_read(reads: Reads, value: Any) -> bool:
    try:
        reads(value)
    except (ValueError, TypeError, AttributeError, ArithmeticError, LookupError):
        return False
    return True
