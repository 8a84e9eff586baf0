"""Accounts that became one: as whom somebody takes part in a contest since then, and who asks for it."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from quiz.models.base import Base, BigInt, LongText


class Joined(Base):
    """In a contest, somebody takes part as the person they were there before. Rows are only added.

    The latest of a person and a contest is in force; without one they take part as themselves.
    """

    __tablename__ = "joined"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    as_person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at_ms: Mapped[int] = mapped_column(BigInt)


class JoinWish(Base):
    """Two accounts, both proven in one browser, that took part in the same contest: the desk decides."""

    __tablename__ = "join_wish"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)  # becomes part …
    into_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)  # … of this one
    asked_ms: Mapped[int] = mapped_column(BigInt)
    verdict: Mapped[str] = mapped_column(
        String(10), default="", index=True
    )  # "": open, joined, declined, gone
    because: Mapped[str] = mapped_column(LongText, default="")  # told to the person
    decided_ms: Mapped[int | None] = mapped_column(BigInt)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
