"""What earns something beside answers, and who got what: events, drawings, confirmed awards."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quiz.models.base import Base, BigInt, LongText


class Event(Base):
    """Something a person did beside answering. Rows are only added; the same `key` again counts once."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    at_ms: Mapped[int] = mapped_column(BigInt)
    kind: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(120))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # who imported it; none: ourselves

    __table_args__ = (UniqueConstraint("contest_id", "person_id", "key"),)


class Drawn(Base):
    """One drawing: who took part and who won. Rows are only added, one an occasion."""

    __tablename__ = "drawn"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    draw: Mapped[str] = mapped_column(String(200))
    occasion: Mapped[str] = mapped_column(String(80))  # a day, a period, "" at the end
    period: Mapped[str] = mapped_column(String(80))
    entries: Mapped[str] = mapped_column(LongText)  # rules.lots.Drawing.text
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of it
    wins: Mapped[str] = mapped_column(LongText)  # JSON: [[prize, code, entry, person id], …]
    is_last: Mapped[bool]  # nothing is left to draw: the seed is told, nothing is drawn any more
    drawn_ms: Mapped[int] = mapped_column(BigInt)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    __table_args__ = (UniqueConstraint("contest_id", "draw", "occasion"),)


class Lot(Base):
    """One lot that was drawn as soon as its entry arose. Rows are only added, numbered without gaps."""

    __tablename__ = "lot"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    draw: Mapped[str] = mapped_column(String(200))
    number: Mapped[int]  # in the order in which the entries of the draw arose, from 1
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    code: Mapped[str] = mapped_column(String(16))
    entry: Mapped[int]  # the how many-th of the person in this draw
    day: Mapped[str] = mapped_column(String(10))
    period: Mapped[str] = mapped_column(String(80))
    prize: Mapped[int | None]  # position in the draw's prizes; none: it did not win
    drawn_ms: Mapped[int] = mapped_column(BigInt)

    __table_args__ = (
        UniqueConstraint("contest_id", "draw", "number"),
        UniqueConstraint("contest_id", "draw", "person_id", "entry"),
        Index("ix_lot_prize", "contest_id", "draw", "prize"),
    )


class Redraw(Base):
    """A prize that was not claimed and passed on to the next in line. Rows are only added."""

    __tablename__ = "redraw"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    drawn_id: Mapped[int] = mapped_column(ForeignKey("drawn.id"))
    after: Mapped[int]  # how many drawings of the draw had been held
    prize: Mapped[str] = mapped_column(LongText)
    code: Mapped[str] = mapped_column(String(16))  # whose entry loses it
    entry: Mapped[int]
    to_code: Mapped[str | None] = mapped_column(String(16))  # whose entry gets it; none: nobody is left
    to_entry: Mapped[int | None]
    to_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    because: Mapped[str] = mapped_column(LongText)
    at_ms: Mapped[int] = mapped_column(BigInt)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    __table_args__ = (UniqueConstraint("drawn_id", "code", "entry"),)


class AwardList(Base):
    """Who gets an award on an occasion, as it was confirmed. Rows are only added: the latest is in force."""

    __tablename__ = "award_list"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    stage: Mapped[int]  # position in the rules document
    prize: Mapped[int]  # position in the stage's awards
    period: Mapped[str] = mapped_column(String(80))  # "" at the end
    digest: Mapped[str] = mapped_column(String(64))  # of what was looked at
    confirmed_ms: Mapped[int] = mapped_column(BigInt)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    __table_args__ = (Index("ix_award_list_prize", "contest_id", "stage", "prize", "period"),)


class AwardWinner(Base):
    """One row of a confirmed list, in its order."""

    __tablename__ = "award_winner"

    list_id: Mapped[int] = mapped_column(ForeignKey("award_list.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)  # from 1
    who: Mapped[int] = mapped_column(
        BigInt, index=True
    )  # of a person, or of a unit where the board lists units
    place: Mapped[int | None]  # on the board; none where the award asks for no place
