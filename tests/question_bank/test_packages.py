"""Packages of QTI, Canvas and Blackboard read as their manifest says."""

from __future__ import annotations

import json
import zipfile
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

from question_bank.formats import Reading, read
from question_bank.gaps import Accepted, Gap
from question_bank.question import Question
from tests.question_bank.kinds import PIXEL

Expected = dict[str, Any]  # what the manifest says of a file
ITEM = (
    '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2" identifier="i1" title="t">'
    "{}</assessmentItem>"
)
QTI3_CHOICE = """<?xml version="1.0"?>
<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="choice-1" title="t">
 <qti-response-declaration identifier="RESPONSE" cardinality="multiple" base-type="identifier">
  <qti-correct-response><qti-value>H</qti-value><qti-value>O</qti-value></qti-correct-response>
  <qti-mapping lower-bound="0" upper-bound="2" default-value="-2">
   <qti-map-entry map-key="H" mapped-value="1"/><qti-map-entry map-key="O" mapped-value="1"/>
   <qti-map-entry map-key="Cl" mapped-value="-1"/></qti-mapping>
 </qti-response-declaration>
 <qti-item-body><p>Water is <b>made</b> of H<sub>2</sub>O.</p>
  <qti-choice-interaction response-identifier="RESPONSE" shuffle="true" max-choices="0">
   <qti-prompt>Which elements?</qti-prompt>
   <qti-simple-choice identifier="H">Hydrogen</qti-simple-choice>
   <qti-simple-choice identifier="O">Oxygen</qti-simple-choice>
   <qti-simple-choice identifier="Cl">Chlorine</qti-simple-choice>
  </qti-choice-interaction></qti-item-body>
 <qti-modal-feedback outcome-identifier="FEEDBACK" identifier="Cl" show-hide="show">
  <qti-content-body>No salt.</qti-content-body></qti-modal-feedback>
</qti-assessment-item>"""


def expected(shared: Path, name: str) -> Expected:
    files = json.loads((shared / "fixtures" / "manifest.json").read_text("utf-8"))["files"]
    return next(each["expect"] for each in files if each["file"] == name)


def reading(shared: Path, name: str) -> tuple[list[Question], Reading]:
    found = read((shared / "fixtures" / name).read_bytes(), name)
    return [placed.question for placed in found.questions], found


def chosen(question: Question) -> list[str]:
    return [option.text for option in question.options if option.id in question.key]


def pairs(question: Question) -> list[tuple[str, str]]:
    texts = {option.id: option.text for option in question.options}
    return [(p, texts[a]) for p, a in zip(question.prompts, question.arranged, strict=True)]


def test_a_package_of_qti_2_1_reads_as_its_manifest_says(shared: Path) -> None:
    name = "blackboard_qti21/qti21-mixednoord.zip"
    wanted = expected(shared, name)["item_list"]

    questions, found = reading(shared, name)

    assert found.problems == ()
    assert [q.external_id for q in questions] == [each["identifier"] for each in wanted]
    for question, each in zip(questions[:2], wanted[:2], strict=True):
        texts = dict(each["choices"])
        assert question.kind == each["quiz_type"]
        assert [option.text for option in question.options] == [*texts.values()]
        assert chosen(question) == [texts[name] for name in each["responses"][0]["correct"]]
    assert pairs(questions[2]) == [("cat", "mammal"), ("frog", "amphibian"), ("eagle", "bird")]
    assert questions[3].gaps == (Gap((Accepted("24.0", Fraction(1, 2)),)),)
    assert questions[4].stem == "The chemical symbol of water is ______"
    assert questions[4].gaps == (Gap((Accepted("H2O"), Accepted("water"))),)


def test_a_pool_of_blackboard_reads_as_its_manifest_says(shared: Path) -> None:
    name = "blackboard_qti21/blackboard_export_zip-mixednoord.zip"
    wanted = expected(shared, name)["questions"]

    questions, found = reading(shared, name)

    assert found.problems == ()
    kinds = {"Multiple Choice": "single", "Multiple Answer": "multiple", "Matching": "match"}
    assert [q.kind for q in questions] == [kinds.get(each["type"], "fill") for each in wanted]
    for question, each in zip(questions[:2], wanted[:2], strict=True):
        texts = dict(each["choices"])
        assert [option.text for option in question.options] == [*texts.values()]
        assert chosen(question) == [texts[name] for name in each["correct"]]
    assert pairs(questions[2]) == [("cat", "mammal"), ("frog", "amphibian"), ("eagle", "bird")]
    assert questions[3].gaps == (Gap((Accepted("24", Fraction(1, 2)),)),)
    assert questions[4].gaps == (Gap((Accepted("H2O"), Accepted("water"))),)
    assert questions[0].stem == "Which gas do plants absorb in photosynthesis?"


