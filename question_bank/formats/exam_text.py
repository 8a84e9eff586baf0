"""Questions as plain text: exam papers with sections and keys at the end, and what 问卷星 gives to paste."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from question_bank.attached import Medium
from question_bank.formats import answers, effort, exam_key, exam_materials, exam_right
from question_bank.formats.drafts import Draft, is_counted, reading
from question_bank.formats.exam_right import BEGIN_RIGHT, BEGIN_SET, RIGHT
from question_bank.formats.kinds import GROUP, kind_of, unsupported_name
from question_bank.formats.reading import Reading
from question_bank.formats.text import decoded
from question_bank.problems import N_, WARNING, Problem, Unreadable
from question_bank.question import CHOICES, LETTERS

NUMBERED = re.compile(
    r"\s*(?:[(（]\s*(\d{1,4})\s*[)）]|(\d{1,4})\s*(?:\.(?!\d)|[．、)）])|第\s*(\d{1,4})\s*题[:：.、]?)\s*"
)
SECTION = re.compile(r"\s*(?:第?([一二三四五六七八九十]{1,3})\s*(?:[、.．:：]|部分|大题)\s*)?(.{0,60})")
TYPED = re.compile(r"[\[【(（]\s*([^\]】)）]{1,8}题)\s*[\]】)）]")
POINTS = re.compile(r"[\[【(（]\s*(?:分值\s*[:：]?\s*)?\d{1,3}(?:\.\d)?\s*分?\s*[\]】)）]\s*$")
FIELD = re.compile(
    r"\s*(?:【\s*(答案|正确答案|参考答案|标准答案|解析|答案解析|试题解析|详解|难度|知识点|考点|标签|来源|出处)\s*】[:：]?"
    r"|(答案解析|正确答案|参考答案|标准答案|答案|解析|试题解析|详解|难度|知识点|考点|标签|来源|出处)\s*[:：])\s*(.*)",
    re.DOTALL,
)
OWN_ANSWER = re.compile(r"\s*(?:我的|学生|你的|您的|考生)答案\s*[:：]")  # what somebody once answered
RIGHT_ANSWER = re.compile(r"(?:正确|标准|参考)答案\s*[:：]\s*([^;；]{1,200})")
SCORE = re.compile(r"\s*(?:本题)?(?:得分|分值|分数)\s*[:：]\s*\d{1,3}(?:\.\d{1,2})?\s*分?\s*")
BARE_GAP = re.compile(r"[_＿\s]{3,400}")
BULLET = re.compile(r"^\s*(?:[○◯□☐]|[(（\[]\s*[)）\]])\s*")
OPTION = re.compile(r"\s*[(（]?([A-Za-z])\s*(?:[.．、:：]|[)）])\s*")
FIRST_MARK = re.compile(r"[\s\ue000\ue002]*[(（]?[A-Za-zＡ-Ｚａ-ｚ]\s*[.．、:：)）]\s*")
NEXT_OPTION = {
    letter: re.compile(
        r"(?:(?<=[\s　;；,，\ue000-\ue003])|(?<=[\u4e00-\u9fff]))[\ue000\ue002]*[(（]?"
        rf"[{letter}{chr(ord(letter) + 0xFEE0)}]\s*[.．、:：)）]\s*"
    )
    for letter in LETTERS
}
MOST_WAITING = 50  # questions without an answer of their own, before a key is looked for behind them
FACETS = {"知识点": "topic", "考点": "topic", "标签": "topic", "来源": "source", "出处": "source"}
SEVERAL = re.compile(r"[;；、,，|\s]+")


@dataclass(frozen=True)
class Line:
    """One line of a paper."""

    row: int
    text: str
    media: tuple[Medium, ...] = ()


@dataclass
class _Asked:
    """One question as it is gathered."""

    row: int
    number: int
    section: int  # 0: none
    kind: str  # of KINDS, another word for what is not ours, "" while nobody has said
    lines: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)  # answer, explanation, difficulty
    tags: list[str] = field(default_factory=list)
    media: list[Medium] = field(default_factory=list)
    material: exam_materials.Shared | None = None
    last: str = "stem"  # what the next line goes on with
    raw: list[str] = field(default_factory=list)


def read(content: bytes, scale: Mapping[str, str] | None = None) -> Reading:
    """Return what a paper written as plain text holds."""
    rows = decoded(content).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return read_lines(_lines(rows), scale, lambda row: islice(rows, row, None))


def _lines(rows: Sequence[str]) -> Iterator[Line]:
    """Yield the lines of a text, and of several empty ones the first."""
    was_empty = False
    for row, line in enumerate(rows, 1):
        is_empty = not line or line.isspace()
        if not (is_empty and was_empty):
            yield Line(row, line)
        was_empty = is_empty


def read_lines(
    lines: Iterable[Line], scale: Mapping[str, str] | None, behind: Callable[[int], Iterable[str]]
) -> Reading:
    """Return the questions of a paper, from its lines.

    `behind`: the texts that stand behind a row, to look for a key before the lines between have come.
    """
    paper = _Paper()
    tried = list(_tried(paper, lines, behind))
    paper.materials.end()
    keys, explained, unread = exam_key.key_of(paper.key)
    paper.left += unread
    numbers = Counter(asked.number for asked in paper.asked)
    drafts = []
    for asked, (keyed, draft) in zip(paper.asked, tried, strict=True):
        words, said_of = _keyed(explained, asked, numbers), _keyed(keys, asked, numbers)
        if words:
            asked.said.setdefault("explanation", words)
        drafts.append(draft if keyed == said_of and not words else _draft(asked, said_of))
    said = []
    if paper.left:
        first = "；".join(text[:20] for text in paper.left[:3])
        values = {"count": len(paper.left), "first": first}
        said.append(Problem("", 0, "", "text-left-out", LEFT_OUT, WARNING, values))
    if keys:
        listed = "、".join(str(number) for _, number in list(keys)[:20])
        said.append(Problem("", 0, "", "key-left-over", KEY_LEFT, WARNING, {"numbers": listed}))
    return reading(drafts, scale, *said)


def _tried(
    paper: _Paper, lines: Iterable[Line], behind: Callable[[int], Iterable[str]]
) -> Iterator[tuple[str, Draft]]:
    """Yield what each question comes to once the next begins, and what a key seems to say of it.

    So the time that a paper takes is known to be worth it while it is gathered; see `effort`.
    """
    ahead: exam_key.Ahead | None = None
    done = waiting = 0
    for line in chain(lines, (None,)):
        if line is not None:
            paper.take(line)
        while done < len(paper.asked) - (line is not None):
            asked = paper.asked[done]
            done += 1
            keyed, draft = "", _draft(asked, "")
            if not is_counted(draft):
                waiting += 1
                if waiting > MOST_WAITING and ahead is None:
                    ahead = exam_key.Ahead(behind(asked.row))
                if ahead is not None and (keyed := ahead.of(asked.section, asked.number, done)):
                    draft = _draft(asked, keyed)
                    is_counted(draft)
                effort.begun()
            yield keyed, draft


def _keyed(keys: exam_key.Key, asked: _Asked, numbers: Mapping[int, int]) -> str:
    """Return what the key at the end says of a question, and take it out of the key."""
    if found := keys.pop((asked.section, asked.number), ""):
        return found
    return keys.pop((0, asked.number), "") if numbers[asked.number] == 1 else ""


class _Paper:
    def __init__(self) -> None:
        self.asked: list[_Asked] = []
        self.left: list[str] = []  # lines that belong to no question
        self.key: list[str] = []
        self.is_key = False
        self.section, self.kind = 0, ""
        self.is_opening = False  # no question of the section has come
        self.materials = exam_materials.Materials(self.left)
        self.after_blank = True
        self.is_titled = False

    def take(self, line: Line) -> None:
        text = exam_key.tidy(line.text)
        plain = RIGHT.sub("", text)
        if not plain.strip():
            self.after_blank = True
            return
        if self.is_key:
            self.key.append(plain[: exam_key.LONGEST_LINE])
        elif self.asked and exam_key.is_heading(plain):
            self.is_key = True
        elif self.asked and (inline := exam_key.inline(plain, bool(self.key))):
            self.key.append(inline)
        elif self._take_section(plain) or self._take_material(line, plain):
            pass
        elif not self._begin(line, text):
            self._go_on(line, text)
        self.after_blank = False

    def _take_section(self, text: str) -> bool:
        """Take a heading that names the kind of what follows."""
        found = SECTION.match(text)
        if found is None or FIELD.match(text) or (self.asked and OPTION.match(text)):
            return False  # an option may be "D. 复合材料"
        word = re.split(r"[(（:：]", found[2])[0].strip()
        kind = kind_of(word) or unsupported_name(word)
        if not kind or not (found[1] or word == text or re.fullmatch(r".{2,8}题", word)):
            return False
        if not found[1] and len(word) > 8:
            return False
        self.section += 1
        self.kind, self.is_opening = kind, True
        self.materials.begin_section(text if kind == GROUP else "")
        return True

    def _take_material(self, line: Line, text: str) -> bool:
        """Take a line of a material, or the one that begins it."""
        if NUMBERED.match(text) or FIELD.match(text) or any(_kind(t[1]) for t in TYPED.finditer(text)):
            return False
        last = self.asked[-1] if self.asked else None
        is_said = last is not None and not self.after_blank and last.last in last.said
        if self.materials.is_open or is_said or OPTION.match(text):
            return self.materials.go_on(text, line.media)
        is_free = self.is_opening or self.after_blank
        options = last.options if last is not None else []
        return self.materials.begin(text, line.media, self.kind == GROUP, is_free, options)

    def _begin(self, line: Line, text: str) -> bool:
        """Begin a question where a number, or a kind in brackets, stands."""
        if NUMBERED.match(RIGHT.sub("", text[:20])):
            text = text.lstrip(f"{BEGIN_RIGHT}{BEGIN_SET}")  # the number is set apart, too
        numbered = NUMBERED.match(text)
        typed = next((t for t in TYPED.finditer(text) if _kind(t[1])), None)
        is_next = (
            self.after_blank and self.asked and self.asked[-1].said.get("answer") and not OPTION.match(text)
        )
        if not numbered and not typed and not (is_next and not FIELD.match(text)):
            return False
        number = int(next(filter(None, numbered.groups()))) if numbered else len(self.asked) + 1
        body = text[numbered.end() :] if numbered else text
        asked = _Asked(line.row, number, self.section, _kind(typed[1]) if typed else self.kind)
        if typed:
            body = body.replace(typed[0], "", 1)
            body = body.rstrip().removesuffix("*")  # 问卷星 marks what must be answered
        asked.lines = [POINTS.sub("", body).strip()]
        asked.media, asked.raw = list(line.media), [text]
        self.asked.append(asked)
        if len(self.asked) > effort.MOST_QUESTIONS:
            raise Unreadable("too-many-rows", effort.TOO_MANY, most=effort.MOST_QUESTIONS)
        self.is_opening = False
        asked.material = self.materials.about(number)
        if asked.material is not None and asked.kind == GROUP:
            asked.kind = ""
        self._split_options(asked)
        return True

    def _split_options(self, asked: _Asked) -> None:
        """Take options that stand behind the stem on its own line."""
        found = NEXT_OPTION["A"].search(asked.lines[0])
        if found and NEXT_OPTION["B"].search(asked.lines[0], found.end()):
            stem, rest = asked.lines[0][: found.start()], asked.lines[0][found.start() :]
            asked.lines = [stem.strip()]
            _take_options(asked, rest)

    def _go_on(self, line: Line, text: str) -> None:
        if not self.asked:
            if self.is_titled:
                self.left.append(text)
                self.materials.tail.append((text, line.media))
            self.is_titled = True  # the first line of a paper is its title
            return
        asked = self.asked[-1]
        asked.raw.append(text)
        asked.media += line.media
        if _take_said(asked, RIGHT.sub("", text)):
            return
        if _take_options(asked, text):
            asked.last = "options"
            self.materials.tail.clear()
        elif asked.last == "stem" and asked.kind in CHOICES and TYPED.search(asked.raw[0]):
            asked.options.append(BULLET.sub("", text))  # 问卷星 writes options without letters
        elif asked.last == "stem":
            asked.lines.append(text)
        elif asked.last == "options" and not self.after_blank:
            asked.options[-1] += f"\n{text}"
            self.materials.tail.append((text, line.media))
        elif asked.last in asked.said:
            asked.said[asked.last] += f"\n{text}"
        else:
            self.left.append(text)
            self.materials.tail.append((text, line.media))


def _kind(word: str) -> str:
    return kind_of(word) or unsupported_name(word)


def _take_options(asked: _Asked, text: str) -> bool:
    """Take the options that stand on a line, the next letter first; returns whether there were any."""
    found = OPTION.match(unicodedata.normalize("NFKC", RIGHT.sub("", text)[:6]))
    mark = FIRST_MARK.match(text)
    if found is None or mark is None or len(asked.options) >= len(LETTERS):
        return False
    if found[1].upper() != LETTERS[len(asked.options)]:
        return False
    rest, asked.last = text, "options"
    while mark is not None:
        begun, rest = "".join(set(mark[0]) & {BEGIN_RIGHT, BEGIN_SET}), rest[mark.end() :]
        following = LETTERS[len(asked.options) + 1 :][:1]
        mark = NEXT_OPTION[following].search(rest) if following else None
        piece = rest if mark is None else rest[: mark.start()]
        asked.options.append(begun + piece.strip(" \t　;；"))
        rest = rest[len(piece) :]
        if mark is not None:
            mark = re.compile(re.escape(mark[0])).match(rest)
    return True


def _take_said(asked: _Asked, text: str) -> bool:
    """Take a line that says something about a question; returns whether it did."""
    if own := OWN_ANSWER.match(text):
        if right := RIGHT_ANSWER.search(text, own.end()):
            _take_field(asked, "答案", right[1].strip())
        return True
    if found := FIELD.fullmatch(text):
        _take_field(asked, (found[1] or found[2]), found[3].strip())
        return True
    is_bare = asked.kind == "fill" and BARE_GAP.fullmatch(text) is not None
    return is_bare or SCORE.fullmatch(text) is not None


def _take_field(asked: _Asked, name: str, value: str) -> None:
    if name in FACETS:
        facet = FACETS[name]
        values = [value] if facet == "source" else SEVERAL.split(value)
        asked.tags += [f"{facet}:{each}" for each in values if each]
    elif name == "难度":
        asked.said["difficulty"] = value
        asked.tags.append(f"difficulty:{value}")
    else:
        field_name = "explanation" if name.endswith(("解析", "详解")) else "answer"
        asked.said[field_name] = value
        asked.last = field_name


def _draft(asked: _Asked, keyed: str) -> Draft:
    draft = Draft(
        asked.row, asked.kind, tags=asked.tags, media=[*dict.fromkeys(asked.media)], raw="\n".join(asked.raw)
    )
    if asked.material is not None:
        asked.material.give(draft)
    stem = RIGHT.sub("", "\n".join(asked.lines)).strip()
    stem, inside = exam_right.without_answer(stem, bool(asked.options), asked.kind)
    written = asked.said.get("answer") or keyed or inside
    draft.explanation = asked.said.get("explanation", "").strip()
    options, marked = exam_right.options(asked.options)
    if not marked and not written:
        marked = exam_right.set_apart(asked.options)
    draft.kind = asked.kind or exam_right.guessed(options, written, stem)
    if draft.kind in ("single", "multiple") and asked.kind in ("", "single") and not marked:
        marked = set(answers.letters(written))
        if not asked.kind:
            draft.kind = "multiple" if len(marked) > 1 else "single"
    draft.stem = stem
    if draft.kind == "true_false":
        exam_right.truth(draft, options, marked, written)
    elif draft.kind == "fill":
        draft.gaps = exam_right.gaps(stem, written)
    elif draft.kind in ("single", "multiple", "indefinite"):
        right = marked or set(answers.letters(written)) or set(answers.texts(written, options))
        if not asked.kind and len(right) > 1:
            draft.kind = "multiple"
        exam_right.choices(draft, options, right)
    return draft


LEFT_OUT = N_("有 %(count)s 行不属于任何一题，没有导入：%(first)s…。题目要以题号开头。")
KEY_LEFT = N_("答案表里第 %(numbers)s 题没有对应的题目，请核对题号。")
