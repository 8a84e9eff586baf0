"""What a fold of a whole contest came to, kept in this process until the record moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from sqlalchemy import Connection, func, select

from quiz.models.accounts import Audit
from quiz.models.ledger import Ledger
from quiz.models.play import Line
from quiz.models.rewards import Event
from quiz.services.platform import Platform
from quiz.services.published import Published

LATE_MS = 60_000  # so long after its moment a commit may become visible
MOST_KEPT = 20  # folds of a process

Position = tuple[int | None, ...]
Found = TypeVar("Found")


def position_of(connection: Connection, rules: Published) -> Position:
    """Return where the record of a contest stands: every change of what a fold reads moves it.

    Lines change with attempts, events, corrections and moves, each in its own version; those of the last
    minute are added up, because a commit may become visible late. Units that are disqualified, rosters and
    enrolments change no line: ledger and audit log tell of them. A few looks into indexes, whatever its size.
    """
    here = Line.contest_id == rules.contest_id
    latest_ms = connection.scalar(select(func.max(Line.changed_ms)).where(here))
    count, versions = connection.execute(
        select(func.count(), func.sum(Line.version)).where(
            here, Line.changed_ms >= (latest_ms or 0) - LATE_MS
        )
    ).one()
    booked = connection.scalar(select(func.max(Ledger.id)).where(Ledger.contest_id == rules.contest_id))
    happened = connection.scalar(select(func.max(Event.id)).where(Event.contest_id == rules.contest_id))
    desk = connection.scalar(select(func.max(Audit.id)))
    return rules.rules_id, latest_ms, count, versions, booked, happened, desk


def kept(
    platform: Platform, connection: Connection, rules: Published, what: str, fold: Callable[[], Found]
) -> Found:
    """Return what a fold comes to, folded again only if the record has moved; both are of one snapshot."""
    known, key = platform.folds, (rules.contest_id, what)
    position = position_of(connection, rules)
    if key in known and known[key][0] == position:
        return cast("Found", known[key][1])
    found = fold()
    if len(known) >= MOST_KEPT:
        known.clear()
    known[key] = (position, found)
    return found
