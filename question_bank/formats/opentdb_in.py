"""The JSON of Open Trivia DB: one right answer, the wrong ones, HTML entities in every text."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from html import unescape
from typing import Any
from urllib.parse import unquote

from question_bank.formats.drafts import FULL, NONE, TRUE_FALSE, Choice, Draft, reading
from question_bank.formats.reading import Reading
from question_bank.formats.text import decoded
from question_bank.problems import N_, Unreadable

BASE64 = {b64encode(word).decode() for word in (b"multiple", b"boolean")}


def read(content: bytes, scale: Mapping[str, str] | None = None) -> Reading:
    """Return what a reply of Open Trivia DB holds."""
    try:
        found = json.loads(decoded(content))
    except (ValueError, RecursionError) as error:
        raise Unreadable("broken-file", BROKEN) from error
    results = found.get("results") if isinstance(found, dict) else found
    return reading(_drafts(results if isinstance(results, list) else []), scale)


def _drafts(results: list[Any]) -> Iterator[Draft]:  # Any: JSON data from outside
    for row, each in enumerate(results, 1):
        asked = _plain(each) if isinstance(each, dict) else {}
        draft = Draft(row, _text(asked.get("type")), _text(asked.get("question")))
        draft.raw = draft.stem
        right = _text(asked.get("correct_answer"))
        listed = asked.get("incorrect_answers")
        wrong = [_text(text) for text in listed] if isinstance(listed, list) else []
        if draft.kind == "boolean":
            draft.kind = "true_false"
            draft.choices = [
                Choice(text, FULL if right.casefold() == word else NONE)
                for text, word in zip(TRUE_FALSE, ("true", "false"), strict=True)
            ]
        elif draft.kind == "multiple":
            draft.kind = "single"
            draft.choices = _mixed(draft.stem, [Choice(right, FULL), *map(Choice, wrong)])
        category = _text(asked.get("category"))
        draft.tags = [f"topic:{category}"] if category else []
        if difficulty := _text(asked.get("difficulty")):
            draft.tags.append(f"difficulty:{difficulty}")
        yield draft


def _plain(asked: dict[str, Any]) -> dict[str, Any]:
    """Return a question without the encoding of its texts: base64, which its kind gives away, or URL."""
    kind = asked.get("type")
    if kind in BASE64:
        return {name: _each(_from_base64, value) for name, value in asked.items()}
    if any("%" in each for each in (asked.get("question"), asked.get("category")) if isinstance(each, str)):
        texts = [each for each in (*asked.values(), "") if isinstance(each, str)]
        if not any(" " in each for each in texts):
            return {name: _each(unquote, value) for name, value in asked.items()}
    return asked


def _each(change: Callable[[str], str], value: Any) -> Any:
    if isinstance(value, list):
        return [_each(change, each) for each in value]
    return change(value) if isinstance(value, str) else value


def _from_base64(text: str) -> str:
    try:
        return b64decode(text, validate=True).decode()
    except ValueError:
        return text


def _mixed(stem: str, choices: list[Choice]) -> list[Choice]:
    """Return choices in an order that their texts decide, so that the right one is not always the first."""
    return sorted(choices, key=lambda each: sha256(f"{stem}\n{each.text}".encode()).digest())


def _text(value: object) -> str:
    return unescape(value).strip() if isinstance(value, str) else ""


BROKEN = N_("这不是完整的 JSON，请重新下载再上传。")
