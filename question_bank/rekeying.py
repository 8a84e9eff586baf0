"""Whether an edit changed what is right, and what that makes right in the wording that was asked."""

from __future__ import annotations

from dataclasses import replace

from question_bank.question import CHOICES, Question, normalised


def answers_differ(asked: Question, edited: Question) -> bool:
    """Return whether what is right is another thing in an edited wording than in the one that was asked."""
    return asked.kind != edited.kind or asked.right_texts != edited.right_texts


def with_answer_of(asked: Question, edited: Question) -> Question | None:
    """Return the question asked with what its edited wording has right.

    None where that cannot be said: options, prompts or the number of gaps changed too, or the kind.
    """
    if asked.kind in CHOICES and edited.kind in CHOICES:
        key = _among(asked, tuple(edited.right_texts))
        return replace(asked, key=frozenset(key)) if key else None
    if asked.kind != edited.kind:
        return None
    if asked.kind == "fill":
        return _with_gaps_of(asked, edited) if len(asked.gaps) == len(edited.gaps) else None
    texts = {option.id: normalised(option.text) for option in edited.options}
    right = [texts[each] for each in edited.arranged]
    if asked.kind == "match":
        of_prompt = dict(zip(map(normalised, edited.prompts), right, strict=True))
        if of_prompt.keys() != set(map(normalised, asked.prompts)):
            return None
        right = [of_prompt[normalised(prompt)] for prompt in asked.prompts]
    arranged = _among(asked, tuple(right))
    is_whole = arranged is not None and len(arranged) == len(asked.arranged)
    return replace(asked, arranged=arranged) if arranged and is_whole else None


def _with_gaps_of(asked: Question, edited: Question) -> Question:
    pairs = zip(asked.gaps, edited.gaps, strict=True)
    return replace(asked, gaps=tuple(replace(gap, accepted=other.accepted) for gap, other in pairs))


def _among(asked: Question, texts: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the options of a question by their normalised texts; None where one is not there."""
    ids = {normalised(option.text): option.id for option in asked.options}
    return tuple(ids[text] for text in texts) if set(texts) <= ids.keys() else None
