"""Pictures of workbooks belong to the questions on which they lie, and go out as they came in."""

from __future__ import annotations

import base64
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from question_bank.attached import Material, Medium
from question_bank.formats import (
    Reading,
    by_row,
    fit_media,
    keep_rows,
    left_out,
    mending,
    read,
    returned,
    sheets_in,
    workbook_in,
    workbook_out,
    write,
)
from question_bank.formats.told import Told
from question_bank.question import Question, lettered
from tests.question_bank.test_hostile import at_once
from tests.question_bank.wild import PROPERTY, any_text, wild_questions

HEADER = ("题型", "题干", "选项A", "选项B", "答案", "解析", "材料")


def png(colour: str, size: tuple[int, int] = (4, 3), kind: str = "PNG") -> bytes:
    """Return a picture of one colour."""
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


RED, BLUE = png("red"), png("blue")


def book(*rows: tuple[str, ...], drawn: Callable[[Worksheet], object]) -> bytes:
    """Return a workbook of one sheet with a header and rows, with what is drawn on it."""
    buffer = BytesIO()
    with Workbook(buffer, {"in_memory": True}) as file:
        sheet = file.add_worksheet("题库")
        for number, cells in enumerate((HEADER, *rows)):
            for position, text in enumerate(cells):
                if text:
                    sheet.write_string(number, position, text)
        drawn(sheet)
    return buffer.getvalue()


def lay(sheet: Worksheet, cell: str, content: bytes) -> None:
    sheet.insert_image(cell, "x.png", {"image_data": BytesIO(content)})


def content_of(question: Question, text: str) -> bytes:
    """Return the one picture that a text shows."""
    (medium,) = [each for each in question.media if f"]({each.name})" in text]
    return medium.content


def said(found: Reading) -> list[tuple[int, str, object]]:
    return [(p.row, p.code, p.values.get("count")) for p in found.problems]


def test_a_picture_belongs_to_the_text_on_whose_cell_it_lies() -> None:
    def drawn(sheet: Worksheet) -> None:
        lay(sheet, "B2", RED)
        lay(sheet, "D2", BLUE)
        lay(sheet, "F3", RED)

    content = book(("单选题", "哪个？", "甲", "", "A"), ("判断题", "是吗？", "", "", "对", "看"), drawn=drawn)

    found = read(content, "x.xlsx")

    first, second = (placed.question for placed in found.questions)
    assert content_of(first, first.stem) == RED
    assert content_of(first, first.options[1].text) == BLUE
    assert (second.stem, second.explanation) == ("是吗？", f"看 ![]({second.media[0].name})")
    assert said(found) == [(0, "pictures-by-place", 3)]


def test_a_picture_on_an_answer_is_not_seen_before_it_is_given() -> None:
    found = read(book(("判断题", "是吗？", "", "", "对"), drawn=lambda s: lay(s, "E2", RED)), "x.xlsx")

    asked = found.questions[0].question
    assert content_of(asked, asked.explanation) == RED


def test_pictures_beside_all_questions_and_drawings_are_counted() -> None:
    def drawn(sheet: Worksheet) -> None:
        lay(sheet, "A1", RED)
        lay(sheet, "B9", BLUE)
        sheet.insert_textbox("B4", "注意")

    found = read(book(("判断题", "是吗？", "", "", "对"), drawn=drawn), "x.xlsx")

    assert said(found) == [(0, "drawings", 1), (0, "pictures", 2)]
    assert found.problems[1].values["rows"] == "1、9"


def test_a_picture_that_phones_do_not_show_is_named_with_its_row() -> None:
    content = book(("判断题", "是吗？", "", "", "对"), drawn=lambda s: lay(s, "B2", png("red", kind="BMP")))

    assert said(read(content, "x.xlsx")) == [(2, "pictures", 1)]


def test_a_material_shows_its_picture_in_all_of_its_questions() -> None:
    rows = (("判断题", f"{n}？", "", "", "对", "", "读图") for n in "甲乙")

    found = read(book(*rows, drawn=lambda s: lay(s, "G2", RED)), "x.xlsx")

    first, second = (placed.question for placed in found.questions)
    assert first.material_name == second.material_name != ""
    assert content_of(second, second.material.text if second.material else "") == RED


def test_a_picture_inside_a_cell_of_excel_is_its_text() -> None:
    def drawn(sheet: Worksheet) -> None:
        sheet.embed_image("C2", "a.png", {"image_data": BytesIO(RED)})
        sheet.embed_image("D2", "b.png", {"image_data": BytesIO(BLUE)})

    found = read(book(("单选题", "哪个？", "", "", "A"), drawn=drawn), "x.xlsx")

    asked = found.questions[0].question
    assert [content_of(asked, option.text) for option in asked.options] == [RED, BLUE]


CELL_IMAGES = """<etc:cellImages xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData"
 xmlns:xdr="x" xmlns:a="a" xmlns:r="r"><etc:cellImage><xdr:pic><xdr:nvPicPr>
<xdr:cNvPr id="2" name="ID_F00D" descr="叶"/></xdr:nvPicPr><xdr:blipFill><a:blip r:embed="rId1"/>
</xdr:blipFill></xdr:pic></etc:cellImage></etc:cellImages>"""


