"""The question bank: take a file at once, take it back, tell which files were taken."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import ColumnElement, Select, delete, distinct, exists, func, select, update
from sqlalchemy.exc import IntegrityError

from question_bank.problems import ERROR
from question_bank.question import Question
from quiz.errors import N_, Busy, InvalidInput, NotFound
from quiz.models.accounts import Identity
from quiz.models.bank import IN_REVIEW, READY, Import, QuestionVersion, Review, is_newest
from quiz.models.bank import Question as QuestionRow
from quiz.models.contests import FrozenQuestion
from quiz.services import kept_files, media
from quiz.services.examining import Preview, faulty_workbook, preview
from quiz.services.kept_files import forget, stage
from quiz.services.measured import as_measured, calibrated_shares
from quiz.services.platform import Actor, Platform
from quiz.services.second_person import VOUCHED
from quiz.services.versions import add_newest, forget_tags, note_deleted, raise_number, version_of

ROWS_A_TRANSACTION = 200  # so that answers never wait long for an import
FAULTY_ROWS = "faulty"  # what is kept beside the token of a file that was taken in part
STALLED_MS = 600_000  # an import that writes for longer was cut off by a crash

__all__ = ["Preview", "Taken", "forget", "preview", "stage"]


@dataclass(frozen=True)
class Taken:
    """One finished import."""

    import_id: int
    taken: int
    refused: int


def take(
    platform: Platform, found: Preview, actor: Actor, good_rows_only: bool = False, review: bool = False
) -> Taken:
    """Import what a preview showed: written in small transactions, made visible by one.

    `review`: the questions wait for a second person. Without, whoever imports them vouches that somebody else
    has reviewed them: they are ready, and the audit log says so.
    Raises InvalidInput while a row is wrong and the person has not chosen to take the good rows only.
    A file is taken once: the second of two clicks gets what the first one took, or Busy while it is written.
    """
    _check(found, good_rows_only)
    drop_unfinished(platform, actor.now_ms)
    try:
        import_id = _begin(platform, found, actor)
    except IntegrityError as error:
        before = taken_before(platform, found.token)
        if before is None:
            raise Busy(N_("这个文件正在导入，请稍候再打开。")) from error
        return before
    rows = found.questions()
    while chunk := list(islice(rows, ROWS_A_TRANSACTION // 2)):
        _write(platform, import_id, chunk, actor, IN_REVIEW if review else READY)
    taken = Taken(import_id, len(found.chosen), len(found.faulty))
    _show(platform, taken, found.filename, actor, VOUCHED if not review else IN_REVIEW)
    if found.faulty:  # they can be fetched as long as files are kept
        kept_files.beside(platform, found.token, FAULTY_ROWS).write_bytes(faulty_workbook(found))
    forget(platform, found.token, but=FAULTY_ROWS)
    return taken


def taken_before(platform: Platform, token: str) -> Taken | None:
    """Return what was taken of a kept file, None when it has not been taken."""
    with platform.store.reading() as session:
        row = session.scalar(select(Import).where(Import.token == token, Import.state != "writing"))
        return Taken(row.id, row.taken, row.refused) if row is not None else None


def faulty_rows(platform: Platform, import_id: int) -> Path | None:
    """Return the workbook of the rows that an import left out, None where there is none any more."""
    with platform.store.reading() as session:
        token = session.scalar(select(Import.token).where(Import.id == import_id))
    path = kept_files.beside(platform, token, FAULTY_ROWS) if token else None
    return path if path is not None and path.is_file() else None


def note_export(platform: Platform, name: str, count: int, actor: Actor) -> None:
    """Put on record that somebody took the whole bank with its keys away."""
    with platform.store.writing() as session:
        session.add(actor.audit("bank.export", name, json.dumps({"rows": count})))


def undo(platform: Platform, import_id: int, actor: Actor) -> None:
    """Take an import back while no contest uses any of its questions; raises NotFound, InvalidInput.

    One transaction hides the questions, small ones delete them.
    """
    with platform.store.writing() as session:
        row = session.get(Import, import_id, with_for_update=True)
        if row is None or row.state != "visible":
            raise NotFound(N_("没有这次导入，或者它已经撤销。"))
        if session.scalar(select(exists().where(FrozenQuestion.version_id.in_(_versions_of(import_id))))):
            raise InvalidInput(N_("已有比赛使用了这批题目，不能撤销导入。"))
        row.state = "undone"
        raise_number(session)
        session.add(actor.audit("bank.undo", row.filename, json.dumps({"import": import_id})))
    _delete_questions(platform, import_id)


def drop_unfinished(platform: Platform, now_ms: int, at_start: bool = False) -> int:
    """Delete what a crash left of imports that nobody has ever seen; returns how many there were.

    Those that have been writing for long, and at the start of the server (`at_start`) all that began on a
    page: the process that wrote them is gone.
    """
    stalled: ColumnElement[bool] = Import.at_ms < now_ms - STALLED_MS
    if at_start:
        stalled = stalled | Import.actor_id.is_not(None)
    with platform.store.reading() as session:
        found = session.scalars(select(Import.id).where(Import.state == "writing", stalled)).all()
    for import_id in found:
        _delete_questions(platform, import_id)
        with platform.store.writing() as session:
            session.execute(delete(Import).where(Import.id == import_id, Import.state == "writing"))
    return len(found)


def imports(platform: Platform, first: int = 0, size: int | None = None) -> Sequence[Import]:
    """Return the imports, newest first."""
    with platform.store.reading() as session:
        found = select(Import).where(Import.state != "writing").order_by(Import.id.desc())
        return session.scalars(found.offset(first).limit(size)).all()


def imports_count(platform: Platform) -> int:
    """Return how many imports there are."""
    with platform.store.reading() as session:
        return session.scalar(select(func.count()).where(Import.state != "writing")) or 0


def importers(platform: Platform, found: Sequence[Import]) -> dict[int, str]:
    """Return who made imports, as far as they were made on a page."""
    with platform.store.reading() as session:
        rows = session.execute(
            select(Identity.person_id, Identity.nickname).where(
                Identity.person_id.in_({row.actor_id for row in found if row.actor_id is not None})
            )
        )
        names = {person_id: nickname for person_id, nickname in rows}  # noqa: C416  # rows are not pairs to mypy
        return {row.id: names[row.actor_id] for row in found if row.actor_id in names}


def used(platform: Platform, import_ids: Sequence[int]) -> dict[int, int]:
    """Return how many questions of imports contests have frozen."""
    with platform.store.reading() as session:
        rows = session.execute(
            select(QuestionRow.import_id, func.count(distinct(QuestionRow.id)))
            .join(QuestionVersion, QuestionVersion.question_id == QuestionRow.id)
            .where(
                QuestionRow.import_id.in_(import_ids),
                exists().where(FrozenQuestion.version_id == QuestionVersion.id),
            )
            .group_by(QuestionRow.import_id)
        )
        return {import_id: count for import_id, count in rows}  # noqa: C416  # rows are not pairs to mypy


def questions_count(platform: Platform) -> int:
    """Return how many questions the bank holds."""
    with platform.store.reading() as session:
        visible = (
            select(func.count()).select_from(QuestionRow).join(Import, Import.id == QuestionRow.import_id)
        )
        return session.scalar(visible.where(Import.state == "visible")) or 0


def all_questions(platform: Platform) -> list[Question]:
    """Return every visible question, oldest first, for an export; as difficult as it was measured to be."""
    with platform.store.reading() as session:
        rows = session.execute(
            select(QuestionVersion.id, QuestionVersion.content)
            .join(QuestionRow, QuestionRow.id == QuestionVersion.question_id)
            .join(Import, Import.id == QuestionRow.import_id)
            .where(Import.state == "visible", is_newest())
            .order_by(QuestionVersion.id)
        )
        shares = calibrated_shares(session)
        found = [as_measured(Question.from_dict(content), shares.get(i)) for i, content in rows]
        return media.with_content(session, found)


def _begin(platform: Platform, found: Preview, actor: Actor) -> int:
    with platform.store.writing() as session:
        row = Import(
            at_ms=actor.now_ms,
            actor_id=actor.person_id,
            token=found.token,
            filename=found.filename,
            name=found.said.name,
            state="writing",
        )
        session.add(row)
        session.flush()
        return row.id


def _check(found: Preview, good_rows_only: bool) -> None:
    """Raise InvalidInput for a preview that may not be taken as it is."""
    unread = [p for p in (found.unread, *found.head.problems) if p is not None and p.severity == ERROR]
    if unread and not found.entries:
        raise InvalidInput(unread[0].message, **unread[0].values)
    if found.faulty and not good_rows_only:
        raise InvalidInput(
            N_("有 %(rows)s 行有错误，没有导入任何题目。请改正后重新上传，或选择只导入正确的行。"),
            rows=len(found.faulty),
        )
    if not found.chosen:
        raise InvalidInput(N_("文件里没有可以导入的题目。"))


def _delete_questions(platform: Platform, import_id: int) -> None:
    """Delete the questions of an import that nobody sees, in small transactions."""
    some = select(QuestionRow.id).where(QuestionRow.import_id == import_id).limit(ROWS_A_TRANSACTION // 2)
    while True:
        with platform.store.writing() as session:
            ids = session.scalars(some).all()
            versions = select(QuestionVersion.id).where(QuestionVersion.question_id.in_(ids))
            session.execute(delete(Review).where(Review.version_id.in_(versions)))
            forget_tags(session, ids)
            media.forget(session, session.scalars(versions))
            session.execute(delete(QuestionVersion).where(QuestionVersion.question_id.in_(ids)))
            session.execute(delete(QuestionRow).where(QuestionRow.id.in_(ids)))
            note_deleted(session)
        if not ids:
            return


def _write(platform: Platform, import_id: int, chunk: Sequence[Question], actor: Actor, state: str) -> None:
    with platform.store.writing() as session:
        rows = [QuestionRow(import_id=import_id, external_id=q.external_id[:200]) for q in chunk]
        session.add_all(rows)
        session.flush()
        written = {"state": state, "author_id": actor.person_id}
        versions = [
            version_of(row.id, each, actor.now_ms, **written) for row, each in zip(rows, chunk, strict=True)
        ]
        add_newest(session, versions, chunk)


def _show(platform: Platform, taken: Taken, filename: str, actor: Actor, review: str) -> None:
    with platform.store.writing() as session:
        session.execute(
            update(Import)
            .where(Import.id == taken.import_id)
            .values(state="visible", taken=taken.taken, refused=taken.refused)
        )
        raise_number(session)
        session.add(
            actor.audit("bank.import", filename, json.dumps({"import": taken.import_id, "review": review}))
        )


def _versions_of(import_id: int) -> Select[int]:
    return (
        select(QuestionVersion.id)
        .join(QuestionRow, QuestionRow.id == QuestionVersion.question_id)
        .where(QuestionRow.import_id == import_id)
    )
