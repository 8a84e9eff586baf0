"""The rules document: read as text, typed by the schema, checked, and returned as plain values."""

from __future__ import annotations

from collections.abc import Iterable

from quiz.errors import Fault, InvalidDocument
from quiz.rules.building import build
from quiz.rules.checks import misfits
from quiz.rules.contradictions import contradictions
from quiz.rules.kept import groups_missing
from quiz.rules.not_yet import not_yet
from quiz.rules.out_of_reach import out_of_reach
from quiz.rules.parts import Board, Calendar, Document, Paper, Section, Stage, Tree
from quiz.rules.reading import Source, read
from quiz.rules.whole_points import unstated

__all__ = ["Board", "Calendar", "Document", "Paper", "Section", "Stage", "Tree"]


def load(text: str) -> Document:
    """Read a rules document; raises InvalidDocument with every fault: its place, its line, what to write."""
    return build(checked(text).raw)


def playable(text: str) -> Document:
    """Read a document that is to be published.

    Raises InvalidDocument also for what it validly says and a running contest cannot do yet, by name, where
    totals could be fractions of which nothing says how they are rounded, and for what nobody can reach.
    """
    source = checked(text)
    document = build(source.raw)
    faults = unplayable(source, document)
    if faults:
        raise InvalidDocument(faults)
    return document


def unplayable(source: Source, document: Document) -> list[Fault]:
    """Return what keeps a valid document from being published."""
    checks = (unstated, out_of_reach, groups_missing)
    return _in_order([*not_yet(source), *(fault for check in checks for fault in check(source, document))])


def checked(text: str) -> Source:
    """Return the document's plain values with the lines they stand on; raises InvalidDocument."""
    source = read(text)
    faults = misfits(source) or contradictions(source)
    if faults:
        raise InvalidDocument(_in_order(faults))
    return source


def _in_order(faults: Iterable[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: (fault.line or 0, fault.at))
