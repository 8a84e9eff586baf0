"""GIFT, missing-word and Aiken files read as their manifests say, and are written without loss."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from question_bank.formats import gift_out, read
from question_bank.formats.markup import text_of
from question_bank.gaps import Accepted, Gap
from question_bank.question import Question

Expected = dict[str, Any]  # a question as gift-pegjs prints it
KINDS = {
    "MC": ("single", "multiple", "indefinite"),
    "TF": ("true_false",),
    "Short": ("fill",),
    "Numerical": ("fill",),
    "Matching": ("match",),
}
GIFT_KINDS = ("single", "multiple", "indefinite", "true_false", "fill", "match")
UNSUPPORTED = {"Essay": "问答题", "Description": "说明文字"}
PEG = """
    description1 escapeAll essay1 giftFormatPhpExamples markdown mc1 mc4 mc5 multiLineFeedback1
    multipleAnswersFloat numerical1 options1 shortFirstEmbeddedUnderlineHTML symbolsAll tag_id_and_two_tags
    tf1 tf1_html tf1_markdown totara_moodle_essay totara_moodle_multichoice totara_moodle_multichoice_multi
    totara_moodle_numerical totara_moodle_truefalse
"""


def words(text: Expected | None) -> str:
    """Return what a text of the manifest says; HTML is read as what it shows."""
    if text is None:
        return ""
    return text_of(text["text"]) if text["format"] == "html" else text["text"].strip()


def share(choice: Expected) -> Fraction:
    if choice["weight"] is None:
        return Fraction(int(choice["isCorrect"]))
    return Fraction(str(choice["weight"])) / 100


def numbers(wanted: Expected) -> list[tuple[Fraction, Fraction]]:
    """Return the numbers that a manifest accepts, with how far they may be off."""
    choices = wanted["choices"]
    listed = [choices] if isinstance(choices, dict) else [c["text"] for c in choices if share(c) > 0]
    found = []
    for each in listed:
        low = Fraction(str(each.get("numberLow", each.get("number"))))
        high = Fraction(str(each.get("numberHigh", each.get("number"))))
        found.append(((low + high) / 2, (high - low) / 2 + Fraction(str(each.get("range", 0)))))
    return found


def check(question: Question, wanted: Expected) -> None:
    """Hold a question against what the manifest says of it."""
    assert question.kind in KINDS[wanted["type"]]
    assert question.stem == words(wanted["stem"])
    assert question.explanation == words(wanted["globalFeedback"])
    match wanted["type"]:
        case "MC":
            choices = wanted["choices"]
            assert [o.text for o in question.options] == [words(c["text"]) for c in choices]
            shares = [share(c) for c in choices]
            best = max(shares) if question.kind == "single" else Fraction(1, 10**6)
            assert question.key == {o.id for o, s in zip(question.options, shares, strict=True) if s >= best}
            if question.weights:
                given = [question.weights.get(o.id, Fraction(0)) for o in question.options]
                assert all(abs(a - b) < Fraction(1, 10**6) for a, b in zip(given, shares, strict=True))
            else:
                assert all(s >= 0 for s in shares)
            told = {o.id: words(c["feedback"]) for o, c in zip(question.options, choices, strict=True)}
            assert question.feedback == {letter: said for letter, said in told.items() if said}
        case "TF":
            assert question.key == ({"A"} if wanted["isTrue"] else {"B"})
            right, wrong = ("A", "B") if wanted["isTrue"] else ("B", "A")
            assert question.feedback.get(wrong, "") == words(wanted["trueFeedback"])
            assert question.feedback.get(right, "") == words(wanted["falseFeedback"])
        case "Short":
            (gap,) = question.gaps
            assert [a.text for a in gap.accepted] == [words(c["text"]) for c in wanted["choices"]]
            assert [a.weight for a in gap.accepted] == [share(c) for c in wanted["choices"]]
            assert [a.feedback for a in gap.accepted] == [words(c["feedback"]) for c in wanted["choices"]]
        case "Numerical":
            (gap,) = question.gaps
            assert [(Fraction(a.text), a.tolerance) for a in gap.accepted] == numbers(wanted)
        case "Matching":
            texts = {o.id: o.text for o in question.options}
            pairs = [(p, texts[a]) for p, a in zip(question.prompts, question.arranged, strict=True)]
            assert pairs == [(words(p["subquestion"]), p["subanswer"]) for p in wanted["matchPairs"]]


@pytest.mark.parametrize("name", PEG.split())
def test_a_gift_file_reads_as_its_manifest_says(name: str, shared: Path) -> None:
    folder = shared / "fixtures" / "gift_peg"
    wanted: list[Expected] = json.loads((folder / f"{name}.json").read_text("utf-8"))

    found = read((folder / f"{name}.gift").read_bytes(), f"{name}.gift")

    ours = [each for each in wanted if each["type"] in KINDS]
    assert len(found.questions) == len(ours)
    for placed, each in zip(found.questions, ours, strict=True):
        check(placed.question, each)
    others = [UNSUPPORTED[each["type"]] for each in wanted if each["type"] in UNSUPPORTED]
    assert found.unsupported == {name: others.count(name) for name in others}


def test_every_example_of_the_gift_filter_is_read(shared: Path) -> None:
    path = shared / "fixtures" / "moodle_gift" / "gift_examples.txt"

    found = read(path.read_bytes(), path.name)

    kinds = [placed.question.kind for placed in found.questions]
    numeric = [
        p for p in found.questions if p.question.gaps and p.question.gaps[0].accepted[0].tolerance is not None
    ]
    assert len(kinds) == 43
    assert (kinds.count("single") + kinds.count("multiple"), kinds.count("true_false")) == (18, 5)
    assert (kinds.count("fill"), len(numeric), kinds.count("match")) == (17, 8, 3)


def test_a_gap_inside_the_text_stays_where_it_was(shared: Path) -> None:
    path = shared / "fixtures" / "missingword" / "question.missingword1.txt"

    (placed,) = read(path.read_bytes(), path.name).questions

    assert placed.question.stem == (
        "As soon as we begin to explore our body parts as infants we become students of _____ , "
        "and in a sense we remain students for life."
    )
    assert [o.text for o in placed.question.options] == [
        "anatomy and physiology", "reflexology", "science", "experiment"
    ]  # fmt: skip
    assert placed.question.key == {"A"}


def test_an_aiken_file_reads_as_its_manifest_says(shared: Path) -> None:
    path = shared / "fixtures" / "moodle_aiken" / "questions.aiken.txt"

    first, second = (placed.question for placed in read(path.read_bytes(), path.name).questions)

    assert (first.kind, first.stem, first.key) == ("single", "The Moodle project was started by:", {"B"})
    assert [o.text for o in first.options] == ["Petr Skoda", "Martin Dougiamas", "Eloy Lafuente", "Tim Hunt"]
    assert second.stem.endswith('includes <html class="cool"> & images:')
    assert ([o.text for o in second.options], second.key) == (["True", "False"], {"A"})


def test_ids_tags_and_categories_are_kept() -> None:
    text = (
        "$CATEGORY: $course$/top/物理/力学\n\n"
        "// [id:q-1] [tag:力学] [tag:audience:青少年] [tag:difficulty:easy]\n"
        "::名称::力的单位是？{=牛 ~瓦}\n"
    )

    (placed,) = read(text.encode(), "x.gift").questions

    assert placed.row == 4
    assert placed.question.external_id == "q-1"
    assert placed.question.difficulty == "easy"
    assert placed.question.tags == {"topic": ("力学",), "audience": ("青少年",), "category": ("物理/力学",)}


def test_a_brace_that_is_not_closed_costs_its_own_question_only() -> None:
    found = read("水？{=液体 ~气体\n\n冰是固体。{T}\n".encode(), "x.gift")

    assert [(p.row, p.code) for p in found.problems] == [(1, "broken-gift")]
    assert [placed.question.stem for placed in found.questions] == ["冰是固体。"]


def test_an_answer_without_an_option_is_named_in_aiken() -> None:
    found = read("水？\nA) 甲\nB) 乙\nANSWER: D\n".encode(), "x.txt")

    assert [(p.row, p.code) for p in found.problems] == [(1, "answer-out-of-range")]


def test_what_gift_cannot_hold_is_known_beforehand() -> None:
    two_gaps = Question(
        "fill", "__和__", (), frozenset(), gaps=(Gap((Accepted("甲"),)), Gap((Accepted("乙"),)))
    )

    assert not gift_out.carries(two_gaps)
    assert gift_out.write([two_gaps]) == b""


def test_a_star_that_stands_for_any_words_is_told() -> None:
    found = read(b"Capital? {=*Rome* =Roma}", "a.gift")

    assert [(p.code, p.severity) for p in found.problems] == [("wildcard", "warning")]
