"""How much of a question an answer got right, as an exact fraction."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

NOTHING, EVERYTHING = Fraction(0), Fraction(1)


def rightness(
    key: frozenset[str], chosen: frozenset[str], option_count: int, rule: str = "all_or_nothing"
) -> Fraction | None:
    """Return how right an answer is, from 0 to 1; None for a blank one, for which the rules have own points.

    `key`, `chosen`: option ids; `option_count`: how many options the question has; `rule`: one of RULES.
    Raises ValueError for a key without options, or a rule that does not exist.

    - all_or_nothing: 1 for exactly the right options, else 0.
    - share: 0 as soon as one wrong option is chosen, else the share of the right options that was chosen
      (少选得部分分、错选不得分).
    - share_minus: the share of the right options that was chosen minus the share of the wrong options that
      was chosen, at least 0; choosing everything is worth nothing.

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
