"""By what people are known elsewhere (phone, e-mail, accounts), and the codes that prove it."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from quiz.models.base import Base, BigInt, LongText


class Subject(Base):
    """What one way of signing in knows a person by."""

    __tablename__ = "subject"

    way: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # keyed hash of the number, address, id
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    sealed: Mapped[str] = mapped_column(LongText)  # the same, to be shown masked to its owner
    since_ms: Mapped[int] = mapped_column(BigInt)


class OneTimeCode(Base):
    """A code on its way to a phone or mailbox: known to one browser, good for a few tries."""

    __tablename__ = "one_time_code"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)  # of the random token of the browser
    way: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(64), index=True)  # as of the subject
    sealed: Mapped[str] = mapped_column(LongText)
    code_digest: Mapped[str] = mapped_column(String(64))
    created_ms: Mapped[int] = mapped_column(BigInt)
    expires_ms: Mapped[int] = mapped_column(BigInt, index=True)
    tries: Mapped[int] = mapped_column(default=0)
    used_ms: Mapped[int | None] = mapped_column(BigInt)
