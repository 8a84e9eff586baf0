"""The ledger: what corrects a record without editing it, and how far its recounts have come."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from quiz.models.base import Base, BigInt, LongText


class Ledger(Base):
    """One correction with its reason. Rows are only added: what takes one back is a row of its own.

    It names an attempt (then also the person whose it is), a person, a unit, or a frozen question.
    """

    __tablename__ = "ledger"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    at_ms: Mapped[int] = mapped_column(BigInt)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # nobody: a command on the machine
    do: Mapped[str] = mapped_column(String(12))  # void, restore, adjust, zero, disqualify, remark
    because: Mapped[str] = mapped_column(LongText)
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempt.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("question_version.id"))
    key: Mapped[str | None] = mapped_column(LongText)  # JSON: the right options of that question
    points: Mapped[str | None] = mapped_column(String(40))  # exact: "-2", "1/2"
    token: Mapped[str | None] = mapped_column(String(40), unique=True)  # of the page that confirmed it

    __table_args__ = (
        Index("ix_ledger_person", "contest_id", "person_id"),
        Index("ix_ledger_person_id", "person_id"),
    )


class Recount(Base):
    """How far the people whom a corrected key concerns have been folded again."""

    __tablename__ = "recount"

    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledger.id"), primary_key=True)
    stage: Mapped[int] = mapped_column(default=0)
    person_id: Mapped[int] = mapped_column(BigInt, default=0)  # the last one in this stage
    done_ms: Mapped[int | None] = mapped_column(BigInt)
