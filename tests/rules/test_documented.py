"""The notation is documented: docs/rules.md names every key of the schema, and every choice."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
IN_CODE = re.compile(r"`([^`]*)`")
WORD = re.compile(r"[a-z0-9_.]+")


def words_of(schema: Any) -> Iterator[str]:  # Any: JSON
    """Yield the keys and the choices that a schema knows."""
    match schema:
        case dict():
            if isinstance(schema.get("properties"), dict):
                yield from schema["properties"]
            yield from (choice for choice in schema.get("enum", ()) if isinstance(choice, str))
            for part in schema.values():
                yield from words_of(part)
        case list():
            for part in schema:
                yield from words_of(part)


def test_every_key_and_every_choice_stands_in_the_documentation() -> None:
    schema = json.loads((ROOT / "quiz" / "rules" / "schema.json").read_text("utf-8"))
    page = (ROOT / "docs" / "rules.md").read_text("utf-8")
    written = {word for code in IN_CODE.findall(page) for word in WORD.findall(code)}

    assert set(words_of(schema)) - written == set()
