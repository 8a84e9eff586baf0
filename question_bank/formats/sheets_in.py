"""Tables of questions: finds the header, understands the columns, reads the rows, names what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from question_bank.formats import effort, headerless
from question_bank.formats.checks import repeated
from question_bank.formats.headers import IGNORED, Heading, heading
from question_bank.formats.kinds import kind_of, unsupported_name
from question_bank.formats.loose_rows import joined
from question_bank.formats.reading import (
    Column,
    ColumnSeen,
    Placed,
    RawRow,
    Reading,
    RowLayout,
    SheetSeen,
)
from question_bank.formats.rows_in import RowReader
from question_bank.formats.scale import Difficulties
from question_bank.formats.sheet_pictures import SheetPictures, materials_alike, with_shown
from question_bank.formats.tables import Row, Sheet, letter
from question_bank.formats.told import Told, ToldSheet, meant, named
from question_bank.problems import ERROR, N_, WARNING, Problem
from question_bank.question import LETTERS

LOOKED_AT = 30  # rows among which a header is looked for
EXAMPLE = "【示例】"  # begins the stem of a row that only shows how to fill in the template
FILLED_DOWN = ("kind", "difficulty", "tags.", "material")  # merged cells of these hold for all their rows
LONGEST_LETTERS = 12  # an answer in letters; what is longer explains something
SHOWN_ROWS, SHOWN_COLUMNS, SHOWN_TEXT = 8, 40, 60  # of a sheet, to say how it is to be read
SAMPLES = 3  # of a column
MOST_NAMED = 10  # files in one sentence
REPEATED = (IGNORED, "image")  # meanings that several columns may have
REQUIRED = ("(required", "（required", "(optional", "required)", "必填", "选填")


@dataclass(frozen=True)
class Layout:
    """Where a sheet's header is and what its columns mean."""

    header: int  # index of its row
    body: int  # index of the first row after it
    headings: tuple[Heading, ...]
    texts: tuple[str, ...]
    help_rows: tuple[int, ...] = ()  # rows below the header that explain the columns

    def positions(self, meaning: str) -> list[int]:
        """Return the positions of the columns with a meaning."""
        return [i for i, each in enumerate(self.headings) if each.meaning == meaning]

    def position(self, meaning: str) -> int | None:
        """Return the position of the first column with a meaning, None if there is none."""
        return next(iter(self.positions(meaning)), None)


@dataclass
class _Found:
    placed: list[Placed] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    headers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    raw: list[RawRow] = field(default_factory=list)
    named: list[tuple[str, str, int]] = field(default_factory=list)
    unsupported: dict[str, int] = field(default_factory=dict)
    layouts: dict[str, RowLayout] = field(default_factory=dict)
    hopeless: effort.Hopeless = field(default_factory=effort.Hopeless)


def read(
    sheets: Sequence[Sheet], scale: Mapping[str, str] | None = None, told: Told | None = None
) -> Reading:
    """Return the questions of all sheets that have a header; `told`: what a person says of the sheets."""
    found = _Found()
    laid_out = _laid_out(sheets, found, told or Told())
    difficulties, said = Difficulties.of_file(
        [word for sheet, layout in laid_out for word in _difficulty_words(sheet, layout)], scale
    )
    for sheet, layout in laid_out:
        _read_sheet(sheet, layout, difficulties, found)
    read_from = {sheet.name for sheet, _ in laid_out}
    unplaced = sum(s.unplaced + (0 if s.name in read_from else len(s.pictures)) for s in sheets)
    if unplaced:
        said.append(Problem("", 0, "", "pictures", PICTURES, WARNING, {"count": unplaced}))
    if drawings := sum(sheet.drawings for sheet in sheets):
        said.append(Problem("", 0, "", "drawings", DRAWINGS, WARNING, {"count": drawings}))
    if attached := [name for sheet in sheets for name in sheet.attached]:
        values = {"count": len(attached), "names": "、".join(attached[:MOST_NAMED])}
        said.append(Problem("", 0, "", "attached", ATTACHED, WARNING, values))
    if laid_out and not found.raw:
        said.append(Problem("", 0, "", "no-rows", N_("只有表头，没有题目。"), WARNING))
    return Reading(
        questions=tuple(found.placed),
        problems=(*said, *difficulties.problems(), *found.problems, *repeated(found.placed, found.named)),
        columns=tuple(found.columns),
        headers=found.headers,
        raw=tuple(found.raw),
        difficulties=dict(difficulties.unknown),
        unsupported=found.unsupported,
        layouts=found.layouts,
        seen=tuple(_seen(sheet, laid_out) for sheet in sheets if not all(row.is_empty for row in sheet.rows)),
        scale=dict(difficulties.scale),
    )


