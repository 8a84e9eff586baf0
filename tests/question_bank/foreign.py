"""Questions as formats of other systems can hold them, for property tests."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from question_bank.formats import Reading
from question_bank.gaps import Accepted, Gap
from question_bank.question import CHOICES, KINDS, SEVERAL, Question, lettered
from tests.question_bank.kinds import questions, several, shares

PROPERTY = settings(  # a failing example is shown as it was found: shrinking these takes minutes
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)

# What XML and lines of text can hold at all: no control characters, no other line ends; nothing at the ends,
# where every system trims.
kept = st.characters(
    exclude_categories=["Cs", "Cc", "Cn", "Co", "Zl", "Zp"], exclude_characters="\ufffe\uffff\xa0"
)
marks = st.sampled_from(
    [
        *"\\~=#{}:[]%&<>\"'\n",
        "->",
        "####",
        "\\n",
        "[html]",
        "%50%",
        "//",
        "&lt;",
        "]]>",
        "<b>",
        "{T}",
        "A) ",
        "$x^2$",
    ]
)
pieces = st.lists(st.text(kept, max_size=4) | marks, min_size=1, max_size=6).map("".join)
one_line = pieces.map(lambda text: text.replace("\n", "")).filter(lambda text: text and text.strip() == text)
texts = pieces.filter(lambda text: text and text.strip() == text)
plain_numbers = st.sampled_from(["3.14", "-2", "1024", "6e23", "0.5"])


@st.composite
def foreign_questions(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS) -> Question:
    """Return a question with weights and feedback, as most systems know them."""
    asked = draw(questions(texts, kinds))
    tags = {facet: tuple(value for value in values) for facet, values in asked.tags.items()}
    asked = replace(asked, tags=tags, calibrated=draw(st.none() | shares))
    if asked.kind == "fill":
        return replace(asked, gaps=(draw(gap()),))
    if asked.kind in CHOICES:
        ids = [option.id for option in asked.options]
        told = draw(st.dictionaries(st.sampled_from(ids), texts))
        return replace(asked, feedback=told, weights=draw(weights(asked)))
    return asked


@st.composite
def gathered(draw: st.DrawFn, each: st.SearchStrategy[Question]) -> list[Question]:
    """Return a few questions of which some have one material, side by side or apart."""
    asked = draw(st.lists(each, max_size=4))
    about = [None, *(question.material for question in asked)]
    return [replace(question, material=draw(st.sampled_from(about))) for question in asked]


@st.composite
def weights(draw: st.DrawFn, asked: Question) -> dict[str, Fraction]:
    """Return no weights, or such as fit what is right."""
    if draw(st.booleans()):
        return {}
    right = st.just(Fraction(1)) if asked.kind not in SEVERAL else shares.filter(bool)
    wrong = st.fractions(-1, 0, max_denominator=12)
    given = {option.id: draw(right if option.id in asked.key else wrong) for option in asked.options}
    return {letter: weight for letter, weight in given.items() if weight}


@st.composite
def gap(draw: st.DrawFn) -> Gap:
    """Return a gap of texts, or one of numbers, the first answer being worth all of it."""
    lesser = st.lists(shares.filter(bool), max_size=2)
    if draw(st.booleans()):
        rest = [Accepted(draw(one_line), None, weight, draw(st.just("") | texts)) for weight in draw(lesser)]
        return Gap((Accepted(draw(one_line)), *rest))
    off = st.sampled_from(["0", "0.5", "0.01"])
    rest = [Accepted(draw(plain_numbers), _exact(draw(off)), weight) for weight in draw(lesser)]
    return Gap((Accepted(draw(plain_numbers), _exact(draw(off))), *rest))


def _exact(text: str) -> Fraction:
    return Fraction(text)


@st.composite
def bare_single(draw: st.DrawFn) -> Question:
    """Return a single-choice question with nothing beside it."""
    options = lettered(draw(several(one_line, 2)))
    right = draw(st.sampled_from([option.id for option in options]))
    return Question("single", draw(one_line), options, frozenset(right))


def identical(written: list[Question], found: Reading) -> None:
    """Hold that what was read is what was written."""
    assert [placed.question for placed in found.questions] == written
