"""A person's file in a contest, for who decides about corrections; and the search for what to correct."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

import orjson
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from question_bank.formats.one_row import ANSWER, cells
from question_bank.question import Question
from quiz.errors import N_, NotFound
from quiz.models import record
from quiz.models.accounts import Identity, Unit
from quiz.models.play import Attempt, Line, RefusedStart, Result
from quiz.rules import sheet
from quiz.rules.rekeyed import Rekeyed
from quiz.services import closing
from quiz.services.belonging import unit_ids
from quiz.services.closing import Outcome
from quiz.services.corrected import Said, book_of
from quiz.services.correcting import KINDS, LARGEST_ID, key_now
from quiz.services.platform import Platform
from quiz.services.published import Published, in_force
from quiz.services.received import read_attempt, receipts

MOST_FOUND = 20


@dataclass(frozen=True)
class Answered:
    """One question of a paper with what was answered."""

    n: int
    version_id: int
    stem: str
    chosen: Sequence[str]  # letters, as the question was written
    key: str  # how it is marked now, in one word
    rightness: Fraction | None  # as it was marked; None: blank
    ms: int


@dataclass(frozen=True)
class ReceiptShown:
    """One received batch: evidence of when what arrived."""

    received_ms: int
    device: str
    count: int
    is_late: bool


@dataclass(frozen=True)
class AttemptFile:
    """One attempt with everything that is on record about it."""

    id: int
    stage: str
    number: int
    started_ms: int
    finished_ms: int | None
    closed_by: str
    outcome: Outcome | None  # after corrections; None while it is open
    answers: Sequence[Answered]
    receipts: Sequence[ReceiptShown]
    leavings: Sequence[int]  # the moments at which the page was left, as the rules look at it


class NotStarted(NamedTuple):
    """A start that the rules refused: the first of its day for this reason."""

    at_ms: int
    stage: str
    scene: str  # or level; "" where none was chosen
    because: str  # a code of rules.why_words.REFUSED


@dataclass(frozen=True)
class PersonFile:
    """Everything that is on record about a person in a contest."""

    person_id: int
    nickname: str
    name: str
    units: Sequence[str]
    attempts: Sequence[AttemptFile]
    refused: Sequence[NotStarted] = ()


@dataclass(frozen=True)
class Found:
    """Something that can be corrected."""

    of: str  # attempt, person, unit, question
    id: int
    name: str
    more: str = ""
    at_ms: int | None = None  # of an attempt: its start
    person_id: int | None = None


def person_file(platform: Platform, contest_id: int, person_id: int) -> PersonFile:
    """Return a person's file; raises NotFound for who did nothing in the contest."""
    rules = in_force(platform, contest_id)
    with platform.store.reading() as session:
        rows = session.execute(
            select(Attempt, Result)
            .outerjoin(Result, Result.attempt_id == Attempt.id)
            .where(Attempt.contest_id == contest_id, Attempt.person_id == person_id)
            .order_by(Attempt.started_ms, Attempt.id)
        ).all()
        refused = list(_refused(session, rules, person_id))
        has_line = _in_contest(contest_id).where(Line.person_id == person_id)
        if not rows and not refused and not session.scalar(has_line):
            raise NotFound(N_("这个人在这场比赛里没有答过题。"))
        identity = session.get(Identity, person_id)
        said = Said(book_of(session.connection(), contest_id).of_questions)
        paths = _paths(session, unit_ids(session.connection(), rules.document, person_id).values())
        return PersonFile(
            person_id,
            identity.nickname if identity else "",
            identity.name if identity else "",
            paths,
            [_attempt(session, rules, attempt, result, said) for attempt, result in rows],
            refused,
        )


def find(platform: Platform, contest_id: int, of: str, query: str) -> list[Found]:
    """Return what a search finds among the people, attempts, units or questions of a contest."""
    if of not in KINDS:
        raise NotFound()
    rules = in_force(platform, contest_id)
    with platform.store.reading() as session:
        return FIND[of](session, rules, query)


def named(platform: Platform, contest_id: int, of: str, target_id: int) -> Found:
    """Return one thing that can be corrected; raises NotFound."""
    if not 0 < target_id < LARGEST_ID:
        raise NotFound()
    found = [each for each in find(platform, contest_id, of, str(target_id)) if each.id == target_id]
    if not found:
        raise NotFound()
    return found[0]


def question_of(platform: Platform, contest_id: int, version_id: int) -> tuple[Question, Rekeyed]:
    """Return a frozen question of a contest and how it is marked now; raises NotFound."""
    rules = in_force(platform, contest_id)
    if version_id not in rules.questions:
        raise NotFound()
    with platform.store.reading() as session:
        said = Said(book_of(session.connection(), contest_id).of_questions)
    return rules.questions[version_id], key_now(rules, said, version_id)


def answer_of(question: Question, now: Rekeyed) -> str:
    """Return what is right in a question with places, as the cell of the workbook writes it."""
    if now.gaps:
        question = replace(question, gaps=now.gaps)
    elif now.orders:
        question = replace(question, arranged=min(now.orders))
    return cells(question)[ANSWER]


def _in_contest(contest_id: int) -> Select[int]:
    """Return the people who have a line in a contest: events alone make one, too."""
    return select(Line.person_id).where(Line.contest_id == contest_id, Line.period == "")


