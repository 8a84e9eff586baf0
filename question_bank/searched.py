"""What of a question a search looks through, and what somebody's words ask for in it."""

from __future__ import annotations

import unicodedata

from question_bank.question import Question

LONGEST_FACET, LONGEST_VALUE = 100, 200  # characters by which a tag is found and counted


def folded(text: str) -> str:
    """Return a text as searches compare it: width and case make no difference, blanks are single."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("\0", "").split())


def searched(question: Question) -> str:
    """Return the text that a search looks through, piece by piece; its stem is the first line."""
    pieces = [
        question.stem,
        *(option.text for option in question.options),
        *question.prompts,
        *(each.text for gap in question.gaps for each in gap.accepted),
        question.material.text if question.material is not None else "",
        *(value for values in question.tags.values() for value in values),
        question.external_id,
    ]
    return "\n".join(folded(piece) for piece in pieces if piece)


def words_of(asked: str) -> tuple[str, ...]:
    """Return the words that must all occur: what stands between blanks, folded."""
    return tuple(dict.fromkeys(folded(asked).split()))


def tags_of(question: Question) -> frozenset[tuple[str, str]]:
    """Return the tags of a question as pairs of facet and value, by which it is found and counted."""
    pairs = ((facet, value) for facet, values in question.tags.items() for value in values)
    return frozenset((facet[:LONGEST_FACET], value[:LONGEST_VALUE]) for facet, value in pairs)