def _seen(sheet: Sheet, laid_out: Sequence[tuple[Sheet, Layout]]) -> SheetSeen:
    """Return a sheet as a person is shown it."""
    chosen = next((layout for each, layout in laid_out if each is sheet), None)
    layout = chosen or _layout(sheet) or Layout(-1, 0, (), ())
    filled = [row for row in sheet.rows if not row.is_empty]
    shown = tuple(
        (row.number, tuple(cell[:SHOWN_TEXT] for cell in row.cells[:SHOWN_COLUMNS]))
        for row in filled[:SHOWN_ROWS]
    )
    body = [row for row in filled if row.number > layout.body]
    width = min(max(len(row.cells) for row in filled), SHOWN_COLUMNS)
    columns = []
    for position in range(max(width, len(layout.headings))):
        texts = (row.cells[position].strip() for row in body if position < len(row.cells))
        samples = tuple(islice(dict.fromkeys(text[:SHOWN_TEXT] for text in texts if text), SAMPLES))
        header = layout.texts[position].strip() if position < len(layout.texts) else ""
        meaning = named(layout.headings[position]) if position < len(layout.headings) else ""
        if samples or header:
            columns.append(ColumnSeen(letter(position), header, meaning, samples))
    return SheetSeen(sheet.name, layout.header + 1, chosen is not None, shown, tuple(columns))


def has_header(sheet: Sheet) -> bool:
    """Return whether a sheet has a header of questions."""
    return _layout(sheet) is not None


def _laid_out(sheets: Sequence[Sheet], found: _Found, told: Told) -> list[tuple[Sheet, Layout]]:
    """Return the sheets that hold questions; note those that are left out and why."""
    chosen, left = [], []
    for sheet in sheets:
        said = told.sheets.get(sheet.name)
        if all(row.is_empty for row in sheet.rows) or (said is not None and said.is_left_out):
            continue
        layout = _layout(sheet) if said is None else _told_layout(sheet, said)
        if layout is None:
            left.append(sheet)
        elif sheet.is_hidden and said is None:
            found.problems.append(
                Problem(sheet.name, 0, "", "hidden-sheet", HIDDEN, WARNING, {"sheet": sheet.name})
            )
        else:
            chosen.append((sheet, layout))
    for sheet in left:
        if not chosen:
            found.problems.append(
                Problem(sheet.name, 0, "", "no-header", NO_HEADER, ERROR, {"rows": LOOKED_AT})
            )
        elif not sheet.is_hidden and "说明" not in sheet.name:
            found.problems.append(
                Problem(sheet.name, 0, "", "sheet-left-out", LEFT_OUT, WARNING, {"sheet": sheet.name})
            )
    is_nothing = all(row.is_empty for sheet in sheets for row in sheet.rows)
    if not chosen and not left and not found.problems and is_nothing:
        found.problems.append(Problem("", 0, "", "empty-file", N_("文件里没有内容。"), ERROR))
    return chosen


def _layout(sheet: Sheet) -> Layout | None:
    best: tuple[int, int] | None = None
    for index, row in enumerate(sheet.rows[:LOOKED_AT]):
        meanings = [heading(cell) for cell in row.cells if cell.strip()]
        names = {(each.meaning, each.option) for each in meanings if each.meaning}
        kinds = {name for name, _ in names}
        if "stem" not in kinds or len(kinds) < 2 or not kinds & {"answer", "option", "options"}:
            continue
        if best is None or len(names) > best[0]:
            best = len(names), index
    if best is not None:
        return _with_second_row(sheet, best[1])
    meant_columns = None if sheet.is_hidden else headerless.guessed(sheet.rows)
    return None if meant_columns is None else Layout(-1, 0, meant_columns, ())


def _told_layout(sheet: Sheet, said: ToldSheet) -> Layout | None:
    """Return the layout of a sheet as a person says it is, the rest guessed."""
    guessed = _layout(sheet)
    if said.header is None or (guessed is not None and said.header == guessed.header + 1):
        base = guessed
    elif 0 < said.header <= len(sheet.rows):
        base = _with_second_row(sheet, said.header - 1)
    else:
        base = Layout(-1, 0, (), ())
    if base is None:
        return None
    headings = list(base.headings)
    for position in range(max((len(row.cells) for row in sheet.rows), default=0)):
        chosen = meant(said.columns[letter(position)]) if letter(position) in said.columns else None
        if chosen is not None:
            headings += [Heading("")] * (position + 1 - len(headings))
            before = headings[position]
            is_same = (before.meaning, before.option) == (chosen.meaning, chosen.option)
            headings[position] = before if is_same else chosen
    return replace(base, headings=tuple(_each_once(headings)))


