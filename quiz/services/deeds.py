"""What `rules.why` wants of a person or a unit, from the append-only record and a board's rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from quiz.models import record
from quiz.rules import earning, timing
from quiz.rules.document import Stage
from quiz.rules.earning import Happened
from quiz.rules.standings import Played
from quiz.rules.units import Measured
from quiz.rules.why import Correction, Deed, Deeds, Uncounted
from quiz.rules.why_units import Ranked
from quiz.services.board_reading import Row
from quiz.services.closing import played_of
from quiz.services.corrected import Said, marked_again, papers_of
from quiz.services.happened import corrected, happened
from quiz.services.published import Published

NOTHING_KNOWN = Measured(0, 0, None, {})  # of a unit that is disqualified


class Recorded(NamedTuple):
    """What is on record of one person in one stage."""

    person_id: int
    attempts: Sequence[Sequence[Any]]  # Any: models.record.PLAYED_COLUMNS, of the closed ones
    events: Sequence[Happened]
    said: Said
    papers: Mapping[int, tuple[str, str]]  # attempt → paper and sheet, where a key was corrected
    refused: Sequence[Sequence[Any]] = ()  # Any: models.record.REFUSED_COLUMNS, the first of a day each


def recorded(connection: Connection, rules: Published, position: int, person_id: int, said: Said) -> Recorded:
    """Read what is on record of a person in a stage."""
    here = {"contest_id": rules.contest_id, "person_id": person_id}
    stage = rules.document.stages[position]
    return Recorded(
        person_id,
        record.PLAYED.run(connection, stage=position, **here),
        happened(connection, **here) if stage.events else (),
        said,
        papers_of(connection, rules.contest_id, position, person_id, said),
        record.REFUSED.run(connection, stage=position, **here),
    )


def until(found: Recorded, frozen_ms: int | None) -> Recorded:
    """Return what was on record before a freeze: by the end of attempts and the moment of all else."""
    if frozen_ms is None:
        return found
    return found._replace(
        attempts=[values for values in found.attempts if values[FINISHED] < frozen_ms],
        events=[each for each in found.events if each.at_ms < frozen_ms],
        said=found.said.until(frozen_ms),
        refused=[values for values in found.refused if values[0] < frozen_ms],
    )


FINISHED = [column.key for column in record.PLAYED_COLUMNS].index("finished_ms")


def deeds_of(rules: Published, stage: Stage, found: Recorded) -> Deeds:
    """Return what somebody did in a stage, as `rules.why` wants it."""
    said, name = found.said, str(found.person_id)
    marked = [played_of(stage, values) for values in found.attempts]
    played = [
        said.corrected(played_of(stage, marked_again(rules, stage, values, said, found.papers)))
        for values in found.attempts
    ]
    is_out = said.corrections.person_is_out(name)
    return Deeds(
        attempts=[
            Deed(now, before.points, str(now.id), is_out or said.is_void(now.id))
            for now, before in zip(played, marked, strict=True)
            if not timing.is_practice(stage, now.started_ms)
        ],
        earned=corrected(stage, found.person_id, found.events, said),
        adjusted=said.corrections.added_to(name),
        corrections=list(_corrections(found, played)),
        refused=[
            Uncounted(at_ms, because, timing.period_of(stage, at_ms, scene or None), is_a_start=True)
            for at_ms, because, scene in found.refused
        ],
        practised=[
            Uncounted(each.started_ms, "practice", each.period)
            for each in played
            if timing.is_practice(stage, each.started_ms)
        ],
        beyond=[
            Uncounted(each.at_ms, each.kind, timing.period_of(stage, each.at_ms))
            for each in earning.beyond_caps(stage, found.events)
        ],
    )


def _corrections(found: Recorded, played: Sequence[Played]) -> Iterator[Correction]:
    """Yield what the ledger says of the person, of these attempts, and of questions they were asked."""
    attempts = {each.id for each in played}
    asked = {version for _paper, sheet in found.papers.values() for version, *_ in orjson.loads(sheet)}
    for booked in found.said.rows:
        if booked.version_id is not None:
            if booked.version_id in asked:
                yield Correction(booked.at_ms, booked.do, booked.because, is_key=True)
        elif booked.attempt_id is None or booked.attempt_id in attempts:
            row = booked.row
            yield Correction(row.at_ms, row.do, row.because, row.points, row.attempt or "")


def ranked(row: Row) -> Ranked:
    """Return a unit's row of a board as `rules.why_units` wants it."""
    figures = {name: value if isinstance(value, int) else str(value) for name, value in row.values.items()}
    return Ranked(row.name, row.place, figures.get("value", ""), figures, row.because, row.reason)
