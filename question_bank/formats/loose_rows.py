"""Rows that people lay out loosely: options below one another, options and the answer inside the stem."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from question_bank.formats.option_cells import IN_LINE
from question_bank.formats.tables import Row

INSIDE = re.compile(r"[(（]\s*([A-Za-zＡ-Ｚ](?:[、,， ]?[A-Za-zＡ-Ｚ]){0,9}|[√×对错✓✗])\s*[)）]")
EMPTY_BRACKETS = "（  ）"
Cell = Callable[[Row, str], str]


def joined(rows: Sequence[Row], positions: dict[str, int], cell: Cell) -> list[Row]:
    """Return rows in which options that stand below one another are in the cell of their question.

    Such a row has nothing but an option; the question above it has an option of its own there.
    """
    place, stem = positions.get("options"), positions.get("stem")
    if place is None or stem is None:
        return list(rows)
    found: list[Row] = []
    for row in rows:
        text = cell(row, "options")
        is_more = text.strip() and not any(cell(row, name).strip() for name in ("stem", "answer", "kind"))
        if is_more and found and not row.notes and cell(found[-1], "options").strip():
            cells = list(found[-1].cells)
            cells[place] = f"{cells[place]}\n{text}"
            media = tuple(dict.fromkeys([*found[-1].media, *row.media]))
            found[-1] = replace(found[-1], cells=tuple(cells), media=media)
        else:
            found.append(row)
    return found


def options_in(stem: str) -> tuple[str, list[str]]:
    """Return a stem without the options that stand in it from A on, and these; no options: as it is."""
    first = next((f for f in IN_LINE["A"].finditer(stem) if f.start() and not _in_brackets(stem, f)), None)
    if first is None:
        return stem, []
    marks = [first]
    for letter in "BCDEFGHIJ":
        mark = IN_LINE[letter].search(stem, marks[-1].end())
        if mark is None:
            break
        marks.append(mark)
    if len(marks) < 2:
        return stem, []
    ends = [*(mark.start() for mark in marks[1:]), len(stem)]
    texts = [stem[mark.end() : end].strip(" \t\n　;；") for mark, end in zip(marks, ends, strict=True)]
    return stem[: first.start()].rstrip(), texts if all(texts) else []


def answer_in(stem: str) -> tuple[str, str]:
    """Return a stem with empty brackets where an answer stood, and the answer; "" where none stands."""
    found = list(INSIDE.finditer(stem))
    if len(found) != 1:
        return stem, ""
    return f"{stem[: found[0].start()]}{EMPTY_BRACKETS}{stem[found[0].end() :]}", found[0][1]


def _in_brackets(stem: str, mark: re.Match[str]) -> bool:
    """Return whether a letter stands alone in brackets, as an answer does."""
    return INSIDE.match(stem, mark.start()) is not None and "\n" not in stem[mark.start() - 1 : mark.start()]