def _refused(session: Session, rules: Published, person_id: int) -> Iterator[NotStarted]:
    wanted = select(RefusedStart).where(
        RefusedStart.contest_id == rules.contest_id, RefusedStart.person_id == person_id
    )
    for row in session.scalars(wanted.order_by(RefusedStart.at_ms, RefusedStart.because)):
        yield NotStarted(row.at_ms, rules.document.stages[row.stage].name, row.scene, row.because)


def _attempt(
    session: Session, rules: Published, attempt: Attempt, result: Result | None, said: Said
) -> AttemptFile:
    outcome = None
    if result is not None:
        row = read_attempt(session.connection(), record.READ_ATTEMPT, attempt.id)
        outcome = closing.outcome_of(session.connection(), rules, row)
    received = receipts(session.connection(), attempt.id)
    return AttemptFile(
        id=attempt.id,
        stage=rules.document.stages[attempt.stage].name,
        number=attempt.number,
        started_ms=attempt.started_ms,
        finished_ms=attempt.finished_ms,
        closed_by=result.closed_by if result is not None else "",
        outcome=outcome,
        answers=_answers(rules, result, said) if result is not None else (),
        receipts=[ReceiptShown(r.received_ms, r.device, len(r.answers), r.late) for r in received],
        leavings=sheet.leavings(received),
    )


def _answers(rules: Published, result: Result, said: Said) -> list[Answered]:
    return [
        Answered(
            n,
            version_id,
            rules.questions[version_id].stem,
            chosen,
            key_now(rules, said, version_id).text,
            None if right is None else Fraction(right),
            ms,
        )
        for n, (version_id, chosen, right, ms, *_) in enumerate(orjson.loads(result.sheet), 1)
    ]


def _paths(session: Session, ids: Iterable[int]) -> list[str]:
    found = session.scalars(select(Unit.path).where(Unit.id.in_(list(ids))).order_by(Unit.path))
    paths = list(found)
    return [path for path in paths if not any(other.startswith(f"{path}/") for other in paths)]


def _people(session: Session, rules: Published, query: str) -> list[Found]:
    rows = session.execute(
        select(Identity.person_id, Identity.nickname, Identity.name)
        .where(
            or_(
                Identity.person_id.in_(
                    select(Attempt.person_id).where(Attempt.contest_id == rules.contest_id)
                ),
                Identity.person_id.in_(_in_contest(rules.contest_id)),
                Identity.person_id.in_(
                    select(RefusedStart.person_id).where(RefusedStart.contest_id == rules.contest_id)
                ),
            ),
            or_(
                Identity.nickname.contains(query, autoescape=True),
                Identity.name.contains(query, autoescape=True),
                Identity.person_id == _number(query),
            ),
        )
        .order_by((Identity.person_id == _number(query)).desc(), Identity.person_id)
        .limit(MOST_FOUND)
    )
    return [Found("person", who, nickname, name, person_id=who) for who, nickname, name in rows]


def _attempts(session: Session, rules: Published, query: str) -> list[Found]:
    rows = session.execute(
        select(Attempt, Identity.nickname)
        .outerjoin(Identity, Identity.person_id == Attempt.person_id)
        .where(
            Attempt.contest_id == rules.contest_id,
            Attempt.finished_ms.is_not(None),
            or_(
                Attempt.id == _number(query),
                Identity.nickname.contains(query, autoescape=True) if query else Attempt.id > 0,
                Identity.name.contains(query, autoescape=True) if query else Attempt.id > 0,
            ),
        )
        .order_by((Attempt.id == _number(query)).desc(), Attempt.id.desc())
        .limit(MOST_FOUND)
    )
    return [
        Found(
            "attempt",
            row.id,
            nickname or "",
            rules.document.stages[row.stage].name,
            row.started_ms,
            row.person_id,
        )
        for row, nickname in rows
    ]


def _units(session: Session, rules: Published, query: str) -> list[Found]:
    levels = [
        (Unit.tree == tree) & Unit.level.in_(each.levels) for tree, each in rules.document.units.items()
    ]
    if not levels:
        return []
    rows = session.scalars(
        select(Unit)
        .where(
            or_(*levels),
            or_(
                Unit.path.contains(query, autoescape=True),
                Unit.code.startswith(query, autoescape=True),
                Unit.id == _number(query),
            ),
        )
        .order_by((Unit.id == _number(query)).desc(), Unit.code)
        .limit(MOST_FOUND)
    )
    return [Found("unit", unit.id, unit.name, unit.path) for unit in rows]


def _questions(_session: Session, rules: Published, query: str) -> list[Found]:
    found = [
        Found("question", version_id, question.stem, question.external_id)
        for version_id, question in sorted(rules.questions.items())
        if version_id == _number(query) or query in question.stem or query == question.external_id
    ]
    return sorted(found, key=lambda each: each.id != _number(query))[:MOST_FOUND]


FIND = {"person": _people, "attempt": _attempts, "unit": _units, "question": _questions}


def _number(query: str) -> int:
    """Return what is looked for as a number, -1 where it is none."""
    return int(query) if query.isascii() and query.isdigit() and len(query) < 16 else -1
