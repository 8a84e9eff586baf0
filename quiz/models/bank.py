"""Questions, their versions, and the imports they came with."""

from __future__ import annotations

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from quiz.models.base import Base, BigInt, LongText


class Import(Base):
    """One imported file. Its questions exist for others once its state says so."""

    __tablename__ = "import"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInt)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    token: Mapped[str | None] = mapped_column(String(32), unique=True)  # of the kept file: it is taken once
    filename: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))  # writing, visible, undone
    taken: Mapped[int] = mapped_column(default=0)  # questions
    refused: Mapped[int] = mapped_column(default=0)  # rows with an error


class Question(Base):
    """A question of the bank, whatever its wording over time."""

    __tablename__ = "question"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import.id"), index=True)
    external_id: Mapped[str] = mapped_column(String(200), default="")  # its id in the file it came from


class QuestionVersion(Base):
    """One wording of a question; never changed once written, contests keep the version they froze."""

    __tablename__ = "question_version"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    number: Mapped[int] = mapped_column(default=1)
    kind: Mapped[str] = mapped_column(String(20))
    stem: Mapped[str] = mapped_column(LongText)
    content: Mapped[dict[str, object]] = mapped_column(JSON)  # question_bank.Question.as_dict
    difficulty: Mapped[str | None] = mapped_column(String(10))
    digest: Mapped[str] = mapped_column(String(64))  # of the normalised wording, for exact duplicates
    created_ms: Mapped[int] = mapped_column(BigInt)

    __table_args__ = (
        UniqueConstraint("question_id", "number"),
        Index("ix_question_version_digest", "digest"),
    )


def is_newest() -> ColumnElement[bool]:
    """Return the condition that a version is the last one of its question: what the bank shows and draws."""
    later = aliased(QuestionVersion)
    return ~(
        select(later.id)
        .where(later.question_id == QuestionVersion.question_id, later.number > QuestionVersion.number)
        .exists()
    )
