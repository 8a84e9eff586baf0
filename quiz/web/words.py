"""The rules page of a contest in the reader's language, from the document that scores."""

from __future__ import annotations

from flask_babel import get_translations

from quiz.rules.document import Document, Stage
from quiz.rules.saying import filled_in
from quiz.rules.words import read_aloud, speech
from quiz.rules.words_of_marking import practice
from quiz.web.language import language


def rules_page(document: Document) -> list[tuple[str, list[str]]]:
    """Return the rules in words: headings, each with its sentences (none: a heading of what follows)."""
    return read_aloud(document, speech(language().split("-")[0], get_translations()))


def practice_words(stage: Stage) -> str:
    """Return which practice opens what counts, "" where none has to be passed."""
    speaks = speech(language().split("-")[0], get_translations())
    return " ".join(filled_in(each, speaks) for each in practice(stage))