def test_a_picture_inside_a_cell_of_wps_is_its_text() -> None:
    formula = '_xlfn.DISPIMG("ID_F00D",1)'
    content = book(
        ("单选题", "哪个？", "", "乙", "A"),
        drawn=lambda s: s.write_formula("C2", formula, None, f"={formula}"),
    )
    out = BytesIO(content)
    with zipfile.ZipFile(out, "a") as packed:
        packed.writestr("xl/cellimages.xml", CELL_IMAGES)
        packed.writestr(
            "xl/_rels/cellimages.xml.rels",
            '<Relationships><Relationship Id="rId1" Target="media/image1.png"/></Relationships>',
        )
        packed.writestr("xl/media/image1.png", RED)

    found = read(out.getvalue(), "x.xlsx")

    asked = found.questions[0].question
    assert content_of(asked, asked.options[0].text) == RED
    assert said(found) == [(0, "pictures-by-place", 1)]


@st.composite
def pictured(draw: st.DrawFn) -> Question:
    """Return a question whose texts show pictures, one of them perhaps in two places."""
    asked = draw(wild_questions())
    names = draw(st.lists(st.from_regex(r"[a-z]{1,8}\.(?:png|gif)", fullmatch=True), max_size=3, unique=True))
    media = []
    for name in names:
        content = png(draw(st.sampled_from(["red", "blue"])), kind=name[-3:])
        media.append(Medium(name, f"image/{name[-3:]}", content))
    shown = " ".join(f"![{draw(st.sampled_from(['', '叶', '=1']))}]({name})" for name in names)
    more = {"explanation": f"{asked.explanation}{shown}", "stem": f"{asked.stem} {shown}"}
    if asked.material is not None and names:
        more["material"] = Material(f"{draw(any_text)}![]({names[0]})", asked.material.id)
    return replace(asked, media=tuple(media), **more)


@PROPERTY
@given(st.lists(pictured().filter(workbook_out.carries), max_size=3))
def test_a_workbook_with_pictures_reads_as_the_same_questions(written: list[Question]) -> None:
    found = fit_media.with_fit_media(sheets_in.read(workbook_in.sheets(workbook_out.write(written))))

    assert [placed.question for placed in found.questions] == written


def test_media_that_a_workbook_cannot_hold_are_left_out_and_counted() -> None:
    asked = Question("true_false", "![](a.mp3)？", lettered(["对", "错"]), frozenset("A"))
    sound = replace(asked, media=(Medium("a.mp3", "audio/mpeg", b"ID3"),))
    unseen = replace(asked, media=(Medium("b.png", "image/png", RED),))

    assert left_out([sound, unseen], "workbook") == {"true_false": 2}
    assert said(read(write([sound], "workbook"), "x.xlsx")) == [(2, "picture", None)]


def test_a_row_with_a_fault_keeps_its_pictures_until_it_is_mended(tmp_path: Path) -> None:
    content = book(("单选题", "哪个？", "甲", "乙", "Z"), drawn=lambda s: lay(s, "B2", RED))
    path = tmp_path / "rows"
    keep_rows(path, content, "x.xlsx", Told())
    head = by_row.head(path)
    (row,) = by_row.rows(path, head.entries)

    mended = mending.mended(row, mending.ReadBy(head.layouts["题库"]), {"E": "A"})
    back = read(returned.returned(head, [row], row.problems), "x.xlsx")

    assert mended.question is not None
    assert content_of(mended.question, mended.question.stem) == RED
    assert [p.code for p in back.problems] == ["answer-out-of-range"]
    assert back.raw[0].media == mended.question.media


def test_a_picture_that_cannot_be_used_is_not_kept_with_a_row_that_is_mended() -> None:
    content = base64.b64encode(b"<svg onload='x()'/>").decode()
    shown = f'<text><![CDATA[<img src="@@PLUGINFILE@@/a.svg">]]></text><file name="a.svg">{content}</file>'
    options = "".join(f'<answer fraction="0"><text>{each}</text></answer>' for each in "甲乙")
    asked = f'<question type="multichoice"><questiontext format="html">{shown}</questiontext>{options}'

    found = read(f"<quiz>{asked}</question></quiz>".encode(), "x.xml")

    assert found.questions == ()
    assert found.raw[0].draft is not None
    assert found.raw[0].draft.media == ()


ATTACKS = {
    "pixels": lambda sheet: [lay(sheet, f"B{n}", png("red", (4_000 + n, 4_000))) for n in range(2, 22)],
    "one picture in many questions": lambda sheet: [
        lay(sheet, f"B{n}", png("red") + bytes(10**6)) for n in range(2, 122)
    ],
    "places": lambda sheet: [lay(sheet, f"B{n}", RED) for n in range(2, 10_100)],
}


FULL = [pytest.param(name, marks=pytest.mark.full) for name in ("pixels", "places")]


@pytest.mark.parametrize("name", ["one picture in many questions", *FULL])
def test_pictures_that_cost_too_much_are_refused_at_once(name: str) -> None:
    rows = (("判断题", f"{n}？", "", "", "对") for n in range(1_000))
    content = book(*rows, drawn=ATTACKS[name])

    with at_once():
        found = read(content, "x.xlsx")

    assert found.questions == ()
    assert {p.code for p in found.problems} <= {"too-many-pixels", "too-much-inside"}
