"""Notations of files beside the usual ones: 甲乙丙丁, text of two bytes, raised text, no list of parts."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from question_bank.formats import read, write
from tests.question_bank.workbooks import GOOD, HEADER, only, reading

LINES = "题型,题干,选项A,选项B,答案\r\n单选,水是？,H2O,CO2,A\r\n判断,冰是水。,,,√\r\n"


def packed(parts: dict[str, str | bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_of_two_bytes_a_character_is_read_without_a_mark(encoding: str, delimiter: str) -> None:
    found = read(LINES.replace(",", delimiter).encode(encoding), "题库.csv")

    assert [placed.question.stem for placed in found.questions] == ["水是？", "冰是水。"]


def test_a_table_of_two_bytes_a_character_may_be_called_a_workbook() -> None:
    found = read(LINES.replace(",", "\t").encode("utf-16"), "导出.xls")

    assert len(found.questions) == 2


@pytest.mark.parametrize(
    ("written", "key"), [("甲", "A"), ("甲、丙", "AC"), ("乙丁", "BD"), ("一、三", "AC"), ("选甲和乙", "AB")]
)
def test_an_answer_may_count_the_options_in_chinese(written: str, key: str) -> None:
    kind = "多选题" if len(key) > 1 else "单选题"

    question = only(reading(HEADER, (kind, *GOOD[1:6], written, *GOOD[7:])))

    assert "".join(sorted(question.key)) == key


def test_an_option_that_is_itself_called_so_is_meant_before_its_rank() -> None:
    question = only(reading(HEADER, ("单选题", "谁先到？", "乙", "甲", "丙", "丁", "甲", "易", "", "")))

    assert question.key == {"B"}


@pytest.mark.parametrize(
    "written",
    ["甲.红\n乙.黄\n丙.蓝", "A.红|B.黄|C.蓝", "红｜黄｜蓝", "红<br>黄<br/>蓝", "红\n黄\n蓝", "红|黄|蓝"],
)
def test_options_in_one_cell_are_taken_apart(written: str) -> None:
    question = only(reading(("题型", "题干", "选项", "答案"), ("单选题", "哪种颜色？", written, "B")))

    assert [option.text for option in question.options] == ["红", "黄", "蓝"]


def test_a_package_without_a_manifest_is_read_by_its_files() -> None:
    question = only(reading(HEADER, GOOD))
    with zipfile.ZipFile(BytesIO(write([question], "package"))) as package:
        items = {f"题/{n}": package.read(n) for n in package.namelist() if n != "imsmanifest.xml"}

    found = read(packed({**items, "__MACOSX/题/._q.xml": b"\0\5"}), "题.zip")

    assert [placed.question.stem for placed in found.questions] == [question.stem]


def test_a_zip_of_other_files_names_them_and_says_to_unpack_it() -> None:
    (problem,) = read(packed({"题库.xlsx": b"x", "说明.docx": b"y"}), "资料.zip").problems

    assert problem.code == "not-a-table"
    assert problem.values == {"count": 2, "names": "说明.docx、题库.xlsx"}


@pytest.mark.parametrize("by_excel", [True, False], ids=["shared texts", "texts in cells"])
def test_what_a_cell_raises_and_lowers_comes_so(by_excel: bool) -> None:
    if by_excel:
        buffer = BytesIO()
        with xlsxwriter.Workbook(buffer) as book:
            up, low = book.add_format({"font_script": 1}), book.add_format({"font_script": 2})
            sheet = book.add_worksheet("题库")
            for number, row in enumerate((HEADER, GOOD)):
                sheet.write_row(number, 0, row)
            sheet.write_rich_string(1, 1, "面积 x", up, "2", "、H", low, "2", "O & x", up, "a<b", "？")
        found = read(buffer.getvalue(), "题库.xlsx")
    else:
        up, low = InlineFont(vertAlign="superscript"), InlineFont(vertAlign="subscript")
        pieces = [TextBlock(up, "2"), "、H", TextBlock(low, "2"), "O & x", TextBlock(up, "a<b"), "？"]
        text = CellRichText("面积 x", *pieces)
        found = reading(HEADER, GOOD, change=lambda sheet: sheet.__setitem__("B2", text))

    assert only(found).stem == "面积 x²、H₂O & x^{a<b}？"
