"""Pictures of a table at the places of its questions: shown by the texts of the cells where they lie."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from question_bank.attached import MEDIA_TYPES, NAME, SHOWN, Medium, picture, shown
from question_bank.formats.headers import Heading
from question_bank.formats.pictures import Pictures, media_type
from question_bank.formats.tables import Picture, Row
from question_bank.problems import N_, WARNING, Problem

SHOWING = (
    "stem",
    "option",
    "prompt",
    "material",
    "explanation",
    "feedback.",
)  # columns of texts that show media
Asking = Callable[[Row], bool]


@dataclass
class SheetPictures:
    """What the pictures of one sheet come to: rows that show them, and everything to be said."""

    headings: Sequence[Heading]
    placed: int = 0  # by where they lie, not by name
    beside: list[int] = field(default_factory=list)  # rows of pictures that are no question
    unknown: dict[int, int] = field(default_factory=dict)  # row → pictures that phones do not show

    def __post_init__(self) -> None:
        self.columns: dict[str, int] = {}
        for position, each in enumerate(self.headings):
            self.columns.setdefault(each.meaning, position)

    def shown(self, rows: Iterable[Row], pictures: Iterable[Picture], is_asking: Asking) -> list[Row]:
        """Return the rows with their pictures; those that lie elsewhere are noted.

        `is_asking`: whether a row is, or should be, a question.
        """
        by_row: dict[int, list[Picture]] = {}
        for each in pictures:
            by_row.setdefault(each.row, []).append(each)
        found = []
        for row in rows:
            mine = by_row.get(row.number, [])
            if mine and is_asking(self._holding(row, mine)):
                found.append(self._with(row, by_row.pop(row.number)))
            else:
                found.append(row)
        self.beside += [number for number, left in sorted(by_row.items()) for _ in left]
        return found

    def problems(self, sheet: str) -> list[Problem]:
        """Return what is to be said about the pictures of a sheet."""
        found = [
            Problem(sheet, row, "", "pictures", NOT_SHOWN, WARNING, {"count": count})
            for row, count in sorted(self.unknown.items())
        ]
        if self.beside:
            numbers = "、".join(map(str, dict.fromkeys(self.beside)))
            values = {"count": len(self.beside), "rows": numbers}
            found.append(Problem(sheet, 0, "", "pictures", BESIDE, WARNING, values))
        if self.placed:
            values = {"count": self.placed}
            found.append(Problem(sheet, 0, "", "pictures-by-place", BY_PLACE, WARNING, values))
        return found

    def _holding(self, row: Row, pictures: Sequence[Picture]) -> Row:
        """Return a row in which something stands wherever a picture lies."""
        cells = [*row.cells, *[""] * (len(self.headings) - len(row.cells))]
        for each in pictures:
            if each.position < len(cells):
                cells[each.position] = cells[each.position] or "…"
        return replace(row, cells=tuple(cells))

    def _with(self, row: Row, pictures: Sequence[Picture]) -> Row:
        cells = [*row.cells, *[""] * (len(self.headings) - len(row.cells))]
        notes = dict(row.notes)
        named = {name for cell in cells for _, name in SHOWN.findall(cell)}
        contents = {each.part: each.content for each in pictures}
        taken = Pictures(load=lambda part: contents[part])
        media: list[Medium] = []
        for each in pictures:
            name = cells[each.position] if each.position < len(cells) else ""
            if name in named and self._meaning(each.position) == "image" and NAME.fullmatch(name):
                media.append(Medium(name, media_type(each.content), each.content))
                continue
            if each.is_cell and each.position < len(cells):
                cells[each.position] = ""
                notes.pop(each.position, None)
            taken_as = taken.name_of(each.part)
            if taken_as is None:
                self.unknown[row.number] = self.unknown.get(row.number, 0) + 1
                continue
            self.placed += 1
            place = self._place(each.position, cells)
            cells[place] = f"{cells[place]} {picture('', taken_as)}".strip()
        found = [medium for medium in media if medium.type in MEDIA_TYPES]
        return replace(row, cells=tuple(cells), notes=notes, media=(*found, *taken.taken.values()))

    def _meaning(self, position: int) -> str:
        return self.headings[position].meaning if position < len(self.headings) else ""

    def _place(self, position: int, cells: Sequence[str]) -> int:
        """Return the column whose text shows a picture that lies in this one.

        What lies over the answer must not be seen before it is given: it belongs to the explanation.
        """
        meaning = self._meaning(position)
        stem = self.columns["stem"]
        if meaning.startswith(SHOWING) and meaning != "options":
            return position
        if meaning == "options" and not cells[stem].strip():
            return position  # one option in a row of its own
        return self.columns.get("explanation", stem) if meaning == "answer" else stem


def materials_alike(before: Sequence[Row], after: list[Row], position: int | None) -> list[Row]:
    """Return rows in which a material shows the pictures that lie on it in the first of its rows."""
    if position is None:
        return after
    first: dict[str, Row] = {}
    found = []
    for was, row in zip(before, after, strict=True):
        text = was.cells[position] if position < len(was.cells) else ""
        alike = first.setdefault(text, row)
        if text.strip() and row.cells[position] == text and alike.cells[position] != text:
            cells = list(row.cells)
            cells[position] = alike.cells[position]
            media = with_shown(row.media, alike.media, cells[position])
            found.append(replace(row, cells=tuple(cells), media=media))
        else:
            found.append(row)
    return found


def with_shown(media: tuple[Medium, ...], others: Iterable[Medium], text: str) -> tuple[Medium, ...]:
    """Return media with those of others that a text shows."""
    names = shown(text)
    return tuple(dict.fromkeys([*media, *(each for each in others if each.name in names)]))


NOT_SHOWN = N_(
    "这一行有 %(count)s 张图片没有导入：手机显示不了它的格式。请把图片另存为 PNG 或 JPEG，再放回格子里。"
)
BESIDE = N_("有 %(count)s 张图片不在题目所在的行（第 %(rows)s 行），没有导入。请把它移到题目那一行。")
BY_PLACE = N_("%(count)s 张图片按左上角所在的格子放进了题干、选项或解析，请核对。")
