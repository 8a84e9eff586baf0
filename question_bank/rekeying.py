"""Whether an edit changed what is right, and what that makes right in the wording that was asked."""

from __future__ import annotations

from question_bank.question import CHOICES, Question, normalised


def answers_differ(asked: Question, edited: Question) -> bool:
    """Return whether what is right is another thing in an edited wording than in the one that was asked."""
    return asked.kind != edited.kind or asked.right_texts != edited.right_texts


def key_among(asked: Question, edited: Question) -> frozenset[str] | None:
    """Return the options of the question asked that its edited wording has right.

    None where that cannot be said: options were reworded too, or nothing is chosen.
    """
    if asked.kind not in CHOICES or edited.kind not in CHOICES:
        return None
    ids = {normalised(option.text): option.id for option in asked.options}
    right = edited.right_texts
    return frozenset(ids[text] for text in right) if right and right <= ids.keys() else None
