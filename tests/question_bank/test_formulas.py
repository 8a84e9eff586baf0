"""Dollars that are formulas and dollars that are money; formulas drawn, read aloud, and refused in words."""

from __future__ import annotations

import re
import time
from contextlib import suppress

import pytest

from question_bank.formula_drawing import drawn
from question_bank.formula_words import in_words
from question_bank.formulas import Formula, NotAFormula, formulas, pieces


@pytest.mark.parametrize(
    "text",
    [
        "买笔 $5 和 $10",
        "价格$5，涨到$8元",
        "花了5$和6$",
        "US$5 or US$6",
        "$ x$",
        "$x $",
        "$x$2",
        "$x\ny$",
        "$$ $$",
        "只有一个 $",
        "100$ 200$",
        "a $$ b",
        "花了$5，还剩____元，另付$3",
        "花了$5，还剩 _ 元，另付$3",
    ],
)
def test_money_stays_as_it_is_written(text: str) -> None:
    assert (formulas(text), "".join(map(str, pieces(text)))) == ([], text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("设 $x^2$，则 $y$。", [("x^2", False), ("y", False)]),
        ("$$a\n=b$$", [("a\n=b", True)]),
        ("每件 \\$5，共 $n$ 件", [("n", False)]),
        ("$\\text{速度}=v$", [("\\text{速度}=v", False)]),
        ("$50\\%$", [("50\\%", False)]),
        ("$v_平$ 和 $5x^2=面积$", [("v_平", False), ("5x^2=面积", False)]),
    ],
)
def test_formulas_are_found_in_their_order(text: str, found: list[tuple[str, bool]]) -> None:
    assert formulas(text) == [Formula(tex, is_line) for tex, is_line in found]


def test_an_escaped_dollar_is_a_dollar() -> None:
    assert "".join(map(str, pieces("每件 \\$5"))) == "每件 $5"


@pytest.mark.parametrize(
    ("tex", "words"),
    [
        (r"\frac{1}{2}", "2 分之 1"),
        ("E=mc^2", "E 等于 m c 的平方"),
        (r"\sqrt[3]{x}", "x 的 3 次方根"),
        (r"37^\circ\mathrm{C}", "37 度 C"),
        (r"\ce{2H2 + O2 -> 2H2O}", "2 H 2 加 O 2 变为 2 H 2 O"),
        (r"\vec{F}=m\vec{a}", "向量 F 等于 m 向量 a"),
        ("x<y", "x 小于 y"),
        (r"v_{平均}=\frac{\text{路程}}{\text{时间}}", "v 平均 等于 时间 分之 路程"),
        (r"\sum_{i=1}^n i", "求和 从 i 等于 1 到 n i"),
    ],
)
def test_a_formula_is_read_aloud(tex: str, words: str) -> None:
    assert in_words(drawn(Formula(tex, False)).math, str) == words


@pytest.mark.parametrize(
    ("tex", "words"),
    [
        (r"\frac{1}{", "左花括号"),
        ("}{", "多了一个右花括号"),
        (r"\frac", "没有写完"),
        (r"\unknown{3}", r"\unknown 不认识"),
        ("x^2^3", "两个上标"),
        (r"\left(x", "成对"),
        ("x & y", "核对 TeX"),
        (r"\text{🙂}", "画不出来"),
        (r"\rule{100em}{100em}", "太大"),
        ("x" * 501, "501 个字符"),
    ],
)
def test_what_cannot_be_drawn_gets_its_sentence(tex: str, words: str) -> None:
    with pytest.raises(NotAFormula) as found:
        drawn(Formula(tex, False))

    assert words in str(found.value)


def test_a_formula_brings_nothing_but_shapes_and_is_the_same_each_time() -> None:
    written = r"\color{red}{\href{javascript:alert(1)}{\boxed{\cancel{x}}}}+\frac{a}{\sqrt{b}}"

    found = drawn(Formula(written, False))

    numbers = r'(?:d|x|y|x1|x2|y1|y2|width|height|stroke-width)="[-\dMLQCZHV ]+"'
    shape = rf'<(?:path|rect|line)(?: {numbers}| fill="none"| stroke="currentColor")+/>'
    assert re.fullmatch(f"(?:{shape})+", found.shapes)
    assert drawn(Formula(f"{written} ", False)).shapes == found.shapes


def test_chinese_letters_stand_in_their_places_and_are_drawn_by_the_page() -> None:
    found = drawn(Formula(r"\frac{\text{路程}}{t_{平}}", False))

    letters = re.findall(r'<text x="(-?\d+)" y="(-?\d+)" font-size="(\d+)">(.)</text>', found.shapes)
    (road, way, even) = letters
    assert [road[3], way[3], even[3]] == ["路", "程", "平"]
    assert int(way[0]) - int(road[0]) == int(road[2]) > int(even[2])
    assert int(road[1]) == int(way[1]) < 0 < int(even[1])


def test_the_condition_of_a_reaction_stands_above_its_arrow() -> None:
    found = drawn(Formula(r"\ce{C + O2 ->[点燃] CO2}", False))

    assert re.search(r'y="-\d+" font-size="\d+">点', found.shapes)
    assert "[" not in in_words(found.math, str)


def spent_s(part: str) -> float:
    """Return the processor time that it takes to draw, or refuse, a long formula of such parts."""
    began = time.process_time()
    with suppress(NotAFormula):
        drawn(Formula(part * (480 // len(part)), True))
    return time.process_time() - began


@pytest.fixture(scope="module")
def plain_s() -> float:
    """What a plain formula of that length takes on this machine now; none is drawn twice."""
    spent_s("x+y=")  # reads the fonts
    return max(spent_s("a+y="), spent_s("b+y="))


@pytest.mark.parametrize(
    "part",
    [
        "{{{{{{{{{{x}}}}}}}}}}",
        r"\sqrt{\sqrt{\sqrt{x}}}",
        r"\xrightarrow{\xrightarrow{\xrightarrow{x}}}",
        r"\left(\left(x\right)\right)",
        "x^{x^{x^x}}",
        "'",
        "&",
        r"\begin{matrix}",
        "\\",
        r"\frac{\frac{1}{2}}{3}",
        r"\left(\left(\left(\left(x\right)\right)\right)\right)",
        r"\text{路}",
        "路",
        "(",
        "x",
    ],
)
def test_a_formula_that_attacks_takes_little_longer_than_a_plain_one(part: str, plain_s: float) -> None:
    assert spent_s(part) < 5 * plain_s  # the worst known takes twice as long
