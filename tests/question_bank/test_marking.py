"""How right an answer is, under each rule, by tables that are easy to check by eye."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.gaps import Accepted, Gap
from question_bank.marking import RULES, marked, places, rightness
from question_bank.question import CHOICES, Question, lettered
from tests.question_bank.kinds import any_text, questions

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


FOUR = lettered(["蝌蚪", "卵", "成蛙", "幼蛙"])
FROG = Question("order", "排出青蛙的一生", FOUR, frozenset(), arranged=tuple("BADC"))
PAIRS = Question(
    "match", "连线", lettered(["氧气", "氢气", "氮气"]), frozenset(),
    prompts=("助燃", "最轻", "空气中最多", "可燃"), arranged=tuple("ABCB"),
)  # fmt: skip
GAPS = Question(
    "fill", "____和____", (), frozenset(),
    gaps=(Gap((Accepted("水"),)), Gap((Accepted("二氧化碳"), Accepted("碳酸", weight=Fraction(1, 2))))),
)  # fmt: skip
PLACES = [  # question, response → all_or_nothing, share, share_minus
    (FROG, "BADC", "1 1 1"),
    (FROG, "ABDC", "0 1/2 0"),
    (FROG, "ABCD", "0 0 0"),
    (FROG, ["B", "A", "", ""], "0 1/2 1/2"),
    (FROG, ["B", "A", "D", ""], "0 3/4 3/4"),
    (FROG, "BACD", "0 1/2 0"),
    (FROG, "BAD", "0 3/4 3/4"),
    (FROG, "BBBB", "0 1/4 0"),
    (PAIRS, "ABCB", "1 1 1"),
    (PAIRS, "ABCA", "0 3/4 1/2"),
    (PAIRS, ["A", "", "", ""], "0 1/4 1/4"),
    (GAPS, ["水", "二氧化碳"], "1 1 1"),
    (GAPS, ["水", "碳酸"], "0 3/4 3/4"),
    (GAPS, ["水", "盐"], "0 1/2 0"),
    (GAPS, ["", "二氧化碳"], "0 1/2 1/2"),
    (GAPS, ["二氧化碳", "水"], "0 0 0"),
]


@pytest.mark.parametrize(("asked", "response", "shares"), PLACES)
def test_places_are_right_each_for_itself(asked: Question, response: list[str], shares: str) -> None:
    found = [marked(asked, response, rule) for rule in ALL_RULES]

    assert found == [Fraction(text) for text in shares.split()]


@pytest.mark.parametrize("rule", ALL_RULES)
@pytest.mark.parametrize("asked", [FROG, PAIRS, GAPS])
def test_nothing_in_any_place_is_blank(asked: Question, rule: str) -> None:
    assert [marked(asked, response, rule) for response in ([], ["", ""], ["", " "][: len(asked.gaps)])] == [
        None, None, None,
    ]  # fmt: skip


def test_the_places_tell_what_was_right_where() -> None:
    assert places(GAPS, ["", "碳酸"]) == [None, Fraction(1, 2)]
    assert places(PAIRS, ["A", "C"]) == [1, 0, None, None]


def test_a_rule_that_does_not_exist_is_our_mistake_for_places_too() -> None:
    with pytest.raises(ValueError, match="no such rule"):
        marked(FROG, "BADC", "half")


def _right(asked: Question) -> list[str]:
    if asked.kind in CHOICES:
        return sorted(asked.key)
    return [gap.accepted[0].text for gap in asked.gaps] or list(asked.arranged)


@given(questions(any_text), st.sampled_from(ALL_RULES))
def test_the_right_response_is_right_by_every_rule(asked: Question, rule: str) -> None:
    assert marked(asked, _right(asked), rule) == 1


@given(questions(any_text), st.data())
def test_rightness_of_any_response_is_exact_and_no_rule_gives_more_than_the_share(
    asked: Question, data: st.DataObject
) -> None:
    known = [
        *(option.id for option in asked.options),
        *(each.text for gap in asked.gaps for each in gap.accepted),
    ]
    each = st.sampled_from(known) if asked.kind in CHOICES else st.sampled_from([*known, ""])
    response = data.draw(st.lists(each, max_size=6, unique=asked.kind in CHOICES))

    whole, share, minus = (marked(asked, response, rule) for rule in ALL_RULES)

    assert (whole is None) == (share is None) == (minus is None)
    if whole is not None and share is not None and minus is not None:
        assert whole in (0, 1)
        assert 0 <= whole <= minus <= 1
        assert (share == 1) == (whole == 1)
        assert 0 <= share <= 1
        assert asked.kind in CHOICES or minus <= share
