"""Gaps in a cell, as people write them and as we do."""

from __future__ import annotations

from fractions import Fraction

import pytest

from question_bank.formats import gap_cells
from question_bank.gaps import USUALLY_IGNORED, Accepted, Gap
from tests.question_bank.workbooks import codes, only, reading

ONE, TWO = "水在____时结冰", "____和____"
HALF = Fraction(1, 2)


def texts(answer: str, stem: str) -> list[list[str]]:
    return [[each.text for each in gap.accepted] for gap in gap_cells.read(answer, "", stem)]


@pytest.mark.parametrize(
    ("answer", "stem", "wanted"),
    [
        ("0℃", ONE, [["0℃"]]),
        ("0℃|零度", ONE, [["0℃", "零度"]]),
        ("0℃\n零度", ONE, [["0℃", "零度"]]),
        ("氢\n氧", TWO, [["氢"], ["氧"]]),
        ("氢|H\n氧|O", TWO, [["氢", "H"], ["氧", "O"]]),
        ("氢；氧", TWO, [["氢"], ["氧"]]),
        ("氢|H；氧|O", TWO, [["氢", "H"], ["氧", "O"]]),
        ("氢|氧", TWO, [["氢"], ["氧"]]),
        ("氢、氧", TWO, [["氢"], ["氧"]]),
        ("氢 氧", "（ ）和（　）", [["氢"], ["氧"]]),
        ("a\\|b", ONE, [["a|b"]]),
        ("km/h, m/s", ONE, [["km/h, m/s"]]),
        ("", ONE, []),
    ],
)
def test_answers_are_divided_as_the_stem_draws_gaps(answer: str, stem: str, wanted: list[list[str]]) -> None:
    assert texts(answer, stem) == wanted


def test_numbers_and_lesser_answers_have_their_marks() -> None:
    (gap,) = gap_cells.read("3.14 ± 0.01|%50%3|%1/3%4|5\\±1|\\%50%6", "", ONE)

    assert gap.accepted == (
        Accepted("3.14", Fraction(1, 100)),
        Accepted("3", weight=HALF),
        Accepted("4", weight=Fraction(1, 3)),
        Accepted("5±1"),
        Accepted("%50%6"),
    )


def test_what_makes_a_difference_is_said_in_a_cell_of_its_own() -> None:
    first, second = gap_cells.read("Na\n二十四", "区分大小写\n汉字数字通用", TWO)

    assert first.ignoring == {"width", "spaces"}
    assert second.ignoring == {*USUALLY_IGNORED, "numerals"}
    assert gap_cells.differences_cell([first, second]) == "区分大小写\n汉字数字通用"
    assert gap_cells.differences_cell([first, first]) == "区分大小写"
    assert gap_cells.differences_cell([first, Gap(second.accepted)]) == "区分大小写\n无"
    assert gap_cells.differences_cell([Gap(second.accepted)] * 2) == ""


HEADER = ("题型", "题干", "左项1", "左项2", "选项A", "选项B", "选项C", "答案", "材料")


def test_every_kind_has_its_cells_in_a_workbook() -> None:
    found = reading(
        HEADER,
        ("填空题", "水由____组成", None, None, None, None, None, "氢和氧|氧和氢", None),
        ("排序题", "由小到大", None, None, "器官", "细胞", "组织", "BCA", None),
        ("连线题", "连线", "助燃", "最轻", "氢气", "氧气", "氮气", "BA", None),
        ("不定项选择题", "哪些是金属？", None, None, "铁", "铜", "碳", "AB", "金属有光泽。"),
    )

    assert codes(found) == []
    fill, order, match, indefinite = (placed.question for placed in found.questions)
    assert [each.text for each in fill.gaps[0].accepted] == ["氢和氧", "氧和氢"]
    assert order.arranged == ("B", "C", "A")
    assert (match.prompts, match.arranged) == (("助燃", "最轻"), ("B", "A"))
    assert (indefinite.kind, indefinite.key) == ("indefinite", frozenset("AB"))
    assert indefinite.material is not None
    assert indefinite.material.text == "金属有光泽。"


def test_what_is_wrong_with_a_gap_is_told_in_its_row() -> None:
    found = reading(HEADER, ("填空题", "____和____", None, None, None, None, None, "氢", None))

    assert codes(found) == [(2, "H", "gaps-differ")]


def test_an_order_may_be_written_with_the_words_of_its_options() -> None:
    found = reading(
        HEADER, ("排序题", "由小到大", None, None, "器官", "细胞", "组织", "细胞、组织、器官", None)
    )

    assert only(found).arranged == ("B", "C", "A")
