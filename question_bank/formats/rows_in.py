"""One row of a table as a question: kind, options, answer and tags from whatever notation stands there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from question_bank.attached import Material
from question_bank.formats import answers, extra_cells, gap_cells
from question_bank.formats.checks import Place, brief, check, letters_checked
from question_bank.formats.headers import IGNORED, Heading
from question_bank.formats.kinds import CHOICE_WORDS, kind_of, plain, unsupported_name
from question_bank.formats.loose_rows import answer_in, options_in
from question_bank.formats.option_cells import split_options, unmarked
from question_bank.formats.scale import Difficulties
from question_bank.formats.tables import DATE, FAILED, NO_VALUE, Row, letter
from question_bank.problems import N_, Problem
from question_bank.question import CHOICES, KINDS, LETTERS, Question, lettered

CONTENT = frozenset({"stem", "option", "prompt", "options", "answer", "explanation"})
EXTRA = ("weights", "calibrated")
PICTURE_IN_CELL = ("=DISPIMG(", "=_xlfn.DISPIMG(")  # how WPS keeps a picture inside a cell
TRUE_FALSE = ("对", "错")
SEVERAL = re.compile(r"[、,，;；|\n]")
LOOKS_LIKE_A_DATE = re.compile(r"(?:19|20)\d\d-\d\d-\d\d(?: 00:00:00)?")


@dataclass
class RowReader:
    """Reads the rows of one sheet."""

    sheet: str
    headings: Sequence[Heading]
    difficulties: Difficulties
    unsupported: dict[str, int]
    default_kind: str | None = None  # of rows that name none: from the sheet's name, or a heading above
    answers_are_numbers: bool = False  # every answer of the sheet counts the options from 1

    def __post_init__(self) -> None:
        self.option_columns, self.prompt_columns = (
            sorted((each.option, i) for i, each in enumerate(self.headings) if each.meaning == meaning)
            for meaning in ("option", "prompt")
        )
        self.are_numbered = any(each.is_numbered for each in self.headings if each.meaning == "option")
        self.looked_at = [
            (i, h.meaning) for i, h in enumerate(self.headings) if h.meaning not in ("", IGNORED)
        ]
        self.positions: dict[str, int] = {}
        for position, each in enumerate(self.headings):
            self.positions.setdefault(each.meaning, position)
        self.columns: dict[str, str] = {}
        for position, each in enumerate(self.headings):
            is_lettered = each.meaning == "option" and each.option < len(LETTERS)
            name = f"option{LETTERS[each.option]}" if is_lettered else each.meaning
            self.columns.setdefault(name, letter(position))
        one_cell = self.columns.get("options", "")
        self.columns["option"] = next(
            (self.columns[f"option{x}"] for x in "AB" if f"option{x}" in self.columns), one_cell
        )
        for each_letter in LETTERS:
            self.columns.setdefault(f"option{each_letter}", one_cell)

    def cell(self, row: Row, meaning: str) -> str:
        """Return the text of a row's first column with a meaning, "" where there is none."""
        position = self.positions.get(meaning)
        return row.cells[position] if position is not None and position < len(row.cells) else ""

    def is_blank(self, row: Row) -> bool:
        """Return whether nothing of a question stands in a row: no stem, option, answer or explanation."""
        said = [position for position, meaning in self.looked_at if meaning in CONTENT]
        return not any(row.cells[i].strip() or i in row.notes for i in said if i < len(row.cells))

    def all_answers_are_numbers(self, rows: Sequence[Row]) -> bool:
        """Return whether the sheet names right options by number throughout."""
        if not self.are_numbered:
            return False
        written = [(self.cell(row, "answer"), len(self._options(row))) for row in rows]
        return all(bool(answers.numbers(text, count)) for text, count in written if text.strip() and count)

    def read(self, row: Row) -> tuple[Question | None, list[Problem]]:
        """Return a row's question, None where an error keeps it out, and everything to be said about it."""
        place = Place(self.sheet, row.number, self.columns)
        self._check_cells(place, row)
        options = self._options(row)
        row, options = self._loosened(row, options)
        kind = self._kind(place, row, options)
        if kind is None or not letters_checked(place, options):
            return None, place.problems
        right = self._right(place, row, options, kind)
        question = Question(
            kind=kind or ("multiple" if len(right["key"]) > 1 else "single"),
            stem=self.cell(row, "stem"),
            **right,
            material=self._material(row),
            tags=self._tags(row),
            difficulty=self.difficulties.of(self.cell(row, "difficulty")),
            explanation=self.cell(row, "explanation"),
            external_id=self.cell(row, "id").strip(),
            media=row.media,
        )
        question = extra_cells.taken(place, self._extra(row), question)
        check(place, question)
        return (None if place.is_faulty else question), place.problems

    def _extra(self, row: Row) -> dict[str, str]:
        named = [name for name in self.positions if name in EXTRA or name.startswith("feedback.")]
        return {name: self.cell(row, name) for name in named}

    def _loosened(self, row: Row, options: list[str]) -> tuple[Row, list[str]]:
        """Return a row, and its options, with what people write into the stem taken out of it."""
        kind = kind_of(self.cell(row, "kind").strip() or self.default_kind or "single")
        written, stem = self.cell(row, "answer").strip(), self.cell(row, "stem")
        if kind not in CHOICES or row.notes or (options and written):
            return row, options
        if not options and kind != "true_false" and answers.is_true_or_false(written) is None:
            stem, options = options_in(stem)
        if not written:
            stem, written = answer_in(stem)
        changed = {"stem": stem, "answer": written}
        cells = list(row.cells)
        for name, text in changed.items():
            position = self.positions.get(name)
            if position is not None and text != self.cell(row, name).strip():
                cells += [""] * (position + 1 - len(cells))
                cells[position] = text
        return replace(row, cells=tuple(cells)), options

    def _right(self, place: Place, row: Row, options: list[str], kind: str) -> dict[str, Any]:
        """Return the fields of a question that say what is right, and its options."""
        written = self.cell(row, "answer")
        if kind == "fill":
            stem = self.cell(row, "stem")
            if not written.strip() and any(options) and gap_cells.drawn(stem) < 2:
                written, options = gap_cells.one_of(options), []  # Quizizz lists there what it accepts
            gaps = gap_cells.read(written, self.cell(row, "differences"), stem)
            return {"options": lettered(options), "key": frozenset(), "gaps": gaps}
        if kind in ("order", "match"):
            right = self._key(place, written.strip(), options, kind) if written.strip() else []
            prompts = tuple(self._in_columns(row, self.prompt_columns))
            more = {"prompts": prompts} if kind == "match" else {}
            return {"options": lettered(options), "key": frozenset(), "arranged": tuple(right), **more}
        options, key = self._answer(place, row, options, kind)
        return {"options": lettered(options), "key": frozenset(key)}

    def _material(self, row: Row) -> Material | None:
        text = self.cell(row, "material")
        return Material(text, self.cell(row, "material_id").strip()) if text.strip() else None

    def _check_cells(self, place: Place, row: Row) -> None:
        """Note the cells that do not hold what was typed, or more than can be kept."""
        for position, meaning in self.looked_at:
            if position >= len(row.cells) or not (row.cells[position] or row.notes):
                continue
            text, note = row.cells[position].strip(), row.notes.get(position, "")
            if note == DATE and meaning.startswith("tags."):
                continue
            if not note and text.startswith(PICTURE_IN_CELL):
                note = "picture-in-cell"
            elif not note and meaning == "image" and text and text not in [m.name for m in row.media]:
                note = "picture"
            elif not note and LOOKS_LIKE_A_DATE.fullmatch(text):
                note = "date-text"
            if note:
                code, sentence, is_error = NOTES[note]
                here = Place(self.sheet, row.number, {"cell": letter(position)})
                (here.error if is_error else here.warn)("cell", code, sentence, shown=brief(text))
                place.problems += here.problems

    def _kind(self, place: Place, row: Row, options: Sequence[str]) -> str | None:
        """Return the kind of a row, "" where the number of answers decides, None for one we do not have."""
        word = self.cell(row, "kind").strip()
        if plain(word) in CHOICE_WORDS:
            return ""
        kind = kind_of(word) if word else self.default_kind
        if kind and kind not in KINDS:
            self._unsupported(place, kind, UNKNOWN_KIND)
            return None
        if kind == "match" and not self.prompt_columns:
            self._unsupported(place, word, MATCH_WITHOUT_PROMPTS)
            return None
        if kind:
            return kind
        if not word:
            written = self.cell(row, "answer")
            said = answers.is_true_or_false(written)
            bare = not any(options) and said is not None
            return "true_false" if bare or (said is not None and _truths(options)) else ""
        self._unsupported(place, word, UNKNOWN_KIND)
        return None

    def _unsupported(self, place: Place, word: str, sentence: str) -> None:
        name = unsupported_name(word) or brief(word)
        self.unsupported[name] = self.unsupported.get(name, 0) + 1
        place.error("kind", "unknown-type", sentence, kind=brief(word))

    def _options(self, row: Row) -> list[str]:
        """Return the options without trailing empty ones; gaps stay, to be named."""
        if self.option_columns:
            return unmarked(self._in_columns(row, self.option_columns))
        return unmarked(_without_end(split_options(self.cell(row, "options"))))

    def _in_columns(self, row: Row, columns: Sequence[tuple[int, int]]) -> list[str]:
        found = [""] * (columns[-1][0] + 1 if columns else 0)
        for place, position in columns:
            found[place] = row.cells[position] if position < len(row.cells) else ""
        return _without_end(found)

    def _answer(self, place: Place, row: Row, options: list[str], kind: str) -> tuple[list[str], list[str]]:
        written = self.cell(row, "answer").strip()
        if kind == "true_false":
            return self._true_false(place, written, options)
        if not written:
            return options, []
        key = self._key(place, written, options, kind)
        if len(key) != len(set(key)):
            place.warn(
                "answer",
                "repeated-letter",
                N_("答案“%(answer)s”里有重复的字母，按一个算。"),
                answer=brief(written),
            )
        return options, key

    def _key(self, place: Place, written: str, options: list[str], kind: str) -> list[str]:
        by_number = answers.numbers(written, len(options))
        if self.answers_are_numbers and by_number:
            return by_number
        by_letter = answers.letters(written)
        if (
            by_letter
            and set(by_letter) <= set(LETTERS[: len(options)])
            and (kind != "single" or len(set(by_letter)) == 1)
        ):
            return by_letter
        by_text = answers.texts(written, options)
        if by_letter:
            return by_text or by_letter
        if by_number and by_text and set(by_number) != set(by_text):
            place.error("answer", "ambiguous-answer", AMBIGUOUS, answer=brief(written))
            return by_number
        if not by_number and not by_text:
            if by_rank := answers.ranks(written, len(options)):
                return by_rank
            place.error("answer", "bad-answer", BAD_ANSWER, answer=brief(written))
        return by_text or by_number

    def _true_false(self, place: Place, written: str, options: list[str]) -> tuple[list[str], list[str]]:
        """Return the two options and the key of a true or false question."""
        truths = _truths(options)
        if options and truths is None and len(options) == 2 and all(options):
            return options, self._key(place, written, options, "single") if written else []
        if any(options) and truths is None:
            place.error("option", "true-false-options", N_("判断题的选项应当只有“对”和“错”两个，或者空着。"))
        if not written:
            return list(TRUE_FALSE), []
        order = truths or (True, False)
        chosen = answers.letters(written)
        said = answers.is_true_or_false(written)
        if chosen in (["A"], ["B"]):
            said = order["AB".index(chosen[0])]
        elif said is None or written == "2":
            said = {"1": order[0], "2": order[1]}.get(written)
        shown = options if truths and all(option.isascii() for option in options) else list(TRUE_FALSE)
        if said is None:
            place.error("answer", "bad-answer", BAD_TRUE_FALSE, answer=brief(written))
            return shown, []
        is_first = said == order[0] if shown is options else said
        return shown, ["A" if is_first else "B"]

    def _tags(self, row: Row) -> dict[str, tuple[str, ...]]:
        tags: dict[str, tuple[str, ...]] = {}
        for position, each in enumerate(self.headings):
            if each.meaning.startswith("tags.") and position < len(row.cells):
                facet = each.meaning.removeprefix("tags.")
                values = (*tags.get(facet, ()), *tag_values(row.cells[position], facet))
                if values:
                    tags[facet] = tuple(dict.fromkeys(values))
        return tags


