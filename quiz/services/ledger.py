"""The ledger at work: book a correction, fold again whom it concerns, tell the boards, list the rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from quiz.errors import N_, ChangedMeanwhile, InvalidInput
from quiz.live import LiveLine
from quiz.models.accounts import Identity, Unit
from quiz.models.bank import QuestionVersion
from quiz.models.contests import Contest
from quiz.models.ledger import Ledger, Recount
from quiz.models.play import Attempt
from quiz.rules import rekeyed
from quiz.services.announcing import announce
from quiz.services.closing import refold
from quiz.services.correcting import Checked, Correction, checked, in_papers
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published, in_force
from quiz.services.refolding import refold_some

PEOPLE_AT_ONCE = 50  # folded again in one transaction
LONGEST_TOKEN = 40
STALE = N_("您查看以后又有别的更正，您的这一次没有记录。下面按现在的情况重新列出，请核对后再确认。")

Tell = Callable[[int], None]  # is told how many more people were folded


@dataclass(frozen=True)
class Entry:
    """One row of the ledger as the desk lists it."""

    id: int
    at_ms: int
    who: str  # "" for a command on the machine
    do: str
    of: str  # attempt, person, unit, question
    target_id: int
    name: str  # of the person, the unit, the question
    person_id: int | None
    because: str
    points: str | None
    key: str  # how its question is marked, in one word; "" where there is none
    is_counted: bool  # False while people are still folded again


def book(
    platform: Platform, contest_id: int, wanted: Correction, actor: Actor, token: str | None = None
) -> int:
    """Book a correction, fold again whom it concerns, and tell the boards; returns the ledger row's id.

    `token`: of the page that confirmed it; the second of two clicks gets the row of the first. A corrected
    key is booked at once, its recount is for `recount` to do. Raises NotFound, InvalidInput, and
    ChangedMeanwhile where somebody has booked something about the same target since it was looked at.
    """
    if token is not None and not 0 < len(token) <= LONGEST_TOKEN:
        raise InvalidInput()
    rules = in_force(platform, contest_id)
    try:
        ledger_id, lines = _book(platform, rules, wanted, actor, token)
    except IntegrityError:  # the first of two clicks has booked it meanwhile
        with platform.store.reading() as session:
            first = _by_token(session, token)
        if first is None:
            raise
        return first
    announce(platform, contest_id, lines)
    return ledger_id


def recount(platform: Platform, ledger_id: int, rounds: int | None = None, tell: Tell | None = None) -> bool:
    """Fold again everybody whose papers have the question of a corrected key; returns whether it is through.

    It goes on where it was left, in transactions of few rows, and answers are served meanwhile.
    `rounds`: how many transactions at most.
    """
    with platform.store.reading() as session:
        contest_id, version_id = session.execute(
            select(Ledger.contest_id, Ledger.version_id).where(Ledger.id == ledger_id)
        ).one()
    assert version_id is not None  # a row with a recount names a question
    rules = in_force(platform, contest_id)
    while rounds is None or rounds > 0:
        folded = _round(platform, rules, ledger_id, version_id)
        if folded is None:
            return True
        if tell is not None:
            tell(folded)
        rounds = None if rounds is None else rounds - 1
    return False


def recount_pending(platform: Platform, rounds: int) -> None:
    """Do some more of the recounts that are not through: one that was broken off goes on by itself."""
    with platform.store.reading() as session:
        pending = session.scalars(
            select(Recount.ledger_id).where(Recount.done_ms.is_(None)).order_by(Recount.ledger_id)
        ).all()
    for ledger_id in pending:
        recount(platform, ledger_id, rounds)


def touched(platform: Platform, contest_id: int, version_id: int) -> int:
    """Return how many closed attempts have a question on their paper."""
    with platform.store.reading() as session:
        return (
            session.scalar(
                select(func.count())
                .select_from(Attempt)
                .where(
                    Attempt.contest_id == contest_id,
                    Attempt.finished_ms.is_not(None),
                    in_papers(version_id),
                )
            )
            or 0
        )


def entries(
    platform: Platform, contest_id: int, first: int = 0, size: int = 50, person_id: int | None = None
) -> tuple[list[Entry], int]:
    """Return one page of a contest's ledger, the newest first, and how many rows it has.

    `person_id`: only those of one person and their attempts.
    """
    actor = aliased(Identity)
    wanted = (
        select(Ledger, actor.nickname, Identity.nickname, Identity.name, Unit.path, QuestionVersion.stem)
        .add_columns(Recount.ledger_id, Recount.done_ms)
        .outerjoin(actor, actor.person_id == Ledger.actor_id)
        .outerjoin(Identity, Identity.person_id == Ledger.person_id)
        .outerjoin(Unit, Unit.id == Ledger.unit_id)
        .outerjoin(QuestionVersion, QuestionVersion.id == Ledger.version_id)
        .outerjoin(Recount, Recount.ledger_id == Ledger.id)
        .where(Ledger.contest_id == contest_id)
    )
    if person_id is not None:
        wanted = wanted.where(Ledger.person_id == person_id)
    with platform.store.reading() as session:
        count = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
        rows = session.execute(wanted.order_by(Ledger.id.desc()).offset(first).limit(size)).all()
    return [_entry(*row) for row in rows], count


def _entry(
    row: Ledger,
    who: str | None,
    nickname: str | None,
    name: str | None,
    path: str | None,
    stem: str | None,
    recount_id: int | None,
    done_ms: int | None,
) -> Entry:
    kinds = {
        "question": row.version_id,
        "unit": row.unit_id,
        "attempt": row.attempt_id,
        "person": row.person_id,
    }
    of = next(kind for kind, target in kinds.items() if target is not None)
    called = f"{nickname or ''}（{name}）" if name and name != nickname else nickname or ""
    return Entry(
        id=row.id,
        at_ms=row.at_ms,
        who=who or "",
        do=row.do,
        of=of,
        target_id=kinds[of] or 0,
        name=stem or path or called,
        person_id=row.person_id,
        because=row.because,
        points=row.points,
        key=rekeyed.stored(row.key).text if row.key else "",
        is_counted=recount_id is None or done_ms is not None,
    )


def _book(
    platform: Platform, rules: Published, wanted: Correction, actor: Actor, token: str | None
) -> tuple[int, list[LiveLine]]:
    with platform.store.writing() as session:
        before = _by_token(session, token)
        if before is not None:
            return before, []
        one_at_a_time = select(Contest.id).where(Contest.id == rules.contest_id)
        session.execute(one_at_a_time.with_for_update(key_share=True))  # starts and finishes do not wait
        found = checked(session, rules, wanted, actor.now_ms)
        if wanted.seen not in (None, found.seen):
            raise ChangedMeanwhile(STALE)
        columns = {name: value for name, value in found.row._asdict().items() if name not in ("id", "n")}
        row = Ledger(**columns, contest_id=rules.contest_id, actor_id=actor.person_id)
        row.token = token
        session.add(row)
        session.flush()
        if row.version_id is not None:
            session.add(Recount(ledger_id=row.id, stage=0, person_id=0))
        session.add(actor.audit(f"ledger.{wanted.do}", rules.document.title, _detail(rules, wanted, found)))
        session.flush()
        return row.id, list(_refolded(session.connection(), rules, found, actor.now_ms))


def _refolded(connection: Connection, rules: Published, found: Checked, now_ms: int) -> Iterator[LiveLine]:
    for stage, person_id in found.concerned:
        yield from refold(connection, rules, stage, person_id, now_ms)


def _detail(rules: Published, wanted: Correction, found: Checked) -> str:
    detail: dict[str, object] = {"contest": rules.contest_id, wanted.of: wanted.id, "because": wanted.because}
    if wanted.points:
        detail["points"] = wanted.points
    if found.row.rekeyed is not None:
        detail["key"] = found.row.rekeyed.written
    return json.dumps(detail, ensure_ascii=False)


def _by_token(session: Session, token: str | None) -> int | None:
    if token is None:
        return None
    return session.scalar(select(Ledger.id).where(Ledger.token == token))


def _round(platform: Platform, rules: Published, ledger_id: int, version_id: int) -> int | None:
    """Fold some people again and note how far it came; None when there is nobody left.

    People are looked for before the transaction, which on SQLite keeps answers waiting.
    """
    with platform.store.reading() as session:
        stage, last, done_ms = session.execute(
            select(Recount.stage, Recount.person_id, Recount.done_ms).where(Recount.ledger_id == ledger_id)
        ).one()
        people = _next_people(session, rules.contest_id, stage, last, version_id)
    if done_ms is not None:
        return None
    with platform.store.connection() as connection:
        if not _is_ours(connection, ledger_id, (stage, last)):
            return 0
        found = refold_some(connection, rules, stage, people, platform.clock)
        reached = (stage, people[found.count - 1]) if people else (stage + 1, 0)
        is_done = reached[0] >= len(rules.document.stages)
        connection.execute(
            update(Recount)
            .where(Recount.ledger_id == ledger_id)
            .values(stage=reached[0], person_id=reached[1], done_ms=found.now_ms if is_done else None)
        )
    announce(platform, rules.contest_id, found.lines)
    return None if is_done else found.count


def _is_ours(connection: Connection, ledger_id: int, seen: tuple[int, int]) -> bool:
    """Lock the recount and return whether it stands where it was seen: nobody else works on it."""
    found = connection.execute(
        select(Recount.stage, Recount.person_id).where(Recount.ledger_id == ledger_id).with_for_update()
    ).one_or_none()
    return found is not None and tuple(found) == seen


def _next_people(session: Session, contest_id: int, stage: int, last: int, version_id: int) -> Sequence[int]:
    return session.scalars(
        select(Attempt.person_id)
        .where(
            Attempt.contest_id == contest_id,
            Attempt.stage == stage,
            Attempt.person_id > last,
            in_papers(version_id),
        )
        .group_by(Attempt.person_id)
        .order_by(Attempt.person_id)
        .limit(PEOPLE_AT_ONCE)
    ).all()
