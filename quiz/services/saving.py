"""Saving answers: what the rules make of a batch, and its receipt. Runs in the writer's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import Connection

from quiz.errors import AttemptFinished, NotFound, SignInNeeded
from quiz.rules import sheet, timing
from quiz.rules.document import Stage
from quiz.rules.sheet import Admission, Answer, Paper, Received, Terms
from quiz.services.published import Published
from quiz.services.received import AttemptRow, ReceiptRow, add_receipts, packed, stage_of
from quiz.services.reviewing import Reviewed, reviewed, told


class Batch(NamedTuple):
    """Answers as one device sent them; `person_id` and `epoch` as the attempt's token says."""

    attempt_id: int
    person_id: int
    epoch: int
    device: str
    answers: tuple[Answer, ...]
    received_ms: int


class Open(NamedTuple):
    """The question that may be answered now, where every question has its clock."""

    n: int
    opened_ms: int
    deadline_ms: int


class Saved(NamedTuple):
    """The acknowledgement of a batch: it is told only after the answers are on disk."""

    admission: Admission
    other_device: bool  # somebody answers this attempt on another device too
    row: AttemptRow
    open: Open | None = None  # None with one clock for all, or when the paper is through
    shown: Mapping[int, Reviewed] = MappingProxyType({})  # where the rules show it after each answer
    receipt: ReceiptRow | None = None  # what has to be stored for it to be true


def looks_back(stage: Stage) -> bool:
    """Return whether only the first answer to a question counts, so that a save needs what came before."""
    return stage.clock.per_question_ms is not None or told(stage.flow.show.after_answer)


def checked(row: AttemptRow, batch: Batch) -> None:
    """Raise NotFound for another person's attempt, SignInNeeded where the token has been revoked."""
    if row.person_id != batch.person_id:
        raise NotFound()
    if row.epoch != batch.epoch:
        raise SignInNeeded()


def save_batch(connection: Connection, rules: Published, batch: Batch, row: AttemptRow) -> Saved:
    """Store what a batch may still store and return what became of it; raises AttemptFinished."""
    saved = weighed(rules, batch, row)
    add_receipts(connection, [saved.receipt])
    return saved


def weighed(rules: Published, batch: Batch, row: AttemptRow) -> Saved:
    """Return what becomes of a batch, and the receipt to be stored for it; raises AttemptFinished."""
    is_late = row.closes_ms is not None and batch.received_ms > row.closes_ms
    if row.finished_ms is not None and not (is_late and row.ran_out):
        raise AttemptFinished(state="finished", result=f"/api/v1/attempts/{row.id}")
    stage = stage_of(rules, row)
    paper = Paper.parse(row.seed, row.paper)
    past = row.past
    other = bool(batch.device and row.last_device and row.last_device != batch.device)
    if stage.clock.per_question_ms is not None and not is_late:
        return _weighed_in_turn(batch, row, _Turn(stage, paper, past, other))
    first_is_final = told(stage.flow.show.after_answer)
    terms = Terms("too_late" if is_late else None, first_is_final=first_is_final)
    admission = sheet.admit(paper, batch.answers, terms, batch.device, past)
    shown = _shown(rules, stage, paper, admission) if first_is_final else {}
    return Saved(admission, other, row, shown=shown, receipt=_receipt(batch, admission))


@dataclass(frozen=True)
class _Turn:
    stage: Stage
    paper: Paper
    past: Sequence[Received]
    other_device: bool


def _weighed_in_turn(batch: Batch, row: AttemptRow, turn: _Turn) -> Saved:
    """Weigh with a clock per question: one question is open, an answer to it or its end opens the next."""
    stage, last = turn.stage, turn.paper.count
    opened = sheet.openings(row.started_ms, turn.past)
    now = _open(stage, max(opened), opened[max(opened)], row.deadline_ms)
    is_over = now.n <= last and batch.received_ms > now.deadline_ms + stage.clock.grace_ms
    terms = Terms("too_late" if is_over else None, open_n=now.n)
    admission = sheet.admit(turn.paper, batch.answers, terms, batch.device, turn.past)
    moves_on = is_over or bool(admission.kept)
    if moves_on:
        now = _open(stage, now.n + 1, batch.received_ms, row.deadline_ms)
    receipt = _receipt(batch, admission, now if moves_on else None)
    return Saved(admission, turn.other_device, row, now if now.n <= last else None, receipt=receipt)


def _open(stage: Stage, n: int, opened_ms: int, deadline_ms: int | None) -> Open:
    return Open(n, opened_ms, timing.question_deadline_ms(stage, opened_ms, deadline_ms))


def _shown(rules: Published, stage: Stage, paper: Paper, admission: Admission) -> dict[int, Reviewed]:
    level = stage.flow.show.after_answer
    return {
        answer.n: reviewed(rules, stage, paper, answer.n, answer.response, level)
        for answer in (*admission.kept, *admission.again)
    }


def _receipt(batch: Batch, admission: Admission, opens: Open | None = None) -> ReceiptRow | None:
    """Return the row for what was received: the answers that count, or the late ones as evidence."""
    answers = admission.kept or admission.late
    if not answers and opens is None:
        return None
    is_late = not admission.kept and bool(admission.late)
    opened = (opens.n, opens.opened_ms) if opens is not None else (None, None)
    return (batch.attempt_id, batch.device, batch.received_ms, packed(answers), is_late, *opened)
