"""The question bank: take a file at once, take it back, tell which files were taken."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Select, distinct, exists, func, select

from question_bank.question import Question
from quiz.errors import N_, Busy, InvalidInput, NotFound
from quiz.models.accounts import Identity
from quiz.models.bank import Import, QuestionVersion, is_newest
from quiz.models.bank import Question as QuestionRow
from quiz.models.contests import FrozenQuestion
from quiz.services import kept_files, media, taking, works
from quiz.services.examining import Preview, preview
from quiz.services.kept_files import forget, stage
from quiz.services.measured import as_measured, calibrated_shares
from quiz.services.platform import Actor, Platform
from quiz.services.taking import FAULTY_ROWS, Taken
from quiz.services.versions import raise_number
from quiz.services.works import Going

__all__ = ["Preview", "Taken", "forget", "preview", "stage"]


def take(
    platform: Platform, found: Preview, actor: Actor, good_rows_only: bool = False, review: bool = False
) -> Taken:
    """Import what a preview showed, here and now: written in small transactions, made visible by one.

    A file is taken once: the second gets what the first one took, or Busy while that is written. Raises
    InvalidInput as `taking.begin` does.
    """
    work = taking.begin(platform, found, actor, good_rows_only, review)
    if isinstance(work, Taken):
        if not work.is_written:
            raise Busy(N_("这个文件正在导入，请稍候再打开。"))
        return work
    return taking.carry_out(platform, work, works.no_rest)


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


def undo(platform: Platform, import_id: int, actor: Actor) -> Going:
    """Take an import back while no contest uses any of its questions; raises NotFound, InvalidInput.

    One transaction hides the questions; returns the work of deleting them.
    """
    with platform.store.writing() as session:
        row = session.get(Import, import_id, with_for_update=True)
        if row is None or row.state != taking.VISIBLE:
            raise NotFound(N_("没有这次导入，或者它已经撤销。"))
        if session.scalar(select(exists().where(FrozenQuestion.version_id.in_(_versions_of(import_id))))):
            raise InvalidInput(N_("已有比赛使用了这批题目，不能撤销导入。"))
        row.state = taking.UNDONE
        raise_number(session)
        session.add(actor.audit("bank.undo", row.filename, json.dumps({"import": import_id})))
        return taking.clearing(session, import_id, actor)


def imports(platform: Platform, first: int = 0, size: int | None = None) -> Sequence[Import]:
    """Return the imports, newest first."""
    with platform.store.reading() as session:
        found = select(Import).order_by(Import.id.desc())
        return session.scalars(found.offset(first).limit(size)).all()


def imports_count(platform: Platform) -> int:
    """Return how many imports there are."""
    with platform.store.reading() as session:
        return session.scalar(select(func.count()).select_from(Import)) or 0


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


def _versions_of(import_id: int) -> Select[int]:
    return (
        select(QuestionVersion.id)
        .join(QuestionRow, QuestionRow.id == QuestionVersion.question_id)
        .where(QuestionRow.import_id == import_id)
    )
