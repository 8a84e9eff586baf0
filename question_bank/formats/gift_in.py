"""GIFT, the text in which Moodle keeps questions; missing-word files are GIFT with the gap inside the text.

A blank line ends a question. Texts are cut at marks that no backslash precedes; only then are they unescaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from question_bank.formats.checks import LONGEST_STEM
from question_bank.formats.drafts import (
    FULL,
    NONE,
    TRUE_FALSE,
    WILDCARD,
    Choice,
    Draft,
    accepted,
    choice_kind,
    number,
    numeric,
    reading,
    share_of,
    unpaired,
)
from question_bank.formats.kinds import DESCRIPTION, ESSAY
from question_bank.formats.markup import text_of
from question_bank.formats.materials import with_materials
from question_bank.formats.pictures import Pictures
from question_bank.formats.reading import Reading
from question_bank.formats.text import decoded
from question_bank.gaps import Accepted, Gap, short
from question_bank.problems import N_

RAW = re.compile(r"\\([\\~=#{}:\[\]n])")
FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]")
NAMED = re.compile(r"\s*::((?:[^\\:]|\\.|:(?!:))*)::", re.DOTALL)
TOLD = re.compile(r"\[(id|tag):((?:[^\\\[\]]|\\.)+)\]")
WEIGHT = re.compile(r"\s*%([-+]?[\d.]{1,20})%")
TRUE, FALSE = ("T", "TRUE"), ("F", "FALSE")
MARKS = r"\~=#{}"
MOST_MARKS = 20_000  # in one question; cutting at more of them takes its time and its memory
BLANK = " _____ "


def read(content: bytes, scale: Mapping[str, str] | None = None) -> Reading:
    """Return what a GIFT file holds."""
    return reading(with_materials(_drafts(decoded(content))), scale)


def _drafts(text: str) -> Iterator[Draft]:
    category = ""
    for block in _blocks(text):
        if block.category is not None:
            category = block.category
        if block.text.strip():
            draft = _draft(block)
            draft.tags += [f"category:{category}"] if category else []
            draft.group = category
            yield draft


@dataclass
class _Block:
    line: int
    text: str
    told: list[tuple[str, str]]  # id and tags, from comments
    category: str | None = None


def _blocks(text: str) -> Iterator[_Block]:
    """Yield what stands between blank lines, without comments."""
    block = _Block(0, "", [])
    lines: list[str] = []
    for row, line in enumerate([*text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), ""], 1):
        begun = line.lstrip()
        if not begun:
            if lines or block.category is not None:
                block.text = "\n".join(lines)
                yield block
            block, lines = _Block(0, "", []), []
        elif begun.startswith("//"):
            block.told += [(kind, _unescaped(value)) for kind, value in TOLD.findall(line)]
        elif begun.startswith("$CATEGORY:"):
            block.category = category_of(begun.removeprefix("$CATEGORY:"))
        else:
            block.line = block.line or row
            lines.append(line)


def category_of(path: str) -> str:
    """Return a category's path without the place it hangs at ($course$/top/…)."""
    return re.sub(r"^\$\w+\$/", "", path.strip()).removeprefix("top/").strip()


def _draft(block: _Block) -> Draft:
    pictures = Pictures()
    draft = _read(block, pictures)
    pictures.finish(draft)
    return draft


def _read(block: _Block, pictures: Pictures) -> Draft:
    draft = Draft(block.line, DESCRIPTION, raw=block.text)
    draft.external_id = next((value for kind, value in block.told if kind == "id"), "")
    draft.tags = [value for kind, value in block.told if kind == "tag"]
    rest = block.text
    if named := NAMED.match(rest):
        rest = rest[named.end() :]
    found = FORMAT.match(rest)
    usual = found[1] if found else "moodle"
    rest = rest[found.end() :] if found else rest
    if sum(rest.count(mark) for mark in MARKS) > MOST_MARKS:
        draft.kind, draft.stem, draft.raw = "single", rest[:LONGEST_STEM], rest[:LONGEST_STEM]
        draft.faults.append(("too-many-marks", TOO_MANY_MARKS, {"most": MOST_MARKS}))
        return draft
    opens = _cut(rest, "{")
    if len(opens) == 1:
        draft.stem = _text(rest, usual, pictures)
        return draft
    inside = _cut(opens[1] if len(opens) == 2 else "{".join(opens[1:]), "}")
    if len(inside) == 1 or len(opens) > 2:
        draft.kind, draft.stem = "single", _text(opens[0], usual, pictures)
        draft.faults.append(("broken-gift", BROKEN, {}))
        return draft
    after = "}".join(inside[1:])
    draft.stem = _text(f"{opens[0]}{BLANK}{after}" if after.strip() else opens[0], usual, pictures)
    _Answers(draft, usual, pictures).take(inside[0])
    return draft


