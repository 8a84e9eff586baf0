"""Writes workbooks: the template to fill in, an export to read again, rows given back with the reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from types import MappingProxyType

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from question_bank.attached import Medium
from question_bank.bounds import REGION, VALID_UNTIL
from question_bank.formats import cell_pictures, extra_cells, gap_cells
from question_bank.formats.headers import heading
from question_bank.formats.held import is_ordinary, texts
from question_bank.formats.option_cells import unmarked
from question_bank.formats.reading import Reading
from question_bank.formats.rows_in import RowReader
from question_bank.formats.scale import Difficulties
from question_bank.formats.sheets_in import EXAMPLE
from question_bank.formats.tables import Row
from question_bank.problems import ERROR, Problem
from question_bank.question import LETTERS, Question, lettered

KIND_WORDS = {
    "single": "单选题",
    "multiple": "多选题",
    "indefinite": "不定项选择题",
    "true_false": "判断题",
    "fill": "填空题",
    "order": "排序题",
    "match": "连线题",
}
DIFFICULTY_WORDS = {"easy": "易", "medium": "中", "hard": "难"}
FACET_HEADERS = {
    "domain": "领域",
    "criterion": "基准",
    "topic": "主题",
    "audience": "人群",
    "source": "来源",
    "subject": "学科",
    "licence": "许可",
    REGION: "地区",
    VALID_UNTIL: "有效期至",
}
USUAL_FACETS = ("domain", "criterion", "topic", "audience", "source")
BOUNDS = (REGION, VALID_UNTIL)  # columns that an edit always offers
RARE = ("材料编号", "材料", "填空要求")  # columns that an export has only where something stands in them
LEAST_OPTIONS = 6  # option columns of the template
REASON = "错误说明"  # the header of the added column; read as ignored
RISKY = ("=", "+", "-", "@", "\t", "\r")  # beginnings that a spreadsheet may take for a formula
UNCUT = ("source", "licence")
UNKEPT = re.compile("[\0\r\ufffe\uffff\ud800-\udfff]")  # characters that come back as others, or not at all
SEPARATORS = frozenset("、,，;；|\n")
LONGEST_CELL = 32_767  # characters; a spreadsheet holds no more
FILLABLE_ROWS = 2_000
WIDE = {"题干": 48, "解析": 40, "来源": 28, REASON: 60, "原文": 80}
SETTINGS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def template() -> bytes:
    """Return the workbook that questions are filled into: drop-down lists, examples, instructions.

    The rows it holds are examples; they are marked so and never read as questions.
    """
    buffer = BytesIO()
    with Workbook(buffer, SETTINGS) as book:
        columns = _columns(EXAMPLES, LEAST_OPTIONS)
        sheet = _Sheet(book, "题目", columns)
        for question in EXAMPLES:
            sheet.add(_cells(question, columns))
        sheet.allow(columns.index("题型"), tuple(KIND_WORDS.values()))
        sheet.allow(columns.index("难度"), tuple(DIFFICULTY_WORDS.values()))
        _write_instructions(book)
    return buffer.getvalue()


def write(questions: Iterable[Question]) -> bytes:
    """Return questions as a workbook of the template's columns; reading it gives the same questions.

    True-or-false options in other Chinese words become 对 and 错. Weights, feedback, the difficulty that was
    measured and pictures have columns where something stands in them; a workbook has no place for sounds.
    """
    known = list(questions)
    extra = extra_cells.titles(known)
    columns = _columns(known, max((len(q.options) for q in known if not is_plain(q)), default=0))
    pictures = cell_pictures.titles(max((len(q.media) for q in known), default=0))
    buffer = BytesIO()
    with Workbook(buffer, SETTINGS) as book:
        sheet = _Sheet(book, "题目", [*columns, *extra, *pictures])
        first = len(columns) + len(extra)
        for question in known:
            more = extra_cells.cells(question)
            cells = [*_cells(question, columns), *(more.get(title, "") for title in extra)]
            names = [medium.name for medium in question.media]
            sheet.add([*cells, *names], dict(enumerate(question.media, first)))
    return buffer.getvalue()


def carries(question: Question) -> bool:
    """Return whether a workbook can hold a question without loss: its row is read as itself.

    It has no place for sounds, and trims some cells.
    """
    if not question.stem.strip().startswith(EXAMPLE) and _is_ordinary_row(question):
        return True
    columns = _columns([question], 0 if is_plain(question) else len(question.options))
    more = extra_cells.cells(question)
    cells = [*_cells(question, columns), *more.values()]
    if any(len(cell) > LONGEST_CELL or UNKEPT.search(cell) for cell in [*columns, *cells]):
        return False
    if question.stem.strip().startswith(EXAMPLE) or not cell_pictures.carries(question):
        return False
    difficulties, _said = Difficulties.of_file(["易", "中", "难"], None)
    reader = RowReader("", [heading(title) for title in [*columns, *more]], difficulties, {})
    found, _problems = reader.read(Row(2, tuple(cells), media=question.media))
    return found == question


def _is_ordinary_row(question: Question) -> bool:
    """Return whether nothing in a row can be taken for something else, so that it need not be read to see."""
    options = [option.text for option in question.options]
    are_tags_plain = all(
        facet in FACET_HEADERS and (facet in UNCUT or all(map(SEPARATORS.isdisjoint, values)))
        for facet, values in question.tags.items()
    )
    are_options_plain = is_plain(question) or (question.kind != "true_false" and unmarked(options) == options)
    has_more = question.media or question.weights or question.calibrated is not None or question.material
    is_short = max(map(len, texts(question))) < LONGEST_CELL // 10
    return not has_more and are_tags_plain and are_options_plain and is_short and is_ordinary(question)


def returned_rows(reading: Reading, problems: Iterable[Problem]) -> bytes:
    """Return the rows with an error in the file's own layout, with a column that says what is wrong.

    `problems`: of the reading and of whoever looked at it further. The column is ignored when the mended
    workbook is uploaded.
    """
    reasons: dict[tuple[str, int], list[str]] = {}
    for problem in problems:
        if problem.severity == ERROR:
            column = f"{problem.column}：" if problem.column else ""
            reasons.setdefault((problem.sheet, problem.row), []).append(column + problem.text)
    asked = {(placed.sheet, placed.row): placed.question.media for placed in reading.questions}
    buffer = BytesIO()
    with Workbook(buffer, SETTINGS) as book:
        for number, (name, header) in enumerate(reading.headers.items(), 1):
            rows = [row for row in reading.raw if row.sheet == name and (name, row.row) in reasons]
            width = max([len(header), *(len(row.cells) for row in rows)])
            media = [row.media or asked.get((name, row.row), ()) for row in rows]
            places = cell_pictures.Places(_padded(header, width), max(map(len, media), default=0))
            sheet = _Sheet(book, name or f"题目{number}", [*places.header, REASON])
            for row, mine in zip(rows, media, strict=True):
                cells, pictures = places.filled(_padded(row.cells, width), mine)
                sheet.add([*cells, "\n".join(reasons[name, row.row])], pictures)
    return buffer.getvalue()


class _Sheet:
    """A sheet whose cells are text, whatever they look like, below a header that stays in sight."""

    def __init__(self, book: Workbook, name: str, header: Sequence[str]) -> None:
        self.sheet: Worksheet = book.add_worksheet(name)
        self.text: Format = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        self.quoted: Format = book.add_format(
            {"num_format": "@", "text_wrap": True, "valign": "top", "quote_prefix": True}
        )
        bold = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1, "num_format": "@"})
        for position, title in enumerate(header):
            self.sheet.set_column(position, position, WIDE.get(title, 14), self.text)
            self.sheet.write_string(0, position, title, bold)
        self.sheet.freeze_panes(1, 0)
        self.rows = 1

    def add(self, cells: Iterable[str], pictures: Mapping[int, Medium] = MappingProxyType({})) -> None:
        """Write the next row, with the pictures that lie on its cells."""
        for position, text in enumerate(cells):
            if text:
                style = self.quoted if text.startswith(RISKY) else self.text
                self.sheet.write_string(self.rows, position, text[:LONGEST_CELL], style)
        for position, medium in pictures.items():
            cell_pictures.lay(self.sheet, self.rows, position, medium)
        self.rows += 1

    def allow(self, position: int, words: Sequence[str]) -> None:
        """Offer a list of words in a column."""
        self.sheet.data_validation(
            1,
            position,
            FILLABLE_ROWS,
            position,
            {"validate": "list", "source": list(words), "ignore_blank": True},
        )


def row_columns(question: Question, options: int, prompts: int) -> list[str]:
    """Return the titles of one question's row: so many options and prompts, and all that it may need."""
    rare = [title for title in RARE if title != "填空要求" or question.kind == "fill"]
    return _titles([question], rare, options, prompts, (*USUAL_FACETS, *BOUNDS))


