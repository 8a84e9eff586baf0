"""The statements of the hot path, compiled once: start, answers, finish, and the lines that follow."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ClauseElement,
    ScalarSelect,
    Select,
    Text,
    bindparam,
    case,
    cast,
    func,
    insert,
    or_,
    select,
    update,
)

from quiz.models.accounts import About, Membership, Person, Unit
from quiz.models.base import Statement, among, insert_for, rows_from
from quiz.models.ledger import Ledger
from quiz.models.play import Attempt, Line, PhoneUsed, Receipt, RefusedStart, Result
from quiz.models.rewards import Event

_last_device = (
    select(Receipt.device)
    .where(Receipt.attempt_id == Attempt.id, Receipt.device != "")
    .order_by(Receipt.id.desc())
    .limit(1)
    .scalar_subquery()
)

RECEIPT_COLUMNS = (
    Receipt.id,
    Receipt.device,
    Receipt.received_ms,
    Receipt.answers,
    Receipt.late,
    Receipt.opens,
    Receipt.opened_ms,
    Receipt.leavings,
)

ATTEMPT_COLUMNS = (
    Attempt.id,
    Attempt.contest_id,
    Attempt.rules_id,
    Attempt.stage,
    Attempt.person_id,
    Attempt.scene,
    Attempt.seed,
    Attempt.paper,
    Attempt.started_ms,
    Attempt.deadline_ms,
    Attempt.grace_ms,
    Attempt.looks_back,
    Attempt.extra,
    Attempt.practice,
    Attempt.finished_ms,
    Person.epoch,
    _last_device,
)


def _past(dialect: str) -> ScalarSelect[str]:
    """Return what was received before as one JSON text: a list of RECEIPT_COLUMNS in no order."""
    listed = (
        func.json_group_array(func.json_array(*RECEIPT_COLUMNS))
        if dialect == "sqlite"
        else cast(func.json_agg(func.json_build_array(*RECEIPT_COLUMNS)), Text)
    )
    return select(listed).where(Receipt.attempt_id == Attempt.id).correlate(Attempt).scalar_subquery()


def _attempt(dialect: str) -> Select[Any]:  # Any: the columns of an attempt and its past
    """Select an attempt; its past comes along only where it decides, so that a save stays two statements."""
    decides = or_(Attempt.looks_back, bindparam("received_ms") > Attempt.deadline_ms + Attempt.grace_ms)
    return (
        select(*ATTEMPT_COLUMNS, case((decides, _past(dialect))))
        .select_from(Attempt)
        .join(Person, Person.id == Attempt.person_id)
        .where(among(dialect, Attempt.id, "attempt_ids"))
        .order_by(Attempt.id)  # locks are taken in one order
    )


# FOR SHARE waits for a finish that is under way and then sees its `finished_ms`: no answer is acknowledged
# after the attempt was counted. (SQLite has one writer at a time and leaves the words out.)
READ_ATTEMPT = Statement(_attempt)
ATTEMPT_FOR_ANSWER = Statement(lambda dialect: _attempt(dialect).with_for_update(read=True, of=Attempt))
ATTEMPT_FOR_FINISH = Statement(lambda dialect: _attempt(dialect).with_for_update(of=Attempt))

RECEIPT_NAMES = ("attempt_id", "device", "received_ms", "answers", "late", "opens", "opened_ms", "leavings")


def _add_receipts(dialect: str) -> ClauseElement:
    table = Receipt.__table__
    rows = rows_from(dialect, "rows", [table.c[name].type for name in RECEIPT_NAMES])
    return insert(Receipt).from_select(RECEIPT_NAMES, rows, include_defaults=False)


ADD_RECEIPTS = Statement(_add_receipts)  # `rows`: a JSON list of lists in the order of RECEIPT_NAMES

RECEIPTS = Statement(
    select(*RECEIPT_COLUMNS).where(Receipt.attempt_id == bindparam("attempt_id")).order_by(Receipt.id)
)

CLOSE_ATTEMPT = Statement(
    update(Attempt)
    .where(Attempt.id == bindparam("attempt_id"), Attempt.finished_ms.is_(None))
    .values(finished_ms=bindparam("finished"))
    .returning(Attempt.id)
)

ADD_RESULT = Statement(
    insert(Result).values(
        {
            name: bindparam(name)
            for name in (
                "attempt_id",
                "closed_by",
                "score",
                "points",
                "correct",
                "of",
                "full",
                "time_ms",
                "sheet",
            )
        }
    )
)

LOCK_PERSON = Statement(select(Person.id).where(Person.id == bindparam("person_id")).with_for_update())

# What the fold of one person in one stage needs, no practice before it; the order is that of the starts.
PLAYED_COLUMNS = (
    Attempt.id,
    Attempt.person_id,
    Attempt.started_ms,
    Attempt.finished_ms,
    Attempt.scene,
    Result.score,
    Result.points,
    Result.correct,
    Result.of,
    Result.full,
    Result.time_ms,
)
PLAYED = Statement(
    select(*PLAYED_COLUMNS)
    .join(Result, Result.attempt_id == Attempt.id)
    .where(
        Attempt.contest_id == bindparam("contest_id"),
        Attempt.stage == bindparam("stage"),
        Attempt.person_id == bindparam("person_id"),
        Attempt.practice.is_(False),
    )
    .order_by(Attempt.started_ms, Attempt.id)
)

# A closed attempt by itself, practice too.
PLAYED_ONE = Statement(
    select(*PLAYED_COLUMNS)
    .join(Result, Result.attempt_id == Attempt.id)
    .where(Attempt.id == bindparam("attempt_id"))
)

# What a person's practices in a stage came to when they were closed: one of them opens what counts.
PRACTISED = Statement(
    select(Attempt.finished_ms, Result.score, Result.correct)
    .join(Result, Result.attempt_id == Attempt.id)
    .where(
        Attempt.contest_id == bindparam("contest_id"),
        Attempt.stage == bindparam("stage"),
        Attempt.person_id == bindparam("person_id"),
        Attempt.practice.is_(True),
    )
)

# What the ledger says of one person, of their attempts, and of questions; in the order it was booked.
LEDGER_COLUMNS = (
    Ledger.id,
    Ledger.at_ms,
    Ledger.do,
    Ledger.because,
    Ledger.attempt_id,
    Ledger.person_id,
    Ledger.unit_id,
    Ledger.version_id,
    Ledger.key,
    Ledger.points,
)
LEDGER_OF_PERSON = Statement(
    select(*LEDGER_COLUMNS)
    .where(
        Ledger.contest_id == bindparam("contest_id"),
        or_(Ledger.person_id == bindparam("person_id"), Ledger.version_id.is_not(None)),
    )
    .order_by(Ledger.id)
)

# The papers and marks of a person's closed attempts in a stage: for marking them again by a corrected key.
SHEETS = Statement(
    select(Attempt.id, Attempt.paper, Result.sheet)
    .join(Result, Result.attempt_id == Attempt.id)
    .where(
        Attempt.contest_id == bindparam("contest_id"),
        Attempt.stage == bindparam("stage"),
        Attempt.person_id == bindparam("person_id"),
    )
)

# What a person did beside answering, in order.
EVENTS = Statement(
    select(Event.at_ms, Event.kind)
    .where(Event.contest_id == bindparam("contest_id"), Event.person_id == bindparam("person_id"))
    .order_by(Event.at_ms, Event.id)
)

# Every attempt of a person in a contest, open or closed, with its paper: for quotas and unseen questions.
STARTED = Statement(
    select(
        Attempt.id,
        Attempt.stage,
        Attempt.number,
        Attempt.start_key,
        Attempt.scene,
        Attempt.paper,
        Attempt.started_ms,
        Attempt.deadline_ms,
        Attempt.grace_ms,
        Attempt.practice,
        Attempt.finished_ms,
    )
    .where(
        Attempt.contest_id == bindparam("contest_id"),
        Attempt.person_id == bindparam("person_id"),
    )
    .order_by(Attempt.stage, Attempt.number)
)

HOLD_PHONE = Statement(
    lambda dialect: (
        insert_for(dialect, PhoneUsed)
        .values({name: bindparam(name) for name in ("contest_id", "phone", "person_id", "since_ms")})
        .on_conflict_do_nothing()
    )
)
PHONE_OF = Statement(
    select(PhoneUsed.person_id).where(
        PhoneUsed.contest_id == bindparam("contest_id"), PhoneUsed.phone == bindparam("phone")
    )
)

# A start that was refused: again on the same day for the same reason it writes nothing.
NOTE_REFUSED = Statement(
    lambda dialect: (
        insert_for(dialect, RefusedStart)
        .values({column.key: bindparam(column.key) for column in RefusedStart.__table__.columns})
        .on_conflict_do_nothing()
    )
)
REFUSED_COLUMNS = (RefusedStart.at_ms, RefusedStart.because, RefusedStart.scene)
REFUSED = Statement(
    select(*REFUSED_COLUMNS)
    .where(
        RefusedStart.contest_id == bindparam("contest_id"),
        RefusedStart.person_id == bindparam("person_id"),
        RefusedStart.stage == bindparam("stage"),
    )
    .order_by(RefusedStart.at_ms, RefusedStart.because)
)

START_COLUMNS = (
    "contest_id",
    "rules_id",
    "stage",
    "person_id",
    "number",
    "scene",
    "start_key",
    "seed",
    "paper",
    "started_ms",
    "deadline_ms",
    "grace_ms",
    "looks_back",
    "extra",
    "practice",
)
ADD_ATTEMPT = Statement(
    insert(Attempt).values({name: bindparam(name) for name in START_COLUMNS}).returning(Attempt.id)
)

MEMBER_COLUMNS = (Membership.since_ms, Membership.number, Membership.because)

# What the rules of a contest may ask of a person before they start.
_facts = (
    select(
        Person.created_ms, About.on_roster, About.groups, About.born, About.grade, About.extra, About.consent
    )
    .outerjoin(About, About.person_id == Person.id)
    .where(Person.id == bindparam("person_id"))
)

FACTS = Statement(_facts)

# The same for a start, and whose account it is: nobody joins accounts until the attempt is there.
FACTS_FOR_START = Statement(
    _facts.add_columns(Person.joined_into).with_for_update(read=True, key_share=True, of=Person)
)

# Since when a person is known by more than a nickname.
KNOWN = Statement(select(Person.known_ms).where(Person.id == bindparam("person_id")))

_UNIT_COLUMNS = (Unit.tree, Unit.level, Unit.id, Unit.parent_id)
_climb = (
    select(*_UNIT_COLUMNS, *MEMBER_COLUMNS)
    .join(Membership, Membership.unit_id == Unit.id)
    .where(Membership.person_id == bindparam("person_id"))
    .cte("climb", recursive=True)
)
_member = [_climb.c[column.key] for column in MEMBER_COLUMNS]
_climb = _climb.union_all(select(*_UNIT_COLUMNS, *_member).join(_climb, Unit.id == _climb.c.parent_id))

# The units a person has belonged to, since when: those they named and all above them.
UNITS = Statement(
    select(_climb.c.tree, _climb.c.level, _climb.c.id, *(_climb.c[column.key] for column in MEMBER_COLUMNS))
)


LINE_COLUMNS = (
    "contest_id",
    "stage",
    "period",
    "person_id",
    "order_key",
    "totals",
    "stats",
    "units",
    "parts",
    "changed_ms",
)


def _put_line(dialect: str) -> ClauseElement:
    new = insert_for(dialect, Line).values({**{name: bindparam(name) for name in LINE_COLUMNS}, "version": 1})
    changed = {name: new.excluded[name] for name in LINE_COLUMNS[4:]}
    return new.on_conflict_do_update(
        index_elements=LINE_COLUMNS[:4], set_={**changed, "version": Line.version + 1}
    ).returning(Line.version)


PUT_LINE = Statement(_put_line)