def _with_second_row(sheet: Sheet, index: int) -> Layout:
    """Return the layout of a header; option letters may stand in a row of their own, below one "options"."""
    texts = list(sheet.rows[index].cells)
    headings = [heading(cell) if cell.strip() else Heading("") for cell in texts]
    body = index + 1
    if body < len(sheet.rows):
        below = [(i, heading(cell)) for i, cell in enumerate(sheet.rows[body].cells) if cell.strip()]
        if len(below) >= 2 and all(each.meaning == "option" for _, each in below):
            for i, each in below:
                headings += [Heading("")] * (i + 1 - len(headings))
                texts += [""] * (i + 1 - len(texts))
                headings[i], texts[i] = each, f"选项{LETTERS[each.option]}"
            body += 1
    help_rows = []
    while body < len(sheet.rows) and _is_help(sheet.rows[body], headings):
        help_rows.append(sheet.rows[body].number)
        body += 1
    return Layout(index, body, tuple(_each_once(headings)), tuple(texts), tuple(help_rows))


def _each_once(headings: Sequence[Heading]) -> list[Heading]:
    """Return the headings, the first of two columns with one meaning kept; the other is reported."""
    seen: set[tuple[str, int]] = set()
    found = []
    for each in headings:
        name = (each.meaning, each.option)
        is_again = name in seen and not each.meaning.startswith("tags.") and each.meaning not in REPEATED
        found.append(Heading("") if is_again else each)
        seen.add(name)
    return found


def _is_help(row: Row, headings: Sequence[Heading]) -> bool:
    """Whether a row below the header explains the columns instead of being a question."""
    marked = sum(any(mark in cell.casefold() for mark in REQUIRED) for cell in row.cells)
    answer = [cell for cell, each in zip(row.cells, headings, strict=False) if each.meaning == "answer"]
    kind = [cell for cell, each in zip(row.cells, headings, strict=False) if each.meaning == "kind"]
    return (
        marked >= 2
        and not any(map(kind_of, kind))
        and all(not cell.strip() or len(cell) > LONGEST_LETTERS for cell in answer)
    )


def _difficulty_words(sheet: Sheet, layout: Layout) -> list[str]:
    position = layout.position("difficulty")
    if position is None:
        return []
    return [row.cells[position] for row in sheet.rows[layout.body :] if position < len(row.cells)]


def _read_sheet(sheet: Sheet, layout: Layout, difficulties: Difficulties, found: _Found) -> None:
    _note_columns(sheet, layout, found)
    reader = RowReader(sheet.name, layout.headings, difficulties, found.unsupported)
    pictures = SheetPictures(layout.headings)
    shown = _shown(sheet, layout, pictures, reader)
    rows = [
        row for row in _filled_down(sheet, layout, shown) if not row.is_empty and row.cells != layout.texts
    ]
    found.problems += pictures.problems(sheet.name)
    rows = joined(rows, reader.positions, reader.cell)
    reader.answers_are_numbers = reader.all_answers_are_numbers(rows)
    reader.default_kind = kind_of(sheet.name) or unsupported_name(sheet.name) or None
    found.layouts[sheet.name] = RowLayout(layout.headings, reader.answers_are_numbers)
    if layout.header < 0:
        found.problems.append(Problem(sheet.name, 0, "", "header-guessed", GUESSED, WARNING))
    examples = []
    if layout.help_rows:
        numbers = "、".join(map(str, layout.help_rows))
        found.problems.append(Problem(sheet.name, 0, "", "help-rows", HELP, WARNING, {"rows": numbers}))
    for row in rows:
        if (word := _section(row)) is not None:
            reader.default_kind = kind_of(word) or unsupported_name(word) or reader.default_kind
        elif reader.is_blank(row):
            continue  # only a running number, a kind or a mark that was filled down
        elif reader.cell(row, "stem").strip().startswith(EXAMPLE):
            examples.append(row.number)
        else:
            name = reader.cell(row, "id").strip()
            kind = reader.default_kind
            is_read = _read_row(sheet, row, reader, found)
            found.hopeless.note(is_read)
            media = () if is_read else row.media
            found.raw.append(RawRow(sheet.name, row.number, row.cells, row.notes, kind, name, media=media))
    if examples:
        found.problems.append(
            Problem(
                sheet.name,
                0,
                "",
                "examples",
                EXAMPLES,
                WARNING,
                {"rows": "、".join(map(str, examples)), "mark": EXAMPLE},
            )
        )


