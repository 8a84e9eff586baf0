"""What questions proved to be like: derived from the record as a whole, and computed again when asked."""

from __future__ import annotations

from sqlalchemy import Double, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from quiz.models.base import Base, BigInt, LongText


class Analysis(Base):
    """One reading of the record. What it found exists for others once its state is ready."""

    __tablename__ = "analysis"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    contest_id: Mapped[int | None] = mapped_column(ForeignKey("contest.id"))  # none: of all contests
    at_ms: Mapped[int] = mapped_column(BigInt)
    state: Mapped[str] = mapped_column(String(10))  # running, ready, failed
    calibrates: Mapped[bool]
    attempts: Mapped[int] = mapped_column(default=0)  # that were counted
    answers: Mapped[int] = mapped_column(default=0)  # of these
    tests: Mapped[str] = mapped_column(LongText, default="[]")  # JSON: services.quality.StageFigures
    tags: Mapped[str] = mapped_column(LongText, default="[]")  # JSON: services.quality.TagFigures

    __table_args__ = (Index("ix_analysis_contest", "contest_id", "state", "id"),)


class QuestionFigures(Base):
    """What one analysis found of one version of a question."""

    __tablename__ = "question_figures"

    analysis_id: Mapped[int] = mapped_column(ForeignKey("analysis.id"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), primary_key=True, index=True)
    attempts: Mapped[int]  # that showed it, counted or not
    people: Mapped[int]  # who saw it
    contests: Mapped[int]  # that showed it
    answers: Mapped[int]  # that were counted: of each person the first
    facility: Mapped[float | None] = mapped_column(Double)
    discrimination: Mapped[float | None] = mapped_column(Double)
    median_ms: Mapped[int | None] = mapped_column(BigInt)
    flags: Mapped[str] = mapped_column(String(120))  # names between spaces: " wrong_key too_easy "
    more: Mapped[str] = mapped_column(LongText)  # JSON: question_bank.quality.Figures
    calibrated: Mapped[str | None] = mapped_column(String(10))  # share of an average public that is right
    difficulty: Mapped[float | None] = mapped_column(Double)  # in standard deviations of ability
    difficulty_error: Mapped[float | None] = mapped_column(Double)