@dataclass
class _Answers:
    draft: Draft
    usual: str  # the format of texts that name none
    pictures: Pictures

    def take(self, inside: str) -> None:
        inside, general = _halved(inside, "####")
        self.draft.explanation = self.text(general)
        said = inside.strip()
        word, *feedback = _cut(said, "#") if not said.startswith("#") else [""]
        if not said:
            self.draft.kind = ESSAY
        elif said.startswith("#"):
            self._numbers(said[1:])
        elif word.strip().upper() in (*TRUE, *FALSE):
            self._true_false(word.strip().upper() in TRUE, feedback)
        else:
            self._choices(_answers(said))

    def text(self, written: str) -> str:
        return _text(written, self.usual, self.pictures)

    def _true_false(self, said: bool, feedback: list[str]) -> None:
        """Take what is right; the first feedback is for the wrong answer, the second for the right one."""
        wrong, right = [*(self.text(each) for each in feedback), "", ""][:2]
        self.draft.kind = "true_false"
        self.draft.choices = [
            Choice(text, FULL if is_right else NONE, right if is_right else wrong)
            for text, is_right in zip(TRUE_FALSE, (said, not said), strict=True)
        ]

    def _choices(self, answers: list[tuple[str, str]]) -> None:
        marks = {mark for mark, _ in answers}
        pairs = [_halved(text, "->") for _, text in answers]
        if not answers or "" in marks:
            self.draft.kind = "single"
            self.draft.faults.append(("broken-gift", BROKEN, {}))
        elif marks == {"="} and any(len(_cut(text, "->")) > 1 for _, text in answers):
            self._matching(pairs)
        elif "~" in marks:
            self.draft.choices = [self._choice(mark, text) for mark, text in answers]
            self.draft.kind = "single" if "=" in marks else choice_kind(self.draft.choices)
        else:
            self.draft.kind = "fill"
            choices = [self._choice(mark, text) for mark, text in answers]
            self.draft.gaps = [accepted(choices)]
            if any("*" in each.text and each.share > 0 for each in choices):
                self.draft.odd.append(("wildcard", WILDCARD, {}))
            if left := sum(bool(each.feedback) for each in choices if each.share <= 0):
                self.draft.odd.append(("feedback", FEEDBACK_LEFT, {"count": left}))

    def _choice(self, mark: str, written: str) -> Choice:
        share = FULL if mark == "=" else NONE
        if weight := WEIGHT.match(written):
            given = share_of(weight[1])
            written, share = written[weight.end() :], share if given is None else given
        text, feedback = _halved(written, "#")
        return Choice(self.text(text), share, self.text(feedback))

    def _matching(self, written: list[tuple[str, str]]) -> None:
        found = unpaired((self.text(left), self.text(right)) for left, right in written)
        self.draft.kind = "match"
        self.draft.choices, self.draft.prompts, self.draft.arranged = found

    def _numbers(self, written: str) -> None:
        self.draft.kind = "fill"
        answers = _answers(written)
        found: list[Accepted] = []
        for mark, each in answers if answers[0][0] else [("=", written)]:
            choice = self._choice(mark, each)
            if choice.share <= 0:
                if choice.feedback:
                    self.draft.feedback["wrong"] = choice.feedback
                continue
            span = _span(choice.text)
            if span is None:
                self.draft.faults.append(("not-a-number", NOT_A_NUMBER, {"text": choice.text[:40]}))
            else:
                found.append(Accepted(span[0], span[1], choice.share, choice.feedback))
        self.draft.gaps = [Gap(tuple(found))]


def _span(text: str) -> tuple[str, Fraction] | None:
    """Return the number and how far it may be off: "3.14", "3.14:0.01" or "3.1..3.2"."""
    low, is_range, high = text.partition("..")
    middle, is_about, off = text.partition(":")
    first, second = (low, high) if is_range else (middle, off if is_about else "0")
    one, two = number(first), number(second)
    if one is None or two is None:
        return None
    if not is_range:
        return first.strip(), abs(two)
    centre, tolerance = numeric(one, two)
    return short(centre), tolerance


def _answers(written: str) -> list[tuple[str, str]]:
    """Return the answers with their marks; what stands before the first mark has none."""
    found: list[tuple[str, str]] = []
    mark = ""
    piece: list[str] = []
    for each in re.findall(r"\\.|[~=]|[^\\~=]+|\\", written, re.DOTALL):
        if each in ("~", "="):
            if mark or "".join(piece).strip():
                found.append((mark, "".join(piece)))
            mark, piece = each, []
        else:
            piece.append(each)
    if mark or "".join(piece).strip():
        found.append((mark, "".join(piece)))
    return found


def _cut(text: str, mark: str) -> list[str]:
    """Return the pieces of a text between marks that no backslash precedes."""
    pieces: list[str] = []
    piece: list[str] = []
    for each in re.findall(rf"\\.|{re.escape(mark)}|[^\\{re.escape(mark[0])}]+|.", text, re.DOTALL):
        if each == mark:
            pieces.append("".join(piece))
            piece = []
        else:
            piece.append(each)
    return [*pieces, "".join(piece)]


def _halved(text: str, mark: str) -> tuple[str, str]:
    first, *rest = _cut(text, mark)
    return first, mark.join(rest)


def _text(written: str, usual: str, pictures: Pictures) -> str:
    """Return a text as it is meant: its own format or the question's, unescaped."""
    found = FORMAT.match(written)
    form = found[1] if found else usual
    body = written[found.end() :] if found else written
    if form == "html":
        return text_of(_unescaped(body.strip()), pictures.name_of)
    if form == "moodle":
        body = " ".join(body.split())
    return _unescaped(body).strip()


def _unescaped(text: str) -> str:
    return RAW.sub(lambda found: "\n" if found[1] == "n" else found[1], text)


FEEDBACK_LEFT = N_("有 %(count)s 条给错误答案的反馈没有导入：填空题只保留给正确答案和所有错误答案的反馈。")
BROKEN = N_("大括号 { } 没有配对，或里面没有 = 和 ~ 标记，这一题读不出来。请补上；题目之间要空一行。")
TOO_MANY_MARKS = N_("这一题里的 ~ = # { } 等标记超过 %(most)s 个，没有读。题目之间要空一行。")
NOT_A_NUMBER = N_("“%(text)s”不是数字。数字题请写成 {#3.14:0.01} 或 {#3.1..3.2}。")
