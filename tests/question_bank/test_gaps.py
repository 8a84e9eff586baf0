"""What a gap accepts: the same text in other clothes, the same number, a number near enough."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.gaps import Accepted, Gap, arabic, number, plain, short

CARBON = Gap((Accepted("二氧化碳"), Accepted("CO2"), Accepted("碳酸气", weight=Fraction(1, 2))))
PI = Gap((Accepted("3.14", Fraction(1, 100)),))


@pytest.mark.parametrize("text", ["二氧化碳", " 二氧 化碳 ", "co2", "ＣＯ２", "Co 2"])
def test_width_case_and_spaces_make_no_difference(text: str) -> None:
    assert CARBON.share(text) == 1


@pytest.mark.parametrize(("text", "share"), [("碳酸气", "1/2"), ("一氧化碳", "0"), ("", "0"), ("CO", "0")])
def test_a_gap_is_worth_the_best_answer_that_is_met(text: str, share: str) -> None:
    assert CARBON.share(text) == Fraction(share)


def test_what_is_not_ignored_counts() -> None:
    exact = Gap((Accepted("Na"),), frozenset({"width"}))

    assert [exact.share(text) for text in ("Na", "Ｎa", "NA", "N a", " Na ")] == [1, 1, 0, 0, 1]


@pytest.mark.parametrize("text", ["24", "二十四", "廿四", "２４"])
def test_numerals_are_numbers_where_that_is_declared(text: str) -> None:
    solar = Gap((Accepted("二十四"),), frozenset({"width", "numerals"}))

    assert solar.share(text) == (0 if text == "廿四" else 1)
    assert Gap((Accepted("二十四"),)).share("24") == 0


@pytest.mark.parametrize("text", ["3.13", "3.15", "3.14", "+3.140", "314/100", "314%", "３．１４"])
def test_a_number_may_be_off_by_its_tolerance_and_not_by_more(text: str) -> None:
    assert PI.share(text) == 1
    assert [PI.share(other) for other in ("3.1299999", "3.1500001", "三点一四", "3.14米", "x")] == [0] * 5


@pytest.mark.parametrize(
    ("text", "value"),
    {
        "−3.5": "-7/2", "1/3": "1/3", "50%": "1/2", "1,024": "1024", "6.02e23": "602000000000000000000000",
        ".5": "1/2", " 1 000 ": "1000", "1/0": None, "1,02": None, "": None, "e5": None, "1e999": None,
        "9" * 41: None, "1/2/3": None, "٣": None,
        "6.02×10²³": "602000000000000000000000", "6.02x10^23": "602000000000000000000000", "10⁻³": "1/1000",
        "1又1/2": "3/2", "1 1/2": "3/2", "1½": "3/2", "−½": "-1/2", "1.2亿": "120000000", "5‰": "1/200",
        "3。14": "157/50", "5。": "5", "—5": "-5", "负5": "-5", "\u200b5": "5", "10²": "100", "2²": None,
        "1.5又1/2": None, "1又2": None, "1又0.5/2": None, "三点五": None, "1,2345": None, "100℃": None,
    }.items(),
)  # fmt: skip
def test_numbers_are_read_as_people_type_them(text: str, value: str | None) -> None:
    assert number(text) == (None if value is None else Fraction(value))


@pytest.mark.parametrize(
    ("numeral", "digits"),
    {
        "十": "10", "十二": "12", "二十": "20", "一百零三": "103", "三百五": "350", "两万五": "25000",
        "三万五千": "35000", "一亿二千万": "120000000", "二〇二四": "2024", "九千九百九十九": "9999",
        "一二百": "一二百", "万": "万", "百": "百", "十十": "十十",
    }.items(),
)  # fmt: skip
def test_numerals_are_read_as_they_are_said(numeral: str, digits: str) -> None:
    assert arabic(numeral) == digits


def test_a_numeral_that_only_belongs_to_a_word_stays() -> None:
    assert plain("万有引力 第一定律", frozenset({"spaces", "numerals"})) == "万有引力第1定律"


@given(st.integers(0, 10**8 - 1))
def test_every_whole_number_is_read_from_its_numeral(value: int) -> None:
    assert arabic(_numeral(value)) == str(value)


@given(st.fractions())
def test_an_exact_number_is_written_without_loss(value: Fraction) -> None:
    assert Fraction(short(value)) == value


def test_decimals_are_written_as_decimals() -> None:
    assert [short(Fraction(text)) for text in ("0.01", "-1.25", "5", "1/3", "0")] == [
        "0.01", "-1.25", "5", "1/3", "0",
    ]  # fmt: skip


def _numeral(value: int) -> str:
    """Return a number as it is written in full."""
    if value >= 10_000:
        high, low = divmod(value, 10_000)
        gap = "零" if 0 < low < 1_000 else ""
        return f"{_numeral(high)}万{gap}{_numeral(low) if low else ''}"
    text = ""
    for unit, name in ((1_000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            text += "零一二三四五六七八九"[digit] + name
        elif text and value and not text.endswith("零"):
            text += "零"
    return text or "零"


@pytest.mark.parametrize(
    ("text", "value"),
    {
        "三点一四": "157/50", "百分之五十": "1/2", "三分之二": "2/3", "千分之五": "1/200", "负二": "-2",
        "一百零五": "105", "点五": None, "三分之": None, "分之三": None,
    }.items(),
)  # fmt: skip
def test_numbers_are_read_as_they_are_spoken_where_numerals_make_no_difference(
    text: str, value: str | None
) -> None:
    assert number(text, is_numeral=True) == (None if value is None else Fraction(value))


@pytest.mark.parametrize(
    ("wanted", "text", "is_same"),
    [
        ("氢气", "氢气。", True),
        ("氢气", "氢\u200b气 ，", True),
        ("10²", "10^2", True),
        ("10²", "102", False),
        ("H₂O", "h2o", True),
        ("−5", "-5", True),
        ("½", "1/2", True),
        ("。", "，", False),
        ("5!", "5", False),
        ("C++", "C", False),
    ],
)
def test_what_people_type_is_read_and_no_more(wanted: str, text: str, is_same: bool) -> None:
    assert Gap((Accepted(wanted),)).share(text) == is_same
