"""Moodle XML reads as its manifest says, pictures included, and is written without loss."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from question_bank.attached import Medium
from question_bank.formats import moodle_out, read
from question_bank.gaps import USUALLY_IGNORED, Accepted, Gap
from question_bank.question import Question, lettered
from tests.question_bank.kinds import PIXEL
from tests.question_bank.wild import identical

Expected = dict[str, Any]  # what the manifest says of a file
FILES = (
    "multichoice.xml nested_categories_with_questions.xml qtype_essay.xml qtype_match.xml "
    "qtype_multichoice.xml qtype_shortanswer.xml qtype_truefalse.xml"
)


def expected(shared: Path, name: str) -> Expected:
    files = json.loads((shared / "fixtures" / "manifest.json").read_text("utf-8"))["files"]
    return next(each["expect"] for each in files if each["file"] == f"moodle_xml/{name}")


def words(text: str) -> str:
    """Return a text as the manifest writes it: on one line, without the names of pictures."""

    return " ".join(re.sub(r"!\[[^\]]*\]\([^)]*\)", " ", text).split())


def right(question: Question) -> list[str]:
    if question.kind == "fill":
        return [each.text for each in question.gaps[0].accepted]
    if question.kind == "true_false":
        return ["true" if question.key == {"A"} else "false"]
    return [words(option.text) for option in question.options if option.id in question.key]


@pytest.mark.parametrize("name", FILES.split())
def test_a_moodle_file_reads_as_its_manifest_says(name: str, shared: Path) -> None:
    wanted = expected(shared, name)

    found = read((shared / "fixtures" / "moodle_xml" / name).read_bytes(), name)

    ours = [each for each in wanted["questions"] if each["type"] != "essay"]
    essays = len(wanted["questions"]) - len(ours)
    assert found.unsupported == ({"问答题": essays} if essays else {})
    assert [words(p.question.stem) for p in found.questions] == [each["stem"] for each in ours]
    for placed, each in zip(found.questions, ours, strict=True):
        question = placed.question
        if "correct" in each:
            assert right(question) == each["correct"]
        if each["type"] == "multichoice":
            assert [words(o.text) for o in question.options] == [a["text"] for a in each["answers"]]
            assert question.kind == ("single" if each["single"] == "true" else "multiple")
        if "pairs" in each:
            texts = {o.id: o.text for o in question.options}
            pairs = [[p, texts[a]] for p, a in zip(question.prompts, question.arranged, strict=True)]
            left = [["", text] for key, text in texts.items() if key not in question.arranged]
            assert pairs + left == each["pairs"]
        assert len(question.media) == each.get("embedded_files", len(question.media))
    categories = [c.removeprefix("$course$/") for c in wanted["categories"]]
    assert {p.question.tags["category"] for p in found.questions} <= {(c,) for c in categories}


def test_weights_feedback_and_general_feedback_are_kept(shared: Path) -> None:
    path = shared / "fixtures" / "moodle_xml" / "qtype_shortanswer.xml"

    (placed,) = read(path.read_bytes(), path.name).questions

    (gap,) = placed.question.gaps
    assert gap.accepted == (
        Accepted("frog", None, Fraction(1), "Frog is a very good answer."),
        Accepted("toad", None, Fraction(4, 5), "Toad is an OK good answer."),
    )
    assert placed.question.feedback == {"wrong": "That is a bad answer."}
    assert placed.question.explanation == "Generalfeedback: frog or toad would have been OK."


def test_pictures_and_a_recording_come_with_their_texts(shared: Path) -> None:
    path = shared / "fixtures" / "moodle_xml" / "multichoice.xml"

    (placed,) = read(path.read_bytes(), path.name).questions

    question = placed.question
    assert [(m.name, m.type) for m in question.media if m.type == "image/jpeg"] == [
        (f"flag-{country}.jpg", "image/jpeg") for country in ("uk", "france", "german", "denmark")
    ]
    assert question.media[0].type == "audio/mpeg"
    assert question.options[1].text == "![French flag](flag-france.jpg) French"
    assert question.feedback["B"] == "Yes, well done!"


def test_a_number_has_its_tolerance_and_letter_case_may_count() -> None:
    content = """<quiz><question type="numerical"><questiontext format="html"><text>π？</text></questiontext>
      <answer fraction="100"><text>3.14</text><tolerance>0.01</tolerance></answer></question>
      <question type="shortanswer"><questiontext><text>水？</text></questiontext><usecase>1</usecase>
      <answer fraction="100"><text>H2O</text></answer></question></quiz>"""

    first, second = (placed.question for placed in read(content.encode(), "x.xml").questions)

    assert first.gaps == (Gap((Accepted("3.14", Fraction(1, 100)),)),)
    assert second.gaps == (Gap((Accepted("H2O"),), USUALLY_IGNORED - {"case"}),)


def test_what_has_no_counterpart_is_counted_by_name() -> None:
    kinds = ("cloze", "ddwtos", "calculated", "description", "cloze")
    content = "".join(
        f'<question type="{kind}"><questiontext><text>{n}？</text></questiontext></question>'
        for n, kind in enumerate(kinds)
    )

    found = read(f"<quiz>{content}</quiz>".encode(), "x.xml")

    assert sum(found.unsupported.values()) == 5
    assert max(found.unsupported.values()) == 2
    assert [(p.row, p.code) for p in found.problems] == [(n, "unknown-type") for n in range(1, 6)]


def test_a_picture_that_is_not_in_the_file_is_said() -> None:
    content = """<quiz><question type="truefalse"><questiontext format="html"><text>
      &lt;img src="@@PLUGINFILE@@/gone.png"&gt;叶子是绿的。</text></questiontext>
      <answer fraction="100"><text>true</text></answer></question></quiz>"""

    found = read(content.encode(), "x.xml")

    assert [(p.row, p.code, p.severity) for p in found.problems] == [(1, "pictures", "warning")]
    assert [placed.question.stem for placed in found.questions] == ["叶子是绿的。"]


def test_pictures_survive_moodle_xml() -> None:
    media = (Medium("leaf.png", "image/png", PIXEL), Medium("root.png", "image/png", PIXEL))
    options = lettered(["![叶](leaf.png)", "![根 & 茎](root.png) <根>"])
    asked = Question("single", "哪一个是\n叶？", options, frozenset("A"), media=media)

    assert moodle_out.carries(asked)
    identical([asked], read(moodle_out.write([asked]), "x.xml"))
