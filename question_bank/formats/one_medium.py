"""One picture or sound that somebody adds to a question: opened where files from outside are opened."""

from __future__ import annotations

from question_bank.attached import Medium
from question_bank.formats import apart


def fitted(name: str, content: bytes) -> Medium:
    """Return a file as a medium of this name that can be kept and shown; raises Unreadable."""
    return Medium.from_json(apart.run({"wanted": "medium", "name": name}, content))
