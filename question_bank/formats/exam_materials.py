"""Materials in an exam paper: where one begins, which of its lines are text, which questions are about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from question_bank.attached import Material, Medium
from question_bank.formats import materials
from question_bank.formats.drafts import Draft

# A line that is nothing but the order to read; the numbers it names are those of the paper.
LEAD = re.compile(
    r"(?:[(（][一二三四五六七八九十]{1,3}[)）]\s*)?(?:[一二三四五六七八九十]{1,3}[、.．]\s*)?"
    r"请?(?:仔细|认真)?(?:阅读|根据|依据|结合|读|看|据此|分析|观察|[上下]图|回答|完成).{0,60}"
)
BEHIND = re.compile(r"据此|[以如]上|上[述图表]|这段")  # the order stands behind the text it speaks of
LABEL = re.compile(
    r"\s*(?:[(（][一二三四五六七八九十]{1,3}[)）]|【?(?:阅读)?材料\s*[一二三四五六七八九十\d]{0,3}\s*】?\s*[:：]|【材料.{0,3}】)\s*"
)
LONG = 30  # characters; a line of fewer is seldom a text


@dataclass
class Shared:
    """A material as it is gathered."""

    numbers: tuple[int, int] | None  # of its questions, (0, count), or None: all to the end of the section
    lines: list[str] = field(default_factory=list)
    media: list[Medium] = field(default_factory=list)
    asked: int = 0  # questions about it so far

    def take(self, text: str, media: Iterable[Medium]) -> None:
        """Take a line; the first that names or counts the questions decides which they are."""
        self.numbers = self.numbers or materials.told(text)
        self.lines.append(text)
        self.media += media

    def has(self, number: int) -> bool:
        """Return whether the next question, of this number, is about it."""
        if self.numbers is None:
            return True
        first, last = self.numbers
        return first <= number <= last if first else self.asked < last

    def give(self, draft: Draft) -> None:
        """Give a question the material; the order to read is left out where there is more than that."""
        text = [line for line in self.lines if not is_lead(line)] or self.lines
        text = [LABEL.sub("", line, count=1) if n == 0 else line for n, line in enumerate(text)]
        materials.give(draft, Material("\n".join(filter(None, text)).strip()), self.media)


def is_lead(line: str) -> bool:
    """Return whether a line only says for which questions one has to read."""
    return materials.told(line) is not None and LEAD.fullmatch(line) is not None


def is_behind(line: str) -> bool:
    """Return whether a line orders to answer by what stands before it, and has no text of its own."""
    return is_lead(line) and BEHIND.search(line) is not None and len(line) < LONG


class Materials:
    """The materials of a paper, one after another, as its lines come."""

    def __init__(self, left: list[str]) -> None:
        self.left = left  # takes the lines that belong to no question
        self.current: Shared | None = None
        self.tail: list[tuple[str, Sequence[Medium]]] = []  # what came behind the last option

    @property
    def is_open(self) -> bool:
        """Whether lines still belong to the text of a material."""
        return self.current is not None and not self.current.asked

    def go_on(self, text: str, media: Sequence[Medium]) -> bool:
        """Take a line of the material that is open; returns whether there is one."""
        if self.current is None or self.current.asked:
            return False
        self.current.take(text, media)
        return True

    def begin(
        self, text: str, media: Sequence[Medium], is_group: bool, is_free: bool, options: list[str]
    ) -> bool:
        """Take a line that begins a material; returns whether it does.

        That is one that names or counts its questions; in a part of the paper that is made of materials
        (`is_group`) also any that has a label or stands free. `options`: of the question before it.
        """
        numbers = materials.told(text)
        if numbers is None and not (is_group and (is_free or LABEL.match(text))):
            return False
        self.end()
        self.current = Shared(numbers)
        if is_behind(text):
            self._take_back(options)
        self.tail.clear()
        return self.go_on(text, media)

    def begin_section(self, heading: str) -> None:
        """End what is not about numbers; the heading of a part made of materials may name its questions."""
        if self.current is not None and not (self.current.numbers or (0, 0))[0]:
            self.end()
        if heading and materials.told(heading):
            self.begin(heading, (), True, True, [])

    def about(self, number: int) -> Shared | None:
        """Return what the next question, of this number, is about; one about nothing ends the material."""
        self.tail.clear()
        if self.current is None or not self.current.has(number):
            self.end()
            return None
        self.current.asked += 1
        return self.current

    def end(self) -> None:
        """Let no more questions be about the material; where none was, its lines belong to none."""
        if self.current is not None and not self.current.asked:
            self.left += self.current.lines
        self.current = None

    def _take_back(self, options: list[str]) -> None:
        """Give the material the lines that were thought to belong to no question, or to an option."""
        texts = [text for text, _ in self.tail]
        if texts and self.left[-len(texts) :] == texts:
            del self.left[-len(texts) :]
        elif texts and options:
            options[-1] = options[-1].removesuffix("\n" + "\n".join(texts))
        for text, media in self.tail:
            self.go_on(text, media)