def row_cells(question: Question, columns: Sequence[str]) -> list[str]:
    """Return the texts of a question's row."""
    return _cells(question, columns)


def _columns(questions: Sequence[Question], option_count: int) -> list[str]:
    most = max((len(q.prompts) for q in questions), default=0)
    return _titles(questions, _needed(questions), option_count, most)


def _titles(
    questions: Sequence[Question],
    rare: Sequence[str],
    option_count: int,
    prompt_count: int,
    usual: Sequence[str] = USUAL_FACETS,
) -> list[str]:
    facets = dict.fromkeys([*usual, *(facet for q in questions for facet in q.tags)])
    return [
        "编号", "题型", *rare, "题干", *(f"左项{n}" for n in range(1, prompt_count + 1)),
        *(f"选项{letter}" for letter in LETTERS[:option_count]), "答案", "难度",
        *(FACET_HEADERS.get(facet, f"标签：{facet}") for facet in facets), "解析",
    ]  # fmt: skip


def _needed(questions: Sequence[Question]) -> list[str]:
    """Return the columns that only some questions need."""
    told = [_rare_cells(question) for question in questions]
    return [title for title in RARE if any(cells.get(title) for cells in told)]


def _rare_cells(question: Question) -> dict[str, str]:
    material = question.material
    about = {} if material is None else {"材料": material.text, "材料编号": material.id}
    return {**about, "填空要求": gap_cells.differences_cell(question.gaps) if question.gaps else ""}


