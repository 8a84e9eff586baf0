"""Holds that how a starter question looks does not give its answer away: no cue beats chance by much."""

import json
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

LINES = Path(__file__).parents[2] / "question_bank" / "starter" / "questions.jsonl"
Question = dict[str, Any]  # a line of the file as JSON gives it
Cue = Callable[[str, Question], float]  # how much an option invites a person who knows nothing
GAIN = Fraction(5, 100)  # that a cue may bring over chance
# Words by which statements are often seen through: sweeping ones are mostly wrong, careful ones mostly right.
SWEEPING = re.compile("都|一定|完全|只要|任何|必须|不可能|总|全部|就能|就会|不必|足以|不再|绝|所以|因此")
CAREFUL = re.compile("可能|一般|往往|有时|多数|不等于|不一定|较|有的|之一")
ABSOLUTE = re.compile("一定|只|所有|完全|都|全部|任何|必须|绝|从不|永远|就|总|不用|不必|无法|没有|不能")
NUMBER = re.compile(r"\d+(?:\.\d+)?")


@cache
def of_kind(kind: str) -> list[Question]:
    questions = map(json.loads, LINES.read_text(encoding="utf-8").splitlines())
    return [question for question in questions if question["kind"] == kind]


def pairs(text: str) -> set[str]:
    letters = re.sub(r"\W", "", text)
    return {letters[start : start + 2] for start in range(len(letters) - 1)}


def others(option: str, question: Question) -> list[str]:
    return [each for each in question["options"] if each != option]


def rank(option: str, question: Question) -> int:
    """Return how many options begin with a smaller number, 0 where not all of them have one."""
    found = [NUMBER.search(each) for each in question["options"]]
    if not all(found):
        return 0
    numbers = sorted(float(each[0]) for each in found if each)
    return numbers.index(float(NUMBER.findall(option)[0]))


def off_middle(option: str, question: Question) -> int:
    return abs(len(option) - sorted(map(len, question["options"]))[2])


CUES: dict[str, Cue] = {
    "its length": lambda option, question: len(option),
    "its clauses": lambda option, question: len(re.findall("[，、；]", option)),
    "a length unlike the others": off_middle,
    "absolute words": lambda option, question: len(ABSOLUTE.findall(option)),
    "careful words": lambda option, question: len(CAREFUL.findall(option)),
    "words of the stem": lambda option, question: len(pairs(option) & pairs(question["stem"])),
    "likeness to the others": lambda option, question: sum(
        len(set(option) & set(each)) for each in others(option, question)
    ),
    "denial": lambda option, question: len(re.findall("[不没无非]", option)),
    "figures and letters": lambda option, question: len(re.findall("[0-9A-Za-z]", option)),
    "quotation": lambda option, question: len(re.findall("[“（《]", option)),
    "the greater number": rank,
    "a middle number": lambda option, question: rank(option, question) in (1, 2),
    "the second number": lambda option, question: rank(option, question) == 1,
    "the third number": lambda option, question: rank(option, question) == 2,
    "its position": lambda option, question: question["options"].index(option),
}


def picked(said: list[float], most: float) -> list[str]:
    """Return the letters of the options that somebody picks who goes by a cue alone: ties are all of them."""
    return [letter for letter, much in zip("ABCD", said, strict=True) if much == most]


def rightly(question: Question, letters: list[str]) -> Fraction:
    """Return how probably one of these options is right."""
    return Fraction(len(set(letters) & set(question["key"])), len(letters))


def all_but_one(question: Question, letters: list[str]) -> Fraction:
    """Return how probably all options but one of these are the answer."""
    return Fraction(sum(set("ABCD") - {each} == set(question["key"]) for each in letters), len(letters))


def mean(shares: Sequence[Fraction]) -> Fraction:
    return sum(shares, Fraction(0)) / len(shares)


def gains(kind: str, worth: Callable[[Question, list[str]], Fraction], chance: Fraction) -> dict[str, float]:
    """Return what each cue brings over chance where that is much."""
    found = {}
    for name, cue in CUES.items():
        said = [(each, [cue(option, each) for option in each["options"]]) for each in of_kind(kind)]
        for most in (max, min):
            gain = mean([worth(each, picked(much, most(much))) for each, much in said]) - chance
            found[f"{most.__name__} of {name}"] = float(gain)
    return {cue: gain for cue, gain in found.items() if gain >= GAIN}


@pytest.mark.parametrize("kind", ["single", "multiple"])
def test_no_cue_finds_a_right_option_much_better_than_chance(kind: str) -> None:
    chance = mean([Fraction(len(each["key"]), 4) for each in of_kind(kind)])

    assert gains(kind, rightly, chance) == {}


def test_no_cue_finds_the_wrong_option_of_a_multiple_choice_much_better_than_chance() -> None:
    chance = mean([Fraction(len(each["key"]) == 3, 4) for each in of_kind("multiple")])

    assert gains("multiple", all_but_one, chance) == {}


def test_a_multiple_choice_has_two_or_three_right_options_about_equally_often() -> None:
    three = [len(each["key"]) == 3 for each in of_kind("multiple")]

    assert 0.45 <= sum(three) / len(three) <= 0.55


def test_neither_long_nor_short_statements_are_right_more_often() -> None:
    statements = of_kind("true_false")

    for longest in range(10, 45):
        said = sum((len(each["stem"]) > longest) == (each["key"] == ["A"]) for each in statements)
        assert abs(Fraction(said, len(statements)) - Fraction(1, 2)) < GAIN, longest


def test_a_statement_is_not_seen_through_by_its_sweeping_or_careful_words() -> None:
    found = []
    for each in of_kind("true_false"):
        sweeping, careful = bool(SWEEPING.search(each["stem"])), bool(CAREFUL.search(each["stem"]))
        said = (
            Fraction(1, 2) if sweeping == careful else Fraction(each["key"] == (["A"] if careful else ["B"]))
        )
        found.append(said)

    assert mean(found) <= Fraction(1, 2) + GAIN


@pytest.mark.parametrize(
    "word", ["，", "不", "可以", "按", "说明", "应当", "因为", "是", "不能", "就", "才", "“", "[0-9]"]
)
def test_no_word_tells_right_statements_from_wrong_ones(word: str) -> None:
    statements = of_kind("true_false")

    said = sum(bool(re.search(word, each["stem"])) == (each["key"] == ["A"]) for each in statements)
    assert abs(Fraction(said, len(statements)) - Fraction(1, 2)) < GAIN
