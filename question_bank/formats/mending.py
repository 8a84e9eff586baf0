"""One row of somebody's file, corrected cell by cell in a form and read again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from question_bank.formats import jsonl
from question_bank.formats.by_row import KeptRow
from question_bank.formats.headers import IGNORED, heading
from question_bank.formats.one_row import with_the_rest
from question_bank.formats.reading import RawRow, RowLayout
from question_bank.formats.rows_in import RowReader
from question_bank.formats.scale import Difficulties
from question_bank.formats.tables import Row, letter
from question_bank.formats.told import named
from question_bank.formats.workbook_out import row_cells, row_columns
from question_bank.problems import N_, Problem
from question_bank.question import Question

LEAST_OPTIONS, MORE = 4, 1  # option fields of a question that is no row of a table
KIND = "题型"
WHOLE = "原文"  # the one field of a line of JSON


@dataclass(frozen=True)
class Cell:
    """One field of the form."""

    name: str  # the column's letter; elsewhere the title of our own workbook, or WHOLE
    title: str  # as the file's header has it
    meaning: str  # as `told.named` writes it
    text: str


@dataclass(frozen=True)
class ReadBy:
    """What a row of a file is read by."""

    layout: RowLayout | None  # of its sheet; None where it is no row of a table
    header: tuple[str, ...] = ()
    scale: Mapping[str, str] | None = None


def cells(raw: RawRow, by: ReadBy, written: Mapping[str, str]) -> list[Cell]:
    """Return the fields of a row, with what was written into them so far."""
    if by.layout is not None:
        found = []
        for position, each in enumerate(by.layout.headings):
            if each.meaning in ("", IGNORED):
                continue
            name = letter(position)
            text = raw.cells[position] if position < len(raw.cells) else ""
            title = by.header[position] if position < len(by.header) else ""
            found.append(Cell(name, title.strip() or name, named(each), written.get(name, text)))
        return found
    if raw.draft is not None:
        own = own_cells(raw)
        return [Cell(t, t, named(heading(t)), written.get(t, text)) for t, text in own.items()]
    return [Cell(WHOLE, WHOLE, "", written.get(WHOLE, raw.cells[0] if raw.cells else ""))]


def own_cells(raw: RawRow) -> dict[str, str]:
    """Return a question that is no row of a table as the cells of our own workbook."""
    draft = raw.draft
    if draft is None:
        return {}
    is_open = draft.kind in ("fill", "true_false")
    options = max(LEAST_OPTIONS, len(draft.options) + MORE) if not is_open else len(draft.options)
    prompts = len(draft.prompts) + MORE if draft.prompts else 0
    columns = row_columns(draft, options, prompts)
    said = dict(zip(columns, row_cells(draft, columns), strict=True))
    return {**said, KIND: raw.word} if raw.word else said


def mended(before: KeptRow, by: ReadBy, written: Mapping[str, str]) -> KeptRow:
    """Return a row as it is with what was written; problems name their field as `cells` does."""
    raw = before.raw
    if by.layout is not None:
        return _table_row(before, by.layout, by, written)
    if raw.draft is not None:
        return _own_row(raw, raw.draft, by, written)
    return _json_line(raw, by, written)


def _table_row(kept: KeptRow, layout: RowLayout, by: ReadBy, written: Mapping[str, str]) -> KeptRow:
    raw, before_it = kept.raw, kept.question
    width = max(len(raw.cells), len(layout.headings))
    before = [*raw.cells, *[""] * (width - len(raw.cells))]
    now = tuple(written.get(letter(i), text) for i, text in enumerate(before))
    notes = {i: note for i, note in raw.notes.items() if i >= width or now[i] == before[i]}
    reader = RowReader(raw.sheet, layout.headings, Difficulties(by.scale or {}), {}, raw.kind)
    reader.answers_are_numbers = layout.answers_are_numbers
    media = raw.media if before_it is None else before_it.media
    row = Row(raw.row, now, notes, media)
    question, problems = reader.read(row)
    name = reader.cell(row, "id").strip()
    left = media if question is None else ()
    return KeptRow(replace(raw, cells=now, notes=notes, name=name, media=left), question, tuple(problems))


def _own_row(raw: RawRow, draft: Question, by: ReadBy, written: Mapping[str, str]) -> KeptRow:
    said = {**own_cells(raw), **written}
    reader = RowReader("", [heading(title) for title in said], Difficulties(by.scale or {}), {})
    found, problems = reader.read(Row(raw.row, tuple(said.values())))
    titles = {letter(position): title for position, title in enumerate(said)}
    told = tuple(replace(p, column=titles.get(p.column, ""), sheet=raw.sheet) for p in problems)
    question = with_the_rest(draft, found) if found is not None else None
    return KeptRow(replace(raw, name=said.get("编号", "").strip()), question, told)


def _json_line(raw: RawRow, by: ReadBy, written: Mapping[str, str]) -> KeptRow:
    line = written.get(WHOLE, raw.cells[0] if raw.cells else "")
    if len(line.strip().splitlines()) != 1:
        said = Problem(raw.sheet, raw.row, "", "not-json", ONE_LINE)
        return KeptRow(replace(raw, cells=(line,)), None, (said,))
    found = jsonl.read(line.strip().encode(), by.scale)
    questions = [placed.question for placed in found.questions]
    problems = tuple(replace(p, row=raw.row) for p in found.problems if p.row)
    name = found.raw[0].name if found.raw else ""
    kept = replace(raw, cells=(line,), name=name)
    return KeptRow(kept, questions[0] if questions else None, problems)


ONE_LINE = N_("这里应当是一行 JSON（一道题），请写在同一行。")
