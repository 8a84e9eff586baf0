"""Blackboard's text for uploads: a question a line, its kind first, everything between tabs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from question_bank.formats.answers import is_true_or_false
from question_bank.formats.drafts import (
    FULL,
    NONE,
    TRUE_FALSE,
    Choice,
    Draft,
    choice_kind,
    number,
    reading,
    unpaired,
)
from question_bank.formats.markup import text_of
from question_bank.formats.reading import Reading
from question_bank.formats.text import decoded
from question_bank.gaps import MARK, Accepted, Gap
from question_bank.problems import N_

NAMES = {"ESS": "问答题", "SR": "问答题", "FIL": "操作题", "OP": "投票题", "QUIZ_BOWL": "问答题"}
MOST_NAMED = 100  # gaps that are looked for in a stem
HTML = re.compile(r"</?[a-zA-Z][^<>]*>")


def read(content: bytes, scale: Mapping[str, str] | None = None) -> Reading:
    """Return what such a file holds."""
    return reading(_drafts(decoded(content)), scale)


def _drafts(text: str) -> Iterator[Draft]:
    for row, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if line.strip():
            word, *cells = line.rstrip("\t").split("\t")
            stem, *rest = [*map(_text, cells), ""] if not cells else map(_text, cells)
            draft = Draft(row, NAMES.get(word, word), stem, raw=line)
            if take := TAKEN.get(word.strip().upper()):
                take(draft, rest)
            yield draft


def _text(cell: str) -> str:
    text = cell.strip()
    if len(text) > 1 and text.startswith('"') and text.endswith('"'):  # as a spreadsheet writes quoted cells
        inner = text[1:-1]
        text = inner.replace('""', '"').strip() if '"' not in inner.replace('""', "") else text
    return text_of(text) if HTML.search(text) else text


def _pairs(draft: Draft, cells: list[str]) -> Iterable[tuple[str, str]]:
    if len(cells) % 2:
        draft.faults.append(("odd-cells", ODD, {}))
    return zip(cells[::2], cells[1::2], strict=False)


def _choice(draft: Draft, cells: list[str]) -> None:
    marked = [(text, mark.casefold() == "correct") for text, mark in _pairs(draft, cells)]
    draft.choices = [Choice(text, FULL if is_right else NONE) for text, is_right in marked]
    draft.kind = "single"


def _several(draft: Draft, cells: list[str]) -> None:
    _choice(draft, cells)
    right = sum(choice.share for choice in draft.choices) or FULL
    draft.choices = [Choice(choice.text, choice.share / right) for choice in draft.choices]
    draft.kind = choice_kind(draft.choices)


def _truth(draft: Draft, cells: list[str]) -> None:
    said = is_true_or_false(cells[0]) if cells else None
    draft.kind = "true_false"
    draft.choices = [
        Choice(text, FULL if said is this else NONE)
        for text, this in zip(TRUE_FALSE, (True, False), strict=True)
    ]


def _order(draft: Draft, cells: list[str]) -> None:
    draft.kind = "order"
    draft.choices = [Choice(text) for text in cells]
    draft.arranged = list(range(len(cells)))


def _match(draft: Draft, cells: list[str]) -> None:
    draft.kind = "match"
    draft.choices, draft.prompts, draft.arranged = unpaired(_pairs(draft, cells))


def _texts(draft: Draft, cells: list[str]) -> None:
    draft.kind = "fill"
    draft.gaps = [Gap(tuple(Accepted(text) for text in cells if text))]


def _gaps(draft: Draft, cells: list[str]) -> None:
    """Take several gaps, which stand in the stem as [their names]; an empty cell divides their answers."""
    draft.kind = "fill"
    found: dict[str, list[str]] = {}
    name = ""
    for cell in cells:
        if not name and cell:
            name = cell
            found[name] = []
        elif cell:
            found[name].append(cell)
        else:
            name = ""
    if len(found) > MOST_NAMED:  # too many gaps, which is said of them
        draft.gaps = [Gap(tuple(map(Accepted, texts))) for texts in found.values()]
        return
    for name in sorted(found, key=lambda each: draft.stem.find(f"[{each}]")):
        draft.stem = draft.stem.replace(f"[{name}]", MARK, 1)
        draft.gaps.append(Gap(tuple(map(Accepted, found[name]))))


def _number(draft: Draft, cells: list[str]) -> None:
    draft.kind = "fill"
    off = number(cells[1]) if len(cells) > 1 else NONE
    if cells and off is not None:
        draft.gaps = [Gap((Accepted(cells[0], abs(off)),))]


TAKEN: dict[str, Callable[[Draft, list[str]], None]] = {
    "MC": _choice,
    "MA": _several,
    "TF": _truth,
    "ORD": _order,
    "MAT": _match,
    "FIB": _texts,
    "FIB_PLUS": _gaps,
    "NUM": _number,
}
ODD = N_("这一行的内容不成对：每个选项后面应当有 correct 或 incorrect，每一项后面应当有它的答案。")
