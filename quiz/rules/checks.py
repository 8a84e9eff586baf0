"""What is wrong with a document: values that do not fit the schema, and parts that contradict each other."""

from __future__ import annotations

from quiz.errors import Fault
from quiz.rules.reading import Source


def misfits(source: Source) -> list[Fault]:
    """Return every value that does not fit the schema, with what to write instead."""
    return []


def contradictions(source: Source) -> list[Fault]:
    """Return what every value allows and the whole does not."""
    return []
