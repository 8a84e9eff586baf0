"""Events put on record: what the product sees itself, and what organizers import; people's lines follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from sqlalchemy import Connection, func, select

from quiz.errors import Busy
from quiz.live import LiveLine
from quiz.models.base import insert_for
from quiz.models.contests import Contest
from quiz.models.rewards import Event
from quiz.rules import timing
from quiz.rules.document import Document, Stage
from quiz.services.announcing import announce
from quiz.services.closing import refold
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published, published

DAILY = ("sign_in", "check_in")  # a person signs in, or presses the button of the day
ONCE = ("first_login", "sign_up")  # the first time a person comes
PEOPLE_AT_ONCE = 50  # of an import, in one transaction


@dataclass(frozen=True)
class NewEvent:
    """Something somebody did; the same `key` of a person counts once."""

    person_id: int
    at_ms: int
    kind: str
    key: str


@dataclass(frozen=True)
class Kept:
    """How many events of a kind are on record, of how many people."""

    kind: str
    count: int
    people: int


def kinds_of(document: Document) -> list[str]:
    """Return the kinds of events that the rules speak of: they give points, attempts or entries."""
    return sorted({kind for stage in document.stages for kind in _kinds_of(document, stage)})


def visited(platform: Platform, person_id: int, now_ms: int, parts: Mapping[int, int] | None = None) -> None:
    """Note that a person came, in every contest that runs and whose rules reward it.

    `parts`: contest → as whom they take part in it, where accounts were joined.
    """
    with platform.store.reading() as session:
        rules_ids = session.scalars(select(Contest.rules_id).where(Contest.rules_id.is_not(None))).all()
    for rules_id in rules_ids:
        rules = published(platform, rules_id or 0)
        whom = (parts or {}).get(rules.contest_id, person_id)
        wanted = _of_a_visit(rules.document, whom, now_ms)
        if wanted:
            with suppress(Busy):  # the sign-in itself succeeds; the next visit is noted again
                record_events(platform, rules, wanted, Actor(None, now_ms))


def today_of(platform: Platform, rules: Published, person_id: int, now_ms: int) -> bool | None:
    """Return whether a person has signed in today; None where the rules do not ask for it now."""
    wanted = [e.key for e in _of_a_visit(rules.document, person_id, now_ms) if e.kind in DAILY]
    if not wanted:
        return None
    with platform.store.reading() as session:
        found = session.scalar(
            select(func.count()).where(
                Event.contest_id == rules.contest_id, Event.person_id == person_id, Event.key.in_(wanted)
            )
        )
    return found == len(wanted)


def record_events(platform: Platform, rules: Published, events: Iterable[NewEvent], actor: Actor) -> int:
    """Put events on record and bring the people's lines up to date; returns how many were new.

    A repeat is left out: what is interrupted may be done again from the beginning.
    """
    by_person = groupby(sorted(events, key=lambda e: (e.person_id, e.at_ms)), key=lambda e: e.person_id)
    people = [list(group) for _, group in by_person]
    count = 0
    for first in range(0, len(people), PEOPLE_AT_ONCE):
        some = people[first : first + PEOPLE_AT_ONCE]
        new, lines = platform.writer.run(partial(_record, rules=rules, people=some, actor=actor))
        announce(platform, rules.contest_id, lines)
        count += new
    return count


def on_record(platform: Platform, contest_id: int) -> list[Kept]:
    """Return what is on record of a contest, by kind."""
    with platform.store.reading() as session:
        rows = session.execute(
            select(Event.kind, func.count(), func.count(Event.person_id.distinct()))
            .where(Event.contest_id == contest_id)
            .group_by(Event.kind)
            .order_by(Event.kind)
        )
        return [Kept(*row) for row in rows]


def _record(
    connection: Connection, rules: Published, people: Sequence[Sequence[NewEvent]], actor: Actor
) -> tuple[int, list[LiveLine]]:
    count, lines = 0, []
    for events in people:
        new = sum(_add(connection, rules.contest_id, event, actor) for event in events)
        count += new
        if new:
            for stage in _giving(rules.document):
                lines += refold(connection, rules, stage, events[0].person_id, actor.now_ms)
    return count, lines


def _add(connection: Connection, contest_id: int, event: NewEvent, actor: Actor) -> bool:
    """Add an event unless it is on record; returns whether it is new."""
    wanted = insert_for(connection.dialect.name, Event).values(
        contest_id=contest_id,
        person_id=event.person_id,
        at_ms=event.at_ms,
        kind=event.kind,
        key=event.key,
        actor_id=actor.person_id,
    )
    return connection.scalar(wanted.on_conflict_do_nothing().returning(Event.id)) is not None


def _giving(document: Document) -> list[int]:
    """Return the stages that an event may change: by points, or by a lot that is drawn at once."""
    beside = any(draw.drawn == "at_once" for draw in document.draws)
    return [
        n
        for n, stage in enumerate(document.stages)
        if stage.events or beside or any(draw.drawn == "at_once" for draw in stage.draws)
    ]


def _kinds_of(document: Document, stage: Stage) -> set[str]:
    found = {*stage.events, *(extra.event for extra in stage.quota.extra)}
    draws = (*stage.draws, *document.draws)
    return found | {e.kind for draw in draws for e in draw.entries if e.kind is not None}


def _of_a_visit(document: Document, person_id: int, now_ms: int) -> list[NewEvent]:
    """Return the events that a visit is, in the stages that run now."""
    found: dict[str, NewEvent] = {}
    for stage in document.stages:
        if not stage.calendar.opens_ms <= now_ms < stage.calendar.closes_ms:
            continue
        for kind in sorted(_kinds_of(document, stage)):
            key = f"{kind}/{timing.day_of(stage, now_ms)}" if kind in DAILY else kind
            if kind in DAILY or kind in ONCE:
                found[key] = NewEvent(person_id, now_ms, kind, key)
    return list(found.values())
