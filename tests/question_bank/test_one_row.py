"""A question as the cells of a row: unchanged it is the same question, changed it is what the cells say."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from question_bank.attached import Medium
from question_bank.formats.one_row import cells, edited
from question_bank.gaps import Accepted, Gap
from question_bank.question import Question, lettered
from tests.question_bank.kinds import questions
from tests.question_bank.test_writing import cell_text, has_bare_options

SINGLE = Question(
    "single", "水的化学式是？", lettered(["H2O", "CO2"]), frozenset("A"),
    calibrated=Fraction(1, 2), weights={"A": Fraction(1), "B": Fraction(-1, 2)}, feedback={"B": "那是气体"},
    media=(Medium("a.png", "image/png", b"1"),),
)  # fmt: skip


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
@given(questions(cell_text, has_feedback=True).filter(has_bare_options), st.booleans())
def test_nothing_that_is_not_changed_changes(asked: Question, is_sent: bool) -> None:
    found, problems = edited(asked, cells(asked) if is_sent else {})

    assert problems == ()
    assert found == asked


def test_what_a_row_does_not_hold_stays_with_what_is_still_there() -> None:
    found, _problems = edited(SINGLE, {"选项A": "HO", "选项C": "O2", "答案": "C"})

    assert found is not None
    assert [o.text for o in found.options] == ["HO", "CO2", "O2"]
    assert found.key == frozenset("C")
    assert (found.weights, found.feedback, found.media) == (SINGLE.weights, SINGLE.feedback, SINGLE.media)
    assert found.calibrated is None


def test_a_question_of_gaps_is_edited_in_the_notation_of_the_workbook() -> None:
    asked = Question(
        "fill", "圆周率是____", (), frozenset(), gaps=(Gap((Accepted("3", feedback="再准些"),)),)
    )

    found, _problems = edited(asked, {"答案": "3.14±0.01|%50%3", "填空要求": "汉字数字通用"})

    assert found is not None
    (gap,) = found.gaps
    assert gap.accepted == (
        Accepted("3.14", Fraction(1, 100)),
        Accepted("3", weight=Fraction(1, 2), feedback="再准些"),
    )
    assert "numerals" in gap.ignoring


def test_what_is_wrong_is_told_with_the_title_of_its_cell() -> None:
    found, problems = edited(SINGLE, {"答案": "D"})

    assert found is None
    assert [(p.column, p.code) for p in problems] == [("答案", "answer-out-of-range")]
