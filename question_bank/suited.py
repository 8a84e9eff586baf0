"""Which questions suit everybody: pupils of ten and residents of eighty, on the smallest phone."""

from __future__ import annotations

from question_bank.question import CHOICES, Question

AUDIENCE = "audience"  # facet
YOUNG = "青少年"  # the audience that finds the fewest questions easy enough
GROUPS = 2  # a question for the young and one more group at least is for all


def suits_everybody(question: Question) -> bool:
    """Return whether a question can be put before everybody at once.

    It is answered by tapping, nobody declared it hard, it is explained, needs no listening, and is written
    for nobody in particular, or for the young and others as well.
    """
    audiences = question.tags.get(AUDIENCE, ())
    return (
        question.kind in CHOICES
        and question.difficulty != "hard"
        and bool(question.explanation.strip())
        and not any(medium.is_sound for medium in question.media)
        and (not audiences or (YOUNG in audiences and len(audiences) >= GROUPS))
    )
