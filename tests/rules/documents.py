"""Rules documents for tests: a small one, changed where a test wants it otherwise."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from quiz.rules.document import load
from quiz.rules.parts import Document, Stage

EXAMPLES = Path(__file__).parents[1] / "examples"
STARTER = Path(__file__).parents[2] / "question_bank" / "starter"

SMALL: dict[str, Any] = {
    "title": "测试",
    "timezone": "Asia/Shanghai",
    "units": {"region": {"levels": ["district", "street"]}},
    "stages": [
        {
            "name": "网络赛",
            "calendar": {"opens": "2024-07-01 08:00", "closes": "2024-07-31 24:00", "period": "day"},
            "paper": {"sections": [{"count": 3}]},
            "person": {"within_period": "sum", "across_periods": "sum"},
            "order": ["total", "time", "first_started"],
            "boards": [
                {"name": "个人", "of": "people"},
                {"name": "街道", "of": "region.street", "order": ["sum"]},
            ],
        }
    ],
}


def small(changes: dict[str, Any] | None = None, **stage: Any) -> dict[str, Any]:
    """Return the small document with some of its top and of its stage replaced (None takes a key away)."""
    raw = copy.deepcopy(SMALL)
    raw.update(changes or {})
    for key, value in stage.items():
        if value is None:
            raw["stages"][0].pop(key, None)
        else:
            raw["stages"][0][key] = value
    return raw


def text(raw: dict[str, Any]) -> str:
    """Return a document as text: JSON is YAML."""
    return json.dumps(raw, ensure_ascii=False, indent=1)


def document(changes: dict[str, Any] | None = None, **stage: Any) -> Document:
    """Return the small document, read, with changes."""
    return load(text(small(changes, **stage)))


def stage(changes: dict[str, Any] | None = None, **parts: Any) -> Stage:
    """Return the stage of the small document, with changes."""
    return document(changes, **parts).stages[0]


def calendar(**changes: Any) -> dict[str, Any]:
    """Return the small document's calendar with changes."""
    return {**SMALL["stages"][0]["calendar"], **changes}


def starter(name: str) -> str:
    """Return a starter document as it is loaded on the first run."""
    found = (STARTER / f"{name}.yaml").read_text("utf-8")
    return found.replace("{opens}", "2026-03-01 00:00").replace("{closes}", "2026-04-30 24:00")
