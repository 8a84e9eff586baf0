"""Whether a person may take part in a contest, by what is known of them, and the extra time they have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from quiz.errors import ChangedMeanwhile, UnitNeeded
from quiz.models import record
from quiz.rules import eligibility, minors
from quiz.rules.document import Document, Stage
from quiz.rules.eligibility import Facts
from quiz.rules.minors import Pupil
from quiz.services.published import Published
from quiz.services.pupils import pupil
from quiz.services.selves import taking_part_as


class Known(NamedTuple):
    """What is known of a person for one contest."""

    facts: Facts
    extra: str  # extra time, as rules.extra_time keeps it
    pupil: Pupil  # what decides about somebody who may be under 14


def admit(connection: Connection, rules: Published, stage: Stage, person_id: int, now_ms: int) -> str:
    """Return the extra time of a person who may start in a stage now.

    Raises NotAllowed with the reason, FactsNeeded and UnitNeeded where something has to be told first, and
    ChangedMeanwhile where accounts were joined at this moment and they take part as somebody else.
    """
    document = rules.document
    ((*told, joined_into),) = record.FACTS_FOR_START.run(connection, person_id=person_id)
    if person_id != taking_part_as(connection, person_id, joined_into, rules.contest_id):
        raise ChangedMeanwhile()
    known = _known(connection, document, joined_into or person_id, told, now_ms)
    check_known(document, known, now_ms)
    eligibility.check_known(document.people, known.facts)
    _check_units(connection, document, stage, person_id)
    return known.extra


def check_known(document: Document, known: Known, now_ms: int) -> None:
    """Raise NotAllowed with the reason where what is known keeps a person out of a contest."""
    eligibility.check(document.people, known.facts)
    minors.check(known.pupil, now_ms, document.timezone)


def known_of(connection: Connection, document: Document, person_id: int, now_ms: int) -> Known:
    """Return what is known of a person at a moment, by the calendar of a contest."""
    (told,) = record.FACTS.run(connection, person_id=person_id)
    return _known(connection, document, person_id, told, now_ms)


def _known(
    connection: Connection,
    document: Document,
    person_id: int,
    row: Sequence[Any],  # Any: the driver's values
    now_ms: int,
) -> Known:
    created_ms, on_roster, groups, born, grade, extra, consent = row
    facts = Facts(
        groups=tuple(orjson.loads(groups)) if groups else (),
        ages=eligibility.ages_on(born or "", document.timezone, now_ms),
        grade=grade or "",
        registered_ms=created_ms,
        on_roster=bool(on_roster),
    )
    told = Pupil(bool(on_roster), born or "", grade or "", consent or "")
    return Known(facts, extra or "", pupil(connection, person_id, told))


def _check_units(connection: Connection, document: Document, stage: Stage, person_id: int) -> None:
    """Raise UnitNeeded where the rules want a unit of a tree that the person has not named."""
    required = [name for name, tree in document.units.items() if tree.required or name in stage.needs]
    if required:
        known = {row[0] for row in record.UNITS.run(connection, person_id=person_id)}
        for tree in required:
            if tree not in known:
                raise UnitNeeded(tree=tree)
