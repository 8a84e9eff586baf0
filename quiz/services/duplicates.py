"""Questions that are too much alike: of a file before it is taken, of one question, of the whole bank."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from question_bank.duplicates import SORTS, relation
from question_bank.question import Question
from question_bank.wording import Wording
from quiz.errors import N_, NotFound
from quiz.models.bank import Import, QuestionVersion
from quiz.models.bank import Question as QuestionRow
from quiz.models.duplicates import KeptTwin, QuestionWording, Twin
from quiz.models.works import DONE, FAILED
from quiz.services import works
from quiz.services.comparing import Alike, compare, compare_bank
from quiz.services.platform import Actor, Platform
from quiz.services.wordings import held_like
from quiz.services.works import Going

Selected = TypeVar("Selected", bound=Select[*tuple[Any, ...]])  # Any: whatever columns are asked for
TWINS = "twins"  # kind of work, and its token: one at a time
MOST_OF_ONE = 20  # questions like one question that its page tells of


@dataclass(frozen=True)
class Side:
    """One of two questions that are alike."""

    question_id: int
    version_id: int
    question: Question
    filename: str  # of the import that it came with
    is_retired: bool = False


@dataclass(frozen=True)
class Twins:
    """Two questions of the bank that are too much alike."""

    sort: str  # one of question_bank.duplicates.SORTS
    similarity: int  # of their stems, in percent
    one: Side
    other: Side


@dataclass(frozen=True)
class Counted:
    """How much there is to look at, among the questions that are not retired."""

    by_sort: dict[str, int]  # pairs, of each sort, none of which somebody has decided to keep
    uncompared: int  # questions that have not been compared with the others yet
    questions: int


def of_import(platform: Platform, questions: Sequence[Question]) -> list[Alike]:
    """Return where a file's questions are too much like the bank's or earlier ones of the file.

    In the order of the questions, the gravest first, at most `comparing.MOST_PAIRS`. Nothing is decided here:
    exact ones and conflicts are for the person to decide, near ones to be warned of. The bank's side is the
    newest version of a question that an import made visible; `sides` gives its words.
    """
    return compare(platform, [Wording.of(question) for question in questions])


def sides(platform: Platform, version_ids: Sequence[int]) -> dict[int, Side]:
    """Return the bank's questions that were found, by version."""
    with platform.store.reading() as session:
        return _sides(session, version_ids)


def of_question(platform: Platform, version_id: int) -> list[tuple[str, int, Side]]:
    """Return what is too much like a question now: sort, similarity, the other one; the gravest first.

    Without what somebody decided to keep. Of a version that is not the newest: nothing.
    """
    with platform.store.reading() as session:
        row = session.execute(
            select(QuestionWording.question_id, QuestionWording.told).where(
                QuestionWording.version_id == version_id
            )
        ).one_or_none()
        if row is None:
            return []
        asked, kept = Wording.from_json(json.loads(row.told)), _kept_of(session, row.question_id)
        found = [
            (SORTS.index(related[0]), -related[1], held.version_id)
            for held in held_like(session, [asked])
            if held.question_id != row.question_id
            and (related := relation(asked, held.wording))
            and (held.question_id, related[0]) not in kept
        ]
        found = sorted(found)
        there = _sides(session, [version for _sort, _similarity, version in found])
    listed = [(SORTS[sort], -less, there[version]) for sort, less, version in found if version in there]
    return listed[:MOST_OF_ONE]


def compare_the_bank(platform: Platform) -> None:
    """Find the pairs of the bank that are not known yet, here and now."""
    compare_bank(platform)


def begin(platform: Platform, actor: Actor) -> Going | None:
    """Begin to find the pairs of the bank that are not known yet; None while somebody is at it."""
    try:
        with platform.store.writing() as session:
            works.forget(session, TWINS, DONE, FAILED)
            held = session.scalar(select(func.count()).select_from(QuestionRow)) or 0
            return works.add(session, TWINS, TWINS, held, actor)
    except IntegrityError:
        return None


def carry_out(platform: Platform, work: Going, _rest: Callable[[], None]) -> None:
    """Find the pairs of the bank that are not known yet; raises TakenOver."""
    compare_bank(platform)
    works.finish(platform, work)


