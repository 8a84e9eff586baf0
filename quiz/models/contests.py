"""Contests, their published rules, and the questions frozen with them."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quiz.models.base import Base, BigInt, LongText


class Contest(Base):
    """A contest or a practice: a draft of its rules and, once published, the rules in force."""

    __tablename__ = "contest"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), default="contest")  # contest, practice
    title: Mapped[str] = mapped_column(String(200))
    draft: Mapped[str] = mapped_column(LongText)  # the rules document as the organizer left it
    rules_id: Mapped[int | None] = mapped_column(BigInt)  # the rules in force; none: not published
    board_epoch: Mapped[str] = mapped_column(String(32))  # names the board contents that Redis may serve
    created_ms: Mapped[int] = mapped_column(BigInt)


class Rules(Base):
    """One published version of a contest's rules; never changed."""

    __tablename__ = "rules"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(LongText)
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the text
    published_ms: Mapped[int] = mapped_column(BigInt)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    seed: Mapped[str] = mapped_column(
        String(64), default=""
    )  # master seed of all papers; "": from before 0003
    draw_seed: Mapped[str] = mapped_column(
        String(64), default=""
    )  # of all draws: never told with that of papers

    __table_args__ = (UniqueConstraint("contest_id", "version"),)


class FrozenQuestion(Base):
    """A question version that papers under these rules may draw."""

    __tablename__ = "frozen_question"

    rules_id: Mapped[int] = mapped_column(ForeignKey("rules.id"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), primary_key=True, index=True)
    calibrated: Mapped[str | None] = mapped_column(String(10))  # as measured then; none: as the bank says
