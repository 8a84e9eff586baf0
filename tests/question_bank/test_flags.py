"""Flags: each stands just beyond its threshold and not before it."""

from __future__ import annotations

import pytest

from question_bank.flags import Exposure, flags, guessing, misleading
from question_bank.quality import Answers, Figures, Response
from question_bank.question import Question, lettered

ASKED = Question("single", "水在什么温度下结冰？", lettered(["0 ℃", "4 ℃", "10 ℃", "100 ℃"]), frozenset("A"))


def figures(*rows: tuple[str, int, float, int]) -> Figures:
    """Return figures of rows (letter, mark, rest, how many)."""
    found = Answers()
    for letter, mark, rest, count in rows:
        for _ in range(count):
            found.add(Response(tuple(letter), mark, rest))
    return found.figures("ABCD")


ABLE = figures(("A", 1, 0.9, 40), ("B", 0, 0.4, 30), ("C", 0, 0.3, 30))  # as a good question is answered

WRONG_KEY = figures(("B", 0, 0.9, 40), ("A", 1, 0.4, 30), ("C", 0, 0.3, 30))


def at_random(each: int) -> Figures:
    """Return figures of people who are right at random, whatever their rest."""
    return figures(("A", 1, 0.9, each), ("A", 1, 0.1, each), ("B", 0, 0.9, each), ("B", 0, 0.1, each))


TOLD = {
    "a good question": (ABLE, Exposure(100, 100, 1), ""),
    "the able choose B": (WRONG_KEY, Exposure(), "wrong_key not_discriminating"),
    "the able choose B, of 20 people": (figures(("B", 0, 0.9, 12), ("A", 1, 0.3, 8)), Exposure(), ""),
    "a mistake that the weak make": (figures(("B", 0, 0.2, 60), ("A", 1, 0.9, 40)), Exposure(), ""),
    "95 of 100 are right": (figures(("A", 1, 0.9, 95), ("B", 0, 0.1, 5)), Exposure(), "too_easy"),
    "94 of 100 are right": (figures(("A", 1, 0.9, 94), ("B", 0, 0.1, 6)), Exposure(), ""),
    "29 of 29 are right": (figures(("A", 1, 0.9, 29)), Exposure(), ""),
    "16 of 100, by luck 25": (figures(("A", 1, 0.9, 16), ("B", 0, 0.1, 84)), Exposure(), "too_hard"),
    "17 of 100, by luck 25": (figures(("A", 1, 0.9, 17), ("B", 0, 0.1, 83)), Exposure(), ""),
    "right at random": (at_random(100), Exposure(), "not_discriminating"),
    "right at random, of few": (at_random(20), Exposure(), ""),
    "five contests": (ABLE, Exposure(100, 100, 5), "too_often_seen"),
    "four contests": (ABLE, Exposure(100, 100, 4), ""),
    "met three times": (ABLE, Exposure(300, 100, 1), "too_often_seen"),
    "met nearly three times": (ABLE, Exposure(299, 100, 1), ""),
    "met three times, by few": (ABLE, Exposure(87, 29, 1), ""),
}


@pytest.mark.parametrize("name", TOLD)
def test_a_flag_stands_beyond_its_threshold(name):
    found, exposure, expected = TOLD[name]

    assert " ".join(flags(ASKED, found, exposure)) == expected


def test_a_question_that_ever_more_people_know_may_have_leaked():
    found = Answers()
    for n in range(400):
        found.add(Response(("A",), int(n % 10 < 3 + n // 100 * 2), 0.3, at_ms=n * 60_000))

    assert "drifting" in flags(ASKED, found.figures("ABCD"), Exposure())


def test_a_wrong_option_of_several_right_ones_is_held_against_the_least_chosen():
    several = Question(
        "multiple", "哪些是哺乳动物？", lettered(["鲸", "蝙蝠", "企鹅", "鲨鱼"]), frozenset("AC")
    )
    found = figures(("AB", 0, 0.9, 40), ("AC", 1, 0.4, 30), ("D", 0, 0.3, 30))

    assert "wrong_key" in flags(several, found, Exposure())
    assert misleading(several, found) == ("B",)


def test_luck_depends_on_how_much_there_is_to_choose_from():
    several = Question("multiple", "哪些？", lettered("一二三"), frozenset("AB"))
    filled = Question("fill", "水在 ____ ℃ 结冰。", (), frozenset())

    assert (guessing(ASKED), guessing(several), guessing(filled)) == (1 / 4, 1 / 7, 0)
