"""What people learn beside contests: what they answered, the question of each day, doubts about questions."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quiz.models.base import Base, BigInt, LongText

GONE_TOO = "CASCADE"  # where an import is taken back, its questions are practised no more


class Learned(Base):
    """How a person stands with a question that they practised: rules.learning.Learned."""

    __tablename__ = "learned"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(
        ForeignKey("question.id", ondelete=GONE_TOO), primary_key=True, index=True
    )
    is_right: Mapped[bool]
    right_days: Mapped[int]
    last_on: Mapped[str] = mapped_column(String(10))
    due_on: Mapped[str | None] = mapped_column(String(10))
    answered_ms: Mapped[int] = mapped_column(BigInt)


class Collected(Base):
    """A finished attempt whose wrong questions were put among those of its person."""

    __tablename__ = "collected"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)


class DailyQuestion(Base):
    """The question of a day, the same for everybody."""

    __tablename__ = "daily_question"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)  # an ISO date
    version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id", ondelete=GONE_TOO), index=True)


class DailyAnswer(Base):
    """What a person answered to the question of a day: the first answer, never changed."""

    __tablename__ = "daily_answer"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    version_id: Mapped[int] = mapped_column(
        ForeignKey("question_version.id", ondelete=GONE_TOO), index=True
    )  # as they saw it
    response: Mapped[str] = mapped_column(LongText)  # JSON: as question_bank.marking takes it
    is_right: Mapped[bool]
    answered_ms: Mapped[int] = mapped_column(BigInt)


class Doubt(Base):
    """What a person finds doubtful in a question, and what they were told."""

    __tablename__ = "doubt"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete=GONE_TOO), index=True)
    version_id: Mapped[int] = mapped_column(
        ForeignKey("question_version.id", ondelete=GONE_TOO)
    )  # as they saw it
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    at_ms: Mapped[int] = mapped_column(BigInt)
    reason: Mapped[str] = mapped_column(String(20))  # one of services.doubts.REASONS
    words: Mapped[str] = mapped_column(LongText, default="")
    verdict: Mapped[str] = mapped_column(String(10), default="")  # "": open, kept, corrected
    decided_ms: Mapped[int | None] = mapped_column(BigInt)
    reply: Mapped[str] = mapped_column(LongText, default="")

    __table_args__ = (
        UniqueConstraint("version_id", "person_id"),
        Index("ix_doubt_verdict", "verdict"),
    )
