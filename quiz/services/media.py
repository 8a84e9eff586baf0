"""Pictures and sounds: put away with the versions that use them, given to exports, handed out by digest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from question_bank.attached import Medium
from question_bank.question import Question
from quiz.errors import N_, NotFound
from quiz.models.bank import QuestionVersion
from quiz.models.base import insert_for
from quiz.models.media import Medium as MediumRow
from quiz.models.media import QuestionMedium
from quiz.services.platform import Platform

SOME = 500  # digests in one statement


@dataclass(frozen=True)
class Kept:
    """A medium as it is handed out."""

    type: str
    content: bytes


def by_digest(question: Question) -> Question:
    """Return a question whose media are named by digest alone, as its version holds it."""
    if not question.media:
        return question
    return replace(question, media=tuple(replace(m, content=b"", kept=m.digest) for m in question.media))


def keep(session: Session, versions: Sequence[QuestionVersion], questions: Sequence[Question]) -> None:
    """Put away the media of questions whose versions are stored, each content once."""
    brought = {m.digest: m for question in questions for m in question.media if not m.kept}
    used = {(v.id, m.digest) for v, question in zip(versions, questions, strict=True) for m in question.media}
    if brought:
        rows = [_row(digest, medium) for digest, medium in sorted(brought.items())]
        new = insert_for(session.get_bind().dialect.name, MediumRow)
        session.execute(new.on_conflict_do_nothing(), rows)
    if used:
        session.execute(insert(QuestionMedium), [{"version_id": v, "digest": d} for v, d in sorted(used)])


def forget(session: Session, version_ids: Iterable[int]) -> None:
    """Delete what only these versions use, before they are deleted themselves."""
    uses = QuestionMedium.version_id.in_(list(version_ids))
    digests = session.scalars(select(QuestionMedium.digest).where(uses).distinct()).all()
    if digests:
        session.execute(delete(QuestionMedium).where(uses))
        still = select(QuestionMedium.digest).where(QuestionMedium.digest == MediumRow.digest).exists()
        session.execute(delete(MediumRow).where(MediumRow.digest.in_(digests), ~still))


def with_content(session: Session, questions: Sequence[Question]) -> list[Question]:
    """Return questions that carry the bytes of their media again, for a file that leaves the server."""
    wanted = sorted({m.kept for question in questions for m in question.media if m.kept})
    found: dict[str, bytes] = {}
    for at in range(0, len(wanted), SOME):
        rows = select(MediumRow.digest, MediumRow.content).where(MediumRow.digest.in_(wanted[at : at + SOME]))
        found.update((digest, content) for digest, content in session.execute(rows))
    return [
        replace(q, media=tuple(_carrying(m, found) for m in q.media)) if q.media else q for q in questions
    ]


def medium(platform: Platform, digest: str) -> Kept:
    """Return what is kept under a digest; raises NotFound."""
    with platform.store.reading() as session:
        row = session.get(MediumRow, digest)
        if row is None:
            raise NotFound(N_("没有这个图片或声音，可能已被删除。"))
        return Kept(row.type, row.content)


def _row(digest: str, medium: Medium) -> dict[str, object]:
    return {
        "digest": digest,
        "type": medium.type,
        "width": medium.width,
        "height": medium.height,
        "size": len(medium.content),
        "content": medium.content,
    }


def _carrying(medium: Medium, found: dict[str, bytes]) -> Medium:
    return replace(medium, content=found[medium.kept], kept="") if medium.kept else medium
