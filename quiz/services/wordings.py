"""What the questions of the bank are compared by: kept beside them, so that a comparison reads little."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Select, delete, func, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from question_bank.question import Question
from question_bank.wording import Wording
from quiz.models.bank import Import, QuestionVersion
from quiz.models.bank import Question as QuestionRow
from quiz.models.duplicates import QuestionWording, Twin
from quiz.services.platform import Platform

Selected = TypeVar("Selected", bound=Select[*tuple[Any, ...]])  # Any: whatever columns are asked for
ROWS_A_TRANSACTION = 200  # so that answers never wait long
NAMES_A_STATEMENT = 500


class Held(NamedTuple):
    """A question of the bank as it is compared."""

    question_id: int
    version_id: int
    wording: Wording
    compared: bool


def put_down(session: Session, versions: Sequence[QuestionVersion], questions: Sequence[Question]) -> None:
    """Store what the newest versions of questions are compared by, and forget what theirs were like."""
    rows = [
        _row(version.question_id, version.id, Wording.of(question))
        for version, question in zip(versions, questions, strict=True)
    ]
    _replace(session, rows)


def missing(session: Session) -> int:
    """Return how many questions of the bank have no wording yet: written before wordings were kept."""
    return session.scalar(_without_wording(select(func.count()))) or 0


def put_down_missing(platform: Platform) -> None:
    """Store what the questions are compared by that have no wording yet, in small transactions."""
    wanted = _without_wording(select(QuestionRow.id, QuestionVersion.id, QuestionVersion.content))
    wanted = wanted.order_by(QuestionRow.id).limit(ROWS_A_TRANSACTION)
    while True:
        with platform.store.reading() as session:
            rows = [
                _row(question_id, version_id, Wording.of(Question.from_dict(content)))
                for question_id, version_id, content in session.execute(wanted)
            ]
        if not rows:
            return
        try:
            with platform.store.writing() as session:
                _replace(session, rows)
        except IntegrityError:  # somebody else has just stored or deleted one of them
            continue


def all_held(session: Session) -> list[Held]:
    """Return all questions of the bank, those first that have been compared with one another."""
    return list(_held(session, _visible().order_by(QuestionWording.compared.desc(), QuestionRow.id)))


def held_like(session: Session, wordings: Iterable[Wording]) -> list[Held]:
    """Return the questions of the bank that can be like one of these: the same answer or the same stem."""
    columns = (QuestionWording.answer_key, QuestionWording.stem_key)
    names = ({each.answer_key for each in wordings}, {each.stem_key for each in wordings})
    found: dict[int, Held] = {}
    for column, wanted in zip(columns, names, strict=True):
        rest = iter(sorted(wanted))
        while some := list(islice(rest, NAMES_A_STATEMENT)):
            found |= {held.question_id: held for held in _held(session, _visible().where(column.in_(some)))}
    return list(found.values())


def _held(session: Session, wanted: Select[int, int, str, bool]) -> Iterator[Held]:
    for question_id, version_id, told, compared in session.execute(wanted):
        yield Held(question_id, version_id, Wording.from_json(json.loads(told)), compared)


def _visible() -> Select[int, int, str, bool]:
    return (
        select(QuestionRow.id, QuestionWording.version_id, QuestionWording.told, QuestionWording.compared)
        .join(QuestionWording, QuestionWording.question_id == QuestionRow.id)
        .join(Import, Import.id == QuestionRow.import_id)
        .where(Import.state == "visible")
    )


def _without_wording(wanted: Selected) -> Selected:
    return (
        wanted.select_from(QuestionRow)
        .join(QuestionVersion, QuestionVersion.id == QuestionRow.newest_id)
        .join(Import, Import.id == QuestionRow.import_id)
        .outerjoin(QuestionWording, QuestionWording.question_id == QuestionRow.id)
        .where(Import.state == "visible", QuestionWording.question_id.is_(None))
    )


def _row(question_id: int, version_id: int, wording: Wording) -> dict[str, object]:
    return {
        "question_id": question_id,
        "version_id": version_id,
        "answer_key": wording.answer_key,
        "stem_key": wording.stem_key,
        "told": json.dumps(wording.as_json(), ensure_ascii=False),
        "compared": False,
    }


def _replace(session: Session, rows: Sequence[dict[str, object]]) -> None:
    ids = [row["question_id"] for row in rows]
    session.execute(delete(QuestionWording).where(QuestionWording.question_id.in_(ids)))
    session.execute(delete(Twin).where(or_(Twin.one_id.in_(ids), Twin.other_id.in_(ids))))
    if rows:
        session.execute(insert(QuestionWording), rows)
