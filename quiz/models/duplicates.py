"""What questions are compared by, which are too much alike, and which of these stay side by side."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from quiz.models.base import Base, BigInt, LongText


class QuestionWording(Base):
    """The newest version of a question as it is compared: derived, written with the version."""

    __tablename__ = "question_wording"

    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), primary_key=True)
    version_id: Mapped[int] = mapped_column(BigInt)
    answer_key: Mapped[str] = mapped_column(String(32), index=True)  # question_bank.wording
    stem_key: Mapped[str] = mapped_column(String(32), index=True)
    told: Mapped[str] = mapped_column(LongText)  # JSON: question_bank.wording.Wording
    compared: Mapped[bool] = mapped_column(default=False)  # with all others that are


class Twin(Base):
    """Two questions that are too much alike: derived; holds for these versions of them."""

    __tablename__ = "twin"

    one_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), primary_key=True)
    one_version: Mapped[int] = mapped_column(BigInt)
    other_version: Mapped[int] = mapped_column(BigInt)
    sort: Mapped[str] = mapped_column(String(10))  # one of question_bank.duplicates.SORTS
    similarity: Mapped[int]  # of their stems, in percent

    __table_args__ = (Index("ix_twin_other_id", "other_id"), Index("ix_twin_sort", "sort", "similarity"))


class KeptTwin(Base):
    """Somebody has seen how two questions are alike, and both stay."""

    __tablename__ = "kept_twin"

    one_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), primary_key=True)
    sort: Mapped[str] = mapped_column(String(10), primary_key=True)  # near ones that stay may yet contradict
    at_ms: Mapped[int] = mapped_column(BigInt)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
