"""Taking a file into the bank, part by part, and deleting what nobody is to see: both go on after a crash."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from question_bank.problems import ERROR
from question_bank.question import Question
from quiz.errors import N_, InvalidInput
from quiz.models.bank import IN_REVIEW, READY, Import, QuestionVersion, Review
from quiz.models.bank import Question as QuestionRow
from quiz.models.works import DONE, RUNNING
from quiz.services import kept_files, media, works
from quiz.services.examining import Preview, confirm, confirmed, faulty_workbook
from quiz.services.platform import Actor, Platform
from quiz.services.second_person import VOUCHED
from quiz.services.versions import add_newest, forget_tags, note_deleted, raise_number, version_of
from quiz.services.works import Going

AT_ONCE = 100  # questions in a transaction, so that answers never wait long
TAKE, CLEAR = "import", "clear"  # kinds of work
WRITING, VISIBLE, UNDONE, FAILED = "writing", "visible", "undone", "failed"  # states of an import
FAULTY_ROWS = "faulty"  # what is kept beside the token of a file that was taken in part


@dataclass(frozen=True)
class Taken:
    """One import: finished, or the one that is being written."""

    import_id: int
    taken: int
    refused: int
    is_written: bool = True


def begin(
    platform: Platform, found: Preview, actor: Actor, good_rows_only: bool = False, review: bool = False
) -> Going | Taken:
    """Begin to take what a preview showed, or return what has been made of this file already.

    `review`: the questions wait for a second person. Without, whoever imports them vouches that somebody else
    has reviewed them: they are ready, and the audit log says so.
    Raises InvalidInput while a row is wrong and the person has not chosen to take the good rows only.
    """
    _check(found, good_rows_only)
    try:
        with platform.store.writing() as session:
            row = Import(
                at_ms=actor.now_ms,
                actor_id=actor.person_id,
                token=found.token,
                filename=found.filename,
                name=found.said.name,
                state=WRITING,
                taken=len(found.chosen),
                refused=len(found.faulty),
            )
            session.add(row)
            session.flush()
            confirm(platform, found)  # once: whoever comes second has failed by now
            wanted = {"import": row.id, "review": review}
            return works.add(session, TAKE, found.token, len(found.chosen), actor, wanted)
    except IntegrityError:
        before = taken_before(platform, found.token)
        if before is None:
            raise
        return before


def carry_out(platform: Platform, work: Going, rest: Callable[[], None]) -> Taken:
    """Write the questions that were confirmed from where the work is on, and make all visible at once.

    Raises NotFound, TakenOver.
    """
    found = confirmed(platform, work.token)
    rows = islice(found.questions(), work.done, None)
    while some := list(islice(rows, AT_ONCE)):
        work = _write(platform, work, some)
        rest()
    if found.faulty:  # they can be fetched as long as files are kept
        kept_files.beside(platform, found.token, FAULTY_ROWS).write_bytes(faulty_workbook(found))
    taken = _show(platform, work, found)
    kept_files.forget(platform, found.token, but=FAULTY_ROWS)
    return taken


def taken_before(platform: Platform, token: str) -> Taken | None:
    """Return the import of a kept file, None where it has not been begun."""
    with platform.store.reading() as session:
        row = session.scalar(select(Import).where(Import.token == token))
        return Taken(row.id, row.taken, row.refused, row.state != WRITING) if row is not None else None


def give_up(session: Session, work: Going) -> Going:
    """Give an import up that cannot be finished; returns the work of deleting what nobody has seen of it.

    Its file is kept and can be taken again.
    """
    import_id = work.wanted["import"]
    failed = {"state": FAILED, "token": None, "taken": 0, "refused": 0}
    session.execute(update(Import).where(Import.id == import_id).values(**failed))
    return clearing(session, import_id, work.actor)


def clearing(session: Session, import_id: int, actor: Actor) -> Going:
    """Begin to delete the questions of an import that nobody sees any more."""
    held = select(func.count()).select_from(QuestionRow).where(QuestionRow.import_id == import_id)
    size = session.scalar(held) or 0
    return works.add(session, CLEAR, f"clear-{import_id}", size, actor, {"import": import_id})


def clear(platform: Platform, work: Going, rest: Callable[[], None]) -> None:
    """Delete the questions of an import that nobody sees, in small transactions; raises TakenOver."""
    while work.is_running:
        work = _delete_some(platform, work)
        rest()


def _delete_some(platform: Platform, work: Going) -> Going:
    some = select(QuestionRow.id).where(QuestionRow.import_id == work.wanted["import"]).limit(AT_ONCE)
    with platform.store.writing() as session:
        ids = session.scalars(some).all()
        versions = select(QuestionVersion.id).where(QuestionVersion.question_id.in_(ids))
        session.execute(delete(Review).where(Review.version_id.in_(versions)))
        forget_tags(session, ids)
        media.forget(session, session.scalars(versions))
        session.execute(delete(QuestionVersion).where(QuestionVersion.question_id.in_(ids)))
        session.execute(delete(QuestionRow).where(QuestionRow.id.in_(ids)))
        note_deleted(session)
        return works.advance(platform, session, work, len(ids), state=RUNNING if ids else DONE)


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


def _write(platform: Platform, work: Going, some: Sequence[Question]) -> Going:
    actor = work.actor
    written = {"state": IN_REVIEW if work.wanted["review"] else READY, "author_id": actor.person_id}
    import_id = work.wanted["import"]
    with platform.store.writing() as session:
        rows = [QuestionRow(import_id=import_id, external_id=q.external_id[:200]) for q in some]
        session.add_all(rows)
        session.flush()
        pairs = zip(rows, some, strict=True)
        add_newest(session, [version_of(row.id, q, actor.now_ms, **written) for row, q in pairs], some)
        return works.advance(platform, session, work, len(some), changed=len(some))


def _show(platform: Platform, work: Going, found: Preview) -> Taken:
    taken = Taken(work.wanted["import"], work.changed, len(found.faulty))
    values = {"state": VISIBLE, "taken": taken.taken, "refused": taken.refused}
    review = IN_REVIEW if work.wanted["review"] else VOUCHED
    with platform.store.writing() as session:
        session.execute(update(Import).where(Import.id == taken.import_id).values(**values))
        raise_number(session)
        told = json.dumps({"import": taken.import_id, "review": review})
        session.add(work.actor.audit("bank.import", found.filename, told))
        works.advance(platform, session, work, 0, state=DONE)
    return taken
