"""How far a person has come in a stage: what has used up the quota, what they passed, what counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from quiz.models import record
from quiz.rules import timing
from quiz.rules.document import Stage
from quiz.rules.quota import Earlier
from quiz.rules.scoring import passes
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
    finished_ms: int | None


@dataclass(frozen=True)
class Progress:
    """What the rules ask of a person's earlier attempts before the next one."""

    used: Sequence[Earlier]  # what uses up the quota; void ones not, where they are given back
    counting: Sequence[Played]  # what counts, read only where a level or a practice asks for it


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
    reads = _reads_results(stage)
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
        if not (stage.integrity.quota_back and said.is_void(each.id, now_ms))
    ]
    return Progress(used, counting)


def _reads_results(stage: Stage) -> bool:
    return stage.flow.levels is not None
