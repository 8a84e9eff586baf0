"""The one table of formats: what reads a file, what writes it.

A format's module is loaded when it is first used: the reading process starts in a third of the time so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from question_bank.formats.reading import Reading
from question_bank.formats.tables import Sheet
from question_bank.formats.told import Told
from question_bank.problems import N_
from question_bank.question import Question

Scale = Mapping[str, str] | None


@dataclass(frozen=True)
class Format:
    """One format; `read` and `sheets` open files and belong into the reading process."""

    label: str
    suffix: str  # of the files that are written
    media_type: str
    read: Callable[[bytes, Scale], Reading]
    sheets: Callable[[bytes], Sequence[Sheet]] | None = None
    asking: Callable[[bytes, Told], Sequence[Sheet]] | None = None  # those without questions cut short
    write: Callable[[Iterable[Question]], bytes] | None = None
    carries: Callable[[Question], bool] | None = None  # what it can hold without loss; None: every question


@dataclass(frozen=True)
class Late:
    """A function whose module is loaded when it is first called, or before by `load`."""

    module: str
    function: str

    def load(self) -> Any:  # Any: whatever that function is
        """Load the module and return the function."""
        return getattr(import_module(f"question_bank.formats.{self.module}"), self.function)

    def __call__(self, *given: Any) -> Any:
        return self.load()(*given)


def _in(module: str, function: str) -> Late:
    return Late(module, function)


def _rows(name: str) -> Callable[[bytes, Scale], Reading]:
    """Return a reader of questions from the sheets that a function of `beginning` finds."""
    sheets, read = _in("beginning", name), _in("sheets_in", "read")

    def called(content: bytes, scale: Scale) -> Reading:
        found: Reading = read(sheets(content), scale)
        return found

    return called


FORMATS = {
    "workbook": Format(
        N_("Excel 工作簿"),
        ".xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _rows("workbook"),
        _in("workbook_in", "sheets"),
        _in("beginning", "workbook"),
        _in("workbook_out", "write"),
        _in("workbook_out", "carries"),
    ),
    "csv": Format(
        N_("CSV 表格"),
        ".csv",
        "text/csv",
        _rows("csv"),
        _in("csv_in", "sheets"),
        _in("beginning", "csv"),
    ),
    "jsonl": Format(
        N_("JSON Lines（不丢信息）"),
        ".jsonl",
        "application/jsonl",
        _in("jsonl", "read"),
        write=_in("jsonl", "write"),
        carries=_in("jsonl", "carries"),
    ),
    "gift": Format(
        N_("GIFT（Moodle 文本）"),
        ".gift",
        "text/plain",
        _in("gift_in", "read"),
        write=_in("gift_out", "write"),
        carries=_in("gift_out", "carries"),
    ),
    "moodle_xml": Format(
        N_("Moodle XML"),
        ".xml",
        "application/xml",
        _in("moodle_in", "read"),
        write=_in("moodle_out", "write"),
        carries=_in("moodle_out", "carries"),
    ),
    "package": Format(
        N_("QTI 2.1 题包（Canvas、Blackboard 等）"),
        ".zip",
        "application/zip",
        _in("packages", "read"),
        write=_in("qti_out", "write"),
        carries=_in("qti_out", "carries"),
    ),
    "package_3": Format(
        N_("QTI 3.0 题包"),
        ".zip",
        "application/zip",
        _in("packages", "read"),
        write=_in("qti_out", "write_3"),
        carries=_in("qti_out", "carries"),
    ),
    "qti_xml": Format(N_("QTI 题目（XML）"), ".xml", "application/xml", _in("packages", "read_xml")),
    "word": Format(
        N_("Word 文档"),
        ".docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        _in("word_in", "read"),
    ),
    "exam_text": Format(N_("试卷文本（问卷星等）"), ".txt", "text/plain", _in("exam_text", "read")),
    "examview": Format(N_("ExamView（XML）"), ".xml", "application/xml", _in("examview_in", "read")),
    "blackboard_text": Format(N_("Blackboard 文本"), ".txt", "text/plain", _in("tab_text", "read")),
    "webct": Format(N_("WebCT 文本"), ".txt", "text/plain", _in("webct_in", "read")),
    "opentdb": Format(N_("Open Trivia JSON"), ".json", "application/json", _in("opentdb_in", "read")),
    "aiken": Format(
        N_("Aiken（单选题文本）"),
        ".txt",
        "text/plain",
        _in("aiken", "read"),
        write=_in("aiken", "write"),
        carries=_in("aiken", "carries"),
    ),
}
WRITTEN = tuple(name for name, each in FORMATS.items() if each.write is not None)


def write(questions: Iterable[Question], name: str) -> bytes:
    """Return questions as a file of the format with this name; raises KeyError for one without a writer."""
    writer = FORMATS[name].write
    if writer is None:
        raise KeyError(name)
    return writer(questions)


def left_out(questions: Iterable[Question], name: str) -> dict[str, int]:
    """Return how many questions of each kind a format cannot hold without loss."""
    carries = FORMATS[name].carries
    return dict(Counter(each.kind for each in questions if carries is not None and not carries(each)))
