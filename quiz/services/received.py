"""An attempt, and what was received for it, as the statements of the hot path read and write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from quiz.errors import NotFound
from quiz.models import record
from quiz.models.base import Statement, listed
from quiz.rules.document import Stage
from quiz.rules.extra_time import extended
from quiz.rules.sheet import Answer, Received
from quiz.services.published import Published

NO_LEAVINGS = "[]"
ReceiptRow = tuple[int, str, int, str, bool, int | None, int | None, str]  # models.record.RECEIPT_NAMES


class AttemptRow(NamedTuple):
    """An attempt as `models.record.ATTEMPT` reads it."""

    id: int
    contest_id: int
    rules_id: int
    stage: int
    person_id: int
    scene: str
    seed: str
    paper: str
    started_ms: int
    deadline_ms: int | None
    grace_ms: int
    looks_back: bool  # only the first answer to a question counts
    extra: str  # extra time that the person was granted
    practice: bool  # before what counts: it stands nowhere
    finished_ms: int | None
    epoch: int
    last_device: str | None
    past_json: str | None  # what was received before, where that decides what is admitted now

    @property
    def closes_ms(self) -> int | None:
        """The last moment at which an answer may be received and still counts; None without a limit."""
        return None if self.deadline_ms is None else self.deadline_ms + self.grace_ms

    @property
    def ran_out(self) -> bool:
        """Whether the attempt was closed because its time was over, not handed in before."""
        return self.finished_ms is not None and self.finished_ms == self.deadline_ms

    @property
    def past(self) -> list[Received]:
        """What was received before, in the order in which it was stored; empty where it decides nothing."""
        rows = orjson.loads(self.past_json) if self.past_json else []
        return [_received(row) for row in sorted(rows)]


def stage_of(rules: Published, row: AttemptRow) -> Stage:
    """Return the stage of an attempt, with the clock that its owner has."""
    return extended(rules.document.stages[row.stage], row.extra)


def read_attempts(
    connection: Connection, statement: Statement, attempt_ids: Sequence[int], received_ms: int
) -> dict[int, AttemptRow]:
    """Return attempts by id, read with one of the statements of `models.record`; unknown ids are absent."""
    rows = statement.run(connection, attempt_ids=listed(connection, attempt_ids), received_ms=received_ms)
    return {row[0]: AttemptRow(*row) for row in rows}


def read_attempt(
    connection: Connection, statement: Statement, attempt_id: int, received_ms: int = 0
) -> AttemptRow:
    """Return one attempt; raises NotFound when there is none."""
    found = read_attempts(connection, statement, [attempt_id], received_ms).get(attempt_id)
    if found is None:
        raise NotFound()
    return found


def add_receipts(connection: Connection, rows: Sequence[ReceiptRow | None]) -> None:
    """Add the receipts that there are, in their order, with one statement."""
    kept = [row for row in rows if row is not None]
    if kept:
        record.ADD_RECEIPTS.run(connection, rows=orjson.dumps(kept).decode())


def receipts(connection: Connection, attempt_id: int) -> list[Received]:
    """Return what was received for an attempt, in the order in which it was stored."""
    return [_received(row) for row in record.RECEIPTS.run(connection, attempt_id=attempt_id)]


def _received(row: Sequence[Any]) -> Received:  # Any: models.record.RECEIPT_COLUMNS
    _id, device, received_ms, answers, late, opens, opened_ms, leavings = row
    left = tuple(orjson.loads(leavings)) if leavings != NO_LEAVINGS else ()
    return Received(device, received_ms, unpacked(answers), bool(late), opens, opened_ms, left)


def packed(answers: Sequence[Answer]) -> str:
    """Return answers as a receipt stores them."""
    return orjson.dumps(list(map(tuple, answers))).decode()  # orjson writes no named tuples


def packed_seqs(leavings: Sequence[int]) -> str:
    """Return the reports of leaving the page as a receipt stores them."""
    return orjson.dumps(list(leavings)).decode() if leavings else NO_LEAVINGS


def unpacked(text: str) -> tuple[Answer, ...]:
    """Read back what `packed` wrote."""
    return tuple(Answer(n, seq, tuple(response)) for n, seq, response in orjson.loads(text))
