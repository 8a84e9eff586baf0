"""What a person did beside answering, as the fold and the quota want it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from quiz.models import record
from quiz.rules import earning
from quiz.rules.document import Stage
from quiz.rules.earning import Happened
from quiz.rules.parts import NOTHING
from quiz.rules.quota import Added
from quiz.rules.standings import Earned
from quiz.services.corrected import Said

NO_MORE = Added()


def happened(connection: Connection, contest_id: int, person_id: int) -> list[Happened]:
    """Return the events of a person in a contest, in the order in which they happened."""
    rows = record.EVENTS.run(connection, contest_id=contest_id, person_id=person_id)
    return [Happened(at_ms, kind) for at_ms, kind in rows]


def earned(
    connection: Connection, contest_id: int, stage: Stage, person_id: int, said: Said
) -> Sequence[Earned]:
    """Return the points that a person's events give in a stage; rules without events cost no statement."""
    if not stage.events:
        return ()
    return corrected(stage, person_id, happened(connection, contest_id, person_id), said)


def corrected(stage: Stage, person_id: int, events: Sequence[Happened], said: Said) -> Sequence[Earned]:
    """Return the points that events give, after what the ledger says of the person."""
    name = str(person_id)
    if said.corrections.person_is_out(name):
        return ()
    found = earning.earned(stage, events)
    return [e._replace(points=NOTHING) for e in found] if said.corrections.is_zero(name) else found


def added(connection: Connection, contest_id: int, stage: Stage, person_id: int, now_ms: int) -> Added:
    """Return how many attempts a person's events add up to now; rules without them cost no statement."""
    if not stage.quota.extra:
        return NO_MORE
    return earning.added(stage, happened(connection, contest_id, person_id), now_ms)
