"""Classes with a code of their own, and the seats in them by which pupils sign in."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from quiz.models.base import Base


class ClassCode(Base):
    """The code of a class: no secret in its school, and hard to guess outside of it."""

    __tablename__ = "class_code"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(10), unique=True)


class Seat(Base):
    """Who sits where in a class, and the keyed hash of the pass number on their card."""

    __tablename__ = "seat"

    unit_id: Mapped[int] = mapped_column(
        ForeignKey("class_code.unit_id"), primary_key=True, autoincrement=False
    )
    label: Mapped[str] = mapped_column(String(20), primary_key=True)  # "7", "A3"; as it is read aloud
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    digest: Mapped[str] = mapped_column(String(64))  # of the pass number, in this seat
