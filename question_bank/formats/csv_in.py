"""CSV as people have it: any delimiter, any line end, UTF-8 or GB18030."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from itertools import islice

from question_bank.formats.guard import TOO_MUCH
from question_bank.formats.tables import Row, Sheet
from question_bank.formats.text import decoded
from question_bank.problems import N_, Unreadable

DELIMITERS = (",", "\t", ";", "|")
LOOKED_AT = 20  # rows by which the delimiter is found
MOST_ROWS = 100_000
MOST_COLUMNS = 1_000
MOST_CELLS = 1_500_000
SEPARATOR = re.compile(r"sep=([,;|\t])[ \t]*(?:\r\n|\n|\r)", re.IGNORECASE)  # a first line for Excel alone
LONGEST_CELL = 2**20
MOST_LINES = 1_000_000  # ten for each row that is read: cells may have lines


def sheets(content: bytes, most: int = MOST_ROWS + 1) -> list[Sheet]:
    """Return the one table of a CSV file, or so many rows of its beginning. Raises Unreadable."""
    csv.field_size_limit(LONGEST_CELL)
    text = decoded(content)
    if text.count("\n") > MOST_LINES:
        raise Unreadable("too-many-rows", TOO_MANY, most=MOST_ROWS)
    if any(
        line.count(d) > MOST_COLUMNS
        for line in text.split("\n")
        if len(line) > MOST_COLUMNS
        for d in DELIMITERS
    ):
        raise Unreadable("too-wide", TOO_WIDE, most=MOST_COLUMNS)
    said = SEPARATOR.match(text)
    text = text[said.end() :] if said else text
    delimiter = said[1] if said else _delimiter(text[:LONGEST_CELL])
    if text.count(delimiter) > MOST_CELLS:
        raise Unreadable("too-much-inside", TOO_MUCH)
    rows = []
    try:
        for number, cells in enumerate(islice(_records(text, delimiter), most), 1):
            if number > MOST_ROWS:
                raise Unreadable("too-many-rows", TOO_MANY, most=MOST_ROWS)
            rows.append(Row(number, tuple(cells)))
    except csv.Error as error:
        raise Unreadable("broken-csv", BROKEN, row=len(rows) + 1) from error
    if len(rows) < most:
        _check_quotes(text, delimiter, rows)
    return [Sheet("", tuple(rows))]


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(StringIO(text, newline=""), delimiter=delimiter)


def _delimiter(text: str) -> str:
    """Return the delimiter that gives the most rows equally many columns, and of those the most columns."""
    return max(DELIMITERS, key=lambda delimiter: _evenness(text, delimiter))


def _evenness(text: str, delimiter: str) -> tuple[int, int]:
    counts: Counter[int] = Counter()
    try:
        for cells in islice(_records(text, delimiter), LOOKED_AT):
            counts[len(cells)] += 1
    except csv.Error:
        return 0, 0
    return max(((rows, columns) for columns, rows in counts.items() if columns > 1), default=(0, 0))


def _check_quotes(text: str, delimiter: str, rows: list[Row]) -> None:
    """Refuse a file in which a quotation mark is never closed: it would swallow all that follows."""
    if '"' not in text:
        return
    try:
        for _ in csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise Unreadable("open-quote", OPEN_QUOTE, row=len(rows)) from error


TOO_WIDE = N_("有一行超过 %(most)s 列，没有打开。请把题目复制到新的工作簿再上传。")
TOO_MANY = N_("文件超过 %(most)s 行，请分成几个文件上传。")
BROKEN = N_("从第 %(row)s 行起读不下去，这一行可能少了引号。请用 Excel 打开，另存为 .xlsx 再上传。")
OPEN_QUOTE = N_("第 %(row)s 行有一个引号没有配对，后面的内容都被它包了进去。请补上引号，或另存为 .xlsx。")
