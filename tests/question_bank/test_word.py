"""Word documents: typed and automatic numbers, keys, coloured answers, equations, pictures, tables."""

from __future__ import annotations

import pytest

from question_bank.formats import Reading, read
from tests.question_bank.kinds import PIXEL
from tests.question_bank.test_exam_text import hold
from tests.question_bank.test_fixtures import NASTY
from tests.question_bank.test_hostile import at_once, code
from tests.question_bank.test_packages import package
from tests.question_bank.workbooks import only

SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
NUMBERING = f"""<w:numbering {SPACES}>
 <w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/>
  <w:lvlText w:val="%1."/></w:lvl></w:abstractNum>
 <w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/>
  <w:numFmt w:val="upperLetter"/>
  <w:lvlText w:val="%1."/></w:lvl></w:abstractNum>
 <w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
 <w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
 <w:num w:numId="3"><w:abstractNumId w:val="1"/></w:num></w:numbering>"""
RELATIONS = '<Relationships><Relationship Id="rId7" Target="media/leaf.png"/></Relationships>'
RED = '<w:rPr><w:color w:val="FF0000"/></w:rPr>'


def run(text: str, properties: str = "") -> str:
    return f"<w:r>{properties}<w:t>{text}</w:t></w:r>"


def p(inside: str, number: int = 0) -> str:
    """Return a paragraph; `number`: the list that numbers it."""
    inside = inside if inside.startswith("<") else run(inside)
    listed = (
        f'<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr></w:pPr>' if number else ""
    )
    return f"<w:p>{listed}{inside}</w:p>"


def word(*blocks: str) -> Reading:
    document = f"<w:document {SPACES}><w:body>{''.join(blocks)}</w:body></w:document>"
    parts = {
        "word/document.xml": document.encode(),
        "word/numbering.xml": NUMBERING.encode(),
        "word/_rels/document.xml.rels": RELATIONS.encode(),
        "word/media/leaf.png": PIXEL,
    }
    return read(package(parts), "题.docx")


@pytest.mark.parametrize("name", ["16_word_plain.docx", "18_word_sections_answerkey.docx"])
def test_a_word_file_reads_as_its_manifest_says(name: str) -> None:
    found = read((NASTY / name).read_bytes(), name)

    hold(found, name)
    assert found.unsupported == ({"问答题": 1} if name.startswith("16") else {})


def test_numbers_and_letters_that_word_sets_are_seen() -> None:
    first = p("冰是？", 1), p("固体", 2), p("液体", 2), p("答案：A")
    second = p("水是？", 1), p("固体", 3), p("液体", 3), p("答案：B")

    found = word(*first, *second)

    assert [each.question.stem for each in found.questions] == ["冰是？", "水是？"]
    assert [[o.text for o in each.question.options] for each in found.questions] == [["固体", "液体"]] * 2
    assert [sorted(each.question.key) for each in found.questions] == [["A"], ["B"]]


def test_an_option_in_red_is_the_answer() -> None:
    question = only(word(p("1. 冰是？"), p(run("A. 固体", RED)), p(run("B. ") + run("液体"))))

    assert [o.text for o in question.options] == ["固体", "液体"]
    assert question.key == {"A"}


def test_an_equation_is_kept_as_tex() -> None:
    half = (
        "<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e>"
        "<m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:den></m:f></m:oMath>"
    )

    question = only(word(p(run("1. 求 ") + half + run(" 的值？")), p("A. 1 B. 2"), p("答案：A")))

    assert question.stem == r"求 $\frac{1}{x^{2}}$ 的值？"


def test_a_picture_comes_with_its_question() -> None:
    drawing = '<w:r><w:drawing><a:blip r:embed="rId7"/></w:drawing></w:r>'

    question = only(word(p(run("1. 这是？") + drawing), p("A. 叶"), p("B. 根"), p("答案：A")))

    assert question.stem.startswith("这是？![](")
    assert [medium.content for medium in question.media] == [PIXEL]


def test_a_picture_that_cannot_be_shown_is_counted() -> None:
    drawing = '<w:r><w:drawing><a:blip r:embed="rId9"/></w:drawing></w:r>'

    found = word(p(run("1. 这是？") + drawing), p("A. 叶"), p("B. 根"), p("答案：A"))

    assert [(p.code, p.values["count"]) for p in found.problems] == [("pictures", 1)]


def test_a_table_with_a_header_is_read_as_a_table() -> None:
    rows = (("题型", "题干", "选项A", "选项B", "答案"), ("单选题", "冰是？", "固体", "液体", "A"))
    cells = (f"<w:tr>{''.join(f'<w:tc>{p(text)}</w:tc>' for text in row)}</w:tr>" for row in rows)

    question = only(word(f"<w:tbl>{''.join(cells)}</w:tbl>"))

    assert (question.stem, question.key) == ("冰是？", {"A"})


