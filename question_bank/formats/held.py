"""Whether a file holds a question without loss: plain for most, else seen by reading back what is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from question_bank.formats.reading import Reading
from question_bank.problems import Unreadable
from question_bank.question import CHOICES, Question

MEANING = re.compile(r"[\\~=#{}:\[\]%*$<>&\"'`_!|]|//|->|  ")  # what means something to some format
Write = Callable[[Iterable[Question]], bytes]
Read = Callable[[bytes], Reading]


def is_ordinary(question: Question) -> bool:
    """Return whether a question is a choice in words that every format keeps."""
    return question.kind in CHOICES and all(map(_is_ordinary, texts(question)))


def _is_ordinary(text: str) -> bool:
    return text.isprintable() and text == text.strip() and not MEANING.search(text)


def comes_back(question: Question, write: Write, read: Read) -> bool:
    """Return whether a question is read as itself from a file that holds nothing else."""
    try:
        found = read(write([question]))
    except (Unreadable, UnicodeEncodeError):
        return False
    return [placed.question for placed in found.questions] == [question]


def texts(question: Question) -> list[str]:
    """Return every text of a question, names and tags among them."""
    accepted = [each for gap in question.gaps for each in gap.accepted]
    about = [question.material.text, question.material.id] if question.material is not None else []
    return [
        question.stem,
        question.explanation,
        question.external_id,
        *(option.text for option in question.options),
        *question.prompts,
        *question.feedback.values(),
        *(text for each in accepted for text in (each.text, each.feedback)),
        *about,
        *(text for facet, values in question.tags.items() for text in (facet, *values)),
    ]
