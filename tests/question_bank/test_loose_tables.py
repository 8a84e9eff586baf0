"""Tables as people lay them out: without a header, with options below one another, everything in one cell."""

from __future__ import annotations

from question_bank.formats import Reading, read
from question_bank.question import Question
from tests.question_bank.workbooks import workbook


def reading(*rows: tuple[object, ...], name: str = "题库") -> Reading:
    return read(workbook({name: list(rows)}), "x.xlsx")


def texts(question: Question) -> list[str]:
    return [option.text for option in question.options]


def test_a_table_without_a_header_is_read_by_what_stands_in_it() -> None:
    found = reading(
        (1, "单选题", "水是？", "H2O", "CO2", "O2", "A", "易", "甲街道"),
        (2, "多选题", "哪些是气体？", "氧气", "氮气", "铁", "AB", "难", "乙街道"),
        (3, "判断题", "太阳是恒星。", None, None, None, "√", "中", "丙街道"),
    )

    first, second, third = (placed.question for placed in found.questions)
    assert (first.stem, texts(first), min(first.key)) == ("水是？", ["H2O", "CO2", "O2"], "A")
    assert (second.kind, sorted(second.key), second.difficulty) == ("multiple", ["A", "B"], "hard")
    assert (third.kind, third.stem, min(third.key)) == ("true_false", "太阳是恒星。", "A")
    assert [p.code for p in found.problems] == ["unknown-column", "header-guessed"]
    assert found.problems[0].values == {"columns": "I（）"}


def test_the_line_that_tells_excel_the_separator_is_no_row() -> None:
    found = read("\ufeffsep=;\r\n题干;选项A;选项B;答案\r\n水？;甲;乙;A\r\n".encode(), "x.csv")

    assert [(p.question.stem, texts(p.question)) for p in found.questions] == [("水？", ["甲", "乙"])]


def test_a_csv_without_a_header_keeps_its_first_row() -> None:
    found = read("水是？,H2O,CO2,A\n冰是？,甲,乙,B\n".encode("gb18030"), "x.csv")

    assert [(placed.row, placed.question.stem) for placed in found.questions] == [
        (1, "水是？"),
        (2, "冰是？"),
    ]


def test_a_list_of_people_is_no_table_of_questions() -> None:
    found = reading((1, "张三", "城南街道"), (2, "李四", "城北街道"))

    assert [p.code for p in found.problems] == ["no-header"]


def test_options_below_one_another_belong_to_the_question_above() -> None:
    found = reading(
        ("题号", "题目", "选项", "答案"),
        (1, "甲？", "A.红", "B"),
        (None, None, "B.黄", None),
        (None, None, "C.蓝", None),
        (2, "乙？", "A.一", "AC"),
        (None, None, "B.二", None),
        (None, None, "C.三", None),
    )

    assert [(p.row, texts(p.question)) for p in found.questions] == [
        (2, ["红", "黄", "蓝"]),
        (5, ["一", "二", "三"]),
    ]
    assert found.problems == ()


def test_options_and_the_answer_are_found_inside_the_stem() -> None:
    found = reading(
        ("题目", "答案"),
        ("甲？A.红 B.黄 C.蓝", "B"),
        ("正确的是（ A ）\nA.一\nB.二", None),
        ("地球是圆的（√）", None),
        ("比较 A 和 B 两地", "对"),
    )

    assert [(p.question.stem, texts(p.question), min(p.question.key)) for p in found.questions] == [
        ("甲？", ["红", "黄", "蓝"], "B"),
        ("正确的是（  ）", ["一", "二"], "A"),
        ("地球是圆的（  ）", ["对", "错"], "A"),
        ("比较 A 和 B 两地", ["对", "错"], "A"),
    ]


def test_numbers_of_lines_and_commas_between_options_are_no_part_of_them() -> None:
    found = reading(("题目", "选项", "答案"), ("甲？", "1. 红\n2. 黄", "2"), ("乙？", "A:红,B:黄", "A"))

    assert [texts(placed.question) for placed in found.questions] == [["红", "黄"], ["红", "黄"]]


def test_thirty_option_columns_are_a_fault_of_the_row_only() -> None:
    found = reading(
        ("题目", "答案", *(f"选项{n}" for n in range(1, 31))),
        ("甲？", "1", *(f"o{n}" for n in range(30))),
        ("乙？", "1", "红", "黄"),
    )

    assert [(p.row, p.code) for p in found.problems] == [(2, "too-many-options")]
    assert [placed.question.stem for placed in found.questions] == ["乙？"]


def test_a_sheet_of_a_kind_that_we_do_not_have_is_counted_by_its_name() -> None:
    found = reading(("题干", "答案"), ("为什么？", "因为"), ("怎样？", "这样"), name="简答题")

    assert found.unsupported == {"问答题": 2}
