"""Taking part: start an attempt, save answers, finish, come back, and close what nobody finished."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from question_bank.drawing import draw
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from quiz.errors import AttemptFinished, NotFound, SameKeyOtherBody, SignInNeeded
from quiz.models import record
from quiz.models.play import Attempt, Result
from quiz.rules import quota, sheet, timing
from quiz.rules.document import Stage
from quiz.rules.sheet import Admission, Answer, Counted, Paper, Slot
from quiz.services.announcing import announce
from quiz.services.closing import AttemptRow, Outcome, close, packed, receipts
from quiz.services.platform import Platform
from quiz.services.published import Published, in_force, published

SWEEP_SLACK_MS = 2_000  # an answer stamped in time may still be on its way to the database
SWEEP_SIZE = 200  # attempts closed in one round
START_TRIES = 3  # two starts at once: the second one's number is taken, it looks again


@dataclass(frozen=True)
class Start:
    """What a person asks for when they begin."""

    contest_id: int
    stage: int
    scene: str = ""
    key: str | None = None  # Idempotency-Key


@dataclass(frozen=True)
class Batch:
    """Answers as one device sent them."""

    attempt_id: int
    person_id: int
    epoch: int
    device: str
    answers: tuple[Answer, ...]
    received_ms: int


@dataclass(frozen=True)
class Open:
    """The question that may be answered now, where every question has its clock."""

    n: int
    opened_ms: int
    deadline_ms: int


@dataclass(frozen=True)
class Saved:
    """The acknowledgement of a batch: it is told only after the answers are on disk."""

    admission: Admission
    other_device: bool  # somebody answers this attempt on another device too
    row: AttemptRow
    open: Open | None = None  # None with one clock for all, or when the paper is through


@dataclass(frozen=True)
class Sheet:
    """An attempt as a phone that comes back needs it."""

    row: AttemptRow
    rules: Published
    saved: dict[int, Counted]
    open: Open | None

    @property
    def stage(self) -> Stage:
        """The stage the attempt belongs to."""
        return self.rules.document.stages[self.row.stage]

    @property
    def paper(self) -> Paper:
        """The questions of the attempt."""
        return Paper.parse(self.row.seed, self.row.paper)


def start(platform: Platform, person_id: int, wanted: Start, now_ms: int) -> int:
    """Begin an attempt and return its id; the same key, or an open attempt, gives the same attempt back.

    Raises NotFound, NotNow, Closed, QuotaUsed, SameKeyOtherBody.
    """
    rules = in_force(platform, wanted.contest_id)
    if not 0 <= wanted.stage < len(rules.document.stages):
        raise NotFound()
    for _ in range(START_TRIES):
        overdue = _overdue_of(platform, person_id, wanted, now_ms)
        if overdue is not None:
            _close_by_server(platform, overdue)
        try:
            return platform.writer.run(lambda c: _start(c, rules, person_id, wanted, now_ms))
        except IntegrityError as error:
            clash = error
    raise clash


def save(platform: Platform, batch: Batch) -> Saved:
    """Store a batch and acknowledge what counts; every answer of it may be sent again.

    Raises NotFound, SignInNeeded, AttemptFinished; an answer that cannot count is named in the admission.
    """
    return platform.writer.run(lambda c: _save(c, platform, batch, _for_answer(c, batch)))


def finish(platform: Platform, batch: Batch) -> Outcome:
    """Store the last answers, close the attempt and count it; doing it again returns the first outcome.

    Raises NotFound, SignInNeeded.
    """
    outcome = platform.writer.run(lambda c: _finish(c, platform, batch))
    announce(platform, outcome.contest_id, outcome.lines)
    return outcome


def sheet_of(platform: Platform, attempt_id: int, person_id: int, now_ms: int) -> Sheet:
    """Return an attempt of this person as it stands; with a clock per question the next one is opened.

    Raises NotFound, also for other people's attempts.
    """
    with platform.store.reading() as session:
        connection = session.connection()
        row = _row(record.READ_ATTEMPT.run(connection, attempt_id=attempt_id))
        if row.person_id != person_id:
            raise NotFound()
        received = receipts(connection, attempt_id)
    rules = published(platform, row.rules_id)
    opened = None
    if row.finished_ms is None and rules.document.stages[row.stage].clock.per_question_ms is not None:
        batch = Batch(attempt_id, person_id, row.epoch, "", (), now_ms)
        opened = save(platform, batch).open
    return Sheet(row, rules, sheet.counted(received), opened)


def outcome_of(platform: Platform, attempt_id: int, person_id: int) -> Outcome | None:
    """Return what an attempt of this person came to, None while it is open; raises NotFound."""
    with platform.store.reading() as session:
        row = _row(record.READ_ATTEMPT.run(session.connection(), attempt_id=attempt_id))
        if row.person_id != person_id:
            raise NotFound()
        return _stored(session.connection(), row) if row.finished_ms is not None else None


def close_overdue(platform: Platform, now_ms: int) -> int:
    """Close the attempts whose time is over from what was saved of them; returns how many."""
    with platform.store.reading() as session:
        overdue = session.scalars(
            select(Attempt.id)
            .where(
                Attempt.finished_ms.is_(None),
                Attempt.deadline_ms < now_ms - SWEEP_SLACK_MS,
                Attempt.deadline_ms + Attempt.grace_ms < now_ms - SWEEP_SLACK_MS,
            )
            .order_by(Attempt.deadline_ms)
            .limit(SWEEP_SIZE)
        ).all()
    return sum(_close_by_server(platform, attempt_id) for attempt_id in overdue)


def _start(connection: Connection, rules: Published, person_id: int, wanted: Start, now_ms: int) -> int:
    stage = rules.document.stages[wanted.stage]
    started = [
        _Started(*values)
        for values in record.STARTED.run(
            connection, contest_id=wanted.contest_id, stage=wanted.stage, person_id=person_id
        )
    ]
    for earlier in started:
        if wanted.key is not None and earlier.start_key == wanted.key:
            if earlier.scene != wanted.scene:
                raise SameKeyOtherBody()
            return earlier.id
        if earlier.finished_ms is None:
            return earlier.id
    quota.may_start(stage, [s.started_ms for s in started], now_ms, wanted.scene or None)
    seed = secrets.token_hex(8)
    paper = _draw(rules, stage, seed, started, now_ms)
    ((attempt_id,),) = record.ADD_ATTEMPT.run(
        connection,
        contest_id=wanted.contest_id,
        rules_id=rules.rules_id,
        stage=wanted.stage,
        person_id=person_id,
        number=len(started) + 1,
        scene=wanted.scene,
        start_key=wanted.key,
        seed=seed,
        paper=paper.text,
        started_ms=now_ms,
        deadline_ms=timing.deadline_ms(stage, now_ms),
        grace_ms=stage.clock.grace_ms,
    )
    return int(attempt_id)


@dataclass(frozen=True)
class _Started:
    """An earlier attempt of the same person, as `models.record.STARTED` reads it."""

    id: int
    number: int
    start_key: str | None
    scene: str
    paper: str
    started_ms: int
    deadline_ms: int | None
    grace_ms: int
    finished_ms: int | None


def _draw(rules: Published, stage: Stage, seed: str, started: Sequence[_Started], now_ms: int) -> Paper:
    seen = {slot.version_id for s in started for slot in Paper.parse("", s.paper).slots}
    drawn_from = {
        "fixed": f"{rules.rules_id}",
        "daily": f"{rules.rules_id}/{timing.day_of(stage, now_ms)}",
    }.get(stage.paper.draw, seed)
    slots = draw(stage.paper, rules.pool, drawn_from, order_seed=seed, seen=seen)
    return Paper(
        seed,
        tuple(
            Slot(s.candidate_id, rules.questions[s.candidate_id].kind, s.section_index, tuple(s.option_order))
            for s in slots
        ),
    )


def _for_answer(connection: Connection, batch: Batch) -> AttemptRow:
    row = _row(record.ATTEMPT_FOR_ANSWER.run(connection, attempt_id=batch.attempt_id))
    _checked(row, batch)
    if row.finished_ms is not None:
        raise AttemptFinished()
    return row


def _checked(row: AttemptRow, batch: Batch) -> None:
    if row.person_id != batch.person_id:
        raise NotFound()
    if row.epoch != batch.epoch:
        raise SignInNeeded()


def _row(rows: Sequence[tuple[object, ...]]) -> AttemptRow:
    if not rows:
        raise NotFound()
    return AttemptRow(*rows[0])  # type: ignore[arg-type]  # the columns of models.record.ATTEMPT, in order


def _save(connection: Connection, platform: Platform, batch: Batch, row: AttemptRow) -> Saved:
    stage = published(platform, row.rules_id).document.stages[row.stage]
    paper = Paper.parse(row.seed, row.paper)
    other = bool(batch.device and row.last_device and row.last_device != batch.device)
    if stage.clock.per_question_ms is None:
        is_late = row.closes_ms is not None and batch.received_ms > row.closes_ms
        admission = _repeated(connection, batch, sheet.admit(paper, batch.answers, is_late))
        _add_receipt(connection, batch, admission)
        return Saved(admission, other, row)
    return _save_in_turn(connection, batch, row, _Turn(stage, paper, other))


@dataclass(frozen=True)
class _Turn:
    stage: Stage
    paper: Paper
    other_device: bool


def _save_in_turn(connection: Connection, batch: Batch, row: AttemptRow, turn: _Turn) -> Saved:
    """Save with a clock per question: one question is open, an answer to it or its end opens the next."""
    now = _open(turn.stage, row.open_n or 1, row.opened_ms or row.started_ms, row.deadline_ms)
    limit = now.deadline_ms + turn.stage.clock.grace_ms
    is_over = batch.received_ms > limit
    if now.n > len(turn.paper.slots):
        admission = sheet.admit(turn.paper, batch.answers, is_late=False, open_n=now.n)
        return Saved(_repeated(connection, batch, admission), turn.other_device, row)
    admission = _repeated(connection, batch, sheet.admit(turn.paper, batch.answers, is_over, open_n=now.n))
    moves_on = is_over or any(a.n == now.n for a in admission.kept)
    if moves_on:
        now = _open(turn.stage, now.n + 1, batch.received_ms, row.deadline_ms)
    _add_receipt(connection, batch, admission, now if moves_on else None)
    return Saved(admission, turn.other_device, row, now if now.n <= len(turn.paper.slots) else None)


def _open(stage: Stage, n: int, opened_ms: int, deadline_ms: int | None) -> Open:
    return Open(n, opened_ms, timing.question_deadline_ms(stage, opened_ms, deadline_ms))


def _repeated(connection: Connection, batch: Batch, admission: Admission) -> Admission:
    """Acknowledge again what this device had saved before it was too late or the question was closed."""
    doubtful = {n for n, code in admission.refused.items() if code in ("too_late", "question_closed")}
    if not doubtful:
        return admission
    stored = {
        (a.n, a.seq): a
        for r in receipts(connection, batch.attempt_id)
        if r.device == batch.device and not r.late
        for a in r.answers
    }
    again = tuple(a for a in batch.answers if a.n in doubtful and stored.get((a.n, a.seq)) == a)
    known = {a.n for a in again}
    return replace(
        admission,
        again=again,
        late=tuple(a for a in admission.late if a.n not in known),
        refused={n: code for n, code in admission.refused.items() if n not in known},
    )


def _add_receipt(
    connection: Connection, batch: Batch, admission: Admission, opens: Open | None = None
) -> None:
    answers = admission.kept or admission.late
    if answers or opens is not None:
        record.ADD_RECEIPT.run(
            connection,
            attempt_id=batch.attempt_id,
            device=batch.device,
            received_ms=batch.received_ms,
            answers=packed(answers),
            late=not admission.kept and bool(admission.late),
            opens=opens.n if opens else None,
            opened_ms=opens.opened_ms if opens else None,
        )


def _finish(connection: Connection, platform: Platform, batch: Batch) -> Outcome:
    row = _row(record.ATTEMPT_FOR_FINISH.run(connection, attempt_id=batch.attempt_id))
    _checked(row, batch)
    if row.finished_ms is not None:
        return _stored(connection, row)
    if batch.answers:
        _save(connection, platform, batch, row)
    in_time = row.closes_ms is None or batch.received_ms <= row.closes_ms
    finished_ms = batch.received_ms if row.deadline_ms is None else min(batch.received_ms, row.deadline_ms)
    rules = published(platform, row.rules_id)
    outcome = close(connection, rules, row, finished_ms, "person" if in_time else "server")
    return outcome or _stored(connection, row)


def _stored(connection: Connection, row: AttemptRow) -> Outcome:
    found = connection.execute(select(Result.__table__).where(Result.attempt_id == row.id)).one()
    return Outcome.of_result(row, found)


def _overdue_of(platform: Platform, person_id: int, wanted: Start, now_ms: int) -> int | None:
    with platform.store.reading() as session:
        return session.scalar(
            select(Attempt.id).where(
                Attempt.contest_id == wanted.contest_id,
                Attempt.stage == wanted.stage,
                Attempt.person_id == person_id,
                Attempt.finished_ms.is_(None),
                Attempt.deadline_ms + Attempt.grace_ms < now_ms,
            )
        )


def _close_by_server(platform: Platform, attempt_id: int) -> bool:
    def work(connection: Connection) -> Outcome | None:
        row = _row(record.ATTEMPT_FOR_FINISH.run(connection, attempt_id=attempt_id))
        if row.finished_ms is not None or row.deadline_ms is None:
            return None
        return close(connection, published(platform, row.rules_id), row, row.deadline_ms, "server")

    outcome = platform.writer.run(work)
    if outcome is not None:
        announce(platform, outcome.contest_id, outcome.lines)
    return outcome is not None
