"""Starting an attempt: the limits, the paper, the row. Runs in the writer's transaction."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from sqlalchemy import Connection

from question_bank.drawing import Drawn, draw
from quiz.errors import N_, Malformed, NotAllowed, QuizError, SameKeyOtherBody
from quiz.models import record
from quiz.rules import papers, quota, timing
from quiz.rules.document import Stage
from quiz.rules.extra_time import extended
from quiz.rules.papers import Turn
from quiz.rules.sheet import Paper, Slot
from quiz.services.admission import admit
from quiz.services.awards import check_advanced, has_advanced
from quiz.services.happened import added
from quiz.services.progress import Started, progress, started_before
from quiz.services.published import Published
from quiz.services.saving import looks_back


@dataclass(frozen=True)
class Start:
    """What a person asks for when they begin."""

    contest_id: int
    stage: int
    scene: str = ""  # or the level
    key: str | None = None  # Idempotency-Key
    phone: str = ""  # what tells this phone from others, where the rules look at it
    is_stage_named: bool = True  # else it is the current one, and the next one when the start is sent again


def try_to_start(
    connection: Connection, rules: Published, person_id: int, wanted: Start, now_ms: int
) -> int | QuizError:
    """Begin an attempt and return its id, or note that the rules refuse it and return the refusal.

    Raises what else keeps them from starting now.
    """
    try:
        return start_attempt(connection, rules, person_id, wanted, now_ms)
    except QuizError as refusal:
        because = "one_phone" if isinstance(refusal, PhoneTaken) else refusal.code
        if because not in NOTED:
            raise
        stage = rules.document.stages[wanted.stage]
        is_known = wanted.scene in (*stage.calendar.scenes, *quota.levels(stage))
        record.NOTE_REFUSED.run(
            connection,
            contest_id=wanted.contest_id,
            person_id=person_id,
            stage=wanted.stage,
            day=timing.day_of(stage, now_ms),
            because=because,
            scene=wanted.scene if is_known else "",
            at_ms=now_ms,
        )
        return refusal


# By the rules. Who lacks a unit or a fact is asked for it; of a missing consent nothing more is stored.
NOTED = ("not_allowed", "one_phone", "not_open", "closed", "quota", "level")


class PhoneTaken(NotAllowed):
    """The phone is somebody else's in a contest where a phone is one person's."""

    message = N_(
        "这部手机已经由另一位参加者用来参加这场比赛。按规则，一部手机只能由一个人使用，请换自己的手机。"
    )


def start_attempt(
    connection: Connection, rules: Published, person_id: int, wanted: Start, now_ms: int
) -> int:
    """Begin an attempt, or return the one that the same key or an open attempt of the stage names.

    Raises SameKeyOtherBody, NotAllowed, FactsNeeded, UnitNeeded, and what else keeps them from starting now.
    """
    earlier = started_before(connection, wanted.contest_id, person_id)
    known = _known(earlier, wanted)
    if known is not None:
        return known.id
    check_advanced(has_advanced(connection, rules, wanted.stage, person_id))
    stage = rules.document.stages[wanted.stage]
    extra_time = admit(connection, rules, stage, person_id, now_ms)
    here = [s for s in earlier if s.stage == wanted.stage]
    so_far = progress(connection, rules, wanted.stage, person_id, here, now_ms)
    if timing.is_practice(stage, now_ms):
        quota.may_practise(stage, wanted.scene or None)
    elif so_far.must_practise:
        quota.opened(stage, now_ms)
        quota.may_practise(stage, wanted.scene or None)
    else:
        extra = added(connection, rules.contest_id, stage, person_id, now_ms)
        quota.may_start(stage, so_far.used, now_ms, wanted.scene or None, extra)
    if stage.integrity.one_phone:
        _hold_phone(connection, wanted, person_id, now_ms)
    turn = Turn(wanted.stage, person_id, len(here) + 1, timing.day_of(stage, now_ms))
    paper = _draw(rules, turn, here)
    ((attempt_id,),) = record.ADD_ATTEMPT.run(
        connection,
        contest_id=wanted.contest_id,
        rules_id=rules.rules_id,
        stage=wanted.stage,
        person_id=person_id,
        number=turn.number,
        scene=wanted.scene,
        start_key=wanted.key,
        seed=paper.seed,
        paper=paper.text,
        started_ms=now_ms,
        deadline_ms=timing.deadline_ms(extended(stage, extra_time), now_ms),
        grace_ms=stage.clock.grace_ms,
        looks_back=looks_back(stage),
        extra=extra_time,
        practice=so_far.must_practise,
    )
    return int(attempt_id)


def _hold_phone(connection: Connection, wanted: Start, person_id: int, now_ms: int) -> None:
    """Keep a phone for who starts on it first in a contest; raises PhoneTaken for others. Source: P16."""
    if not wanted.phone:
        raise Malformed(N_("这场比赛一部手机只能由一个人使用：开始时请在 device 中写明这部手机的编号。"))
    seen = f"{wanted.contest_id}/{wanted.phone}".encode()
    phone = blake2b(seen, digest_size=16).hexdigest()  # does not lead from one contest to another
    whose = {"contest_id": wanted.contest_id, "phone": phone}
    record.HOLD_PHONE.run(connection, **whose, person_id=person_id, since_ms=now_ms)
    ((owner,),) = record.PHONE_OF.run(connection, **whose)
    if owner != person_id:
        raise PhoneTaken()


def _known(earlier: Sequence[Started], wanted: Start) -> Started | None:
    """Return the attempt that this start has begun before, or the open one that it goes on with."""
    for attempt in earlier:
        if wanted.key is not None and attempt.start_key == wanted.key:
            is_same_stage = attempt.stage == wanted.stage or not wanted.is_stage_named
            if not is_same_stage or attempt.scene != wanted.scene:
                raise SameKeyOtherBody()
            return attempt
    return next((a for a in earlier if a.stage == wanted.stage and a.finished_ms is None), None)


def _draw(rules: Published, turn: Turn, earlier: Sequence[Started]) -> Paper:
    """Return the paper of an attempt; `quiz.rules.papers` lets anybody draw it again after the close."""
    stage = rules.document.stages[turn.stage]
    seen: list[int] = []
    if stage.paper.draw == "unseen":
        seen = [slot.version_id for s in earlier for slot in Paper.parse("", s.paper).slots]
    if rules.seed:
        seed = papers.attempt_seed(rules.seed, turn)
        slots = papers.drawn(rules.seed, rules.document, rules.pool, turn, seen)
    else:
        seed = secrets.token_hex(8)
        slots = _drawn_without_master(rules, stage, seed, turn.day, seen)
    return Paper.of(
        seed,
        (
            Slot(s.candidate_id, rules.questions[s.candidate_id].kind, s.section_index, tuple(s.option_order))
            for s in slots
        ),
    )


def _drawn_without_master(
    rules: Published, stage: Stage, seed: str, day: str, seen: Sequence[int]
) -> list[Drawn]:
    """Return a paper under rules that were published before master seeds: it goes on as it began."""
    own = {"fixed": f"{rules.rules_id}", "daily": f"{rules.rules_id}/{day}"}.get(stage.paper.draw, seed)
    return draw(stage.paper, rules.pool, own, order_seed=seed, seen=seen)