def test_a_quiz_of_canvas_reads_as_its_manifest_says(shared: Path) -> None:
    name = "canvas_qti12/text2qti_readme.zip"
    wanted = expected(shared, name)["questions"]

    questions, found = reading(shared, name)

    assert found.unsupported == {"问答题": 2, "操作题": 1}
    assert [q.external_id for q in questions] == [each["ident"] for each in wanted[:6]]
    assert [q.stem for q in questions] == [each["stem"] for each in wanted[:6]]
    for question, each in zip(questions[:2], wanted[:2], strict=True):
        texts = dict(each["choices"])
        assert [option.text for option in question.options] == [*texts.values()]
        assert chosen(question) == [texts[name] for name in each["correct"]]
    off = Fraction(1, 10_000)
    assert [q.gaps[0].accepted[0] for q in questions[2:5]] == [
        Accepted("1.4142", off), Accepted("1.2599", off), Accepted("24", Fraction(0))
    ]  # fmt: skip
    assert [each.text for each in questions[5].gaps[0].accepted] == wanted[5]["correct"]
    assert questions[0].explanation == "General question feedback."
    assert questions[0].feedback["right"] == "Feedback for correct answer."
    assert questions[0].feedback["C"] == "Feedback for this particular answer."


def test_an_item_of_qti_3_has_its_weights_and_feedback() -> None:
    (placed,) = read(QTI3_CHOICE.encode(), "x.xml").questions

    question = placed.question
    assert (question.kind, question.stem) == ("multiple", "Water is made of H₂O.\nWhich elements?")
    assert chosen(question) == ["Hydrogen", "Oxygen"]
    half = Fraction(1, 2)  # two right options share the points
    assert question.weights == {"A": half, "B": half, "C": -half}
    assert question.feedback == {"C": "No salt."}


def test_an_order_is_read_in_its_right_order() -> None:
    item = ITEM.format(
        """<responseDeclaration identifier="R" cardinality="ordered" baseType="identifier"><correctResponse>
        <value>b</value><value>c</value><value>a</value></correctResponse></responseDeclaration>
        <itemBody><orderInteraction responseIdentifier="R"><prompt>From the Sun?</prompt>
        <simpleChoice identifier="a">Mars</simpleChoice><simpleChoice identifier="b">Venus</simpleChoice>
        <simpleChoice identifier="c">Earth</simpleChoice></orderInteraction></itemBody>"""
    )

    (placed,) = read(item.encode(), "x.xml").questions

    assert placed.question.kind == "order"
    assert placed.question.arranged == ("B", "C", "A")


def test_gaps_stand_where_they_are_filled_in() -> None:
    item = ITEM.format(
        """<responseDeclaration identifier="R1" cardinality="single" baseType="string"><correctResponse>
        <value>皮肤</value></correctResponse></responseDeclaration>
        <responseDeclaration identifier="R2" cardinality="single" baseType="integer"><correctResponse>
        <value>206</value></correctResponse></responseDeclaration>
        <itemBody><p>人体最大的器官是<textEntryInteraction responseIdentifier="R1"/>，骨头有
        <textEntryInteraction responseIdentifier="R2"/>块。</p></itemBody>"""
    )

    (placed,) = read(item.encode(), "x.xml").questions

    assert placed.question.stem == "人体最大的器官是____，骨头有 ____块。"
    assert placed.question.gaps == (Gap((Accepted("皮肤"),)), Gap((Accepted("206", Fraction(0)),)))


def test_an_interaction_that_we_do_not_have_is_counted_by_name() -> None:
    item = ITEM.format('<itemBody><p>画？</p><drawingInteraction responseIdentifier="R"/></itemBody>')

    found = read(item.encode(), "x.xml")

    assert found.unsupported == {"绘图题": 1}


def package(parts: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return buffer.getvalue()


def test_a_picture_of_a_package_comes_with_its_question() -> None:
    item = ITEM.format(
        """<responseDeclaration identifier="R" cardinality="single" baseType="identifier"><correctResponse>
        <value>a</value></correctResponse></responseDeclaration><itemBody>
        <p>哪一种？<img src="../media/leaf.png" alt="叶"/></p><choiceInteraction responseIdentifier="R">
        <simpleChoice identifier="a">甲</simpleChoice><simpleChoice identifier="b">乙</simpleChoice>
        </choiceInteraction></itemBody>"""
    )
    manifest = """<manifest><resources><resource type="imsqti_item_xmlv2p2" href="items/one.xml"/>
      <resource type="webcontent" href="media/leaf.png"/></resources></manifest>"""
    parts = {
        "imsmanifest.xml": manifest.encode(),
        "items/one.xml": item.encode(),
        "media/leaf.png": PIXEL,
    }

    (placed,) = read(package(parts), "x.zip").questions

    assert placed.question.stem == "哪一种？![叶](leaf.png)"
    assert [(m.name, m.type, m.content) for m in placed.question.media] == [("leaf.png", "image/png", PIXEL)]
