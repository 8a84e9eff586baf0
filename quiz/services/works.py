"""How far large works on the bank are: begun once, noted with each part, found again, given up.

A part and the note that it is done are one transaction, so whoever goes on after a crash goes on exactly
there; a process whose work somebody else has taken over is stopped by its next note.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Event, Thread
from typing import Any

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from quiz.models.works import DONE, FAILED, RUNNING, Work
from quiz.services.platform import Actor, Platform

AT_HAND = 500  # questions that are changed, taken or compared in a request; more in a process of their own
SILENT_MS = 60_000  # without a sign of life a work has lost its process; a busy machine starts one slowly
BEAT_S = 4.0
TURNS = 3  # processes that may try it before it is given up
KEPT_MS = 86_400_000  # what came of it is told for a day


class TakenOver(Exception):
    """Another process is at the work, or it has been given up: what this one wanted to write is undone."""


@dataclass(frozen=True)
class Going:
    """A work as somebody at it, or somebody who asks, knows it."""

    id: int
    token: str
    kind: str
    wanted: Mapping[str, Any] = field(default_factory=dict)  # Any: JSON data of its kind
    actor_id: int | None = None
    at_ms: int = 0
    size: int = 0
    done: int = 0
    changed: int = 0
    state: str = RUNNING
    turn: int = 0
    beat_ms: int = 0

    @property
    def actor(self) -> Actor:
        """Who began it, and when."""
        return Actor(self.actor_id, self.at_ms)

    @property
    def is_running(self) -> bool:
        """Whether it is not over yet."""
        return self.state == RUNNING


def add(
    session: Session, kind: str, token: str, size: int, actor: Actor, wanted: Mapping[str, Any] | None = None
) -> Going:
    """Note that a work begins; storing it raises IntegrityError for every click but the first."""
    session.execute(delete(Work).where(Work.state != RUNNING, Work.at_ms < actor.now_ms - KEPT_MS))
    row = Work(
        token=token,
        kind=kind,
        wanted=dict(wanted or {}),
        actor_id=actor.person_id,
        at_ms=actor.now_ms,
        size=size,
        state=RUNNING,
        beat_ms=actor.now_ms,
    )
    session.add(row)
    session.flush()
    return _going(row)


def advance(platform: Platform, session: Session, work: Going, count: int, **more: Any) -> Going:
    """Note in the transaction of a part that `count` more are done; raises TakenOver.

    `more`: `changed` of them, and the `state` where this is the last part.
    """
    values = {
        "done": work.done + count,
        "changed": work.changed + more.get("changed", 0),
        "state": more.get("state", RUNNING),
    }
    noted: CursorResult[Any] = session.execute(  # type: ignore[assignment]  # an UPDATE has a row count
        update(Work)
        .where(Work.id == work.id, Work.turn == work.turn, Work.done == work.done, Work.state == RUNNING)
        .values(**values, beat_ms=platform.clock.now_ms())
    )
    if noted.rowcount != 1:
        raise TakenOver
    return replace(work, **values)


def finish(platform: Platform, work: Going) -> None:
    """Note that a work without parts is done; raises TakenOver."""
    with platform.store.writing() as session:
        advance(platform, session, work, work.size - work.done, state=DONE)


def going(platform: Platform, token: str) -> Going | None:
    """Return the work of a token, None where there is none, or none any more."""
    with platform.store.reading() as session:
        row = session.scalar(select(Work).where(Work.token == token))
        return _going(row) if row is not None else None


def of_id(platform: Platform, work_id: int) -> Going:
    """Return a work that is known to be there."""
    with platform.store.reading() as session:
        return _going(session.get_one(Work, work_id))


def open_works(platform: Platform, kinds: Sequence[str], now_ms: int) -> list[Going]:
    """Return the works of some kinds that are going on or were given up within a day, the oldest first."""
    is_open = (Work.state == RUNNING) | ((Work.state == FAILED) & (Work.at_ms > now_ms - KEPT_MS))
    with platform.store.reading() as session:
        rows = session.scalars(select(Work).where(is_open, Work.kind.in_(kinds)).order_by(Work.id))
        return [_going(row) for row in rows]


def silent(platform: Platform, now_ms: int) -> list[Going]:
    """Return the works that have lost their process."""
    with platform.store.reading() as session:
        rows = session.scalars(
            select(Work).where(Work.state == RUNNING, Work.beat_ms < now_ms - SILENT_MS).order_by(Work.id)
        )
        return [_going(row) for row in rows]


def take_over(platform: Platform, work: Going) -> Going | None:
    """Take a turn at a work; None where somebody else was quicker, or it is over."""
    now_ms = platform.clock.now_ms()
    with platform.store.writing() as session:
        row = session.get(Work, work.id, with_for_update=True)
        if row is None or row.state != RUNNING or row.turn != work.turn:
            return None
        row.turn, row.beat_ms = work.turn + 1, now_ms
        return _going(row)


def give_up(session: Session, work: Going) -> bool:
    """Note that a work failed; returns whether it was still running, under the turn that is known."""
    noted: CursorResult[Any] = session.execute(  # type: ignore[assignment]  # an UPDATE has a row count
        update(Work)
        .where(Work.id == work.id, Work.turn == work.turn, Work.state == RUNNING)
        .values(state=FAILED)
    )
    return noted.rowcount == 1


def forget(session: Session, token: str, *states: str) -> None:
    """Forget a work that is over, in one of some states, so that it can be begun again."""
    session.execute(delete(Work).where(Work.token == token, Work.state.in_(states)))


@contextmanager
def beating(platform: Platform, work: Going) -> Iterator[None]:
    """Show that somebody is at a work, also while a part of it takes long."""
    over = Event()

    def beat() -> None:
        while not over.wait(BEAT_S):
            try:
                with platform.store.writing() as session:
                    session.execute(
                        update(Work)
                        .where(Work.id == work.id, Work.turn == work.turn, Work.state == RUNNING)
                        .values(beat_ms=platform.clock.now_ms())
                    )
            except OperationalError:  # the database is busy: the next beat tells as much
                continue

    thread = Thread(target=beat, name="beat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def no_rest() -> None:
    """Go on at once with the next part: nobody waits."""


def _going(row: Work) -> Going:
    return Going(
        row.id,
        row.token,
        row.kind,
        row.wanted,
        row.actor_id,
        row.at_ms,
        row.size,
        row.done,
        row.changed,
        row.state,
        row.turn,
        row.beat_ms,
    )
