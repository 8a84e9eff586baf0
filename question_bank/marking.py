"""How much of a question an answer got right, as an exact fraction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from question_bank.gaps import Gap
from question_bank.question import CHOICES, Question

NOTHING, EVERYTHING = Fraction(0), Fraction(1)


def marked(question: Question, response: Sequence[str], rule: str = "all_or_nothing") -> Fraction | None:
    """Return how right a response is, from 0 to 1; None for a blank one, for which the rules have own points.

    `response`, by kind: the ids of the options chosen; for fill the text of each gap; for order the option id
    at each position, for match the one of each prompt; "" where nothing was given. `rule`: one of RULES.
    Raises ValueError for a rule that does not exist.

    Choices are marked by `rightness`. Of fill, order and match each place (gap, position, prompt) is right or
    wrong for itself:

    - all_or_nothing: 1 where every place is right, else 0.
    - share: the share of places that are right; a gap's answer of less weight counts by its weight.
    - share_minus: the same minus the share of places that were filled wrongly, at least 0.
    """
    if question.kind in CHOICES:
        return rightness(question.key, frozenset(response), len(question.options), rule)
    return of_places(places(question, response), rule)


def of_places(shares: Sequence[Fraction | None], rule: str = "all_or_nothing") -> Fraction | None:
    """Return what places come to together, from how right each of them is; see `marked`."""
    if rule not in RULES:
        raise ValueError(f"no such rule: {rule}")
    if all(share is None for share in shares):
        return None
    right = sum((share for share in shares if share is not None), NOTHING)
    wrong = sum(share == NOTHING for share in shares)
    match rule:
        case "all_or_nothing":
            return EVERYTHING if right == len(shares) else NOTHING
        case "share":
            return right / len(shares)
    return max(NOTHING, (right - wrong) / len(shares))


def places(question: Question, response: Sequence[str]) -> list[Fraction | None]:
    """Return how right each gap, position or prompt is; None where nothing was given."""
    if question.kind == "fill":
        return in_gaps(question.gaps, response)
    return arranged_as(question.arranged, response)


def in_gaps(gaps: Sequence[Gap], texts: Sequence[str]) -> list[Fraction | None]:
    """Return how right the text in each gap is; None where nothing was written."""
    given = _padded(texts, len(gaps))
    return [gap.share(text) if text.strip() else None for gap, text in zip(gaps, given, strict=True)]


def arranged_as(right: Sequence[str], letters: Sequence[str]) -> list[Fraction | None]:
    """Return whether each place has its option; None where there is none."""
    given = _padded(letters, len(right))
    return [
        (EVERYTHING if each == wanted else NOTHING) if each else None
        for each, wanted in zip(given, right, strict=True)
    ]


def _padded(response: Sequence[str], count: int) -> list[str]:
    return [*response[:count], *[""] * (count - len(response))]


def rightness(
    key: frozenset[str], chosen: frozenset[str], option_count: int, rule: str = "all_or_nothing"
) -> Fraction | None:
    """Return how right a choice is, from 0 to 1; None for a blank one.

    `key`, `chosen`: option ids; `option_count`: how many options the question has; `rule`: one of RULES.
    Raises ValueError for a key without options, or a rule that does not exist.

    - all_or_nothing: 1 for exactly the right options, else 0.
    - share: 0 as soon as one wrong option is chosen, else the share of the right options that was chosen
      (少选得部分分、错选不得分).
    - share_minus: the share of the right options that was chosen minus the share of the wrong options that
      was chosen, at least 0; choosing everything is worth nothing, unless everything is right.

    With one right option and one choice, as in single choice and true or false, the three agree.
    """
    if not key or len(key) > option_count:
        raise ValueError(f"a key of {len(key)} among {option_count} options")
    if rule not in RULES:
        raise ValueError(f"no such rule: {rule}")
    return RULES[rule](key, chosen, option_count) if chosen else None


def _all_or_nothing(key: frozenset[str], chosen: frozenset[str], option_count: int) -> Fraction:
    return EVERYTHING if chosen == key else NOTHING


def _share(key: frozenset[str], chosen: frozenset[str], option_count: int) -> Fraction:
    return Fraction(len(chosen), len(key)) if chosen <= key else NOTHING


def _share_minus(key: frozenset[str], chosen: frozenset[str], option_count: int) -> Fraction:
    right, wrong = len(chosen & key), len(chosen - key)
    lost = Fraction(wrong, option_count - len(key)) if wrong else NOTHING
    return max(NOTHING, Fraction(right, len(key)) - lost)


RULES: dict[str, Callable[[frozenset[str], frozenset[str], int], Fraction]] = {
    "all_or_nothing": _all_or_nothing,
    "share": _share,
    "share_minus": _share_minus,
}
