"""Saving answers: what the rules make of a batch, and its receipt. Runs in the writer's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Connection

from quiz.errors import AttemptFinished, NotFound, SignInNeeded
from quiz.rules import course, redo, sheet, timing
from quiz.rules.document import Stage
from quiz.rules.redo import Rounds
from quiz.rules.sheet import Admission, Answer, Paper, Received, Terms
from quiz.services.marking import ended_ms, rounds_of
from quiz.services.published import Published
from quiz.services.received import AttemptRow, ReceiptRow, add_receipts, packed, packed_seqs, stage_of
from quiz.services.reviewing import Reviewed, told, while_open


class Batch(NamedTuple):
    """Answers as one device sent them; `person_id` and `epoch` as the attempt's token says."""

    attempt_id: int
    person_id: int
    epoch: int
    device: str
    answers: tuple[Answer, ...]
    received_ms: int
    leavings: tuple[int, ...] = ()  # seq of each time that the page was left


class Open(NamedTuple):
    """The question that may be answered now, where the server opens one after the other."""

    n: int
    opened_ms: int
    deadline_ms: int | None  # None: the question has no clock of its own


class Saved(NamedTuple):
    """The acknowledgement of a batch: it is told only after the answers are on disk."""

    admission: Admission
    other_device: bool  # somebody answers this attempt on another device too
    row: AttemptRow
    open: Open | None = None  # None where all are open at once, or when the paper is through
    rounds: Rounds | None = None  # where what is not right comes again
    left: int = 0  # how often the page was left so far, where that matters
    has_ended: bool = False  # the rules have ended the attempt: it is to be closed
    shown: Mapping[int, Reviewed] = MappingProxyType({})  # where the rules show it after each answer
    receipt: ReceiptRow | None = None  # what has to be stored for it to be true


def looks_back(stage: Stage) -> bool:
    """Return whether what was received before decides what a save may store."""
    return course.is_final(stage) or redo.asks_again(stage) or course.watches(stage)


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
    turn = _Turn(rules, row, batch, is_late)
    if not is_late and ended_ms(rules, row, turn.past) is not None:
        return turn.saved(turn.admitted(Terms("finished")), has_ended=True)
    if redo.asks_again(turn.stage):
        return turn.again("too_late" if is_late else None)
    if is_late:
        return turn.saved(turn.admitted(Terms("too_late", first_is_final=course.is_final(turn.stage))))
    return turn.in_turn() if course.is_in_turn(turn.stage) else turn.all_at_once()


class _Turn:
    """One batch for one attempt, to be weighed."""

    def __init__(self, rules: Published, row: AttemptRow, batch: Batch, is_late: bool) -> None:
        self.rules, self.row, self.batch = rules, row, batch
        self.stage, self.paper, self.past = stage_of(rules, row), Paper.parse(row.seed, row.paper), row.past
        self.leavings = batch.leavings if course.watches(self.stage) and not is_late else ()

    def admitted(self, terms: Terms) -> Admission:
        return sheet.admit(self.paper, self.batch.answers, terms, self.batch.device, self.past)

    def saved(self, admission: Admission, receipt_opens: Open | None = None, **more: Any) -> Saved:
        """Return the acknowledgement; `receipt_opens`: the question that this batch has opened."""
        batch, last_device = self.batch, self.row.last_device
        return Saved(
            admission,
            bool(batch.device and last_device and last_device != batch.device),
            self.row,
            shown=self._shown(admission),
            receipt=_receipt(batch, admission, self.leavings, receipt_opens),
            left=len(sheet.leavings([*self.past, self._received(admission)])),
            **more,
        )

    def again(self, closed: str | None) -> Saved:
        """Weigh where what is not right comes again, round by round."""
        rounds = rounds_of(self.rules, self.row, self.past)
        batch = self.batch
        admission = rounds.admitted(self.paper, batch.answers, batch.device, batch.received_ms, closed)
        return self.saved(admission, rounds=rounds, has_ended=self._ends_with(admission))

    def all_at_once(self) -> Saved:
        """Weigh a batch for a paper that is open as a whole."""
        admission = self.admitted(Terms(first_is_final=course.is_final(self.stage)))
        return self.saved(admission, has_ended=self._ends_with(admission))

    def in_turn(self) -> Saved:
        """Weigh one question after the other: an answer to the open one, or its end, opens the next."""
        stage, at_ms = self.stage, self.batch.received_ms
        opened = sheet.openings(self.row.started_ms, self.past)
        now = self._open(max(opened), opened[max(opened)])
        is_over = now.deadline_ms is not None and at_ms > now.deadline_ms + stage.clock.grace_ms
        admission = self.admitted(Terms("too_late" if is_over else None, open_n=now.n))
        if self._ends_with(admission):
            return self.saved(admission, has_ended=True)
        moves_on = is_over or bool(admission.kept)
        if moves_on:
            now = self._open(now.n + 1, at_ms)
        is_left = now.n <= self.paper.count
        return self.saved(admission, now if moves_on else None, open=now if is_left else None)

    def _received(self, admission: Admission) -> Received:
        answers, is_late = admission.kept or admission.late, not admission.kept
        return Received(self.batch.device, self.batch.received_ms, answers, is_late, leavings=self.leavings)

    def _ends_with(self, admission: Admission) -> bool:
        """Return whether the rules end the attempt with what this batch has brought."""
        received = [*self.past, self._received(admission)]
        return ended_ms(self.rules, self.row, received, self.batch.received_ms) is not None

    def _open(self, n: int, opened_ms: int) -> Open:
        """Return a question as it is opened; without a clock of its own it is open as long as the attempt."""
        if self.stage.clock.per_question_ms is None:
            return Open(n, opened_ms, None)
        return Open(n, opened_ms, timing.question_deadline_ms(self.stage, opened_ms, self.row.deadline_ms))

    def _shown(self, admission: Admission) -> Mapping[int, Reviewed]:
        answers = (*admission.kept, *admission.again) if told(self.stage.flow.show.after_answer) else ()
        return {
            answer.n: while_open(self.rules, self.stage, self.paper, answer.n, answer.response)
            for answer in answers
        }


def _receipt(
    batch: Batch, admission: Admission, leavings: tuple[int, ...], opens: Open | None
) -> ReceiptRow | None:
    """Return the row for what was received: the answers that count, or the late ones as evidence."""
    answers = admission.kept or admission.late
    if not answers and not leavings and opens is None:
        return None
    is_late = not admission.kept and bool(admission.late)
    opened = (opens.n, opens.opened_ms) if opens is not None else (None, None)
    return (
        batch.attempt_id,
        batch.device,
        batch.received_ms,
        packed(answers),
        is_late,
        *opened,
        packed_seqs(leavings),
    )
