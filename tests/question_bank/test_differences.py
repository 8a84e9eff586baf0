"""Where two texts differ, piece by piece."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.differences import SEEN, differing, marked, own_options
from question_bank.question import Question, lettered

ASKED = Question("single", "水在多少度沸腾", lettered(["100", "90"]), frozenset("A"))


def told(one: str, other: str) -> tuple[str, str]:
    """Return both texts with brackets around what differs."""
    mine, yours = marked(one, other)
    return tuple("".join(f"[{p.text}]" if p.differs else p.text for p in each) for each in (mine, yours))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("太阳是恒星", "太阳是行星", ("太阳是[恒]星", "太阳是[行]星")),
        (
            "Which is the largest planet?",
            "What is the largest planet?",
            ("[Which] is the largest planet?", "[What] is the largest planet?"),
        ),
        ("井深15米", "井深150米", ("井深[15]米", "井深[150]米")),
        ("水", "水", ("水", "水")),
        ("", "水", ("", "[水]")),
    ],
)
def test_what_differs_is_marked_by_words_numbers_and_characters(
    one: str, other: str, expected: tuple[str, str]
) -> None:
    assert told(one, other) == expected


@given(st.text(), st.text())
def test_the_pieces_of_a_text_are_the_text(one: str, other: str) -> None:
    mine, yours = marked(one, other)

    assert ("".join(p.text for p in mine), "".join(p.text for p in yours)) == (one, other)


def test_formulas_and_pictures_are_never_torn_by_a_mark() -> None:
    one, other = "设 $x^2$，看 ![叶](a.png) 图", "设 $x^3$，看 ![叶](b.png) 图"

    mine, _yours = marked(one, other, SEEN)

    assert [piece.text for piece in mine if piece.differs] == ["$x^2$", "![叶](a.png)"]


def test_the_parts_that_differ_are_named() -> None:
    other = replace(ASKED, options=lettered(["80", "１００"]), key=frozenset("B"), difficulty="easy")

    assert differing(ASKED, other) == ("options", "difficulty")
    assert own_options(other, ASKED) == {"A"}
