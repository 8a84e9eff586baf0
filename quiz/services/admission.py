"""Whether a person may take part in a contest, by what is known of them, and the extra time they have."""

from __future__ import annotations

from typing import NamedTuple

import orjson
from sqlalchemy import Connection

from quiz.errors import UnitNeeded
from quiz.models import record
from quiz.rules import eligibility
from quiz.rules.document import Document, Stage
from quiz.rules.eligibility import Facts


class Known(NamedTuple):
    """What is known of a person for one contest."""

    facts: Facts
    extra: str  # extra time, as rules.extra_time keeps it


def admit(connection: Connection, document: Document, stage: Stage, person_id: int, now_ms: int) -> str:
    """Return the extra time of a person who may start in a stage now.

    Raises NotAllowed with the reason, FactsNeeded and UnitNeeded where something has to be told first.
    """
    known = known_of(connection, document, person_id, now_ms)
    eligibility.check(document.people, known.facts)
    eligibility.check_known(document.people, known.facts)
    _check_units(connection, document, stage, person_id)
    return known.extra


def known_of(connection: Connection, document: Document, person_id: int, now_ms: int) -> Known:
    """Return what is known of a person at a moment, by the calendar of a contest."""
    ((created_ms, on_roster, groups, born, grade, extra),) = record.FACTS.run(connection, person_id=person_id)
    facts = Facts(
        groups=tuple(orjson.loads(groups)) if groups else (),
        ages=eligibility.ages_on(born or "", document.timezone, now_ms),
        grade=grade or "",
        registered_ms=created_ms,
        on_roster=bool(on_roster),
    )
    return Known(facts, extra or "")


def _check_units(connection: Connection, document: Document, stage: Stage, person_id: int) -> None:
    """Raise UnitNeeded where the rules want a unit of a tree that the person has not named."""
    required = [name for name, tree in document.units.items() if tree.required or name in stage.needs]
    if required:
        known = {row[0] for row in record.UNITS.run(connection, person_id=person_id)}
        for tree in required:
            if tree not in known:
                raise UnitNeeded(tree=tree)
