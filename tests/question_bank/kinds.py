"""Questions of every kind for property tests: whatever their texts, without a fault."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from question_bank.attached import MEDIA_TYPES, Material, Medium
from question_bank.gaps import IGNORABLE, USUALLY_IGNORED, Accepted, Gap
from question_bank.question import DIFFICULTIES, KINDS, SEVERAL, WHEN, Question, lettered

PIXEL = bytes.fromhex(  # a PNG file of one point
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a494441"
    "54789c636000000002000148afa4710000000049454e44ae426082"
)
Texts = st.SearchStrategy[str]
safe_text = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30
)
any_text = safe_text.filter(str.strip)
tag_text = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"], exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=12,
).filter(lambda text: text.strip() == text)
facets = st.sampled_from(["domain", "criterion", "topic", "audience", "source", "年级"])
shares = st.fractions(0, 1, max_denominator=12)
numbers = st.sampled_from(["3.14", "-2", "1/3", "50%", "1,024", "6e23", "２４"])
media = st.builds(
    Medium,
    st.from_regex(r"[a-z]{1,8}\.[a-z]{3}", fullmatch=True),
    st.sampled_from([*MEDIA_TYPES]),
    st.binary(),
)


def several(texts: Texts, least: int, most: int = 6) -> st.SearchStrategy[list[str]]:
    """Return lists of texts that are different for everybody."""
    return st.lists(texts, min_size=least, max_size=most, unique_by=lambda text: " ".join(text.split()))


@st.composite
def gaps(draw: st.DrawFn, texts: Texts, has_feedback: bool) -> Gap:
    """Return a gap whose first answer is worth all of it."""
    words = texts if has_feedback else st.nothing()
    texts = texts.map(str.strip).filter(lambda text: text and "\n" not in text)
    first = draw(st.builds(Accepted, texts) | st.builds(Accepted, numbers, shares))
    lesser = st.builds(Accepted, texts, st.none(), shares.filter(bool), st.just("") | words)
    ignoring = draw(st.just(USUALLY_IGNORED) | st.sets(st.sampled_from(IGNORABLE)).map(frozenset))
    return Gap((first, *draw(st.lists(lesser, max_size=2))), ignoring)


@st.composite
def questions(draw: st.DrawFn, texts: Texts, has_feedback: bool = False) -> Question:
    """Return a question of any kind with what a workbook keeps."""
    kind = draw(st.sampled_from(KINDS))
    return Question(
        kind=kind,
        stem=draw(texts.filter(lambda text: "_" not in text)),
        tags=draw(
            st.dictionaries(facets, st.lists(tag_text, min_size=1, max_size=3, unique=True).map(tuple))
        ),
        difficulty=draw(st.sampled_from([None, *DIFFICULTIES])),
        explanation=draw(st.just("") | texts),
        external_id=draw(st.just("") | st.from_regex(r"[a-z0-9-]{1,9}", fullmatch=True)),
        material=draw(st.none() | st.builds(Material, texts, st.just("") | texts.map(str.strip))),
        **_right(draw, kind, texts, has_feedback),
    )


@st.composite
def rich_questions(draw: st.DrawFn, texts: Texts = any_text) -> Question:
    """Return a question with all that it can have beside its words."""
    asked = draw(questions(texts, has_feedback=True))
    ids = [option.id for option in asked.options]
    weights = st.dictionaries(st.sampled_from(ids), st.fractions(-1, 1, max_denominator=12))
    return Question(
        **{
            **vars(asked),
            "calibrated": draw(st.none() | shares),
            "weights": draw(weights) if ids else {},
            "feedback": draw(st.dictionaries(st.sampled_from([*ids, *WHEN]), texts)),
            "media": draw(st.lists(media, max_size=2, unique_by=lambda each: each.name).map(tuple)),
        }
    )


def _right(
    draw: st.DrawFn, kind: str, texts: Texts, has_feedback: bool
) -> dict[str, Any]:  # Any: fields of a question
    """Return the fields that say what is right."""
    if kind == "fill":
        return {
            "options": (),
            "key": frozenset(),
            "gaps": draw(st.lists(gaps(texts, has_feedback), min_size=1, max_size=3).map(tuple)),
        }
    options = lettered(["对", "错"] if kind == "true_false" else draw(several(texts, 2)))
    ids = [option.id for option in options]
    if kind == "order":
        return {"options": options, "key": frozenset(), "arranged": tuple(draw(st.permutations(ids)))}
    if kind == "match":
        prompts = draw(several(texts, 2))
        chosen = [draw(st.sampled_from(ids)) for _ in prompts]
        return {"options": options, "key": frozenset(), "prompts": tuple(prompts), "arranged": tuple(chosen)}
    least, most = (2 if kind == "multiple" else 1), (len(ids) if kind in SEVERAL else 1)
    return {
        "options": options,
        "key": frozenset(draw(st.sets(st.sampled_from(ids), min_size=least, max_size=most))),
    }
