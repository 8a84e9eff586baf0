"""Corrected keys as JSON writes them, and how answers are marked by them."""

from __future__ import annotations

from fractions import Fraction

import orjson
import pytest

from quiz.rules.rekeyed import Rekeyed, stored

WRITTEN = {
    "options": ("AC", "AC"),
    "either of two": (["A", "C"], "A/C"),
    "everybody": ("everybody", "everybody"),
    "nobody": ("nobody", "nobody"),
    "gaps": (
        {"gaps": [{"accepted": ["氢", "H"]}, {"accepted": [{"text": "3.1", "tolerance": "0.1"}]}]},
        "氢|H / 3.1±0.1",
    ),
    "either of two orders": ({"arranged": ["ABC", "BAC"]}, "ABC/BAC"),
}  # fmt: skip


@pytest.mark.parametrize(("written", "text"), WRITTEN.values(), ids=WRITTEN.keys())
def test_a_correction_reads_back_what_it_writes(written: object, text: str) -> None:
    found = Rekeyed.read(written)

    assert (found.written, found.text) == (written, text)
    assert stored(found.kept) == found
    assert Rekeyed.read(orjson.loads(orjson.dumps(found.written))) == found


@pytest.mark.parametrize(
    "written",
    ["", [], [1], {}, {"gaps": []}, {"gaps": 1}, {"gaps": ["氢"]}, {"gaps": [{}]}, {"arranged": [""]}, 7,
     {"gaps": [{"accepted": [{"text": "3", "tolerance": "1/0"}]}]}],
)  # fmt: skip
def test_what_is_no_correction_is_a_wrong_value(written: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the reader of the file names the line
        Rekeyed.read(written)


def test_gaps_and_orders_are_marked_in_part() -> None:
    gaps = Rekeyed.read({"gaps": [{"accepted": ["氢"]}, {"accepted": ["氧"]}]})
    orders = Rekeyed.read({"arranged": ["ABC", "CBA"]})

    assert gaps.right(("氢", "水"), 0, "share") == Fraction(1, 2)
    assert gaps.right((), 0, "share") is None
    assert orders.right(("C", "A", "B"), 3, "share") == Fraction(1, 3)
    assert orders.right(("C", "B", "A"), 3, "all_or_nothing") == 1
    assert orders.order_for(("C", "A", "B")) == ("C", "B", "A")
