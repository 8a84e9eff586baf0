"""The beginnings of large tables: by them is seen which sheets are worth being read whole.

A million cells take five seconds, and a workbook that attacks needs but one. So the first rows of a large
file are read by themselves, and a sheet without questions there keeps no more than these rows.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Sequence
from io import BytesIO

from question_bank.formats import csv_in, sheets_in, workbook_in
from question_bank.formats.effort import MOST_HOPELESS_ROWS
from question_bank.formats.guard import BROKEN_ZIP, MEGA, ZIP
from question_bank.formats.tables import Sheet
from question_bank.formats.told import Told
from question_bank.formats.xlsx_scan import names_in, sheet_parts
from question_bank.problems import Unreadable

LARGE = 3 * MEGA  # of the XML of all sheets: 30,000 to 100,000 cells
ROWS = MOST_HOPELESS_ROWS + 500  # of each sheet: enough to give it up
LONGEST, LEAST = 2 * MEGA, MEGA // 32  # bytes that are kept of all sheets together; of each at least
ROW_END = re.compile(rb"</(\w*:?)row>|<(\w*:?)row [^<>]*/>")
ROOT = re.compile(rb"<(\w*:?)worksheet\b")


def csv(content: bytes, told: Told | None = None) -> Sequence[Sheet]:
    """Return the one table of a CSV file, cut short where it has no questions. Raises Unreadable."""
    found = csv_in.sheets(content, ROWS)
    if len(found[0].rows) < ROWS:
        return found
    return csv_in.sheets(content) if sheets_in.read(found, told=told).raw else found


def workbook(content: bytes, told: Told | None = None) -> Sequence[Sheet]:
    """Return the sheets of a workbook, those without questions cut short. Raises Unreadable."""
    if not content.startswith(ZIP) or b"xl/workbook.xml" not in content:
        return _by_rows(content, told)
    try:
        parts = _large_parts(content)
    except BROKEN_ZIP as error:
        raise Unreadable("broken-file", workbook_in.BROKEN) from error
    found = workbook_in.sheets(_cut(content, frozenset(parts.values())))
    if not parts:
        return found
    seen = sheets_in.read(found, told=told)  # raises Unreadable where nearly nothing is a question
    asking = {row.sheet for row in seen.raw}
    if not asking:
        return found
    return workbook_in.sheets(_cut(content, {part for name, part in parts.items() if name not in asking}))


def _by_rows(content: bytes, told: Told | None) -> Sequence[Sheet]:
    """Return the sheets of an .xls or .ods: it is opened as a whole, but its rows are not all made."""
    found = workbook_in.sheets(content, ROWS)
    if all(len(sheet.rows) < ROWS for sheet in found):
        return found
    asking = {row.sheet for row in sheets_in.read(found, told=told).raw}
    return workbook_in.sheets(content, ROWS, asking) if asking else found


def _large_parts(content: bytes) -> dict[str, str]:
    """Return the parts of the sheets by their names, nothing for a workbook that is not large."""
    with zipfile.ZipFile(BytesIO(content)) as packed:
        names = names_in(packed)
        parts = {sheet: names[part] for sheet, part in sheet_parts(packed, names) if part in names}
        size = sum(packed.getinfo(part).file_size for part in set(parts.values()))
        return parts if size > LARGE else {}


def _cut(content: bytes, parts: Collection[str]) -> bytes:
    """Return a workbook that holds no more of these parts than their beginning."""
    if not parts:
        return content
    most = max(LEAST, LONGEST // len(parts))
    buffer = BytesIO()
    try:
        with (
            zipfile.ZipFile(BytesIO(content)) as source,
            zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as target,
        ):
            for info in source.infolist():
                with source.open(info) as part:
                    is_cut = info.filename in parts
                    target.writestr(info.filename, _beginning(part.read(most)) if is_cut else part.read())
    except BROKEN_ZIP as error:
        raise Unreadable("broken-file", workbook_in.BROKEN) from error
    return buffer.getvalue()


def _beginning(written: bytes) -> bytes:
    """Return the first rows of a sheet's XML, as XML."""
    ends = [found.end() for found, _ in zip(ROW_END.finditer(written), range(ROWS), strict=False)]
    root = ROOT.search(written)
    if not ends or root is None:
        return written  # hardly a sheet, or broken: as the reader finds it
    prefix = root[1]
    return written[: ends[-1]] + b"</%ssheetData></%sworksheet>" % (prefix, prefix)
