"""The rules page: a document in words from which a person can compute every score and place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from quiz.rules.parts import Document


@dataclass(frozen=True)
class Sentence:
    """A sentence of the catalogue with the values for its named places.

    A value is a number, text that is not translated, or again a `Sentence` (or a tuple of them, joined).
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Passage:
    """One part of the rules page."""

    heading: str  # of the catalogue
    sentences: tuple[Sentence, ...]


def passages(document: Document) -> list[Passage]:
    """Return the rules page of a document."""
    return []


def text(document: Document) -> str:
    """Return the rules page as text in the source language."""
    return ""
