"""Packages of QTI 2.1 and 3.0 are written without loss; what they cannot hold is known beforehand."""

from __future__ import annotations

import zipfile
from fractions import Fraction
from io import BytesIO

import pytest

from question_bank.attached import Medium
from question_bank.formats import left_out, qti_out, read, write
from question_bank.gaps import Accepted, Gap
from question_bank.question import Question, lettered
from tests.question_bank.kinds import PIXEL
from tests.question_bank.wild import identical

WRITERS = ("package", "package_3")
LEAF = Question(
    "single",
    "哪一个\n\n 是叶？ ![叶](leaf.png)",
    lettered(["![叶 <1>](leaf.png)", "![根 & 茎](root.png) <根>"]),
    frozenset("A"),
    explanation="看 ![叶](leaf.png)",
    media=(Medium("leaf.png", "image/png", PIXEL), Medium("root.png", "image/png", PIXEL)),
)
GAPS = Question(
    "fill",
    "器官是_____，骨头有__块。",
    (),
    frozenset(),
    gaps=(
        Gap((Accepted("皮肤"), Accepted("表皮", None, Fraction(1, 3))), frozenset({"width", "spaces"})),
        Gap((Accepted("206", Fraction(1, 2)),)),
    ),
    feedback={"wrong": "再想想。"},
)
ORDER = Question(
    "order", "由近到远？", lettered(["火星", "金星", "地球"]), frozenset(), arranged=("B", "C", "A")
)


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("asked", [LEAF, GAPS, ORDER], ids=["pictures", "gaps", "order"])
def test_what_others_lose_survives_a_package(asked: Question, name: str) -> None:
    assert qti_out.carries(asked)
    identical([asked], read(write([asked], name), "x.zip"))


def test_the_names_of_version_3_have_hyphens() -> None:
    with zipfile.ZipFile(BytesIO(write([ORDER], "package_3"))) as packed:
        item = packed.read("items/q00001.xml").decode()

    assert "<qti-order-interaction response-identifier=" in item
    assert "orderInteraction" not in item


def test_what_a_format_cannot_hold_is_counted_by_kind() -> None:
    weighted = Question(**{**vars(LEAF), "weights": {"A": Fraction(1, 2)}})

    assert left_out([LEAF, weighted, GAPS], "package") == {"single": 1}
    assert left_out([LEAF, GAPS, ORDER], "gift") == {"single": 1, "fill": 1, "order": 1}
    assert left_out([LEAF, GAPS, ORDER], "jsonl") == {}
