"""Tables as people have them: headers anywhere, any notation, every fault with its place."""

from __future__ import annotations

from base64 import b64decode
from datetime import date, time

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from question_bank.formats import read
from tests.question_bank.test_hostile import changed
from tests.question_bank.workbooks import GOOD, HEADER, codes, only, reading, workbook

DOT = b64decode(  # a PNG of one pixel
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def row(**changes: object) -> tuple[object, ...]:
    """Return a good row with other values under some headings."""
    return tuple(changes.get(title, value) for title, value in zip(HEADER, GOOD, strict=True))


def test_a_header_is_found_below_merged_titles_and_remarks() -> None:
    def merge(sheet: Worksheet) -> None:
        sheet.merge_cells("A1:J1")

    found = reading(("2026 年科学素质题库",), ("填表人：张三", None, "日期"), (), HEADER, GOOD, change=merge)

    assert only(found).stem == "水的化学式是？"
    assert found.questions[0].row == 5
    assert found.problems == ()


def test_option_letters_may_stand_in_a_second_header_row() -> None:
    found = reading(
        ("题目", "备选答案", None, None, "正确答案"),
        (None, "A", "B", "C", None),
        ("水是？", "液", "气", "固", "A"),
    )

    assert [o.text for o in only(found).options] == ["液", "气", "固"]


@pytest.mark.parametrize(
    "header",
    [
        ("试题题干*", "A", "B", "标准答案"),
        ("问 题", "选项1", "选项2", "参考答案："),
        ("题目（必填）", "选项一", "选项二", "正确选项（填字母）"),
        ("Question Text", "Option A", "Option B", "Correct Answer"),
        ("stem", "choice1", "choice2", "key"),
        ("question_text", "option_a", "option_b", "ans"),
        ("題目", "選項A", "選項B", "正確答案"),
        ("Pregunta: máximo 120 caracteres", "Respuesta 1", "Respuesta 2", "Respuesta(s) correcta(s): una"),
        ("Frage – max. 120 Zeichen", "Antwort 1 – max. 75 Zeichen", "Antwort 2", "Richtige Antwort(en)"),
        ("問題", "回答 1", "回答 2", "正解"),
    ],
)
def test_headers_have_many_names(header: tuple[str, ...]) -> None:
    found = reading(header, ("水在 0 ℃ 以下是？", "冰", "汽", "A"))

    assert [o.text for o in only(found).options] == ["冰", "汽"]
    assert only(found).key == {"A"}


@pytest.mark.parametrize("written", ["选项A、选项C", "第1、3项", "AC（多选）", "①③", "答案：ＡＣ"])
def test_answers_are_written_in_many_ways(written: str) -> None:
    header = ("题型", "题干", "A", "B", "C", "答案")

    assert only(reading(header, ("多选题", "选？", "甲", "乙", "丙", written))).key == {"A", "C"}


@pytest.mark.parametrize(
    ("written", "key"), [("✅", "A"), ("〇", "A"), ("對", "A"), ("❌", "B"), ("錯誤", "B")]
)
def test_signs_and_traditional_words_say_true_and_false(written: str, key: str) -> None:
    assert only(reading(("題型", "題目", "答案"), ("判斷題", "水是湿的。", written))).key == {key}


def test_a_gap_accepts_what_stands_in_the_options_of_a_row_without_an_answer() -> None:
    found = only(reading(("题型", "题干", "A", "B", "答案"), ("填空题", "水是？", "H2O", "a|b", "")))

    assert [each.text for each in found.gaps[0].accepted] == ["H2O", "a|b"]
    assert found.options == ()


def test_options_go_on_to_the_eighth_letter_and_beyond() -> None:
    header = ("题干", *(f"选项{letter}" for letter in "ABCDEFGHIJ"), "答案")

    found = reading(header, ("选出第一个和最后一个", *map(str, range(10)), "A、J"))

    assert only(found).key == {"A", "J"}
    assert len(only(found).options) == 10


def test_every_sheet_with_a_header_is_read_and_its_name_may_say_the_kind() -> None:
    header = ("题干", "选项A", "选项B", "选项C", "答案")
    content = workbook(
        {
            "单选题": [header, ("单选？", "甲", "乙", "丙", "A")],
            "多选题": [header, ("多选？", "甲", "乙", "丙", "AB")],
            "判断题": [("题干", "答案"), ("判断。", "对")],
            "统计": [("合计", 3)],
        }
    )

    found = read(content, "x.xlsx")

    assert [(p.sheet, p.question.kind) for p in found.questions] == [
        ("单选题", "single"),
        ("多选题", "multiple"),
        ("判断题", "true_false"),
    ]
    assert [(p.sheet, p.code) for p in found.problems] == [("统计", "sheet-left-out")]


def test_a_hidden_sheet_with_questions_is_left_out_and_named() -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.sheet_state = "hidden" if sheet.title == "旧题" else "visible"

    found = read(workbook({"题库": [HEADER, GOOD], "旧题": [HEADER, row(题干="旧？")]}, hide), "x.xlsx")

    assert only(found).stem == "水的化学式是？"
    assert [(p.sheet, p.code) for p in found.problems] == [("旧题", "hidden-sheet")]


def test_a_heading_inside_the_table_says_the_kind_of_the_rows_below() -> None:
    header = ("题干", "选项A", "选项B", "答案")

    found = reading(
        header,
        ("一、单选题（每题 2 分）",),
        ("甲？", "一", "二", "A"),
        ("二、多选题",),
        ("乙？", "一", "二", "A"),
    )

    assert [p.question.kind for p in found.questions] == ["single", "multiple"]


def test_merged_cells_of_kind_and_tags_hold_for_all_their_rows() -> None:
    def merge(sheet: Worksheet) -> None:
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("I2:I3")

    found = reading(HEADER, GOOD, row(题型=None, 题干="冰是什么？", 知识点=None), change=merge)

    assert [p.question.tags for p in found.questions] == [{"topic": ("化学",)}] * 2


def test_a_header_that_is_repeated_on_each_page_is_no_question() -> None:
    found = reading(HEADER, GOOD, HEADER, row(题干="冰是什么？"))

    assert [p.row for p in found.questions] == [2, 4]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("ABD", "ABD"),
        ("a，b，d", "ABD"),
        ("正确答案：ABD", "ABD"),
        ("1,2,4", "ABD"),
        ("124", "ABD"),
        ("H2O；CO2", "AB"),
    ],
)
def test_a_multiple_answer_is_understood_in_any_notation(written: str, key: str) -> None:
    found = reading(HEADER, row(题型="多选题", 答案=written))

    assert only(found).key == set(key)


