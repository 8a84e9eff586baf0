"""How far a person has come in a stage: what has used up the quota, what they passed, what counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import Connection

from quiz.models import record
from quiz.rules import timing
from quiz.rules.quota import Earlier
from quiz.rules.scoring import opens_what_counts, passes
from quiz.rules.standings import Played
from quiz.services.closing import played_by
from quiz.services.corrected import NOTHING_SAID, said_of
from quiz.services.published import Published


@dataclass(frozen=True)
class Started:
    """An earlier attempt of the same person, as `models.record.STARTED` reads it."""

    id: int
    stage: int
    number: int
    start_key: str | None
    scene: str  # or the level
    paper: str
    started_ms: int
    deadline_ms: int | None
    grace_ms: int
    practice: bool
    finished_ms: int | None


@dataclass(frozen=True)
class Progress:
    """What the rules ask of a person's earlier attempts before the next one."""

    used: Sequence[Earlier]  # what uses up the quota; void ones not, where they are given back
    counting: Sequence[Played]  # what counts, read only where levels ask for it
    must_practise: bool  # no practice has opened what counts yet


def started_before(connection: Connection, contest_id: int, person_id: int) -> list[Started]:
    """Return the attempts of a person in a contest, by stage and number."""
    rows = record.STARTED.run(connection, contest_id=contest_id, person_id=person_id)
    return [Started(*values) for values in rows]


def progress(
    connection: Connection,
    rules: Published,
    position: int,
    person_id: int,
    here: Sequence[Started],
    now_ms: int,
) -> Progress:
    """Return how far a person is in a stage at a moment; `here`: their attempts in it."""
    stage = rules.document.stages[position]
    reads = stage.flow.levels is not None
    said = NOTHING_SAID
    if here and (reads or stage.integrity.quota_back):
        said = said_of(connection, rules.contest_id, person_id)
    played = played_by(connection, rules, position, person_id, said) if here and reads else []
    counting = [
        each
        for each in played
        if not (timing.is_practice(stage, each.started_ms) or said.is_void(each.id, now_ms))
    ]
    passed = {each.id: each.finished_ms for each in counting if passes(stage, each.period, each.score)}
    used = [
        Earlier(each.started_ms, each.scene, passed.get(each.id))
        for each in here
        if not each.practice and not (stage.integrity.quota_back and said.is_void(each.id, now_ms))
    ]
    return Progress(used, counting, _must_practise(connection, rules, position, person_id, now_ms))


def _must_practise(
    connection: Connection, rules: Published, position: int, person_id: int, now_ms: int
) -> bool:
    """Return whether what is started now is practice: until one has been finished that reached the threshold.

    By its marks when it was closed: a corrected key opens and closes nothing. Source: P7, R11.
    """
    stage = rules.document.stages[position]
    gate = stage.flow.practice_first
    if gate is None or timing.is_practice(stage, now_ms):
        return False
    practised = record.PRACTISED.run(
        connection, contest_id=rules.contest_id, stage=position, person_id=person_id
    )
    return not any(
        finished_ms <= now_ms and opens_what_counts(gate, Fraction(score), correct)
        for finished_ms, score, correct in practised
    )