def twins(platform: Platform, sort: str, first: int, size: int) -> list[Twins]:
    """Return a part of the pairs to look at, the gravest and the most similar first; `sort`: only these."""
    gravity = case({each: n for n, each in enumerate(SORTS)}, value=Twin.sort)
    wanted = _to_look_at(select(Twin.sort, Twin.similarity, Twin.one_version, Twin.other_version)).order_by(
        gravity, Twin.similarity.desc(), Twin.one_id, Twin.other_id
    )
    if sort:
        wanted = wanted.where(Twin.sort == sort)
    with platform.store.reading() as session:
        rows = session.execute(wanted.offset(first).limit(size)).all()
        there = _sides(session, [version for row in rows for version in (row.one_version, row.other_version)])
    return [Twins(row.sort, row.similarity, there[row.one_version], there[row.other_version]) for row in rows]


def counted(platform: Platform) -> Counted:
    """Return how many pairs there are to look at, and how many questions have not been compared."""
    compared = func.count().filter(QuestionWording.compared)
    with platform.store.reading() as session:
        by_sort = _to_look_at(select(Twin.sort, func.count())).group_by(Twin.sort)
        found = {sort: count for sort, count in session.execute(by_sort)}  # noqa: C416  # rows are not pairs to mypy
        questions, done = session.execute(
            select(func.count(), compared)
            .select_from(QuestionRow)
            .join(Import, Import.id == QuestionRow.import_id)
            .outerjoin(QuestionWording, QuestionWording.question_id == QuestionRow.id)
            .where(Import.state == "visible", QuestionRow.retired_ms.is_(None))
        ).one()
    return Counted(found, questions - done, questions)


def keep_both(platform: Platform, one_id: int, other_id: int, actor: Actor) -> None:
    """Remember that two questions stay side by side, so that they are not shown again; raises NotFound."""
    one_id, other_id = sorted((one_id, other_id))
    try:
        with platform.store.writing() as session:
            twin = session.get(Twin, (one_id, other_id))
            if twin is None:
                raise NotFound(N_("这两道题已经不再相似，可能刚刚改过。"))
            if session.get(KeptTwin, (one_id, other_id, twin.sort)) is None:
                kept = {"one_id": one_id, "other_id": other_id, "sort": twin.sort}
                session.add(KeptTwin(**kept, at_ms=actor.now_ms, actor_id=actor.person_id))
                session.add(actor.audit("bank.keep_twins", f"{one_id}, {other_id}", json.dumps(kept)))
    except IntegrityError:  # pressed twice at the same moment
        return


def _to_look_at(wanted: Selected) -> Selected:
    """Return a selection of pairs that hold now, neither question retired, and that nobody wants to keep."""
    wanted = wanted.select_from(Twin)
    for question_id, version in ((Twin.one_id, Twin.one_version), (Twin.other_id, Twin.other_version)):
        row, came_with = aliased(QuestionRow), aliased(Import)
        wanted = (
            wanted.join(row, (row.id == question_id) & (row.newest_id == version))
            .join(came_with, came_with.id == row.import_id)
            .where(row.retired_ms.is_(None), came_with.state == "visible")
        )
    same = and_(
        KeptTwin.one_id == Twin.one_id, KeptTwin.other_id == Twin.other_id, KeptTwin.sort == Twin.sort
    )
    return wanted.outerjoin(KeptTwin, same).where(KeptTwin.one_id.is_(None))


def _kept_of(session: Session, question_id: int) -> set[tuple[int, str]]:
    rows = session.execute(
        select(KeptTwin.one_id, KeptTwin.other_id, KeptTwin.sort).where(
            (KeptTwin.one_id == question_id) | (KeptTwin.other_id == question_id)
        )
    )
    return {(other if one == question_id else one, sort) for one, other, sort in rows}


def _sides(session: Session, version_ids: Sequence[int]) -> dict[int, Side]:
    rows = session.execute(
        select(
            QuestionVersion.question_id,
            QuestionVersion.id,
            QuestionVersion.content,
            Import.filename,
            QuestionRow.retired_ms,
        )
        .join(QuestionRow, QuestionRow.id == QuestionVersion.question_id)
        .join(Import, Import.id == QuestionRow.import_id)
        .where(QuestionVersion.id.in_(version_ids))
    )
    return {
        version: Side(question, version, Question.from_dict(content), filename, retired_ms is not None)
        for question, version, content, filename, retired_ms in rows
    }
