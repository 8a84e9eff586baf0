"""Large work on the bank that goes on beside requests: what it is, how far it is, who is at it."""

from __future__ import annotations

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from quiz.models.base import Base, BigInt

RUNNING, DONE, FAILED = "running", "done", "failed"  # states of a work


class Work(Base):
    """One large work. How far it is stands in the transaction of each part: it goes on exactly there."""

    __tablename__ = "work"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)  # what it is about: it is begun once
    kind: Mapped[str] = mapped_column(String(10))  # one of services.work_process.KINDS
    wanted: Mapped[dict[str, object]] = mapped_column(JSON)  # what its kind has to know
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # nobody: a command
    at_ms: Mapped[int] = mapped_column(BigInt)
    size: Mapped[int]  # questions
    done: Mapped[int] = mapped_column(default=0)  # of them
    changed: Mapped[int] = mapped_column(default=0)  # the others were so already, or are gone
    state: Mapped[str] = mapped_column(String(10))  # RUNNING, DONE, FAILED
    turn: Mapped[int] = mapped_column(default=0)  # the process that is at it, counted; an older one stops
    beat_ms: Mapped[int] = mapped_column(BigInt)  # when somebody at it showed last that they live

    __table_args__ = (Index("ix_work_state", "state"),)
