"""The rules page of a contest in the reader's language, from the document that scores."""

from __future__ import annotations

from quiz.rules.document import Document
from quiz.rules.words import Sentence, passages
from quiz.web.language import said


def rules_page(document: Document) -> list[tuple[str, list[str]]]:
    """Return the rules in words: headings, each with its sentences."""
    return [(said(p.heading), [spoken(s) for s in p.sentences]) for p in passages(document)]


def spoken(value: object) -> str:
    """Return a sentence, its values filled in; several of them are listed."""
    if isinstance(value, Sentence):
        return said(value.text, {name: spoken(part) for name, part in value.values.items()})
    if isinstance(value, tuple):
        return said("、").join(spoken(part) for part in value)
    return str(value)