def _answer(question: Question) -> str:
    if question.gaps:
        return gap_cells.answer_cell(question.gaps)
    letters = "".join(question.arranged or sorted(question.key))
    return {"A": "对", "B": "错"}[letters] if is_plain(question) else letters


def _cells(question: Question, columns: Sequence[str]) -> list[str]:
    values = {
        **_rare_cells(question),
        "编号": question.external_id,
        "题型": KIND_WORDS[question.kind],
        "题干": question.stem,
        "难度": DIFFICULTY_WORDS.get(question.difficulty or "", ""),
        "解析": question.explanation,
        "答案": _answer(question),
        **{f"左项{n}": prompt for n, prompt in enumerate(question.prompts, 1)},
    }
    if not is_plain(question):
        values |= {f"选项{option.id}": option.text for option in question.options}
    values |= _tag_cells(question.tags)
    return [values.get(column, "") for column in columns]


def _tag_cells(tags: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {
        FACET_HEADERS.get(facet, f"标签：{facet}"): tag_cell(values, facet in UNCUT)
        for facet, values in tags.items()
    }


def tag_cell(values: Sequence[str], is_uncut: bool) -> str:
    """Return tag values as one cell: separated by 、, or one a line where a value holds a separator."""
    if is_uncut:
        return "\n".join(values)
    if any(not SEPARATORS.isdisjoint(value) for value in values):
        return "\n".join(values) + ("\n" if len(values) == 1 else "")
    return "、".join(values)


def is_plain(question: Question) -> bool:
    """Whether it is a true-or-false question with the usual words, whose option columns stay empty."""
    return question.kind == "true_false" and [o.text for o in question.options] == ["对", "错"]


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]


