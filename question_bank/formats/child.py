"""The reading process: reads one file from its input within limits, writes the outcome to its output.

Started by `apart` as `python -m question_bank.formats.child`. The first line of the input is the order, as
JSON: what is wanted (questions, tables or one medium), the format and the scale of difficulties, or the
medium's name; the rest is the file.
"""

from __future__ import annotations

import json
import resource
import sys
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from question_bank.formats.reading import Reading
    from question_bank.formats.table import Format

MOST_MEMORY = 768 * 2**20  # address space; 50,000 questions take about 500 MB
MOST_CPU_S = 20
MOST_WRITTEN = 2**20  # to a file: only a log may be one
LIMITS = (
    (resource.RLIMIT_AS, MOST_MEMORY),
    (resource.RLIMIT_CPU, MOST_CPU_S),
    (resource.RLIMIT_FSIZE, MOST_WRITTEN),
    (resource.RLIMIT_CORE, 0),
)


def main() -> None:
    """Read what the input holds and write the outcome as JSON."""
    limit()
    from question_bank.problems import Unreadable  # imported under the limits, like all that reads

    order = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    try:
        if order["wanted"] == "rows":
            return _write_rows(order, content)
        answer = {"read": _read(order, content)}
    except Unreadable as error:
        answer = {"refused": asdict(error.problem)}
    sys.stdout.write(json.dumps(answer))
    return None


def limit() -> None:
    """Bound what this process may use, whatever the file makes of it."""
    for kind, most in LIMITS:
        with suppress(ValueError):  # the system allows less already, or has no such limit
            resource.setrlimit(kind, (most, most))


def _write_rows(order: dict[str, Any], content: bytes) -> None:
    from question_bank.formats import by_row, sheets_in
    from question_bank.formats.table import FORMATS
    from question_bank.formats.told import Told

    chosen, told = FORMATS[order["format"]], Told.from_json(order["told"])
    if chosen.sheets is not None:
        tables = chosen.asking(content, told) if chosen.asking is not None else chosen.sheets(content)
        found = sheets_in.read(tables, told.scale, told)
    else:
        found = questions(chosen, content, told.scale)
    sys.stdout.write("rows\n")
    sys.stdout.writelines(by_row.lines(fit(found), chosen.sheets is not None))


def _read(order: dict[str, Any], content: bytes) -> Any:  # Any: JSON data
    from question_bank.formats.table import FORMATS

    if order["wanted"] == "medium":
        from question_bank.formats.fit_media import fitted

        return fitted(order["name"], content).as_json()
    chosen = FORMATS[order["format"]]
    if order["wanted"] == "questions":
        return fit(questions(chosen, content, order["scale"])).as_dict()
    from question_bank.formats.tables import as_json

    return [as_json(sheet) for sheet in chosen.sheets(content)] if chosen.sheets else []


def questions(chosen: Format, content: bytes, scale: Mapping[str, str] | None) -> Reading:
    """Return what a file holds, in proportion to its questions."""
    if chosen.sheets is not None:
        return chosen.read(content, scale)  # as large as its rows, which are counted first
    from question_bank.formats.effort import in_proportion
    from question_bank.formats.table import Late

    if isinstance(chosen.read, Late):
        chosen.read.load()  # which takes longer than to read a small file, and is no fault of the file
    with in_proportion():
        return chosen.read(content, scale)


def fit(found: Reading) -> Reading:
    """Return a reading with fit media; what opens pictures is loaded only where there are some."""
    kept = (raw.media or (raw.draft is not None and raw.draft.media) for raw in found.raw)
    if not any(each.question.media for each in found.questions) and not any(kept):
        return found
    from question_bank.formats.fit_media import with_fit_media

    return with_fit_media(found)


if __name__ == "__main__":
    main()
