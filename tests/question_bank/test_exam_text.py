"""Exam papers and what 问卷星 gives to paste, as plain text."""

from __future__ import annotations

from pathlib import Path

import pytest

from question_bank.formats import Reading, read
from question_bank.gaps import Accepted, Gap
from tests.question_bank.test_fixtures import NASTY, manifest
from tests.question_bank.test_hostile import at_once
from tests.question_bank.workbooks import only

KINDS = {"single": "single", "multiple": "multiple", "truefalse": "true_false", "blank": "fill"}


def paper(text: str) -> Reading:
    return read(text.encode(), "试卷.txt")


def hold(found: Reading, name: str) -> None:
    """Hold what was read against the manifest; an essay is reported, not read."""
    wanted = [each for each in manifest(NASTY)[name]["questions"] if each["type"] in KINDS]
    assert len(found.questions) == len(wanted)
    for placed, each in zip(found.questions, wanted, strict=True):
        question = placed.question
        assert (question.kind, question.stem) == (KINDS[each["type"]], each["stem"])
        assert [option.text for option in question.options] == each["options"]
        right = [gap.accepted[0].text for gap in question.gaps] if question.gaps else sorted(question.key)
        assert right == each["answer"]
        assert question.explanation == each.get("explanation", "")
        assert list(question.tags.get("topic", ())) == each.get("tags", [])


def test_what_is_pasted_from_a_survey_tool_reads_as_its_manifest_says() -> None:
    name = "21_wjx_style.txt"

    found = read((NASTY / name).read_bytes(), name)

    hold(found, name)
    assert found.problems == ()


def test_a_key_at_the_end_finds_its_questions_section_by_section() -> None:
    text = """一、单选题
1. 冰是？
A. 固体  B. 液体
2. 水是？
A. 固体  B. 液体
二、判断题
1. 铁会生锈。（ ）
参考答案
一、1-2 AB
二、1.√
"""

    found = paper(text)

    assert [sorted(p.question.key) for p in found.questions] == [["A"], ["B"], ["A"]]
    assert [p.question.kind for p in found.questions] == ["single", "single", "true_false"]


def test_one_key_for_a_whole_paper_goes_by_the_numbers() -> None:
    options = "A. 甲\nB. 乙\nC. 丙\n"
    text = (
        f"一、单选题\n1、一？\n{options}2、二？\n{options}二、多选题\n3、三？\n{options}答案：\n1-2 BC 3.AC\n"
    )

    assert [sorted(p.question.key) for p in paper(text).questions] == [["B"], ["C"], ["A", "C"]]


def test_an_answer_in_the_stem_does_not_leak() -> None:
    question = only(paper("1. 太阳系中最大的行星是（ C ）。\nA.地球 B.土星 C.木星\n"))

    assert (question.stem, question.key) == ("太阳系中最大的行星是。", {"C"})


def test_gaps_take_their_answers_in_order() -> None:
    question = only(paper("1. 人体最大的器官是____，骨头有____块。\n答案：皮肤；206\n"))

    assert question.gaps == (Gap((Accepted("皮肤"),)), Gap((Accepted("206"),)))


def test_an_answer_for_a_question_that_is_not_there_is_said() -> None:
    found = paper("1. 冰是？\nA. 固体\nB. 液体\n参考答案\n1.A 7.B\n")

    assert [(p.code, p.values["numbers"]) for p in found.problems] == [("key-left-over", "7")]


def test_a_question_without_an_answer_and_lines_of_no_question_are_said() -> None:
    found = paper("期末试卷\n姓名：____\n1. 冰是？\nA. 固体\nB. 液体\n")

    assert [(p.row, p.code) for p in found.problems] == [(0, "text-left-out"), (3, "no-answer")]


def test_an_essay_is_counted_by_name() -> None:
    found = paper("一、简答题\n1. 简述温室效应的成因。\n答案：略\n")

    assert found.unsupported == {"问答题": 1}


