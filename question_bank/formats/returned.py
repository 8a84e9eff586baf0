"""Rows with an error, given back as a workbook that says why, to be mended and uploaded again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from question_bank.bounds import tagged
from question_bank.formats.by_row import Head, KeptRow
from question_bank.formats.headers import IGNORED, Heading, heading
from question_bank.formats.mending import own_cells
from question_bank.formats.reading import RawRow, Reading
from question_bank.formats.rows_in import tag_values
from question_bank.formats.told import named
from question_bank.formats.workbook_out import FACET_HEADERS, KIND_WORDS, UNCUT, returned_rows, tag_cell
from question_bank.problems import Problem
from question_bank.question import Question

TITLES = {
    "stem": "题干",
    "kind": "题型",
    "answer": "答案",
    "difficulty": "难度",
    "explanation": "解析",
    "id": "编号",
    "options": "选项",
    "material": "材料",
    "material_id": "材料编号",
    "differences": "填空要求",
    "image": "图片",
    IGNORED: "序号",
}


def returned(
    head: Head, rows: Iterable[KeptRow], problems: Iterable[Problem], tags: Sequence[tuple[str, str]] = ()
) -> bytes:
    """Return rows as a workbook: those of a table in its own columns, questions of a text in ours.

    Columns keep their headers, but for those that would be understood otherwise than a person told.
    `tags`: facet and value that every question of the import gets, and so these rows once they are mended.
    """
    raws = [_with_media(row) for row in rows]
    raws = [_as_question(raw) if raw.sheet not in head.layouts else raw for raw in raws]
    own = [raw for raw in raws if raw.draft is not None]
    titles = tuple(dict.fromkeys(title for raw in own for title in own_cells(raw)))
    headers: dict[str, tuple[str, ...]] = {}
    found = []
    for raw in raws:
        if raw.draft is not None:
            said = own_cells(raw)
            headers[raw.sheet] = titles
            found.append(replace(raw, cells=tuple(said.get(title, "") for title in titles)))
        else:
            headers[raw.sheet] = _header(head, raw.sheet)
            found.append(raw)
    found_rows = _with_kinds(headers, found, head)
    for facet, value in tags:
        found_rows = _with_tag(found_rows, facet, value)
    return returned_rows(found_rows, problems)


def _as_question(raw: RawRow) -> RawRow:
    """Return a line that came to nothing as the stem of a question, so that it can be mended in its row."""
    return (
        raw
        if raw.draft is not None
        else replace(raw, draft=Question("single", raw.cells[0], (), frozenset()))
    )


def _with_media(row: KeptRow) -> RawRow:
    asked = row.question or row.raw.draft
    return replace(row.raw, media=asked.media) if asked is not None else row.raw


def _with_tag(rows: Reading, facet: str, value: str) -> Reading:
    """Return rows with one more tag: in the column that the facet has, or in a new one."""
    headers = dict(rows.headers)
    positions: dict[str, int] = {}
    for sheet, texts in rows.headers.items():
        meanings = [heading(text).meaning for text in texts]
        if "stem" not in meanings:
            continue  # lines of JSON, which say their tags themselves
        if f"tags.{facet}" not in meanings:
            headers[sheet] = (*texts, FACET_HEADERS.get(facet, f"标签：{facet}"))
            meanings.append(f"tags.{facet}")
        positions[sheet] = meanings.index(f"tags.{facet}")
    raws = []
    for raw in rows.raw:
        if (position := positions.get(raw.sheet)) is not None:
            cells = [*raw.cells, *[""] * (position + 1 - len(raw.cells))]
            held = {facet: tag_values(cells[position], facet)}
            cells[position] = tag_cell(tagged(held, facet, value)[facet], facet in UNCUT)
            raw = replace(raw, cells=tuple(cells))
        raws.append(raw)
    return Reading(headers=headers, raw=tuple(raws))


def _header(head: Head, sheet: str) -> tuple[str, ...]:
    texts, layout = head.headers.get(sheet, ()), head.layouts.get(sheet)
    if layout is None:
        return texts
    width = max(len(texts), len(layout.headings))
    texts = (*texts, *[""] * (width - len(texts)))
    told = (*layout.headings, *[Heading("")] * (width - len(layout.headings)))
    return tuple(_title(text, each) for text, each in zip(texts, told, strict=True))


def _title(text: str, told: Heading) -> str:
    understood = heading(text) if text.strip() else Heading("")
    if named(understood) == named(told):
        return text
    if not told.meaning:
        return f"（{text}）"  # remarks in brackets are not understood
    name = named(told)
    if name.startswith("tags."):
        facet = name.removeprefix("tags.")
        return FACET_HEADERS.get(facet, f"标签：{facet}")
    kind, _colon, which = name.partition(":")
    return {"option": f"选项{which}", "prompt": f"左项{which}"}.get(kind) or TITLES.get(name, text)


def _with_kinds(headers: Mapping[str, tuple[str, ...]], raws: Sequence[RawRow], head: Head) -> Reading:
    """Return the rows, with the kind that a heading above them named where they have no column for it."""
    missing = {
        raw.sheet
        for raw in raws
        if raw.kind is not None
        and (layout := head.layouts.get(raw.sheet)) is not None
        and all(each.meaning != "kind" for each in layout.headings)
    }
    told = []
    for raw in raws:
        if raw.sheet in missing:
            width = len(headers[raw.sheet])
            cells = (*raw.cells[:width], *[""] * (width - len(raw.cells)))
            told.append(replace(raw, cells=(*cells, KIND_WORDS.get(raw.kind or "", ""))))
        else:
            told.append(raw)
    named_headers = {s: (*texts, TITLES["kind"]) if s in missing else texts for s, texts in headers.items()}
    return Reading(headers=named_headers, raw=tuple(told))