@pytest.mark.full
def test_a_large_table_has_the_time_that_its_questions_need() -> None:
    def row(*texts: str) -> str:
        return f"<w:tr>{''.join(f'<w:tc>{p(run(text))}</w:tc>' for text in texts)}</w:tr>"

    asked = (row("单选题", f"第{n}题：冰是？", "固体", "液体", "A") for n in range(3_000))

    found = word(f"<w:tbl>{row('题型', '题干', '选项A', '选项B', '答案')}{''.join(asked)}</w:tbl>")

    assert len(found.questions) == 3_000


def test_pictures_in_a_table_of_questions_come_with_their_rows() -> None:
    def drawn(link: str) -> str:
        return f'<w:r><w:drawing><a:blip r:embed="{link}"/></w:drawing></w:r>'

    rows = (("题型", "题干", "选项A", "选项B", "答案"), ("单选题", drawn("rId7"), "叶", drawn("rId9"), "A"))
    cells = (f"<w:tr>{''.join(f'<w:tc>{p(text)}</w:tc>' for text in row)}</w:tr>" for row in rows)

    found = word(f"<w:tbl>{''.join(cells)}</w:tbl>")

    assert found.problems[0].values == {"count": 1}
    assert [medium.content for medium in found.raw[0].media] == [PIXEL]


def test_options_in_the_cells_of_a_table_belong_to_the_question_above() -> None:
    table = f"<w:tbl><w:tr><w:tc>{p('A. 固体')}</w:tc><w:tc>{p('B. 液体')}</w:tc></w:tr></w:tbl>"

    question = only(word(p("1. 冰是？"), table, p("答案：A")))

    assert [o.text for o in question.options] == ["固体", "液体"]


@pytest.mark.parametrize(
    ("document", "wanted"),
    [
        (b'<!DOCTYPE d [<!ENTITY a "x">]><document>&a;</document>', "doctype"),
        (b"<document><body>" + b"<p>" * 5_000, "too-deep"),
        (b"<document><body>" + b"<p/>" * 3_100_000 + b"</body></document>", "too-much-inside"),
        (b"<document/>", "broken-file"),
    ],
)
def test_a_document_that_attacks_is_refused_at_once(document: bytes, wanted: str) -> None:
    content = package({"word/document.xml": document})

    with at_once():
        found = read(content, "x.docx")

    assert code(found) == wanted


def look(inside: str) -> str:
    return f"<w:rPr>{inside}</w:rPr>"


SET_APART = {
    "bold": "<w:b/>",
    "underlined": '<w:u w:val="single"/>',
    "green": '<w:color w:val="00B050"/>',
    "shaded": '<w:shd w:fill="FFFF00"/>',
}


@pytest.mark.parametrize("name", SET_APART)
def test_an_option_that_is_set_apart_is_right_where_nothing_else_says_it(name: str) -> None:
    found = word(p("1. 甲？"), p("A. 子"), p(run("B. 丑", look(SET_APART[name]))), p("C. 寅"))

    assert only(found).key == {"B"}


def test_bold_headings_stems_and_options_say_nothing_of_what_is_right() -> None:
    bold = look("<w:b/>")

    found = word(
        p(run("一、单选题", bold)), p(run("1. 甲？", bold)), p(run("A. 子", bold)), p(run("B. 丑", bold)),
        p(run("2. 乙？", bold)), p(run("A. 寅", bold)), p("B. 卯"), p(run("参考答案", bold)), p("1-2 BB"),
    )  # fmt: skip

    assert [(q.question.stem, min(q.question.key)) for q in found.questions] == [("甲？", "B"), ("乙？", "B")]


def test_raised_and_lowered_characters_keep_their_meaning() -> None:
    up, down = look('<w:vertAlign w:val="superscript"/>'), look('<w:vertAlign w:val="subscript"/>')

    found = word(
        p(f"{run('1. H')}{run('2', down)}{run('O 有 10')}{run('-3', up)}"),
        p("A. 子"),
        p("B. 丑"),
        p("答案：A"),
    )

    assert only(found).stem == "H₂O 有 10⁻³"


def test_underlined_spaces_are_a_gap() -> None:
    line = f"{run('1. 水由氢和')}{run('      ', look(SET_APART['underlined']))}{run('组成。')}"

    found = word(p("一、填空题"), p(line), p("答案：氧"))

    assert only(found).stem == "水由氢和____组成。"


def test_a_picture_may_stand_in_the_stem_and_in_an_option() -> None:
    picture = '<w:r><w:drawing><a:blip r:embed="rId7"/></w:drawing></w:r>'

    found = word(p(f"{run('1. 图')}{picture}"), p(f"{run('A. ')}{picture}"), p("B. 丑"), p("答案：A"))

    assert len(only(found).media) == 1


def test_a_key_may_be_a_table() -> None:
    def table(*rows: tuple[str, ...]) -> str:
        cells = ("".join(f"<w:tc>{p(cell)}</w:tc>" for cell in row) for row in rows)
        return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"

    found = word(
        p("1. 甲？"), p("A. 子"), p("B. 丑"), p("2. 乙？"), p("A. 寅"), p("B. 卯"), p("参考答案"),
        table(("题号", "1", "2"), ("答案", "A", "B")),
    )  # fmt: skip

    assert [min(q.question.key) for q in found.questions] == ["A", "B"]
    assert found.problems == ()
