"""Questions with every text that a format may trip over, in every place, for property tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, Phase, assume, settings
from hypothesis import strategies as st

from question_bank.attached import Material, Medium
from question_bank.formats import Reading
from question_bank.formats.checks import Place, check
from question_bank.gaps import IGNORABLE, USUALLY_IGNORED, Accepted, Gap
from question_bank.question import CHOICES, DIFFICULTIES, KINDS, SEVERAL, WHEN, Question, lettered
from tests.question_bank.kinds import PIXEL, Texts, numbers, shares
from tests.question_bank.kinds import several as different

PROPERTY = settings(  # a failing example is shown as it was found: shrinking these takes minutes
    max_examples=25,
    deadline=None,
    suppress_health_check=[*HealthCheck],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
BLANKS = (" ", "  ", "\t", "\n", "\n\n", "\u3000", "\xa0", "\u200b", "\ufeff", "\u2028", "\x85", "\r", "\r\n")
CONTROLS = ("\0", "\x01", "\x08", "\x0b", "\x0c", "\x1f", "\x7f", "\ufffe", "\uffff", "\U0001ffff")
ODD = (
    "->¦####¦\\n¦\\:¦::¦//¦[html]¦[plain]¦%50%¦%-100%¦{T}¦{#1:2}¦$CATEGORY:¦ANSWER: A¦"
    "ANSWER:¦A. ¦A) ¦B)¦A、¦a.¦（A）¦①¦1. ¦答案：A¦解析：¦一、多选题¦<![CDATA[¦]]>¦&lt;¦&amp;¦&#10;¦<b>¦"
    "</p>¦<br>¦<!--¦-->¦<?xml ?>¦<img src='x'>¦![叶](leaf.png)¦![](gone.png)¦![¦](¦"
    '(leaf.png)¦____¦（  ）¦( )¦[[1]]¦[a]¦=1+1¦+1¦-1¦@x¦\'=¦\t=¦=DISPIMG("ID_1",1)¦_x000D_¦'
    "_x0041_¦【示例】¦#N/A¦TRUE¦1/2¦3-4¦2026-01-02¦1:30¦007¦1e5¦3.14±0.01¦50%¦±¦无¦对¦错¦√¦(必填)¦"
    "Ａ．¦＝¦；¦、¦，¦｜¦１２¦％¦𠮷¦😀¦👨\u200d👩\u200d👧¦e\u0301¦\u0301¦שלום¦\u202e¦\u200f¦ﬁ¦İ¦ß¦\u1680¦"
    "$x^2$¦$$\\frac{1}{2}$$¦\\(x\\)¦H₂O¦10²"
)  # between ¦
MARKS = [*"{}~=#:\\/[]%&<>\"'`*_|;,.!?()@+-$^", *ODD.split("¦")]
words = st.sampled_from(["水", "氧气", "热", "leaf", "Leaf", "x", "1"])
marks = st.sampled_from(MARKS)
wild_text = st.lists(words | marks | marks | st.sampled_from(BLANKS + CONTROLS), min_size=1, max_size=5).map(
    "".join
)
mild_text = st.lists(words | marks | st.just(" ") | st.just("\n"), min_size=1, max_size=5).map("".join)
any_text = (mild_text | wild_text | st.text(max_size=5)).filter(str.strip)
LEAF = Medium("leaf.png", "image/png", PIXEL)


@st.composite
def wild_questions(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS, is_bare: bool = False) -> Question:
    """Return a question of any kind, sound in itself, with whatever texts; leaf.png is where it is shown."""
    kind, texts = draw(st.sampled_from(kinds)), any_text
    if is_bare:
        return Question(kind, draw(texts), **draw(right(kind, texts)))
    facets = st.sampled_from(["topic", "source", "domain", "年级"])
    values = st.lists(texts, min_size=1, max_size=2, unique=True).map(tuple)
    asked = Question(
        kind=kind,
        stem=draw(texts),
        tags=draw(st.dictionaries(facets | texts, values, max_size=2)),
        difficulty=draw(st.sampled_from([None, *DIFFICULTIES])),
        explanation=draw(st.just("") | texts),
        external_id=draw(st.just("") | texts),
        calibrated=draw(st.none() | shares),
        material=draw(st.none() | st.builds(Material, texts, st.just("") | texts)),
        **draw(right(kind, texts)),
    )
    ids = [option.id for option in asked.options]
    told = draw(st.just({}) | st.dictionaries(st.sampled_from([*ids, *WHEN]), texts, max_size=2))
    weights = st.just({}) | st.dictionaries(
        st.sampled_from(ids or ["A"]), st.fractions(-1, 1, max_denominator=6)
    )
    asked = replace(asked, feedback=told, weights=draw(weights) if kind in CHOICES else {})
    about = asked.material.text if asked.material is not None else ""
    is_shown = any("](leaf.png)" in text for text in (asked.stem, asked.explanation, about))
    assume(is_sound(asked))
    return replace(asked, media=(LEAF,)) if is_shown and draw(st.booleans()) else asked


def is_sound(asked: Question) -> bool:
    """Return whether a question may stand in the bank at all."""
    place = Place("", 1)
    check(place, asked)
    return not place.is_faulty


@st.composite
def right(draw: st.DrawFn, kind: str, texts: Texts) -> dict[str, Any]:  # Any: fields of a question
    """Return the fields that say what is right."""
    if kind == "fill":
        several = st.lists(gaps(texts), min_size=1, max_size=2).map(tuple)
        return {"options": (), "key": frozenset(), "gaps": draw(several)}
    least, most = draw(st.sampled_from([(2, 3), (2, 3), (2, 3), (26, 26)]))
    truth = st.just(["对", "错"]) | different(texts, 2, 2)
    listed = different(texts, least, most)
    options = lettered(draw(truth if kind == "true_false" else listed))
    ids = [option.id for option in options]
    if kind == "order":
        return {"options": options, "key": frozenset(), "arranged": tuple(draw(st.permutations(ids)))}
    if kind == "match":
        prompts = draw(different(texts, 2, 3))
        chosen = tuple(draw(st.sampled_from(ids)) for _ in prompts)
        return {"options": options, "key": frozenset(), "prompts": tuple(prompts), "arranged": chosen}
    least, most = (2 if kind == "multiple" else 1), (len(ids) if kind in SEVERAL else 1)
    key = draw(st.sets(st.sampled_from(ids), min_size=least, max_size=most))
    return {"options": options, "key": frozenset(key)}


@st.composite
def gaps(draw: st.DrawFn, texts: Texts) -> Gap:
    """Return a gap of texts, or of numbers, the first answer being worth all of it."""
    first = draw(st.builds(Accepted, texts) | st.builds(Accepted, numbers, shares))
    lesser = st.builds(Accepted, texts, st.none(), shares.filter(bool), st.just("") | texts)
    ignoring = draw(st.just(USUALLY_IGNORED) | st.sets(st.sampled_from(IGNORABLE)).map(frozenset))
    return Gap((first, *draw(st.lists(lesser, max_size=2))), ignoring)


@st.composite
def gathered(draw: st.DrawFn, asked: list[Question]) -> list[Question]:
    """Return questions of which some have one material, side by side or apart."""
    about = [question for question in asked if question.material is not None and not question.media]
    found = []
    for question in asked:
        other = draw(st.sampled_from([question, *about]))
        found.append(question if question.media else replace(question, material=other.material))
    return found


def with_text(asked: Question, place: str, text: str) -> Question:
    """Return a question with another text in one place."""
    match place:
        case "option":
            return replace(asked, options=(asked.options[0], replace(asked.options[1], text=text)))
        case "feedback":
            return replace(asked, feedback={"B": text})
        case "material":
            return replace(asked, material=Material(text))
        case "stem":
            return replace(asked, stem=text)
    return replace(asked, explanation=text)


def identical(written: list[Question], found: Reading) -> None:
    """Hold that what was read is what was written."""
    assert [placed.question for placed in found.questions] == written
