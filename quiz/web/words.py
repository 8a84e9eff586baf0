"""The rules page of a contest in the reader's language, from the document that scores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from flask_babel import get_translations
from flask_babel import gettext as _

from quiz.rules.document import Document, Stage
from quiz.rules.parts import Tree
from quiz.rules.saying import Speech, filled_in
from quiz.rules.words import passages, read_aloud, speech, spoken
from quiz.rules.words_of_calendar import moving
from quiz.rules.words_of_marking import practice
from quiz.web.language import language


@dataclass
class Part:
    """What a rules page tells under one heading of several stages ("": there is one), by subject."""

    heading: str = ""
    is_open: bool = True  # not of other stages than the one that is looked at
    passages: list[tuple[str, list[str]]] = field(default_factory=list)  # heading, sentences


def rules_page(document: Document) -> list[tuple[str, list[str]]]:
    """Return the rules in words: headings, each with its sentences (none: a heading of what follows)."""
    return read_aloud(document, _speech())


def rules_parts(document: Document, stage: str | None = None) -> list[Part]:
    """Return the rules in words, in parts; those of other stages than `stage` wait to be opened."""
    found: list[Part] = []
    told = passages(document)
    for passage, (heading, sentences) in zip(told, spoken(told, _speech()), strict=True):
        if not sentences:
            is_open = stage is None or not passage.stages or stage in passage.stages
            found.append(Part(heading, is_open))
            continue
        if not found:
            found.append(Part())
        found[-1].passages.append((heading, sentences))
    return found


def practice_words(stage: Stage) -> str:
    """Return which practice opens what counts, "" where none has to be passed."""
    return together(filled_in(each, _speech()) for each in practice(stage))


def moving_words(tree: Tree) -> str:
    """Return when somebody may change their unit, and what a change means; without a lock that they may."""
    told = [filled_in(each, _speech()) for each in moving(tree)]
    return together(told if tree.lock is not None else [_("选好以后可以更换。"), *told])


def together(sentences: Iterable[str]) -> str:
    """Return sentences one after the other: with a space between them, but in Chinese without."""
    return ("" if language().startswith("zh") else " ").join(sentences)


def _speech() -> Speech:
    return speech(language().split("-")[0], get_translations())
