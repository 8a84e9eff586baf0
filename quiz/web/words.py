"""The rules page of a contest in the reader's language, from the document that scores."""

from __future__ import annotations

from flask_babel import get_translations

from quiz.rules.document import Document
from quiz.rules.words import read_aloud, speech
from quiz.web.language import language


def rules_page(document: Document) -> list[tuple[str, list[str]]]:
    """Return the rules in words: headings, each with its sentences (none: a heading of what follows)."""
    return read_aloud(document, speech(language().split("-")[0], get_translations()))
