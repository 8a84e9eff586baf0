"""A recorded contest folded anew: refusals, boards, draw entries and awards, from nothing but its files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

import orjson

from quiz.errors import InvalidDocument
from quiz.rules import folding
from quiz.rules.building import build
from quiz.rules.case import Case
from quiz.rules.document import checked
from quiz.rules.parts import Board, Document, Draw, Prize
from quiz.rules.record import Refused
from quiz.rules.runs import Run

Json = dict[str, Any]  # Any: JSON, as expected.json has it
Text = Iterator[bytes]  # JSON, in pieces
SECTIONS = ("boards", "below", "draw_entries", "awards")
ROWS_AT_ONCE = 1_000


def result(case: Case) -> Json:
    """Return what a case comes to, in the form of expected.json; a document that is wrong gives `invalid`.

    Raises InvalidInput for a line that cannot be read.
    """
    try:
        document = document_of(case)
    except InvalidDocument as error:
        return invalid(error)
    runs, refused = folding.whole(document, case)
    text = written(listed(map(refusal, in_order(refused))), pieces(runs), lambda piece: piece.make())
    found: Json = json.loads(b"".join(text))
    return found


def document_of(case: Case) -> Document:
    """Return the rules of a case; raises InvalidDocument."""
    return build(checked(case.rules).raw)


def invalid(error: InvalidDocument) -> Json:
    """Return what is told of a document that is wrong."""
    return {"invalid": [{"at": f.at, "code": f.code, "line": f.line} for f in error.faults]}


def in_order(refused: Iterable[Refused]) -> list[Refused]:
    """Return refused attempts in order of their start."""
    return sorted(refused, key=begun)


def begun(refused: Refused) -> tuple[int, int]:
    """Return by what refused attempts are ordered."""
    return refused.row.started_ms, refused.row.id


def refusal(refused: Refused) -> Json:
    """Return what is told of a refused attempt."""
    row = refused.row
    return {
        "person": row.person,
        "started_at": row.started_at,
        "because": refused.because,
        "stage": refused.stage,
        **({"attempt": row.name} if row.is_named else {}),
    }


@dataclass(frozen=True)
class Piece:
    """A part of the result that can be made apart from the others."""

    path: tuple[str, ...]  # section, name, and the period of a board over periods
    make: Callable[[], Text]  # nothing: there is no such part


def pieces(runs: Sequence[Run]) -> list[Piece]:
    """Return all parts of the result but refusals; where two stages use one name, the stage's comes first."""
    found = [(run.stage.name, each) for run in runs for each in _pieces_of(run)]
    names = {(stage, *each.path[:2]) for stage, each in found}
    used = [path for _, *path in names]

    def path(stage: str, own: tuple[str, ...]) -> tuple[str, ...]:
        section, name, *period = own
        return (
            section,
            name if used.count([section, name]) == 1 or not stage else f"{stage}/{name}",
            *period,
        )

    return [Piece(path(stage, each.path), each.make) for stage, each in found]


def _pieces_of(run: Run) -> Iterator[Piece]:
    for board in run.stage.boards:
        spans = run.periods(board)
        if not spans:
            yield Piece(("boards", board.name), lambda: iter([b"{}"]))
        for period in spans:
            path = ("boards", board.name, *([] if period is None else [period]))
            yield Piece(path, partial(_board, run, board, period))
        if board.of != "people":
            yield Piece(("below", board.name), partial(_below, run, board))
    for draw in run.stage.draws:
        yield Piece(("draw_entries", draw.name), partial(_entries, run, draw))
    for prize in run.stage.awards:
        yield Piece(("awards", prize.name), partial(_winners, run, prize))


def _board(run: Run, board: Board, period: str | None) -> Text:
    parts = run.tables.streamed(board, period)
    if board.each is None:
        ((_, rows),) = parts
        return listed(rows)
    return _object((name, listed(rows)) for name, rows in parts)


def _below(run: Run, board: Board) -> Text:
    rows = run.tables.below(board)
    return listed(rows) if rows else iter(())


def _entries(run: Run, draw: Draw) -> Text:
    yield encoded(run.numbers(draw))


def _winners(run: Run, prize: Prize) -> Text:
    yield encoded(run.awards[prize.name])


def written(refused: Text, parts: Sequence[Piece], text_of: Callable[[Piece], Text]) -> Text:
    """Yield the whole result as JSON text; `text_of` gives the text of a part, which may be made already."""
    yield b'{"refused": '
    yield from refused
    for section in SECTIONS:
        yield b",\n" + encoded(section) + b": "
        mine = groupby((each for each in parts if each.path[0] == section), key=lambda each: each.path[1])
        yield from _object((name, _value(list(group), text_of)) for name, group in mine)
    yield b"}\n"


def _value(parts: Sequence[Piece], text_of: Callable[[Piece], Text]) -> Text:
    if len(parts[0].path) == 2:
        return text_of(parts[0])
    return _object((each.path[2], text_of(each)) for each in parts)


def _object(values: Iterable[tuple[str, Text]]) -> Text:
    before = b"{\n"
    for name, text in values:
        first = next(text, None)
        if first is not None:
            yield before + encoded(name) + b": " + first
            yield from text
            before = b",\n"
    yield b"}" if before == b",\n" else b"{}"


def listed(rows: Iterable[Mapping[str, Any]]) -> Text:
    """Yield rows as JSON text, a row a line."""
    before, some = b"[\n", list[bytes]()
    for row in rows:
        some.append(encoded(row))
        if len(some) == ROWS_AT_ONCE:
            yield before + b",\n".join(some)
            before, some = b",\n", []
    if some:
        yield before + b",\n".join(some)
        before = b",\n"
    yield b"]" if before == b",\n" else b"[]"


def encoded(value: Any) -> bytes:  # Any: JSON
    """Return a value as JSON text."""
    try:
        return orjson.dumps(value)
    except TypeError:  # a number of more than 64 bits
        return json.dumps(value, ensure_ascii=False).encode()
