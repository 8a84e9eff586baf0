"""Taking part: start an attempt, save answers, finish, come back, look back; closing what nobody finished."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from quiz.errors import Busy, NotFound, QuizError, SignInNeeded, TooQuick
from quiz.models import record
from quiz.models.play import Attempt
from quiz.rules import course, quota, redo, sheet, timing
from quiz.rules.document import Stage
from quiz.rules.levels import Level, levels_of, next_of
from quiz.rules.quota import Spent
from quiz.rules.redo import Rounds
from quiz.rules.sheet import Admission, Counted, Paper
from quiz.services import closing
from quiz.services.admission import check_known, known_of
from quiz.services.announcing import announce
from quiz.services.awards import check_advanced, has_advanced
from quiz.services.closing import Ending, Outcome, close
from quiz.services.corrected import with_corrected_keys
from quiz.services.happened import added
from quiz.services.marking import counted, ended_ms, rounds_of
from quiz.services.platform import Platform
from quiz.services.progress import progress, started_before
from quiz.services.published import Published, in_force, published
from quiz.services.received import AttemptRow, add_receipts, read_attempt, read_attempts, receipts, stage_of
from quiz.services.reviewing import Reviewed, level_of, reviewed, told, while_open
from quiz.services.saving import Batch as Batch
from quiz.services.saving import Open as Open
from quiz.services.saving import Saved as Saved
from quiz.services.saving import checked, save_batch, weighed
from quiz.services.starting import Start as Start
from quiz.services.starting import try_to_start

SWEEP_SLACK_MS = 2_000  # an answer stamped in time may still be on its way to the database
SWEEP_SIZE = 200  # attempts closed in one round
START_TRIES = 3  # two starts at once: the second one's number is taken, it looks again


@dataclass(frozen=True)
class Sheet:
    """An attempt as a phone that comes back needs it."""

    row: AttemptRow
    rules: Published
    saved: Mapping[int, Counted]
    open: Open | None
    level: str  # the most that may be shown now: a level of `reviewing.LEVELS`
    reached: int  # the last question that was shown
    leavings: Sequence[int]  # the moments at which the page was left, where that matters
    rounds: Rounds | None = None  # while it is open, where what is not right comes again

    @property
    def stage(self) -> Stage:
        """The stage the attempt belongs to."""
        return stage_of(self.rules, self.row)

    @property
    def level_name(self) -> str:
        """The level that the attempt is at, "" where the stage has none."""
        return self.row.scene if self.stage.flow.levels is not None and not self.row.practice else ""

    @property
    def paper(self) -> Paper:
        """The questions of the attempt."""
        return Paper.parse(self.row.seed, self.row.paper)

    @property
    def limit_ms(self) -> int | None:
        """When the time that the rules give is over; None where they set no limit."""
        unlimited = timing.limit_ms(self.stage, self.row.started_ms) is None
        return None if unlimited else self.row.deadline_ms

    @property
    def shown(self) -> dict[int, Reviewed]:
        """What may be shown of each question: of all once it is finished, else of those answered."""
        if not told(self.level):
            return {}
        paper = self.paper
        if self.row.finished_ms is None:
            return {
                n: while_open(self.rules, self.stage, paper, n, given.response)
                for n, given in self.saved.items()
            }
        numbers = range(1, self.reached + 1)
        return {n: reviewed(self.rules, self.stage, paper, n, self._response(n), self.level) for n in numbers}

    def _response(self, n: int) -> tuple[str, ...]:
        given = self.saved.get(n)
        return given.response if given else ()


@dataclass(frozen=True)
class Finished:
    """What handing in comes to, and what became of the answers that came with it."""

    outcome: Outcome
    admission: Admission


@dataclass(frozen=True)
class Chances:
    """Whether a person may start in a stage now: what is left of the quota, which attempt is open."""

    left: quota.Left
    open_attempt: int | None
    refusal: QuizError | None  # what starting now would be refused with
    levels: Sequence[Level] = ()
    must_practise: bool = False  # what is started now is practice


def chances(platform: Platform, rules: Published, stage_index: int, person_id: int, now_ms: int) -> Chances:
    """Return what a person may do in a stage of a contest at this moment."""
    stage = rules.document.stages[stage_index]
    with platform.store.reading() as session:
        connection = session.connection()
        before = started_before(connection, rules.contest_id, person_id)
        here = [s for s in before if s.stage == stage_index]
        open_id = next((s.id for s in here if s.finished_ms is None), None)
        so_far = progress(connection, rules, stage_index, person_id, here, now_ms)
        if timing.is_practice(stage, now_ms):
            levels = levels_of(stage, so_far.counting, Spent(stage), now_ms, quota.Added())
            return Chances(quota.Left(None, None, None), open_id, None, levels)
        extra = added(connection, rules.contest_id, stage, person_id, now_ms)
        known = known_of(connection, rules.document, person_id, now_ms)
        advanced = has_advanced(connection, rules, stage_index, person_id)
    spent = Spent(stage, so_far.used)
    levels = levels_of(stage, so_far.counting, spent, now_ms, extra)
    scene = _first_choice(stage, levels)
    refusal: QuizError | None = None
    try:
        check_known(rules.document, known, now_ms)
        check_advanced(advanced)
        if so_far.must_practise:
            quota.opened(stage, now_ms)
        else:
            quota.may_start(stage, spent, now_ms, scene, extra)
    except QuizError as error:
        refusal = error
    left = quota.left(stage, spent, now_ms, scene, extra)
    return Chances(left, open_id, refusal, levels, so_far.must_practise)


def start(platform: Platform, person_id: int, wanted: Start, now_ms: int) -> int:
    """Begin an attempt and return its id; the same key, or an open attempt, gives the same attempt back.

    Raises NotFound, NotAllowed, NotNow, Closed, QuotaUsed, FactsNeeded, UnitNeeded, SameKeyOtherBody, Busy.
    """
    rules = in_force(platform, wanted.contest_id)
    if not 0 <= wanted.stage < len(rules.document.stages):
        raise NotFound()
    for _ in range(START_TRIES):
        overdue = _overdue_of(platform, person_id, wanted, now_ms)
        if overdue is not None and not platform.clock_jumped:
            _close_by_server(platform, overdue, now_ms)
        try:
            begun = platform.writer.run(lambda c: try_to_start(c, rules, person_id, wanted, now_ms))
        except IntegrityError:
            continue
        if isinstance(begun, QuizError):
            raise begun
        return begun
    raise Busy()


def save(platform: Platform, batch: Batch) -> Saved:
    """Store a batch and acknowledge what counts; every answer of it may be sent again.

    Raises NotFound, SignInNeeded, AttemptFinished; an answer that cannot count is named in the admission.
    """
    saved = platform.writer.run_together(_save_all, (platform, batch))
    if saved.has_ended:
        _close_by_server(platform, batch.attempt_id, batch.received_ms)
    return saved


def finish(platform: Platform, batch: Batch) -> Finished:
    """Store the last answers, close the attempt and count it; doing it again returns the first outcome.

    Raises NotFound, SignInNeeded, and TooQuick: then the answers are stored and the attempt goes on.
    """
    finished = platform.writer.run(lambda c: _finish(c, platform, batch))
    if isinstance(finished, QuizError):
        raise finished
    announce(platform, finished.outcome.contest_id, finished.outcome.lines)
    return finished


def sheet_of(
    platform: Platform, attempt_id: int, person_id: int, now_ms: int, epoch: int | None = None
) -> Sheet:
    """Return an attempt of this person as it stands; where one question follows the other, the next opens.

    `epoch`: what a token says of it, None for who is signed in. Raises NotFound, also for other people's
    attempts, and SignInNeeded where the token has been revoked.
    """
    with platform.store.reading() as session:
        connection = session.connection()
        row = _own_row(connection, attempt_id, person_id, now_ms)
        if epoch is not None and row.epoch != epoch:
            raise SignInNeeded()
        received = receipts(connection, attempt_id)
        rules = frozen = published(platform, row.rules_id)
        if row.finished_ms is not None:
            rules = with_corrected_keys(connection, rules, row)
    stage = rules.document.stages[row.stage]
    opened = None
    if row.finished_ms is None and course.is_in_turn(stage):
        saved = save(platform, Batch(attempt_id, person_id, row.epoch, "", (), now_ms))
        if saved.has_ended:
            return sheet_of(platform, attempt_id, person_id, now_ms, epoch)
        opened = saved.open
    level = level_of(stage, row.finished_ms is not None, now_ms)
    left = sheet.leavings(received) if course.watches(stage) else []
    reached = max(sheet.openings(row.started_ms, received)) if course.is_run(stage) else stage.paper.count
    is_open = row.finished_ms is None
    rounds = rounds_of(rules, row, received) if is_open and redo.asks_again(stage) else None
    return Sheet(row, rules, counted(frozen, row, received), opened, level, reached, left, rounds)


def review(platform: Platform, attempt_id: int, person_id: int, now_ms: int) -> Sheet:
    """Return a finished attempt of this person with what the rules allow to show now, in `shown`.

    Raises NotFound, also for other people's attempts.
    """
    return sheet_of(platform, attempt_id, person_id, now_ms)


def outcome_of(platform: Platform, attempt_id: int, person_id: int, now_ms: int = 0) -> Outcome | None:
    """Return what an attempt of this person came to, None while it is open; raises NotFound."""
    with platform.store.reading() as session:
        connection = session.connection()
        row = _own_row(connection, attempt_id, person_id, now_ms)
        if row.finished_ms is None:
            return None
        return closing.outcome_of(connection, published(platform, row.rules_id), row)


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
    return sum(_close_by_server(platform, attempt_id, now_ms) for attempt_id in overdue)


def _first_choice(stage: Stage, levels: Sequence[Level]) -> str | None:
    """Return the level to go on with, or the first scene; None where there is nothing to choose."""
    level = next_of(levels)
    if level is not None:
        return level.name
    return stage.calendar.scenes[0] if stage.calendar.scenes else None


def _own_row(connection: Connection, attempt_id: int, person_id: int, now_ms: int) -> AttemptRow:
    row = read_attempt(connection, record.READ_ATTEMPT, attempt_id, now_ms)
    if row.person_id != person_id:
        raise NotFound()
    return row


Asked = tuple[Platform, Batch]


def _save_all(connection: Connection, asked: Sequence[Asked]) -> list[Saved | QuizError]:
    """Save the batches of many callers with two statements; an attempt twice among them takes four."""
    outcomes: list[Saved | QuizError] = []
    together: dict[int, Asked] = {}
    for platform, batch in asked:
        if batch.attempt_id in together:
            outcomes += _save_round(connection, list(together.values()))
            together = {}
        together[batch.attempt_id] = (platform, batch)
    return outcomes + _save_round(connection, list(together.values()))


def _save_round(connection: Connection, asked: Sequence[Asked]) -> list[Saved | QuizError]:
    latest_ms = max(batch.received_ms for _, batch in asked)
    ids = [batch.attempt_id for _, batch in asked]
    rows = read_attempts(connection, record.ATTEMPT_FOR_ANSWER, ids, latest_ms)
    outcomes = [_weighed(platform, batch, rows.get(batch.attempt_id)) for platform, batch in asked]
    add_receipts(connection, [saved.receipt for saved in outcomes if isinstance(saved, Saved)])
    return outcomes


def _weighed(platform: Platform, batch: Batch, row: AttemptRow | None) -> Saved | QuizError:
    """Return what becomes of a batch, or the refusal that its caller gets."""
    try:
        if row is None:
            raise NotFound()
        checked(row, batch)
        return weighed(published(platform, row.rules_id), batch, row)
    except QuizError as refusal:
        return refusal


def _finish(connection: Connection, platform: Platform, batch: Batch) -> Finished | TooQuick:
    row = read_attempt(connection, record.ATTEMPT_FOR_FINISH, batch.attempt_id, batch.received_ms)
    checked(row, batch)
    rules = published(platform, row.rules_id)
    if row.finished_ms is not None:
        admission = _after_the_finish(connection, rules, batch, row)
        return Finished(closing.outcome_of(connection, rules, row), admission)
    admission = Admission()
    if batch.answers or batch.leavings:
        admission = save_batch(connection, rules, batch, row).admission
    in_time = row.closes_ms is None or batch.received_ms <= row.closes_ms
    finished_ms = batch.received_ms if row.deadline_ms is None else min(batch.received_ms, row.deadline_ms)
    if _is_too_quick(connection, rules, row, finished_ms):
        return TooQuick(may_finish=timing.may_finish_ms(stage_of(rules, row), row.started_ms))
    ending = Ending(finished_ms, "person" if in_time else "server", batch.received_ms)
    outcome = close(connection, rules, row, ending)
    return Finished(outcome or closing.outcome_of(connection, rules, row), admission)


def _is_too_quick(connection: Connection, rules: Published, row: AttemptRow, finished_ms: int) -> bool:
    """Return whether a person may not hand in yet; practice and what the rules have ended may be."""
    stage = stage_of(rules, row)
    if row.practice or timing.is_practice(stage, row.started_ms):
        return False
    if not timing.is_too_quick(stage, row.started_ms, finished_ms):
        return False
    return ended_ms(rules, row, receipts(connection, row.id), finished_ms) is None


def _after_the_finish(connection: Connection, rules: Published, batch: Batch, row: AttemptRow) -> Admission:
    """Acknowledge again what was stored in time; what comes when time is over is kept and does not count."""
    if not batch.answers:
        return Admission()
    if row.ran_out and row.closes_ms is not None and batch.received_ms > row.closes_ms:
        return save_batch(connection, rules, batch, row).admission
    terms = sheet.Terms("too_late" if row.ran_out else "finished")
    past = receipts(connection, row.id)
    return sheet.admit(Paper.parse(row.seed, row.paper), batch.answers, terms, batch.device, past)


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


def _close_by_server(platform: Platform, attempt_id: int, now_ms: int) -> bool:
    def work(connection: Connection) -> Outcome | None:
        row = read_attempt(connection, record.ATTEMPT_FOR_FINISH, attempt_id)
        if row.finished_ms is not None or row.deadline_ms is None:
            return None
        ending = Ending(row.deadline_ms, "server", now_ms)
        return close(connection, published(platform, row.rules_id), row, ending)

    outcome = platform.writer.run(work)
    if outcome is not None:
        announce(platform, outcome.contest_id, outcome.lines)
    return outcome is not None
