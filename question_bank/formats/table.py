"""The one table of formats: what reads a file, what writes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from question_bank.formats import (
    aiken,
    csv_in,
    exam_text,
    examview_in,
    gift_in,
    gift_out,
    jsonl,
    moodle_in,
    moodle_out,
    opentdb_in,
    packages,
    qti_out,
    sheets_in,
    tab_text,
    webct_in,
    word_in,
    workbook_in,
    workbook_out,
)
from question_bank.formats.reading import Reading
from question_bank.formats.tables import Sheet
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
    write: Callable[[Iterable[Question]], bytes] | None = None
    carries: Callable[[Question], bool] | None = None  # what it can hold without loss; None: every question


FORMATS = {
    "workbook": Format(
        N_("Excel 工作簿"),
        ".xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        lambda content, scale: sheets_in.read(workbook_in.sheets(content), scale),
        workbook_in.sheets,
        workbook_out.write,
        workbook_out.carries,
    ),
    "csv": Format(
        N_("CSV 表格"),
        ".csv",
        "text/csv",
        lambda content, scale: sheets_in.read(csv_in.sheets(content), scale),
        csv_in.sheets,
    ),
    "jsonl": Format(
        N_("JSON Lines（不丢信息）"),
        ".jsonl",
        "application/jsonl",
        jsonl.read,
        write=jsonl.write,
    ),
    "gift": Format(
        N_("GIFT（Moodle 文本）"),
        ".gift",
        "text/plain",
        gift_in.read,
        write=gift_out.write,
        carries=gift_out.carries,
    ),
    "moodle_xml": Format(
        N_("Moodle XML"),
        ".xml",
        "application/xml",
        moodle_in.read,
        write=moodle_out.write,
        carries=moodle_out.carries,
    ),
    "package": Format(
        N_("QTI 2.1 题包（Canvas、Blackboard 等）"),
        ".zip",
        "application/zip",
        packages.read,
        write=qti_out.write,
        carries=qti_out.carries,
    ),
    "package_3": Format(
        N_("QTI 3.0 题包"),
        ".zip",
        "application/zip",
        packages.read,
        write=qti_out.write_3,
        carries=qti_out.carries,
    ),
    "qti_xml": Format(N_("QTI 题目（XML）"), ".xml", "application/xml", packages.read_xml),
    "word": Format(
        N_("Word 文档"),
        ".docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        word_in.read,
    ),
    "exam_text": Format(N_("试卷文本（问卷星等）"), ".txt", "text/plain", exam_text.read),
    "examview": Format(N_("ExamView（XML）"), ".xml", "application/xml", examview_in.read),
    "blackboard_text": Format(N_("Blackboard 文本"), ".txt", "text/plain", tab_text.read),
    "webct": Format(N_("WebCT 文本"), ".txt", "text/plain", webct_in.read),
    "opentdb": Format(N_("Open Trivia JSON"), ".json", "application/json", opentdb_in.read),
    "aiken": Format(
        N_("Aiken（单选题文本）"),
        ".txt",
        "text/plain",
        aiken.read,
        write=aiken.write,
        carries=aiken.carries,
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
