"""The question bank: look at a file before it is taken, take it at once, take it back, find questions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from sqlalchemy import ColumnElement, Select, delete, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from question_bank.formats import Placed, Reading, read, returned_rows
from question_bank.problems import ERROR, Problem
from question_bank.question import Question, digest
from quiz.errors import N_, Busy, InvalidInput, NotFound
from quiz.models.bank import IN_REVIEW, READY, Import, QuestionVersion, Review, is_newest
from quiz.models.bank import Question as QuestionRow
from quiz.models.contests import FrozenQuestion
from quiz.services import media
from quiz.services.measured import as_measured, calibrated_shares
from quiz.services.platform import Actor, Platform
from quiz.services.second_person import VOUCHED
from quiz.services.secrets import is_file_token, new_file_token
from quiz.services.versions import add_newest, forget_tags, version_of

ROWS_A_TRANSACTION = 200  # so that answers never wait long for an import
STAGED_MS = 86_400_000  # a kept file is forgotten after a day
STALLED_MS = 600_000  # an import that writes for longer was cut off by a crash


@dataclass(frozen=True)
class Preview:
    """What taking a file would do."""

    token: str  # names the kept file until it is taken or forgotten
    filename: str
    reading: Reading
    known: tuple[Problem, ...]  # questions that the bank holds already, or holds with another answer

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Everything to be said about the file, in its order."""
        return tuple(sorted((*self.reading.problems, *self.known), key=lambda p: (p.sheet, p.row, p.column)))

    @cached_property
    def faulty(self) -> frozenset[tuple[str, int]]:
        """The rows (sheet, row) that an error keeps out; row 0 stands for the whole file or sheet."""
        return frozenset((p.sheet, p.row) for p in self.problems if p.severity == ERROR)

    @cached_property
    def good(self) -> tuple[Question, ...]:
        """The questions that can be taken."""
        faulty = self.faulty
        return tuple(p.question for p in self.reading.questions if (p.sheet, p.row) not in faulty)


@dataclass(frozen=True)
class Taken:
    """One finished import."""

    import_id: int
    taken: int
    refused: int


def stage(platform: Platform, content: bytes, filename: str, now_ms: int) -> str:
    """Keep an uploaded file until somebody decides; returns the token that names it."""
    folder = platform.data / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    _forget_old(folder, now_ms)
    token = new_file_token()
    (folder / token).write_bytes(content)
    (folder / f"{token}.name").write_text(Path(filename.replace("\\", "/")).name[:200] or "import", "utf-8")
    return token


def preview(platform: Platform, token: str, scale: Mapping[str, str] | None = None) -> Preview:
    """Read a kept file and compare it with the bank; changes nothing. Raises NotFound."""
    content, filename = _staged(platform, token)
    reading = read(content, filename, scale)
    with platform.store.reading() as session:
        known = tuple(_known(session, reading, token))
    return Preview(token, filename, reading, known)


