"""Files of other systems in which one text stands before several questions about it."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from io import BytesIO

import pytest

from question_bank.attached import Material, Medium
from question_bank.formats import Reading, left_out, read, write
from question_bank.question import Question, lettered
from tests.question_bank.kinds import PIXEL
from tests.question_bank.wild import identical

TEXT = Material("小明把温度计放进\n热水里。", "thermometer")
SEEN = Material("看 ![图](leaf.png)，回答问题。")
LEAF = Medium("leaf.png", "image/png", PIXEL)
WATER = Question("single", "水是什么？", lettered(["液体", "气体"]), frozenset("A"))
ICE = Question("true_false", "冰是固体。", lettered(["对", "错"]), frozenset("A"))
ITEM = """<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2" identifier="{name}">
  <responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier"><correctResponse>
  <value>A</value></correctResponse></responseDeclaration>{ref}<itemBody>{before}
  <choiceInteraction responseIdentifier="RESPONSE" maxChoices="1"><prompt>{name}是什么？</prompt>
  <simpleChoice identifier="A">液体</simpleChoice><simpleChoice identifier="B">气体</simpleChoice>
  </choiceInteraction></itemBody></assessmentItem>"""
MANIFEST = (
    """<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>{}</resources></manifest>"""
)


def materials(found: Reading) -> list[str]:
    """The material of each question, "" for none."""
    return [
        placed.question.material.text if placed.question.material is not None else ""
        for placed in found.questions
    ]


def package(**parts: str) -> bytes:
    """Return a package whose parts are all resources."""
    listed = "".join(f'<resource type="imsqti_item_xmlv2p2" href="{name}.xml"/>' for name in parts)
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("imsmanifest.xml", MANIFEST.format(listed))
        for name, text in parts.items():
            packed.writestr(f"{name}.xml", text)
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["gift", "moodle_xml", "package", "package_3"])
def test_groups_that_stand_apart_and_alone_keep_their_materials_and_their_order(name: str) -> None:
    about, again = replace(WATER, material=TEXT), replace(ICE, material=TEXT)
    other = replace(WATER, stem="别的水是什么？", material=Material("- 另一段 -> {材料}"))
    written = [about, again, WATER, other, replace(again, stem="冰是冷的。"), ICE]

    assert left_out(written, name) == {}
    identical(written, read(write(written, name), "x.gift" if name == "gift" else "x.zip"))


@pytest.mark.parametrize("name", ["moodle_xml", "package", "package_3"])
def test_pictures_of_a_material_come_along(name: str) -> None:
    other = Medium("root.png", "image/png", PIXEL)
    own = replace(WATER, stem="![根](root.png) 是什么？", material=SEEN, media=(LEAF, other))
    written = [replace(ICE, material=SEEN, media=(LEAF,)), own]

    assert left_out(written, name) == {}
    identical(written, read(write(written, name), "x.zip"))


GIFT = {
    "says the numbers": ("阅读短文，回答第 5～6 题。水会结冰。", 2, []),
    "says the numbers in English": ("Questions 1-2 refer to the passage. Water freezes.", 2, []),
    "counts them": ("读图，完成下面两题。", 2, []),
    "names more than follow": ("阅读短文，回答第 5～9 题。", 0, ["说明文字"]),
    "does not say": ("水会结冰。", 0, ["说明文字"]),
    "is about the exam": ("请根据题意完成第 1～2 题。", 0, ["说明文字"]),
}


@pytest.mark.parametrize(("text", "count", "unsupported"), GIFT.values(), ids=GIFT)
def test_a_description_is_a_material_only_where_it_says_for_which_questions(
    text: str, count: int, unsupported: list[str]
) -> None:
    found = read(f"::短文::{text}\n\n水？{{=液体 ~气体}}\n\n冰？{{T}}\n\n汽？{{F}}\n".encode(), "x.gift")

    assert materials(found) == [text] * count + [""] * (3 - count)
    assert list(found.unsupported) == unsupported


def test_a_description_that_opens_a_category_of_its_own_is_its_material() -> None:
    group = "阅读材料：水会结冰。\n\n水？{=液体 ~气体}\n\n冰？{T}\n\n"
    file = f"$CATEGORY: 阅读\n\n{group}$CATEGORY: 其他\n\n汽？{{F}}\n"

    assert materials(read(file.encode(), "x.gift")) == ["阅读材料：水会结冰。"] * 2 + [""]
    assert materials(read(group.encode(), "x.gift")) == ["", ""]


def test_a_stimulus_in_a_file_of_its_own_is_the_material_of_the_items_that_name_it() -> None:
    ref = '<assessmentStimulusRef identifier="S" href="ice.xml"/>'
    stimulus = """<assessmentStimulus identifier="S"><stimulusBody><p>水会结冰。</p></stimulusBody>
      </assessmentStimulus>"""
    items = {name: ITEM.format(name=name, ref=ref, before="") for name in ("water", "steam")}
    gone = ITEM.format(name="fog", ref=ref.replace("ice", "gone"), before="")

    found = read(package(**items, fog=gone, ice=stimulus), "x.zip")

    assert materials(found) == ["水会结冰。", "水会结冰。", ""]
    assert [(p.row, p.code) for p in found.problems] == [(3, "missing-material")]


def test_the_shared_stimulus_of_a_section_is_the_material_of_its_items() -> None:
    items = {name: ITEM.format(name=name, ref="", before="") for name in ("water", "steam", "fog")}
    refs = '<assessmentItemRef identifier="a" href="water.xml"/><assessmentItemRef href="steam.xml"/>'
    exam = f"""<assessmentTest><testPart><assessmentSection>
      <rubricBlock view="candidate" use="sharedstimulus">
      <p>水会结冰。</p></rubricBlock>{refs}</assessmentSection><assessmentSection>
      <assessmentItemRef href="fog.xml"/></assessmentSection></testPart></assessmentTest>"""

    assert materials(read(package(exam=exam, **items), "x.zip")) == ["水会结冰。", "水会结冰。", ""]


def test_a_rubric_for_everybody_stays_in_the_stem() -> None:
    rubric = '<rubricBlock view="candidate"><p>请仔细读题。</p></rubricBlock>'
    found = read(package(water=ITEM.format(name="water", ref="", before=rubric)), "x.zip")

    assert [placed.question.stem for placed in found.questions] == ["请仔细读题。\nwater是什么？"]
    assert materials(found) == [""]


FIRST, SECOND, THIRD, FOURTH = (f"{each}？ A. 固体 B. 气体" for each in "冰汽雪雾")
PAPERS = {
    "text below the order": (
        (
            f"测验/1. {FIRST}//阅读下面的材料，回答第 2～3 题。/春天来了。/冰化了。"
            f"/2. {SECOND}/3. {THIRD}/4. {FOURTH}/答案：1-4 AABB"
        ),
        ["", "春天来了。\n冰化了。", "春天来了。\n冰化了。", ""],
    ),
    "order behind the text": (
        f"1. 冰？/A. 固体/B. 气体/春天来了。/据此完成2～3题。/2. {SECOND}/3. {THIRD}/答案：1-3 AAB",
        ["", "春天来了。", "春天来了。"],
    ),
    "in one paragraph": (
        f"1. {FIRST}//春天来了，据此完成下面两题。/2. {SECOND}/3. {THIRD}/4. {FOURTH}/答案：1-4 AABB",
        ["", "春天来了，据此完成下面两题。", "春天来了，据此完成下面两题。", ""],
    ),
    "a part made of materials": (
        (
            f"一、单选题/1. {FIRST}/二、材料题/（一）春天来了。/2. {SECOND}/（二）/冬天来了。"
            f"/3. {THIRD}/三、判断题/4. 雾？/答案：1.A 2.A 3.B 4.√"
        ),
        ["", "春天来了。", "冬天来了。", ""],
    ),
    "answers below the questions": (
        (
            f"1. {FIRST}/答案：A/解析：根据材料。//阅读短文，回答2、3题。//春天来了。"
            f"//2. {SECOND}/答案：A/3. {THIRD}/答案：B"
        ),
        ["", "春天来了。", "春天来了。"],
    ),
}


@pytest.mark.parametrize(("paper", "wanted"), PAPERS.values(), ids=PAPERS)
def test_a_text_in_a_paper_is_the_material_of_the_questions_it_names(paper: str, wanted: list[str]) -> None:
    found = read(paper.replace("/", "\n").encode(), "x.txt")

    assert materials(found) == wanted
    assert not found.problems
    assert found.questions[0].question.options[-1].text == "气体"


def test_a_text_that_does_not_name_its_questions_is_reported_as_it_stands() -> None:
    paper = "1. 水？\nA. 液体\nB. 气体\n\n阅读下文。\n\n春天来了。\n\n2. 冰？\nA. 固体\nB. 气体\n答案：1-2 AA"

    found = read(paper.encode(), "x.txt")

    assert materials(found) == ["", ""]
    assert [(p.code, p.values["count"]) for p in found.problems] == [("text-left-out", 2)]


def test_a_text_that_thousands_of_questions_share_is_refused() -> None:
    file = "// [tag:material:2000]\n" + "水" * 6_000 + "\n\n" + "冰？{T}\n\n" * 2_000

    assert [p.code for p in read(file.encode(), "x.gift").problems] == ["too-much-inside"]
