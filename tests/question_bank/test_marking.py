"""How right an answer is, under each rule, by tables that are easy to check by eye."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest

from question_bank.marking import RULES, rightness

KEY = frozenset("ACD")  # of five options A to E
TABLE = {  # answer → all_or_nothing, share, share_minus
    "ACD": ("1", "1", "1"),
    "AC": ("0", "2/3", "2/3"),
    "A": ("0", "1/3", "1/3"),
    "B": ("0", "0", "0"),
    "BE": ("0", "0", "0"),
    "AB": ("0", "0", "0"),  # 1/3 − 1/2 is below nothing
    "ABC": ("0", "0", "1/6"),  # 2/3 − 1/2
    "ABCD": ("0", "0", "1/2"),  # 3/3 − 1/2
    "ABCDE": ("0", "0", "0"),
}
ALL_RULES = ("all_or_nothing", "share", "share_minus")


@pytest.mark.parametrize("chosen", TABLE)
def test_an_answer_is_as_right_as_its_rule_says(chosen: str) -> None:
    found = [rightness(KEY, frozenset(chosen), 5, rule) for rule in ALL_RULES]

    assert found == [Fraction(text) for text in TABLE[chosen]]


@pytest.mark.parametrize("rule", ALL_RULES)
def test_a_blank_answer_is_neither_right_nor_wrong(rule: str) -> None:
    assert rightness(KEY, frozenset(), 5, rule) is None


@pytest.mark.parametrize("rule", ALL_RULES)
@pytest.mark.parametrize(("chosen", "right"), [("B", 1), ("A", 0)])
def test_with_one_right_option_all_rules_agree(rule: str, chosen: str, right: int) -> None:
    assert rightness(frozenset("B"), frozenset(chosen), 4, rule) == right


@pytest.mark.parametrize("rule", ALL_RULES)
def test_rightness_is_exact_and_from_nothing_to_one_for_every_answer(rule: str) -> None:
    for size in range(1, 6):
        for chosen in combinations("ABCDE", size):
            found = rightness(KEY, frozenset(chosen), 5, rule)
            assert isinstance(found, Fraction)
            assert 0 <= found <= 1
            assert (found == 1) == (frozenset(chosen) == KEY)


def test_where_every_option_is_right_nothing_can_be_lost() -> None:
    assert rightness(frozenset("AB"), frozenset("A"), 2, "share_minus") == Fraction(1, 2)


def test_a_rule_that_does_not_exist_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="no such rule"):
        rightness(KEY, KEY, 5, "half")


def test_the_table_covers_every_rule() -> None:
    assert set(ALL_RULES) == set(RULES)
