"""Everything that is stored about one person, told to that person: as plain values for a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from question_bank.question import Question
from quiz.errors import NotFound
from quiz.models.accounts import About, Identity, Membership, Person, SignIn, Unit
from quiz.models.bank import QuestionVersion
from quiz.models.contests import Contest
from quiz.models.joining import Joined
from quiz.models.learning import DailyAnswer, Doubt, Learned
from quiz.models.play import Attempt, Receipt, RefusedStart, Result
from quiz.models.privacy import Consent
from quiz.models.rewards import Event, Lot
from quiz.models.seats import Seat
from quiz.models.subjects import Subject
from quiz.rules.why_words import REFUSED
from quiz.services.platform import Platform
from quiz.services.published import Published, published
from quiz.services.reviewing import everybody_is_through_ms
from quiz.services.sealing import unseal
from quiz.services.selves import selves_of
from quiz.services.winnings import won_by

Values = dict[str, object]


def own_data(platform: Platform, person_id: int, now_ms: int) -> Values:
    """Return what is stored about a person, by subject; moments as UTC. Raises NotFound.

    Of a contest that others still answer, the questions are left out: only what was answered is told.
    """
    with platform.store.snapshot() as session:
        person, identity = session.get(Person, person_id), session.get(Identity, person_id)
        if person is None or identity is None:
            raise NotFound()
        persons = selves_of(session, person_id)
        won = [each for person in persons for each in won_by(platform, person)]
        return {
            "as_of": _at(now_ms),
            "profile": _profile(session, person, identity),
            "units": list(_units(session, persons)),
            "ways_of_signing_in": list(_ways(platform, session, person_id)),
            "devices": list(_devices(session, person_id)),
            "attempts": list(_attempts(platform, session, persons, now_ms)),
            "refused_starts": list(_refused_starts(platform, session, persons)),
            "prizes": [{"contest": each.title, "prize": each.what} for each in won],
            "draws": list(_lots(session, persons)),
            "events": list(_events(session, persons)),
            "joined": list(_joined(session, person_id)),
            "learning": _learning(session, person_id),
        }


def _at(ms: int | None) -> str | None:
    """Return a moment as 2026-03-02T01:00:00Z."""
    return None if ms is None else f"{datetime.fromtimestamp(ms // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _profile(session: Session, person: Person, identity: Identity) -> Values:
    about = session.get(About, person.id)
    seat = session.scalar(select(Seat.label).where(Seat.person_id == person.id))
    consents = session.scalars(select(Consent).where(Consent.person_id == person.id).order_by(Consent.id))
    return {
        "number": person.id,
        "joined_at": _at(person.created_ms),
        "identified_since": _at(person.known_ms),
        "nickname": identity.nickname,
        "name": identity.name,
        "seat": seat or "",
        "on_roster": about is not None and about.on_roster,
        "groups": orjson.loads(about.groups) if about else [],
        "born": about.born if about else "",
        "grade": about.grade if about else "",
        "extra_time": about.extra if about else "",
        "guardian_said": [
            {
                "consent": each.given,
                "guardian": each.guardian,
                "how": each.how,
                "on": each.said_on,
                "recorded_at": _at(each.at_ms),
            }
            for each in consents
        ],
    }


def _units(session: Session, persons: Sequence[int]) -> Iterator[Values]:
    rows = session.execute(
        select(Membership, Unit.path)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(Membership.person_id.in_(persons))
        .order_by(Membership.tree, Membership.since_ms, Membership.number)
    )
    for row, path in rows:
        yield {"tree": row.tree, "unit": path, "since": _at(row.since_ms), "because": row.because}


def _ways(platform: Platform, session: Session, person_id: int) -> Iterator[Values]:
    rows = session.scalars(select(Subject).where(Subject.person_id == person_id).order_by(Subject.since_ms))
    for row in rows:
        known_by = unseal(platform.contact_keys, row.way, row.sealed)
        yield {"way": row.way, "known_by": known_by, "since": _at(row.since_ms)}


def _devices(session: Session, person_id: int) -> Iterator[Values]:
    rows = session.scalars(select(SignIn).where(SignIn.person_id == person_id).order_by(SignIn.created_ms))
    for row in rows:
        yield {"device": row.told, "signed_in_at": _at(row.created_ms), "ended_at": _at(row.revoked_ms)}


def _attempts(platform: Platform, session: Session, persons: Sequence[int], now_ms: int) -> Iterator[Values]:
    rows = session.execute(
        select(Attempt, Result, Contest.title)
        .join(Contest, Contest.id == Attempt.contest_id)
        .outerjoin(Result, Result.attempt_id == Attempt.id)
        .where(Attempt.person_id.in_(persons))
        .order_by(Attempt.started_ms, Attempt.id)
    ).all()
    received: dict[int, list[Values]] = {}
    receipts = session.scalars(
        select(Receipt)
        .join(Attempt, Attempt.id == Receipt.attempt_id)
        .where(Attempt.person_id.in_(persons))
        .order_by(Receipt.id)
    )
    for each in receipts:
        batch = {"at": _at(each.received_ms), "device": each.device, "answers": orjson.loads(each.answers)}
        received.setdefault(each.attempt_id, []).append({**batch, "late": each.late})
    for attempt, result, title in rows:
        rules = published(platform, attempt.rules_id)
        stage = rules.document.stages[attempt.stage]
        yield {
            "contest": title,
            "stage": stage.name,
            "number": attempt.number,
            "practice": attempt.practice,
            "started_at": _at(attempt.started_ms),
            "finished_at": _at(attempt.finished_ms),
            "closed_by": result.closed_by if result else None,
            "score": result.score if result else None,
            "points": result.points if result else None,
            "time_ms": result.time_ms if result else None,
            "answers": _answers(rules, result, now_ms > everybody_is_through_ms(stage)) if result else [],
            "received": received.get(attempt.id, []),
        }


def _refused_starts(platform: Platform, session: Session, persons: Sequence[int]) -> Iterator[Values]:
    rows = session.execute(
        select(RefusedStart, Contest.title, Contest.rules_id)
        .join(Contest, Contest.id == RefusedStart.contest_id)
        .where(RefusedStart.person_id.in_(persons))
        .order_by(RefusedStart.at_ms, RefusedStart.because)
    )
    for row, title, rules_id in rows:
        assert rules_id is not None  # somebody tried to start under them
        stage = published(platform, rules_id).document.stages[row.stage]
        yield {"contest": title, "stage": stage.name, "at": _at(row.at_ms), "reason": REFUSED[row.because]}


def _answers(rules: Published, result: Result, tells_questions: bool) -> list[Values]:
    found: list[Values] = []
    for n, (version_id, chosen, *_rest) in enumerate(orjson.loads(result.sheet), 1):
        question = rules.questions[version_id]
        told = _told(question, chosen) if tells_questions else {}
        found.append({"question": n, "response": chosen, **told})
    return found


def _told(question: Question, chosen: list[str]) -> Mapping[str, object]:
    texts = {option.id: option.text for option in question.options}
    return {"stem": question.stem, "answered": [texts.get(each, each) for each in chosen]}


def _lots(session: Session, persons: Sequence[int]) -> Iterator[Values]:
    for row in session.scalars(select(Lot).where(Lot.person_id.in_(persons)).order_by(Lot.id)):
        yield {"draw": row.draw, "at": _at(row.drawn_ms), "code": row.code, "won": row.prize is not None}


def _events(session: Session, persons: Sequence[int]) -> Iterator[Values]:
    for row in session.scalars(select(Event).where(Event.person_id.in_(persons)).order_by(Event.id)):
        yield {"kind": row.kind, "at": _at(row.at_ms)}


def _joined(session: Session, person_id: int) -> Iterator[Values]:
    """Yield the contests in which somebody takes part as the account they had there before a joining."""
    rows = session.execute(
        select(Joined, Contest.title)
        .join(Contest, Contest.id == Joined.contest_id)
        .where(Joined.person_id == person_id)
        .order_by(Joined.id)
    )
    for row, title in rows:
        yield {"contest": title, "as": row.as_person_id, "since": _at(row.at_ms)}


def _learning(session: Session, person_id: int) -> Values:
    learned = session.execute(
        select(Learned, QuestionVersion.stem)
        .join(QuestionVersion, QuestionVersion.question_id == Learned.question_id)
        .where(Learned.person_id == person_id, QuestionVersion.number == 1)
        .order_by(Learned.answered_ms)
    )
    daily = session.execute(
        select(DailyAnswer, QuestionVersion.stem)
        .join(QuestionVersion, QuestionVersion.id == DailyAnswer.version_id)
        .where(DailyAnswer.person_id == person_id)
        .order_by(DailyAnswer.day)
    )
    doubts = session.execute(
        select(Doubt, QuestionVersion.stem)
        .join(QuestionVersion, QuestionVersion.id == Doubt.version_id)
        .where(Doubt.person_id == person_id)
        .order_by(Doubt.id)
    )
    return {
        "practised": [
            {"question": stem, "right": row.is_right, "at": _at(row.answered_ms), "again_on": row.due_on}
            for row, stem in learned
        ],
        "question_of_the_day": [
            {"day": row.day, "question": stem, "response": orjson.loads(row.response), "right": row.is_right}
            for row, stem in daily
        ],
        "reported_questions": [
            {"question": stem, "reason": row.reason, "words": row.words, "at": _at(row.at_ms)}
            for row, stem in doubts
        ],
    }