def _without_end(texts: list[str]) -> list[str]:
    while texts and not texts[-1].strip():
        texts.pop()
    return texts


def tag_values(text: str, facet: str) -> list[str]:
    """Return the values of a tag cell: one a line where it has lines, else separated; a source is not cut."""
    is_by_line = "\n" in text or facet in ("source", "licence")
    parts = text.split("\n") if is_by_line else SEVERAL.split(text)
    return [part.strip() for part in parts if part.strip()]


def _truths(options: Sequence[str]) -> tuple[bool, bool] | None:
    """Return what two options for true and false say, in their order; None for any other options."""
    said = [answers.is_true_or_false(option) for option in options]
    if said == [True, False]:
        return True, False
    return (False, True) if said == [False, True] else None


FORMULA = N_("这一格是公式，文件里没有它的结果。请在 Excel 中复制后“选择性粘贴为数值”，再上传。")
FAILED_FORMULA = N_("这一格是出错的公式（如 #N/A），请改成文字。")
DATE_CELL = N_(
    "这一格被 Excel 变成了日期或时间（%(shown)s），原来可能是分数或比例。请把单元格格式设为“文本”后重新填写。"
)
DATE_TEXT = N_("“%(shown)s”像是被 Excel 改成日期的分数或数字，请核对原题。")
PICTURE = N_("“图片”列里只有名称或链接，图片本身不在这一行，这一题只导入了文字。请把图片插入到这一格上。")
PICTURE_ONLY = N_("这一格是图片，但文件里没有它。请重新插入图片，或改成文字。")
UNKNOWN_KIND = N_("题型“%(kind)s”还不支持，这一题没有导入。可以改写成别的题型。")
MATCH_WITHOUT_PROMPTS = N_(
    "题型“%(kind)s”要有“左项1”“左项2”…这几列，选项列写右项，答案按左项的次序写右项的字母。这一题没有导入。"
)
AMBIGUOUS = N_("答案“%(answer)s”既像选项的序号，又像选项的内容。请改写成选项的字母。")
BAD_ANSWER = N_("答案“%(answer)s”看不懂。请写选项的字母，例如 A 或 ACD。")
BAD_TRUE_FALSE = N_("判断题的答案“%(answer)s”看不懂。请写“对”或“错”。")
NOTES = {  # what a cell's note, or its text, gives away → code, sentence, whether it is an error
    NO_VALUE: ("formula", FORMULA, True),
    FAILED: ("failed-formula", FAILED_FORMULA, True),
    DATE: ("date", DATE_CELL, True),
    "date-text": ("date-text", DATE_TEXT, False),
    "picture": ("picture", PICTURE, False),
    "picture-in-cell": ("picture", PICTURE_ONLY, True),
}