def _shown(sheet: Sheet, layout: Layout, pictures: SheetPictures, reader: RowReader) -> list[Row]:
    """Return the rows after the header with the pictures that lie on them."""
    rows = sheet.rows[layout.body :]
    if not sheet.pictures:
        return list(rows)

    def is_asking(row: Row) -> bool:
        return not reader.is_blank(row) and row.cells != layout.texts and _section(row) is None

    return materials_alike(rows, pictures.shown(rows, sheet.pictures, is_asking), layout.position("material"))


def _read_row(sheet: Sheet, row: Row, reader: RowReader, found: _Found) -> bool:
    question, problems = reader.read(row)
    found.problems += problems
    if name := reader.cell(row, "id").strip():
        found.named.append((name, sheet.name, row.number))
    if question is not None:
        found.placed.append(Placed(question, sheet.name, row.number))
    return question is not None


def _note_columns(sheet: Sheet, layout: Layout, found: _Found) -> None:
    found.headers[sheet.name] = layout.texts
    unknown = []
    for position, each in enumerate(layout.headings):
        text = layout.texts[position] if position < len(layout.texts) else ""
        if not text.strip() and not each.meaning and layout.header >= 0:
            continue
        found.columns.append(Column(sheet.name, letter(position), text.strip(), each.meaning))
        if not each.meaning:
            unknown.append(f"{letter(position)}（{text.strip()}）")
    if unknown:
        found.problems.append(
            Problem(
                sheet.name,
                layout.header + 1,
                "",
                "unknown-column",
                UNKNOWN,
                WARNING,
                {"columns": "、".join(unknown)},
            )
        )


def _section(row: Row) -> str | None:
    """Return the kind that a heading inside the table names ("二、多选题"), None for any other row."""
    filled = [cell.strip() for cell in row.cells if cell.strip()]
    if len(filled) != 1 or row.notes or len(filled[0]) > 60:
        return None
    word = filled[0].split("（")[0].split("(")[0].split("：")[0]
    return word if kind_of(word) or (unsupported_name(word) and len(word) <= 10) else None


def _filled_down(sheet: Sheet, layout: Layout, shown: Sequence[Row]) -> list[Row]:
    """Return rows, merged cells of kind, difficulty and tags repeated on every row."""
    by_number = {row.number: row for row in shown} if sheet.merged else {}
    rows = []
    for row in shown:
        cells = list(row.cells)
        media = row.media
        if sheet.merged:
            for position, each in enumerate(layout.headings[: len(cells)]):
                if not cells[position] and each.meaning.startswith(FILLED_DOWN):
                    first = sheet.is_merged_down(row.number, position)
                    if first is not None:
                        above = by_number.get(first, sheet.rows[first - 1])
                        cells[position] = above.cells[position]
                        media = with_shown(media, above.media, cells[position])
        is_filled = any(row.cells) or row.notes
        rows.append(replace(row, cells=tuple(cells), media=media) if is_filled else row)
    return rows


GUESSED = N_("没有找到表头，各列的含义是按内容猜的。请核对下面的题目，或在第一行补上表头再上传。")
HIDDEN = N_("工作表“%(sheet)s”是隐藏的，没有导入。如果其中有题目，请取消隐藏后重新上传。")
LEFT_OUT = N_("工作表“%(sheet)s”没有题目的表头，没有导入。")
NO_HEADER = N_(
    "前 %(rows)s 行里没有找到表头。表头至少要有“题干”“答案”和“选项A”“选项B”…；也可以下载模板，把题目填进去。"
)
EXAMPLES = N_("第 %(rows)s 行是示例（题干以“%(mark)s”开头），没有导入。")
UNKNOWN = N_("这些列不认识，没有导入：%(columns)s。")
PICTURES = N_(
    "工作簿里有 %(count)s 张图片不知道属于哪一题，没有导入。"
    "请把图片插入到题目的格子上，用 Excel 另存为 .xlsx 再上传。"
)
DRAWINGS = N_("工作簿里有 %(count)s 个文本框、图形或图表，没有导入。请把其中的文字写进格子，图形另存为图片。")
ATTACHED = N_(
    "工作簿里有 %(count)s 个声音、影片或嵌入的文件，没有导入（%(names)s）。"
    "声音请在导入后加到题目上，文件里的文字请写进格子。"
)
HELP = N_("第 %(rows)s 行是填写说明，没有导入。")