@pytest.mark.parametrize(
    ("written", "key"), [(True, "A"), (False, "B"), ("√", "A"), ("×", "B"), ("F", "B"), ("对。", "A")]
)
def test_a_statement_without_options_is_true_or_false_by_its_answer(written: object, key: str) -> None:
    found = reading(("题干", "答案"), ("冰浮在水上。", written), ("水往低处流。", "对"))

    assert found.questions[0].question.kind == "true_false"
    assert [o.text for o in found.questions[0].question.options] == ["对", "错"]
    assert found.questions[0].question.key == {key}


def test_true_and_false_may_stand_in_the_option_columns_in_either_order() -> None:
    header = ("题型", "题干", "选项A", "选项B", "答案")

    found = reading(header, ("判断题", "甲", "错误", "正确", "B"), ("判断题", "乙", "正确", "错误", "B"))

    assert [sorted(p.question.key) for p in found.questions] == [["A"], ["B"]]
    assert {tuple(o.text for o in p.question.options) for p in found.questions} == {("对", "错")}


def test_an_answer_that_is_a_number_and_an_option_is_asked_back() -> None:
    found = reading(HEADER, row(选项A=3, 选项B=4, 选项C=1, 选项D=2, 答案=3))

    assert codes(found) == [(2, "G", "ambiguous-answer")]


