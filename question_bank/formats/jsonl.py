"""JSON Lines: our own, without loss, and the notation in which public banks are kept.

Ours has `kind`, `stem`, `options`, `key`, and where there is something to say `id`, `difficulty`, `tags`
(facet → values), `explanation`, `calibrated` (the share of people that proved to be right), and the fields of
other kinds (jsonl_kinds, docs/bank.md). The other has `type`, `answer`, a list of `tags`, `subject`, `source`
and `licence`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from question_bank.formats import effort, jsonl_kinds
from question_bank.formats.checks import Place, brief, check, letters_checked, repeated
from question_bank.formats.kinds import kind_of, unsupported_name
from question_bank.formats.reading import Placed, RawRow, Reading
from question_bank.formats.scale import Difficulties
from question_bank.formats.text import decoded
from question_bank.problems import N_, Problem, Unreadable
from question_bank.question import KINDS, Question, lettered

Line = Mapping[str, Any]  # Any: JSON data from outside, checked field by field
MOST_ROWS = 100_000
BEGINNING = effort.MOST_HOPELESS_ROWS + 500  # lines: enough to give a file up
SHARE = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}|/[1-9][0-9]{0,8})?")
UNKEPT = re.compile("[\0\ud800-\udfff]")
TOO_MANY = N_("文件超过 %(most)s 行，请分成几个文件上传。")
FACETS_OF_OTHERS = {"tags": "topic", "subject": "subject", "source": "source", "licence": "licence"}
FIELDS = {
    name: name
    for name in (
        "id",
        "stem",
        "options",
        "key",
        "answer",
        "kind",
        "type",
        "difficulty",
        "tags",
        "explanation",
        "calibrated",
        *jsonl_kinds.READ,
    )
}
OPTION_FIELDS = {f"option{letter}": "options" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def read(content: bytes, scale: Mapping[str, str] | None = None) -> Reading:
    """Return what a file of JSON Lines holds."""
    text = decoded(content)
    lines = text.split("\n", BEGINNING)
    if len(lines) > BEGINNING:
        _Reader("\n".join(lines[:-1])).read(scale)  # raises Unreadable where nearly nothing is a question
    return _Reader(text).read(scale)


def carries(question: Question) -> bool:
    """Return whether a line can hold a question: all but characters that nothing can store."""
    names = [medium.name for medium in question.media]
    texts = replace(question, media=()).as_dict()
    return all(question.tags.values()) and _can_be_kept([texts, names])


def write(questions: Iterable[Question]) -> bytes:
    """Return questions as our own JSON Lines; reading them gives the same questions."""
    lines = (json.dumps(question.as_dict(), ensure_ascii=False) for question in filter(carries, questions))
    return "".join(f"{line}\n" for line in lines).encode()


class _Reader:
    def __init__(self, text: str) -> None:
        self.problems: list[Problem] = []
        self.raw: list[RawRow] = []
        self.placed: list[Placed] = []
        self.unsupported: dict[str, int] = {}
        self.lines: list[tuple[int, Line]] = []
        self.hopeless = effort.Hopeless()
        self.named: list[tuple[str, str, int]] = []
        self.drafts: dict[int, tuple[Question, str]] = {}  # of faulty lines, with their words for a kind
        # "\n" alone ends a line: JSON text may hold U+2028 and its like, at which splitlines would cut.
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                self._take_line(number, line.strip())
            if len(self.raw) > MOST_ROWS:
                raise Unreadable("too-many-rows", TOO_MANY, most=MOST_ROWS)

    def _take_line(self, number: int, line: str) -> None:
        effort.found()
        self.raw.append(RawRow("", number, (line,)))
        place = Place("", number)
        try:
            data = json.loads(line)
        except (ValueError, RecursionError):
            place.error("", "not-json", N_("这一行不是完整的 JSON，请检查引号、逗号和括号。"))
        else:
            if not isinstance(data, dict):
                place.error("", "not-json", N_("这一行应当是一道题（{…}），请按 JSON Lines 每行写一道。"))
            elif "\\u" in line and not _can_be_kept(data):
                place.error(
                    "", "bad-character", N_("这一行里有不能保存的字符（\\u0000 或半个代理对），请删去。")
                )
            else:
                self.lines.append((number, data))
        if place.is_faulty:
            self.hopeless.note(False)
        self.problems += place.problems

    def read(self, scale: Mapping[str, str] | None) -> Reading:
        words = [_word(line.get("difficulty")) for _, line in self.lines]
        difficulties, said = Difficulties.of_file(words, scale)
        for number, line in self.lines:
            self._take_question(number, line, difficulties)
        names = {row: name for name, _, row in self.named}
        if not self.raw:
            said.append(Problem("", 0, "", "no-rows", N_("文件里没有题目。"), "warning"))
        return Reading(
            questions=tuple(self.placed),
            problems=(*said, *difficulties.problems(), *self.problems, *repeated(self.placed, self.named)),
            raw=tuple(self._with_draft(replace(each, name=names.get(each.row, ""))) for each in self.raw),
            headers={"": (N_("原文"),)},
            difficulties=dict(difficulties.unknown),
            scale=dict(difficulties.scale),
            unsupported=self.unsupported,
        )

    def _with_draft(self, raw: RawRow) -> RawRow:
        draft, word = self.drafts.get(raw.row, (None, ""))
        return replace(raw, draft=draft, word=word)

    def _take_question(self, number: int, line: Line, difficulties: Difficulties) -> None:
        answer = "key" if "key" in line else "answer"
        right = next((name for name in ("gaps", "arranged") if name in line), answer)
        place = Place("", number, {**FIELDS, **OPTION_FIELDS, "option": "options", "answer": right})
        if name := _word(line.get("id")):
            self.named.append((name, "", number))
        question = self._question(place, line, difficulties)
        if question is not None and not place.is_faulty:
            check(place, question)
        if question is not None and place.is_faulty and question.stem.strip():
            word = _word(line.get("kind", line.get("type")))
            self.drafts[number] = question, "" if kind_of(word) else word
        elif question is not None and not place.is_faulty:
            self.placed.append(Placed(question, "", number))
        self.hopeless.note(question is not None and not place.is_faulty)
        self.problems += place.problems

    def _question(self, place: Place, line: Line, difficulties: Difficulties) -> Question | None:
        """Return what a line comes to, what is wrong in it left out; None for more options than letters."""
        kind = self._kind(place, line)
        options = _texts(place, line, "options")
        key = _texts(place, line, "key" if "key" in line else "answer")
        tags = _tags(place, line)
        calibrated = _share(place, line, "calibrated")
        more = jsonl_kinds.fields(place, line)
        if not letters_checked(place, options):
            return None
        return Question(
            kind=kind or "single",
            stem=_text(place, line, "stem"),
            options=lettered(options),
            key=frozenset(key),
            tags=tags,
            difficulty=difficulties.of(_word(line.get("difficulty"))),
            explanation=_text(place, line, "explanation"),
            external_id=_text(place, line, "id"),
            calibrated=calibrated,
            **more,
        )

    def _kind(self, place: Place, line: Line) -> str | None:
        name = "kind" if "kind" in line else "type"
        word = line.get(name)
        kind = kind_of(word) if isinstance(word, str) else None
        if kind is not None:
            return kind
        shown = unsupported_name(word) if isinstance(word, str) else ""
        if shown:
            self.unsupported[shown] = self.unsupported.get(shown, 0) + 1
            place.error(
                name,
                "unknown-type",
                N_("暂不支持%(kind)s，这一题没有导入。可改写成别的题型。"),
                kind=shown,
            )
        else:
            place.error(
                name, "unknown-type", N_("题型“%(word)s”不认识，请写这些里的一个：%(kinds)s。"),
                word=brief(_word(word)), kinds="、".join(KINDS),
            )  # fmt: skip
        return None


def _text(place: Place, line: Line, name: str) -> str:
    value = line.get(name)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    place.error(name, "not-text", N_("%(name)s 应当是文字（加引号）。"), name=name)
    return ""


def _texts(place: Place, line: Line, name: str) -> list[str]:
    value = line.get(name)
    if value is None:
        return []
    if isinstance(value, str) and name in ("key", "answer"):
        return list(value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return value
    place.error(name, "not-texts", N_('%(name)s 应当是文字的列表，例如 ["A", "B"]。'), name=name)
    return []


def _tags(place: Place, line: Line) -> dict[str, tuple[str, ...]]:
    tags = line.get("tags")
    if isinstance(tags, dict):
        found = {str(facet): _values(values) for facet, values in tags.items()}
    else:
        found = {facet: _values(line.get(name)) for name, facet in FACETS_OF_OTHERS.items()}
    if any(values is None for values in found.values()):
        place.error("tags", "not-texts", N_('%(name)s 应当是文字的列表，例如 ["A", "B"]。'), name="tags")
    return {facet: values for facet, values in found.items() if values}


def _values(value: object) -> tuple[str, ...] | None:
    match value:
        case None:
            return ()
        case str():
            return (value,)
        case list() if all(isinstance(each, str) for each in value):
            return tuple(value)
    return None


def _share(place: Place, line: Line, name: str) -> Fraction | None:
    value = line.get(name)
    if value is None:
        return None
    if isinstance(value, (str, int, float)) and not isinstance(value, bool) and SHARE.fullmatch(str(value)):
        share = Fraction(str(value))
        if 0 <= share <= 1:
            return share
    place.error(name, "not-a-share", N_("%(name)s 应当是 0 到 1 之间的小数，例如 0.63。"), name=name)
    return None


def _can_be_kept(data: object) -> bool:
    """Return whether all texts can be stored: no NUL, no half of a surrogate pair."""
    match data:
        case str():
            return not UNKEPT.search(data)
        case dict():
            return all(_can_be_kept(key) and _can_be_kept(value) for key, value in data.items())
        case list():
            return all(_can_be_kept(each) for each in data)
    return True


def _word(value: object) -> str:
    return "" if value is None else str(value)
