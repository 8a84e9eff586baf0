"""The forms of the import wizard: what columns may mean, rows with their fields, what was written there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from flask import request
from flask_babel import gettext as _

from question_bank.formats import mending
from question_bank.formats.by_row import Entry
from question_bank.formats.headers import IGNORED
from question_bank.formats.mending import Cell
from question_bank.formats.reading import SheetSeen
from question_bank.formats.told import ToldSheet, meant
from question_bank.problems import ERROR, Problem
from question_bank.question import DIFFICULTIES, LETTERS
from quiz.services.examining import Preview
from quiz.services.kept_files import LONGEST_NAME, Place
from quiz.web.desk_words import facet_words, meaning_words

SEVERAL = re.compile(r"[、,，;；|\n]")  # between tags
MOST_TAGS, LONGEST_TAG = 20, 100
LONGEST_CELL = 32_000
MOST_WORDS = 40  # of a file's own scale of difficulties
LEFT_OUT = "out"  # what is told of a sheet that is not read
SCALE, CELL = "scale:", "cell:"  # begin the names of fields
AT_HAND = ("kind", "stem", "answer", "option", "prompt", "options", "id")  # fields that are always shown


class ShownCell(NamedTuple):
    """A field of a row that is mended."""

    cell: Cell
    name: str
    problems: tuple[Problem, ...]


class ShownRow(NamedTuple):
    """A row that is mended."""

    entry: Entry
    problems: tuple[Problem, ...]  # of no field that is shown
    cells: tuple[ShownCell, ...]
    more: tuple[ShownCell, ...]  # fields nobody needs for the correction
    raw: str


def meanings(seen: Iterable[SheetSeen]) -> list[tuple[str, str]]:
    """Return what a column may be said to mean: option letters as many as a sheet has columns."""
    words, facets = meaning_words(), facet_words()
    first = [(name, words[name]) for name in ("stem", "answer", "kind", "difficulty", "explanation", "id")]
    used = {column.meaning for sheet in seen for column in sheet.columns}
    most = max((len(sheet.columns) for sheet in seen), default=0)
    letters = LETTERS[: max(8, min(most, len(LETTERS)))]
    options = [(f"option:{letter}", _("选项 %(letter)s", letter=letter)) for letter in letters]
    whole = [("options", _("全部选项（在一格里）"))]
    prompts = [
        (f"prompt:{n}", _("左项 %(n)s", n=n)) for n in range(1, 9) if any("prompt" in name for name in used)
    ]
    usual = [f"tags.{facet}" for facet in facets]
    tagged_names = dict.fromkeys([*usual, *sorted(u for u in used if u.startswith("tags."))])
    tagged = [(name, _("标签：%(facet)s", facet=facets.get(name[5:], name[5:]))) for name in tagged_names]
    more = [(name, words[name]) for name in ("differences", "material", "material_id")]
    more += [(name, words[name]) for name in ("weights", "calibrated") if name in used]
    told = sorted(name for name in used if name.startswith("feedback."))
    more += [(name, _("反馈：%(name)s", name=name.removeprefix("feedback."))) for name in told]
    more += [("image", _("图片"))] if "image" in used else []
    return [("", _("不用这一列")), *first, *options, *whole, *prompts, *tagged, *more]


def told_sheet(n: int, seen: SheetSeen, fields: Mapping[str, str]) -> ToldSheet | None:
    """Return what is said of a sheet, None where it is what was understood already."""
    header = fields.get(f"header:{n}", "")
    if header == LEFT_OUT:
        return ToldSheet(is_left_out=True)
    if not (header.isascii() and header.isdigit() and len(header) < 7):
        return None
    told = {c.letter: fields.get(f"column:{n}:{c.letter}", "") for c in seen.columns}
    told = {letter: name for letter, name in told.items() if meant(name) is not None}
    before = {c.letter: "" if c.meaning == IGNORED else c.meaning for c in seen.columns}
    if int(header) != seen.header and seen.header:
        return ToldSheet(int(header), {} if int(header) else told)  # another header is guessed anew
    if not seen.is_read or any(before[letter] != name for letter, name in told.items()):
        return ToldSheet(int(header), told)
    return None


def scale(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the file's words for difficulty as the person has mapped them."""
    named = [(name.removeprefix(SCALE), value) for name, value in fields.items() if name.startswith(SCALE)]
    return {word: value for word, value in named[:MOST_WORDS] if value in (*DIFFICULTIES, "")}


def shown_row(found: Preview, n: int, entry: Entry) -> ShownRow:
    (row,) = found.rows([entry])
    problems = found.problems_of(row)
    said = found.said.written.get((entry.sheet, entry.row), {})
    cells = mending.cells(row.raw, found.by(entry), said)
    by_cell = partial(_of_cell, [p for p in problems if p.code != "near"])
    shown = [ShownCell(cell, f"{CELL}{n}:{cell.name}", by_cell(cell)) for cell in cells]
    named = {cell.name for cell in cells}
    loose = tuple(p for p in problems if p.severity == ERROR and _field(p, cells) not in named)
    at_hand = tuple(c for c in shown if c.problems or not c.cell.meaning or _is_at_hand(c.cell))
    more = tuple(c for c in shown if c not in at_hand)
    is_text = row.raw.draft is not None and row.raw.cells != (row.raw.draft.stem,)
    return ShownRow(entry, loose, at_hand, more, row.raw.cells[0] if is_text else "")


def _is_at_hand(cell: Cell) -> bool:
    return cell.meaning.partition(":")[0] in AT_HAND


def _field(problem: Problem, cells: Sequence[Cell]) -> str:
    """Return the field that a problem is about: of a repeated id, the id."""
    if problem.code == "repeated-id":
        return next((cell.name for cell in cells if cell.meaning == "id"), "")
    return problem.column


def _of_cell(problems: Sequence[Problem], cell: Cell) -> tuple[Problem, ...]:
    return tuple(p for p in problems if _field(p, [cell]) == cell.name)


def written(found: Preview, n: int, entry: Entry) -> dict[str, str]:
    """Return what was written into the fields of a row, where it is not what stood there."""
    (row,) = found.rows([entry])
    said = found.said.written.get((entry.sheet, entry.row), {})
    before = {cell.name: cell.text for cell in mending.cells(row.raw, found.by(entry), said)}
    changed = {}
    for name, text in before.items():
        told = request.form.get(f"{CELL}{n}:{name}")
        if told is not None:
            told = told.replace("\r\n", "\n").replace("\0", "")[:LONGEST_CELL]
            if told.strip("\n") != text.replace("\r\n", "\n").strip("\n"):
                changed[name] = told
    return changed


def place_of(text: str) -> Place | None:
    row, _tab, sheet = text.partition(" ")
    return (sheet, int(row)) if row.isascii() and row.isdigit() and len(row) < 10 else None


def tags(fields: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the tags that every question gets: topics separated as people do, a source as it stands."""
    topics = [one_line(word) for word in SEVERAL.split(fields.get("topics", ""))]
    source = one_line(fields.get("source", ""))
    found = [*(("topic", word) for word in topics if word), *([("source", source)] if source else [])]
    return tuple((facet, value[:LONGEST_TAG]) for facet, value in dict.fromkeys(found))[:MOST_TAGS]


def one_line(text: str) -> str:
    """Return a short text that somebody wrote without what no name and no tag holds."""
    return "".join(letter for letter in text if letter.isprintable()).strip()[:LONGEST_NAME]