def test_whole_numbers_have_no_point_and_others_are_as_shown() -> None:
    def formats(sheet: Worksheet) -> None:
        sheet["C2"].number_format = "0%"
        sheet["D2"].number_format = "0.00"
        sheet["E2"].number_format = "# ?/?"
        sheet["F2"].number_format = "000"

    found = reading(HEADER, row(题干=2026, 选项A=0.5, 选项B=3.1, 选项C=0.75, 选项D=7), change=formats)

    assert only(found).stem == "2026"
    assert [o.text for o in only(found).options] == ["50%", "3.10", "3/4", "007"]


@pytest.mark.parametrize("value", [date(2026, 1, 2), time(3, 2)])
def test_a_fraction_that_became_a_date_keeps_its_row_out(value: object) -> None:
    found = reading(HEADER, row(选项B=value), row(题干="冰？"))

    assert codes(found) == [(2, "D", "date")]
    assert [p.row for p in found.questions] == [3]


def test_a_formula_without_a_kept_result_keeps_its_row_out() -> None:
    found = reading(HEADER, row(选项D="=1+1"), row(题干="=A1", 选项B="乙"))

    assert [each for each in codes(found) if each[2] == "formula"] == [
        (2, "F", "formula"),
        (3, "B", "formula"),
    ]
    assert found.questions == ()


def test_kinds_that_we_do_not_have_are_counted_by_name() -> None:
    found = reading(
        HEADER, row(题型="简答题"), row(题型="问答"), row(题型="作图题"), row(题型="连线题"), row(题型="怪题")
    )

    assert found.unsupported == {"问答题": 2, "绘图题": 1, "连线题": 1, "怪题": 1}
    assert {code for _, _, code in codes(found)} == {"unknown-type"}


def test_words_for_difficulty_that_are_not_known_are_asked_for() -> None:
    found = reading(HEADER, row(难度="五星"), row(题干="冰？", 难度="五星"), row(题干="汽？", 难度="较易"))

    assert found.difficulties == {"五星": 2}
    assert [p.question.difficulty for p in found.questions] == [None, None, "easy"]


def test_a_mapping_of_the_words_is_followed_even_against_our_own() -> None:
    content = workbook({"题库": [HEADER, row(难度="五星"), row(题干="冰？", 难度="高")]})

    found = read(content, "x.xlsx", {"五星": "hard", "高": "medium"})

    assert [p.question.difficulty for p in found.questions] == ["hard", "medium"]


def test_tags_go_to_the_facet_their_column_names() -> None:
    header = ("题干", "选项A", "选项B", "答案", "领域", "基准", "主题", "适用人群", "来源", "标签：年级")

    found = reading(
        header,
        ("水？", "甲", "乙", "A", "科学知识", "9", "水、火", "青少年；老年人", "《水》，第2页", "三年级"),
    )

    assert only(found).tags == {
        "domain": ("科学知识",),
        "criterion": ("9",),
        "topic": ("水", "火"),
        "audience": ("青少年", "老年人"),
        "source": ("《水》，第2页",),
        "年级": ("三年级",),
    }


def test_two_columns_with_one_meaning_are_not_mixed() -> None:
    found = reading((*HEADER, "参考答案"), (*GOOD, "D"))

    assert only(found).key == {"A"}
    assert [c.letter for c in found.unknown_columns] == ["K"]


def test_a_picture_column_is_pointed_out() -> None:
    found = reading((*HEADER, "图片"), (*GOOD, "a.png"))

    assert codes(found) == [(2, "K", "picture")]


def test_a_picture_inside_a_cell_keeps_its_row_out() -> None:
    found = reading(HEADER, row(选项B='=DISPIMG("ID_1",1)'))

    assert (2, "D", "picture") in codes(found) or (2, "D", "formula") in codes(found)
    assert found.questions == ()


