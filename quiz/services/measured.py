"""How difficult questions were measured to be, as the next contest to be published will draw by it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from sqlalchemy import ScalarSelect, or_, select
from sqlalchemy.orm import Session

from question_bank.question import Question
from quiz.models.bank import QuestionVersion
from quiz.models.quality import Analysis, QuestionFigures


@dataclass(frozen=True)
class Measured:
    """How difficult a question is on the scale that all share."""

    calibrated: str  # share of an average public that is right
    difficulty: float  # in standard deviations of ability
    error: float  # the standard error of that


def measured_in(row: QuestionFigures) -> Measured | None:
    """Return what was measured of a question, None where it was not."""
    if row.calibrated is None or row.difficulty is None or row.difficulty_error is None:
        return None
    return Measured(row.calibrated, row.difficulty, row.difficulty_error)


def newest(contest_id: int | None = None) -> ScalarSelect[int]:
    """Return the newest finished analysis: of all contests, or of one."""
    of = Analysis.contest_id.is_(None) if contest_id is None else Analysis.contest_id == contest_id
    return (
        select(Analysis.id)
        .where(of, Analysis.state == "ready")
        .order_by(Analysis.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def calibrated_shares(session: Session) -> dict[int, str]:
    """Return, by version, the share of an average public that is right, where it was measured.

    What was measured of a version holds for those after it that ask the same.
    """
    rows = session.execute(
        select(QuestionVersion.id, QuestionFigures.calibrated)
        .join(
            QuestionFigures,
            or_(
                QuestionFigures.version_id == QuestionVersion.id,
                QuestionFigures.version_id == QuestionVersion.proved_as,
            ),
        )
        .where(QuestionFigures.analysis_id == newest(), QuestionFigures.calibrated.is_not(None))
    )
    return {version_id: share for version_id, share in rows if share is not None}


def as_measured(question: Question, share: str | None) -> Question:
    """Return a question with the share that was measured; without one, as the bank has it."""
    return question if share is None else replace(question, calibrated=Fraction(share))
