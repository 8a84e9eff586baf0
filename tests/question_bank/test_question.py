"""Questions as values: kept without loss, compared by their wording."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given

from question_bank.attached import Material
from question_bank.formats import jsonl
from question_bank.gaps import Accepted, Gap
from question_bank.question import Question, digest, lettered
from tests.question_bank.kinds import rich_questions


def asked(stem: str, options: list[str], key: str = "A", kind: str = "single") -> Question:
    return Question(kind, stem, lettered(options), frozenset(key))


BASE = asked("太阳系中体积最大的行星是？", ["地球", "木星"], "B")


def test_a_question_survives_as_json() -> None:
    whole = Question(
        "multiple",
        "题干",
        lettered(["甲", "乙", "丙"]),
        frozenset("AC"),
        {"topic": ("水", "火")},
        "hard",
        "因为",
        "q1",
    )

    assert Question.from_dict(json.loads(json.dumps(whole.as_dict()))) == whole


@given(rich_questions())
def test_a_question_of_any_kind_survives_as_json_with_all_that_it_carries(whole: Question) -> None:
    assert Question.from_dict(json.loads(json.dumps(whole.as_dict()))) == whole


@pytest.mark.parametrize(
    "other",
    [
        asked("太阳系中，体积最大的行星是（　　）。", ["地球", "木星"]),
        asked("12. 太阳系中体积 最大的行星是?", ["地球", "木星"]),
        asked("太阳系中体积最大的行星是？", ["木星", "地球"]),
        asked("（3）太阳系中体积最大的行星是？", ["地球", "木星 "]),
    ],
)
def test_the_same_wording_has_the_same_digest(other: Question) -> None:
    assert digest(other) == digest(BASE)


@pytest.mark.parametrize(
    "other",
    [
        asked("太阳系中体积最小的行星是？", ["地球", "木星"]),
        asked("太阳系中体积最大的行星是？", ["地球", "火星"]),
        asked("太阳系中体积最大的行星是？", ["地球", "木星", "土星"]),
    ],
)
def test_another_wording_has_another_digest(other: Question) -> None:
    assert digest(other) != digest(BASE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("$a-b$", "$b-a$"),
        ("$A$", "$a$"),
        ("3-2=？", "32=？"),
        ("1.5", "15"),
        ("(1+2)×3", "1+2×3"),
        ("2.5 米", "5 米"),
    ],
)
def test_in_arithmetic_every_mark_counts(one: str, other: str) -> None:
    assert digest(asked(one, ["甲", "乙"])) != digest(asked(other, ["甲", "乙"]))


def test_right_answers_are_compared_by_text_and_not_by_letter() -> None:
    turned = asked("太阳系中体积最大的行星是？", ["木星", "地球"], "A")

    assert turned.right_texts == BASE.right_texts


@pytest.mark.parametrize("text", ["以上都对", "A和B", "A、B都错", "选项A对", "Both of the above", "前两项"])
def test_options_that_speak_of_others_keep_their_order(text: str) -> None:
    assert asked("？", ["甲", "乙", text]).keeps_order


@pytest.mark.parametrize("text", ["A型", "维生素A", "DNA", "以上海为例", "B族维生素", "C. elegans"])
def test_options_that_only_look_like_it_are_shuffled(text: str) -> None:
    assert not asked("？", ["甲", "乙", text]).keeps_order


def filled(stem: str, *accepted: str) -> Question:
    return Question("fill", stem, (), frozenset(), gaps=(Gap(tuple(map(Accepted, accepted))),))


def test_how_a_gap_is_drawn_makes_no_difference() -> None:
    assert digest(filled("水在____℃结冰", "0")) == digest(filled("水在________℃结冰。", "4"))
    assert digest(filled("水在____℃结冰", "0")) == digest(filled("水在（　）℃结冰", "0"))
    assert filled("？", "0").right_texts == filled("？", " 0 ").right_texts != filled("？", "4").right_texts


def arranged(kind: str, right: str, prompts: tuple[str, ...] = ()) -> Question:
    options = lettered(["甲", "乙", "丙"])
    return Question(kind, "排列", options, frozenset(), arranged=tuple(right), prompts=prompts)


def test_arranging_the_same_options_is_another_question_than_choosing_among_them() -> None:
    chosen = asked("排列", ["甲", "乙", "丙"])

    assert (
        len(
            {digest(each) for each in (chosen, arranged("order", "ABC"), arranged("match", "AB", ("1", "2")))}
        )
        == 3
    )
    assert digest(arranged("order", "ABC")) == digest(arranged("order", "CBA"))
    assert arranged("order", "ABC").right_texts != arranged("order", "CBA").right_texts


def test_pairs_are_the_same_in_whatever_order_they_are_written() -> None:
    one, other = arranged("match", "AB", ("1", "2")), arranged("match", "BA", ("2", "1"))

    assert digest(one) == digest(other)
    assert one.right_texts == other.right_texts != arranged("match", "BA", ("1", "2")).right_texts


def test_the_same_words_about_another_material_are_another_question() -> None:
    def about(text: str) -> Question:
        options = lettered(["甲", "乙"])
        return Question("single", "文中说的是？", options, frozenset("A"), material=Material(text))

    assert digest(about("一")) != digest(about("二"))
    assert digest(about("一 。")) == digest(about("一"))


MEASURED = (
    '{"kind": "true_false", "stem": "水会结冰。", "options": ["对", "错"], "key": ["A"], "calibrated": %s}'
)


def test_a_measured_share_goes_through_json_lines_and_before_what_was_declared() -> None:
    line = MEASURED % "0.63"

    (placed,) = jsonl.read(line.encode()).questions
    (again,) = jsonl.read(jsonl.write([placed.question])).questions

    assert placed.question.calibrated == Fraction(63, 100)
    assert again.question == placed.question


@pytest.mark.parametrize(
    "share", ["1.5", '"many"', "true", "-0.1", "[]", "1e9", '"1/0"', '"0.6300000000000001"']
)
def test_a_share_that_is_none_is_an_error_of_its_row(share: str) -> None:
    line = MEASURED % share

    (problem,) = jsonl.read(line.encode()).problems

    assert (problem.code, problem.column) == ("not-a-share", "calibrated")
