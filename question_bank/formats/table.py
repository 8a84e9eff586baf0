"""The one table of formats: what a file is recognised by, what reads it, what writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from question_bank.formats import csv_in, jsonl, workbook_in, workbook_out
from question_bank.formats.reading import Reading
from question_bank.problems import N_
from question_bank.question import Question

Scale = Mapping[str, str] | None


@dataclass(frozen=True)
class Format:
    """One format."""

    label: str
    suffix: str  # of the files that are written
    media_type: str
    read: Callable[[bytes, Scale], Reading]
    write: Callable[[Iterable[Question]], bytes] | None = None


FORMATS = {
    "workbook": Format(
        N_("Excel 工作簿"),
        ".xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        workbook_in.read,
        workbook_out.write,
    ),
    "csv": Format(N_("CSV 表格"), ".csv", "text/csv", csv_in.read),
    "jsonl": Format(
        N_("JSON Lines（完整，不丢信息）"), ".jsonl", "application/jsonl", jsonl.read, jsonl.write
    ),
}


def write(questions: Iterable[Question], name: str) -> bytes:
    """Return questions as a file of the format with this name; raises KeyError for one that is not written."""
    writer = FORMATS[name].write
    if writer is None:
        raise KeyError(name)
    return writer(questions)
