"""The rules document: read as text, typed by the schema, checked, and returned as plain values."""

from __future__ import annotations

from quiz.errors import InvalidDocument
from quiz.rules.building import build
from quiz.rules.checks import contradictions, misfits
from quiz.rules.parts import Board, Calendar, Document, Paper, Section, Stage, Tree
from quiz.rules.reading import Source, read

__all__ = ["Board", "Calendar", "Document", "Paper", "Section", "Stage", "Tree", "load"]


def load(text: str) -> Document:
    """Read a rules document; raises InvalidDocument with every fault: its place, its line, what to write."""
    return build(checked(text).raw)


def checked(text: str) -> Source:
    """Return the document's plain values with the lines they stand on; raises InvalidDocument."""
    source = read(text)
    faults = misfits(source) or contradictions(source)
    if faults:
        raise InvalidDocument(sorted(faults, key=lambda fault: (fault.line or 0, fault.at)))
    return source