@pytest.mark.parametrize("name", ["04_gbk.csv", "10_semicolon_cr.csv"])
def test_a_table_saved_as_text_stays_a_table(name: str) -> None:
    found = read((NASTY / name).read_bytes(), Path(name).with_suffix(".txt").name)

    assert len(found.columns) > 3


@pytest.mark.parametrize(
    "piece", ["1.", "(", "[单选题]", "A.", "\n", " ", "1. x（A）", "答案：", "１．　", "一、"]
)
def test_a_paper_without_end_is_read_at_once(piece: str) -> None:
    text = "1. 冰？[单选题]\nA. 固体\nB. 液体\n答案：A\n参考答案\n1. " + piece * (600_000 // len(piece)) + "x"

    with at_once():
        paper(text)


KEYS = {
    "a range behind the word": "答案：1-2 AB\n",
    "one by one behind the word": "参考答案：1.A 2.B\n",
    "bracketed, with explanations": "参考答案：\n1.【答案】A\n【解析】因为一\n2.【答案】B\n【解析】因为二\n",
    "explanations on the lines of the key": "答案\n1.A 解析：因为一\n2.B 解析：因为二\n",
}


@pytest.mark.parametrize("name", KEYS)
def test_a_key_at_the_end_is_read_however_it_is_written(name: str) -> None:
    found = read(f"1．一（  ）\nA．甲 B．乙\n2．二（  ）\nA．丙 B．丁\n{KEYS[name]}".encode(), "x.txt")

    assert [min(placed.question.key) for placed in found.questions] == ["A", "B"]
    said = [placed.question.explanation for placed in found.questions]
    assert said == (["因为一", "因为二"] if "explanations" in name else ["", ""])
    assert found.problems == ()


def test_a_line_of_a_key_that_says_nothing_is_told() -> None:
    found = read("1．一\nA．甲 B．乙\n参考答案\n祝你成功\n1.A\n".encode(), "x.txt")

    assert [(p.code, p.values["first"]) for p in found.problems] == [("text-left-out", "祝你成功")]


def test_a_full_width_dot_ends_a_number_before_a_decimal() -> None:
    found = read("1．一\nA．甲 B．乙\n答案：A\n2．2.5的一半是\nA．1 B．1.25\n答案：B\n".encode(), "x.txt")

    assert [placed.question.stem for placed in found.questions] == ["一", "2.5的一半是"]


def test_what_somebody_answered_is_not_taken_for_the_right_answer() -> None:
    text = "1.一\nA.甲\nB.乙\n我的答案：A 正确答案：B\n得分：0\n2.二\nA.丙\nB.丁\n我的答案：A\n答案：B\n"

    found = read(text.encode(), "x.txt")

    assert [min(placed.question.key) for placed in found.questions] == ["B", "B"]
    assert [o.text for o in found.questions[1].question.options] == ["丙", "丁"]


def test_the_boxes_and_stars_of_a_questionnaire_are_no_words() -> None:
    found = read("1. 一？ [单选题] *\n○甲(正确答案)\n○乙\n".encode(), "x.txt")

    (asked,) = (placed.question for placed in found.questions)
    assert (asked.stem, [o.text for o in asked.options]) == ("一？", ["甲", "乙"])


def test_an_answer_in_the_brackets_of_a_stem_is_taken_out_of_it() -> None:
    paper = "1. 有哪些行星（ＡＣ）\nA、地球  B、月亮  C、火星\n2. 冰是（ B ）体。\nA. 液  B. 固\n"

    found = [placed.question for placed in read(paper.encode(), "x.txt").questions]

    assert [(q.stem, sorted(q.key)) for q in found] == [("有哪些行星", ["A", "C"]), ("冰是（  ）体。", ["B"])]


def test_a_blank_that_is_nought_is_no_judgement() -> None:
    (placed,) = read("1. 冰的熔点是___℃。\n答案：0\n2. 水？\n".encode(), "x.txt").questions

    assert placed.question.kind == "fill"
    assert placed.question.gaps[0].accepted[0].text == "0"