def _write_instructions(book: Workbook) -> None:
    sheet = book.add_worksheet("填写说明")
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 100, wrap)
    for row, line in enumerate(INSTRUCTIONS):
        sheet.write_string(row, 0, line, wrap)


INSTRUCTIONS = (
    "一行一道题，从“题目”表的第二行开始填写。表头的名字不要改，列的次序可以调换，不用的列可以删掉。",
    f"题干以“{EXAMPLE}”开头的行只是示例，不会导入，可以删掉。",
    f"题型：{'、'.join(KIND_WORDS.values())}。不填时按答案判断：一个答案是单选，几个答案是多选，对或错是判断。",
    "选项：从选项A起依次填写，中间不要空；需要更多选项时，在右边加“选项G”“选项H”。判断题不用填选项。",
    "答案：写选项的字母，多选写成 ACD；判断题写“对”或“错”。",
    "填空题：题干里用 ____ 表示空，答案每行写一个空；同一个空有几种答案时用 | 分开，例如 二氧化碳|CO2。",
    "填空题的数可以写误差范围，例如 3.14±0.01；只得一部分分的答案前面写比例，例如 %50%碳酸。",
    "填空题默认不区分大小写、全半角和空格；可以加一列“填空要求”，写“区分大小写”或“汉字数字通用”等。",
    "排序题：答案按正确的次序写选项的字母，例如 BADC。",
    "连线题：加“左项1”“左项2”…几列，选项是右项，答案按左项的次序写右项的字母，例如 BAC。",
    "材料题：加一列“材料”，同一材料的几道题都填同样的材料，或把这几行合并单元格。",
    "难度：易、中或难，可以不填。",
    "领域、基准、主题、人群：可以填几个，用顿号分开。来源写一条完整的出处。",
    "编号：您自己的题目编号，可以不填；填了就不能重复。",
    "像 1/2、3:2、007 这样的内容，请先把单元格格式设为“文本”再填写，否则会被 Excel 改成日期或数字。",
    "公式按原样写，例如 $x^2$，答题时显示为公式。",
    "图片：插入到题目那一行，左上角放在题干、选项、解析或材料的格子里，导入后就显示在那段文字后面。",
    "图片要换位置，可以在文字里写 ![图的说明](文件名)，并在“图片1”列写同样的文件名，把图片放在这一格上。",
)
EXAMPLES = (
    Question(
        "single",
        f"{EXAMPLE}植物进行光合作用主要吸收哪种气体？",
        lettered(["氧气", "二氧化碳", "氮气", "氢气"]),
        frozenset("B"),
        {"domain": ("科学知识",), "topic": ("生命健康",), "audience": ("青少年",)},
        "easy",
        "植物利用光能把二氧化碳和水合成有机物，同时放出氧气。",
    ),
    Question(
        "multiple",
        f"{EXAMPLE}下列属于可再生能源的有哪些？",
        lettered(["太阳能", "煤炭", "风能", "水能"]),
        frozenset("ACD"),
        {"domain": ("科学知识",), "topic": ("绿色低碳",), "audience": ("青少年", "城镇居民")},
        "medium",
        "煤炭形成需要上亿年，用掉就没有了，不能再生。",
    ),
    Question(
        "true_false",
        f"{EXAMPLE}声音可以在真空中传播。",
        lettered(["对", "错"]),
        frozenset("B"),
        {"domain": ("科学知识",)},
        "easy",
        "声音靠物质的振动传播，真空中没有可以振动的物质。",
    ),
)
