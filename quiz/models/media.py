"""The bytes of pictures and sounds, kept once by digest, and which versions of questions use them."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from quiz.models.base import Base, BigInt


class Medium(Base):
    """A picture or a sound as it is handed out; never changed."""

    __tablename__ = "medium"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of the content
    type: Mapped[str] = mapped_column(String(20))  # a key of question_bank.attached.MEDIA_TYPES
    width: Mapped[int]  # of a picture in pixels; 0: not known
    height: Mapped[int]
    size: Mapped[int] = mapped_column(BigInt)  # bytes
    content: Mapped[bytes] = mapped_column(LargeBinary)


class QuestionMedium(Base):
    """A version of a question uses a medium."""

    __tablename__ = "question_medium"

    version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey("medium.digest"), primary_key=True, index=True)