def test_rows_in_which_only_a_number_or_a_kind_was_filled_down_are_no_questions() -> None:
    header = ("序号", *HEADER)

    found = reading(header, (1, *GOOD), (2, "单选题"), (3,), (4, *[None] * 7, "易"))

    assert only(found).stem == "水的化学式是？"
    assert found.problems == ()


@pytest.mark.parametrize("word", ["单选题（2分）", "一、单选题", "【单选题】", "单项选择", "single choice"])
def test_a_kind_may_have_a_remark(word: str) -> None:
    assert only(reading(HEADER, row(题型=word))).kind == "single"


def test_a_row_that_explains_the_columns_is_no_question() -> None:
    explained = (
        "可选",
        "题干（必填）",
        "选项内容（必填）",
        "选项内容（必填）",
        "",
        "",
        "填写正确选项的字母，如 A 或 ABD",
    )

    found = reading(HEADER, explained, GOOD)

    assert codes(found) == [(0, "", "help-rows")]
    assert only(found).stem == GOOD[1]


def test_an_id_that_repeats_names_the_first_row() -> None:
    found = reading(("编号", *HEADER), ("q1", *GOOD), ("q1", *row(题干="冰？")))

    assert codes(found) == [(3, "", "repeated-id")]
    assert "第 2 行" in found.problems[0].text


def test_a_file_without_a_header_says_what_a_header_is() -> None:
    found = reading(("张三", "城南"), ("李四", "城北"))

    assert codes(found) == [(0, "", "no-header")]
    assert "选项A" in found.problems[0].text


def test_every_problem_is_a_filled_in_chinese_sentence() -> None:
    found = reading(HEADER, row(答案="Z"), row(选项B=None), row(题型="填空"), row(题干=""), row(答案="？"))

    assert len(found.problems) >= 5
    assert all("%(" not in p.text and p.text.endswith("。") and p.sheet == "题库" for p in found.problems)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_with_any_delimiter_line_end_and_encoding(
    delimiter: str, ends: str, encoding: str
) -> None:
    text = ends.join([delimiter.join(HEADER), delimiter.join(GOOD), ""])

    found = read(text.encode(encoding), "题库.csv")

    assert only(found).explanation == "水由氢和氧组成。"
    assert found.problems == ()


def test_rows_of_a_csv_are_numbered_as_a_spreadsheet_numbers_them() -> None:
    text = ",".join(HEADER) + '\n\n单选题,"两行的\n题干",甲,乙,,,A,,,\n单选题,冰？,甲,乙,,,Z,,,\n'

    found = read(text.encode(), "x.csv")

    assert found.questions[0].row == 3
    assert codes(found) == [(4, "G", "answer-out-of-range")]


def test_a_quotation_mark_that_is_never_closed_refuses_the_file() -> None:
    text = ",".join(HEADER) + '\n单选题,"题干,甲,乙,,,A,,,\n单选题,冰？,甲,乙,,,A,,,\n'

    found = read(text.encode(), "x.csv")

    assert codes(found) == [(0, "", "open-quote")]


def test_bytes_that_are_no_text_are_refused() -> None:
    found = read(b"\x80\xff\xff\x81" * 5, "x.csv")

    assert codes(found) == [(0, "", "unknown-encoding")]


def test_text_under_the_name_of_a_workbook_is_read_as_text() -> None:
    text = "\t".join(HEADER) + "\n" + "\t".join(GOOD)

    assert only(read(text.encode("gb18030"), "导出.xls")).stem == "水的化学式是？"


def test_sounds_and_files_inside_a_workbook_are_named() -> None:
    parts = {"xl/media/mooing.mp3": b"ID3", "xl/embeddings/oleObject1.bin": b"x", "xl/media/image1.png": b""}

    found = read(changed(parts), "x.xlsx")

    assert [(p.code, p.values) for p in found.problems] == [
        ("pictures", {"count": 1}),
        ("attached", {"count": 2, "names": "mooing.mp3、oleobject1.bin"}),
    ]
