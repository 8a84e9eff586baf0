"""Questions, their versions, who reviewed them, and the imports they came with."""

from __future__ import annotations

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from quiz.models.base import Base, BigInt, LongText

DRAFT, IN_REVIEW, READY = "draft", "review", "ready"  # states of a version


class Import(Base):
    """One imported file. Its questions exist for others once its state says so."""

    __tablename__ = "import"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInt)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    token: Mapped[str | None] = mapped_column(String(32), unique=True)  # of the kept file: it is taken once
    filename: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200), server_default="")  # given by whoever imported it
    state: Mapped[str] = mapped_column(String(10))  # writing, visible, undone
    taken: Mapped[int] = mapped_column(default=0)  # questions
    refused: Mapped[int] = mapped_column(default=0)  # rows with an error


class Question(Base):
    """A question of the bank, whatever its wording over time."""

    __tablename__ = "question"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import.id"), index=True)
    external_id: Mapped[str] = mapped_column(String(200), default="")  # its id in the file it came from
    retired_ms: Mapped[int | None] = mapped_column(BigInt)  # since when nothing new draws it
    sealed_for: Mapped[int | None] = mapped_column(BigInt)  # the only contest that may draw it
    # Of its newest version, written with it by services.versions: what the list of the bank finds it by.
    newest_id: Mapped[int | None] = mapped_column(BigInt, index=True)
    kind: Mapped[str] = mapped_column(String(20), server_default="")
    difficulty: Mapped[str | None] = mapped_column(String(10))
    searched: Mapped[str] = mapped_column(LongText, server_default="")  # question_bank.searched
    changed: Mapped[int] = mapped_column(
        BigInt, server_default="0", index=True
    )  # at which number of the bank

    __table_args__ = (Index("ix_question_kind", "kind", "difficulty"),)


class BankState(Base):
    """The number of the bank, in one row: every writer raises it, so that readers know that they are behind.

    The row is locked until the writer commits: a number that is seen says that all below it are.
    """

    __tablename__ = "bank_state"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[int] = mapped_column(BigInt)
    deleted: Mapped[int] = mapped_column(BigInt)  # the number at which questions were deleted last


class QuestionTag(Base):
    """A tag of a question's newest version."""

    __tablename__ = "question_tag"

    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), primary_key=True)
    facet: Mapped[str] = mapped_column(String(100), primary_key=True)
    value: Mapped[str] = mapped_column(String(200), primary_key=True)


class QuestionVersion(Base):
    """One wording of a question; never changed once written, contests keep the version they froze.

    Only its state changes: draft → review → ready, or back to draft where a reviewer sends it back.
    """

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
    state: Mapped[str] = mapped_column(String(10), server_default=READY)  # DRAFT, IN_REVIEW, READY
    author_id: Mapped[int | None] = mapped_column(BigInt)  # the person who wrote it; none: not known
    valid_until: Mapped[str | None] = mapped_column(String(10))  # an ISO date: the last day it holds
    proved_as: Mapped[int | None] = mapped_column(BigInt)  # the first version that asks the same; none: this

    __table_args__ = (
        UniqueConstraint("question_id", "number"),
        Index("ix_question_version_digest", "digest"),
        Index("ix_question_version_state", "state", "id"),
        Index("ix_question_version_valid_until", "valid_until"),
        Index("ix_question_version_proved_as", "proved_as"),
    )


class Review(Base):
    """What somebody said of a version when its state changed; rows are only added."""

    __tablename__ = "review"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), index=True)
    at_ms: Mapped[int] = mapped_column(BigInt)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # nobody: a command on the machine
    verdict: Mapped[str] = mapped_column(String(10))  # submitted, approved, returned, vouched
    comment: Mapped[str] = mapped_column(LongText, default="")


def proved_as() -> ColumnElement[int]:
    """Return the version under which the figures of a version are kept."""
    return func.coalesce(QuestionVersion.proved_as, QuestionVersion.id)


def is_newest() -> ColumnElement[bool]:
    """Return the condition that a version is the last one of its question: what the desk lists and edits.

    For statements that join Question.
    """
    return Question.newest_id == QuestionVersion.id


def is_in_use() -> ColumnElement[bool]:
    """Return the condition that a version is the last ready one of its question: what may be drawn."""
    later = aliased(QuestionVersion)
    return (QuestionVersion.state == READY) & ~(
        select(later.id)
        .where(
            later.question_id == QuestionVersion.question_id,
            later.number > QuestionVersion.number,
            later.state == READY,
        )
        .exists()
    )
