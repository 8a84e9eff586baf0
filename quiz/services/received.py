"""An attempt, and what was received for it, as the statements of the hot path read and write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from quiz.errors import NotFound
from quiz.models import record
from quiz.rules.sheet import Answer, Received


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


def attempt_row(rows: Sequence[Any]) -> AttemptRow:  # Any: the driver's row
    """Return the attempt that a statement has read; raises NotFound when there is none."""
    if not rows:
        raise NotFound()
    return AttemptRow(*rows[0])


def receipts(connection: Connection, attempt_id: int) -> list[Received]:
    """Return what was received for an attempt, in the order in which it was stored."""
    return [_received(row) for row in record.RECEIPTS.run(connection, attempt_id=attempt_id)]


def _received(row: Sequence[Any]) -> Received:  # Any: models.record.RECEIPT_COLUMNS
    _id, device, received_ms, answers, late, opens, opened_ms = row
    return Received(device, received_ms, unpacked(answers), bool(late), opens, opened_ms)


def packed(answers: Sequence[Answer]) -> str:
    """Return answers as a receipt stores them."""
    return orjson.dumps([[a.n, a.seq, a.response] for a in answers]).decode()


def unpacked(text: str) -> tuple[Answer, ...]:
    """Read back what `packed` wrote."""
    return tuple(Answer(n, seq, tuple(response)) for n, seq, response in orjson.loads(text))
