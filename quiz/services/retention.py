"""What is deleted when its time is over: said first, then done; done again it finds nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from quiz.models.accounts import About, Identity, Invitation, Person, SignIn
from quiz.models.contests import Contest
from quiz.models.learning import Learned
from quiz.models.play import Attempt, PhoneUsed
from quiz.models.privacy import WinnerName
from quiz.models.subjects import OneTimeCode
from quiz.rules.permissions import Role
from quiz.services.erasing import erase
from quiz.services.platform import Actor, Platform
from quiz.services.published import published

DAY_MS = 86_400_000
ENDED_MS = 30 * DAY_MS  # after which an ended sign-in and an invitation are of no use
CODE_MS = DAY_MS  # after which a one-time code that ran out is of no use
KEPT_FILE_MS = DAY_MS  # after which a roster that was uploaded is deleted
AT_ONCE = 200  # rows of a transaction: the server writes beside it

Counts = dict[str, int]  # of what → how much


@dataclass(frozen=True)
class Due:
    """The contests by what their end means now."""

    over: Sequence[int]  # ended so long ago that names are kept no more
    running: Sequence[int]  # not so long ago, or not yet
    waits_for_roster: bool  # a contest for a roster alone has not ended


def retain(platform: Platform, actor: Actor, does: bool) -> Counts:
    """Return how much is to be deleted now, and delete it where it `does`; what was deleted is audited."""
    due = _due(platform, actor.now_ms)
    found: Counts = {
        "sign_ins": _rows(platform, does, SignIn, _ended_sign_ins(actor.now_ms)),
        "codes": _rows(platform, does, OneTimeCode, OneTimeCode.expires_ms < actor.now_ms - CODE_MS),
        "invitations": _rows(platform, does, Invitation, Invitation.expires_ms < actor.now_ms - ENDED_MS),
        "phones": _rows(platform, does, PhoneUsed, PhoneUsed.contest_id.in_(due.over)),
        "winner_names": _rows(platform, does, WinnerName, WinnerName.until_ms <= actor.now_ms),
        "files": _files(platform.data / "rosters", does, actor.now_ms),
        "facts": _facts(platform, due, does, actor.now_ms),
        "accounts": _accounts(platform, due, does, actor),
    }
    if does and any(found.values()):
        with platform.store.writing() as session:
            session.add(actor.audit("people.retain", "", orjson.dumps(found).decode()))
    return found


def _due(platform: Platform, now_ms: int) -> Due:
    with platform.store.reading() as session:
        ids = session.scalars(select(Contest.rules_id).where(Contest.rules_id.is_not(None))).all()
    rules = [published(platform, rules_id) for rules_id in ids if rules_id is not None]
    kept_ms = platform.privacy.names_days * DAY_MS
    contests = [each for each in rules if each.kind == "contest"]
    return Due(
        over=[each.contest_id for each in contests if each.closes_ms + kept_ms <= now_ms],
        running=[each.contest_id for each in contests if each.closes_ms + kept_ms > now_ms],
        waits_for_roster=any(e.document.people.roster_only and e.closes_ms > now_ms for e in contests),
    )


def _ended_sign_ins(now_ms: int) -> ColumnElement[bool]:
    return or_(SignIn.expires_ms < now_ms - ENDED_MS, SignIn.revoked_ms < now_ms - ENDED_MS)


def _rows(
    platform: Platform,
    does: bool,
    table: type[SignIn | OneTimeCode | Invitation | PhoneUsed | WinnerName],
    which: ColumnElement[bool],
) -> int:
    """Count the rows of a table that are due, and delete them, a part in each transaction."""
    count = _count(platform, select(func.count()).select_from(table).where(which))
    keys = list(table.__table__.primary_key)
    while does:
        with platform.store.writing() as session:
            some = session.execute(select(*keys).where(which).limit(AT_ONCE)).all()
            if not some:
                break
            session.execute(delete(table).where(tuple_(*keys).in_([tuple(row) for row in some])))
    return count


def _count(platform: Platform, asked: Select[int]) -> int:
    with platform.store.reading() as session:
        return session.scalar(asked) or 0


def _files(folder: Path, does: bool, now_ms: int) -> int:
    """Count the uploaded rosters that are due, each with its name, and delete them."""
    old = [
        path
        for path in (folder.iterdir() if folder.is_dir() else ())
        if now_ms - path.stat().st_mtime_ns // 1_000_000 > KEPT_FILE_MS
    ]
    for path in old if does else ():
        path.unlink(missing_ok=True)
    return len({path.name.partition(".")[0] for path in old})


def _facts(platform: Platform, due: Due, does: bool, now_ms: int) -> int:
    """Count who told facts of themselves for contests that are over, and empty these."""
    which = (
        or_(About.born != "", About.grade != "", About.extra != ""),
        About.on_roster.is_(False),
        About.person_id.in_(
            select(Person.id).where(_joined_before(platform, now_ms), ~_takes_part_in(due.running))
        ),
    )
    count = _count(platform, select(func.count()).select_from(About).where(*which))
    while does:
        with platform.store.writing() as session:
            some = session.scalars(select(About.person_id).where(*which).limit(AT_ONCE)).all()
            if not some:
                break
            session.execute(
                update(About).where(About.person_id.in_(some)).values(born="", grade="", extra="")
            )
    return count


def _accounts(platform: Platform, due: Due, does: bool, actor: Actor) -> int:
    """Count the accounts whose time is over, of rosters and of people who stay away, and delete them."""
    count = _each(platform, does, actor, lambda: _away(platform, due, actor.now_ms))
    if not due.waits_for_roster:
        count += _each(platform, does, actor, lambda: _of_rosters(platform, due, actor.now_ms))
    return count


def _each(
    platform: Platform, does: bool, actor: Actor, which: Callable[[], Sequence[ColumnElement[bool]]]
) -> int:
    count, after = 0, 0
    while True:
        with platform.store.reading() as session:
            ids = _some(session, which(), after)
        if not ids:
            return count
        for person_id in ids if does else ():
            erase(platform, person_id, "retention", actor)
        count, after = count + len(ids), ids[-1]


def _some(session: Session, which: Sequence[ColumnElement[bool]], after: int) -> Sequence[int]:
    return session.scalars(
        select(Person.id)
        .join(Identity, Identity.person_id == Person.id)
        .where(Person.id > after, Person.role == Role.PARTICIPANT, _is_account(), *which)
        .order_by(Person.id)
        .limit(AT_ONCE)
    ).all()


def _of_rosters(platform: Platform, due: Due, now_ms: int) -> Sequence[ColumnElement[bool]]:
    """Return who is on a roster, was added long ago, and takes part in nothing that is not long over."""
    listed = exists().where(About.person_id == Person.id, About.on_roster.is_(True))
    return listed, _joined_before(platform, now_ms), ~_takes_part_in(due.running)


def _away(platform: Platform, due: Due, now_ms: int) -> Sequence[ColumnElement[bool]]:
    """Return who signed up alone and has not been here for a long time."""
    since_ms = now_ms - platform.privacy.accounts_days * DAY_MS
    return (
        ~exists().where(About.person_id == Person.id, About.on_roster.is_(True)),
        Person.created_ms < since_ms,
        ~exists().where(SignIn.person_id == Person.id, SignIn.created_ms >= since_ms),
        ~exists().where(Attempt.person_id == Person.id, Attempt.started_ms >= since_ms),
        ~exists().where(Learned.person_id == Person.id, Learned.answered_ms >= since_ms),
        ~_takes_part_in(due.running),
    )


def _joined_before(platform: Platform, now_ms: int) -> ColumnElement[bool]:
    return Person.created_ms < now_ms - platform.privacy.names_days * DAY_MS


def _takes_part_in(contests: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition that a person, or one who was joined into their account, made an attempt there."""
    part, in_these = aliased(Person), Attempt.contest_id.in_(contests)
    joined = select(part.joined_into).where(
        part.joined_into.is_not(None), Attempt.person_id == part.id, in_these
    )
    return or_(exists().where(Attempt.person_id == Person.id, in_these), Person.id.in_(joined))


def _is_account() -> ColumnElement[bool]:
    """Return the condition that a person is no part of another account, with which it would go."""
    return or_(Person.joined_into.is_(None), Person.joined_into == Person.id)
