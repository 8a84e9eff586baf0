"""What a reading may cost: time in proportion to the questions that it has found.

A file that attacks keeps a reader busy and brings no questions; a large bank brings thousands a second. So
the reading process has a moment that is free, and further time for each question. It counts its own time on
the processor: a busy machine refuses nothing that an idle one reads. See docs/decisions/0098.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from question_bank.problems import N_, Unreadable

MOST_QUESTIONS = 100_000  # of one file
FREE_S = 0.3
QUESTIONS_A_SECOND = 500  # a fifth of what the slowest reader finds
BEGINNINGS = 20  # are worth the time of one question
MOST_BEGUN = 1_000  # of those that count: 0.1 s
LOOK_S = 0.05
MOST_HOPELESS_ROWS = 2_000  # of a table: fewer are all shown, to be mended or read otherwise
WORTHLESS = 50  # so many of them for each question


class _Found:
    questions = 0
    begun = 0


def found() -> None:
    """Note that a reading has come upon a question more."""
    _Found.questions += 1


def begun() -> None:
    """Note a beginning whose answer may come later: a little of what a question is worth, up to a limit."""
    if _Found.begun < MOST_BEGUN:
        _Found.begun += 1


@contextmanager
def in_proportion() -> Iterator[None]:
    """End what runs inside with Unreadable once it takes longer than what it has found is worth."""
    started = time.process_time()

    def look(_signal: int, _frame: FrameType | None) -> None:
        worth = _Found.questions + _Found.begun / BEGINNINGS
        if time.process_time() - started > FREE_S + worth / QUESTIONS_A_SECOND:
            raise Unreadable("few-questions", FEW, count=_Found.questions)

    _Found.questions = _Found.begun = 0
    signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, LOOK_S, LOOK_S)  # again and again: a reader may catch the first one
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


class Hopeless:
    """Counts the rows of a table that come to no question."""

    def __init__(self) -> None:
        self.rows = self.questions = 0

    def note(self, is_question: bool) -> None:
        """Note a row; raises Unreadable once nearly all of very many are no questions."""
        self.rows += 1
        self.questions += is_question
        left = self.rows - self.questions
        if left > MOST_HOPELESS_ROWS and left > WORTHLESS * self.questions:
            raise Unreadable("few-questions", HOPELESS, count=self.rows)


HOPELESS = N_("读了 %(count)s 行，几乎都读不成题，已停止。请核对表头、题型和答案的写法，先用少量题目试一试。")
TOO_MANY = N_("文件里超过 %(most)s 道题，请分成几个文件上传。")
FEW = N_("读了很久只找到 %(count)s 道题，已停止：这不像题库。请只把题目复制到新的文件再上传。")