def take(
    platform: Platform, found: Preview, actor: Actor, good_rows_only: bool = False, review: bool = False
) -> Taken:
    """Import what a preview showed: written in small transactions, made visible by one.

    `review`: the questions wait for a second person. Without, whoever imports them vouches that somebody else
    has reviewed them: they are ready, and the audit log says so.
    Raises InvalidInput while a row is wrong and the person has not chosen to take the good rows only.
    A file is taken once: the second of two clicks gets what the first one took, or Busy while it is written.
    """
    refused, questions = found.faulty, found.good
    _check(found, good_rows_only)
    drop_unfinished(platform, actor.now_ms)
    try:
        import_id = _begin(platform, found, actor)
    except IntegrityError as error:
        before = taken_before(platform, found.token)
        if before is None:
            raise Busy(N_("这个文件正在导入，请稍候再打开。")) from error
        return before
    rows = iter(questions)
    while chunk := list(islice(rows, ROWS_A_TRANSACTION // 2)):
        _write(platform, import_id, chunk, actor, IN_REVIEW if review else READY)
    taken = Taken(import_id, len(questions), len(refused))
    _show(platform, taken, found.filename, actor, IN_REVIEW if review else VOUCHED)
    if not refused:  # else its faulty rows can be fetched for a day
        forget(platform, found.token)
    return taken


def taken_before(platform: Platform, token: str) -> Taken | None:
    """Return what was taken of a kept file, None when it has not been taken."""
    with platform.store.reading() as session:
        row = session.scalar(select(Import).where(Import.token == token, Import.state != "writing"))
        return Taken(row.id, row.taken, row.refused) if row is not None else None


def faulty_rows(platform: Platform, token: str, scale: Mapping[str, str] | None = None) -> tuple[bytes, str]:
    """Return the rows of a kept file with an error, as a workbook, and the file's name; raises NotFound."""
    found = preview(platform, token, scale)
    return faulty_rows_of(found), found.filename


def faulty_rows_of(found: Preview) -> bytes:
    """Return the rows of a preview that have an error, as a workbook that says what is wrong with each."""
    return returned_rows(found.reading, found.problems)


def kept_token(platform: Platform, import_id: int) -> str | None:
    """Return the token of an import's file while the file is kept."""
    with platform.store.reading() as session:
        token = session.scalar(select(Import.token).where(Import.id == import_id))
    return token if token and (platform.data / "imports" / token).is_file() else None


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


def forget(platform: Platform, token: str) -> None:
    """Throw a kept file away; does nothing when it is gone."""
    if is_file_token(token):
        for name in (token, f"{token}.name"):
            (platform.data / "imports" / name).unlink(missing_ok=True)


def imports(platform: Platform) -> Sequence[Import]:
    """Return the imports, newest first."""
    with platform.store.reading() as session:
        return session.scalars(
            select(Import).where(Import.state != "writing").order_by(Import.id.desc())
        ).all()


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
            state="writing",
        )
        session.add(row)
        session.flush()
        return row.id


def _check(found: Preview, good_rows_only: bool) -> None:
    """Raise InvalidInput for a preview that may not be taken as it is."""
    unread = [p for p in found.reading.problems if p.severity == ERROR and not found.reading.raw]
    if unread:
        raise InvalidInput(unread[0].message, **unread[0].values)
    if found.faulty and not good_rows_only:
        raise InvalidInput(
            N_("有 %(rows)s 行有错误，没有导入任何题目。请改正后重新上传，或选择只导入正确的行。"),
            rows=len(found.faulty),
        )
    if not found.good:
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
        detail = json.dumps({"import": taken.import_id, "review": review})
        session.add(actor.audit("bank.import", filename, detail))


def _known(session: Session, reading: Reading, token: str) -> Iterable[Problem]:
    """Yield a problem for each question whose wording the bank holds already, but not from this very file."""
    placed: dict[str, Placed] = {}
    for each in reading.questions:
        placed.setdefault(digest(each.question), each)  # the file's own repetitions are in the reading
    names = iter(placed)
    while chunk := list(islice(names, 500)):
        rows = session.execute(
            select(QuestionVersion.digest, QuestionVersion.content)
            .join(QuestionRow, QuestionRow.id == QuestionVersion.question_id)
            .join(Import, Import.id == QuestionRow.import_id)
            .where(
                QuestionVersion.digest.in_(chunk),
                Import.state == "visible",
                is_newest(),
                Import.token.is_distinct_from(token),
            )
        )
        held: dict[str, list[frozenset[str]]] = {}
        for same, content in rows:
            held.setdefault(same, []).append(Question.from_dict(content).right_texts)
        for same, answers in held.items():
            code = "duplicate" if placed[same].question.right_texts in answers else "conflict"
            yield Problem(placed[same].sheet, placed[same].row, "", code, KNOWN_ALREADY[code])


def _versions_of(import_id: int) -> Select[int]:
    return (
        select(QuestionVersion.id)
        .join(QuestionRow, QuestionRow.id == QuestionVersion.question_id)
        .where(QuestionRow.import_id == import_id)
    )


def _staged(platform: Platform, token: str) -> tuple[bytes, str]:
    path = platform.data / "imports" / token
    if not is_file_token(token) or not path.is_file():
        raise NotFound(N_("这个文件已不在服务器上，请重新上传。"))
    return path.read_bytes(), path.with_name(f"{token}.name").read_text("utf-8")


def _forget_old(folder: Path, now_ms: int) -> None:
    for path in folder.iterdir():
        if now_ms - path.stat().st_mtime_ns // 1_000_000 > STAGED_MS:
            path.unlink(missing_ok=True)


KNOWN_ALREADY = {
    "duplicate": N_("题库里已有同样的题目，不再导入这一行。"),
    "conflict": N_("题库里有同样的题目，但答案不同，请先核对哪个答案正确。"),
}
