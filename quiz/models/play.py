"""The record: attempts, what was received for them, what came of them; and the one derived table, `line`."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from quiz.models.base import Base, BigInt, ByteOrdered, LongText


class Attempt(Base):
    """One person's go at one paper. Only `finished_ms` is ever set later, once, by whoever closes it.

    The database holds the limits: attempts of a person in a stage are numbered without gaps or doubles, only
    one is open, and a start sent twice is one start.
    """

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    rules_id: Mapped[int] = mapped_column(ForeignKey("rules.id"))
    stage: Mapped[int]  # position in the rules document
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    number: Mapped[int]  # of this person in this stage, from 1
    scene: Mapped[str] = mapped_column(String(80), default="")
    start_key: Mapped[str | None] = mapped_column(String(80))  # Idempotency-Key of the start
    seed: Mapped[str] = mapped_column(String(32))
    paper: Mapped[str] = mapped_column(LongText)  # rules.sheet.Paper as text
    started_ms: Mapped[int] = mapped_column(BigInt)
    deadline_ms: Mapped[int | None] = mapped_column(BigInt)
    grace_ms: Mapped[int]
    looks_back: Mapped[bool]  # what was received before decides what is admitted next: a clock per question
    extra: Mapped[str] = mapped_column(String(20), default="")  # extra time that was granted, as at the start
    practice: Mapped[bool] = mapped_column(default=False)  # before what counts: it stands nowhere
    finished_ms: Mapped[int | None] = mapped_column(BigInt)

    __table_args__ = (
        UniqueConstraint("contest_id", "stage", "person_id", "number"),
        UniqueConstraint("contest_id", "person_id", "start_key"),
        Index(
            "uq_attempt_open",
            "contest_id",
            "stage",
            "person_id",
            unique=True,
            sqlite_where=text("finished_ms IS NULL"),
            postgresql_where=text("finished_ms IS NULL"),
        ),
        Index(
            "ix_attempt_overdue",
            "deadline_ms",
            sqlite_where=text("finished_ms IS NULL"),
            postgresql_where=text("finished_ms IS NULL"),
        ),
    )


class Receipt(Base):
    """One received batch of answers, exactly as it was admitted. Rows are only added."""

    __tablename__ = "receipt"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    device: Mapped[str] = mapped_column(String(40))
    received_ms: Mapped[int] = mapped_column(BigInt)
    answers: Mapped[str] = mapped_column(LongText)  # JSON: [[n, seq, [option id, …]], …]
    late: Mapped[bool] = mapped_column(default=False)  # after its time: wrong, unless one came in time
    opens: Mapped[int | None]  # with a clock per question: the question that was opened in reply
    opened_ms: Mapped[int | None] = mapped_column(BigInt)
    leavings: Mapped[str] = mapped_column(LongText, default="[]")  # JSON: seq of each leaving of the page

    __table_args__ = (Index("ix_receipt_attempt", "attempt_id", "id"),)


class PhoneUsed(Base):
    """Who first started on a phone, in a contest where a phone is one person's. Rows are only added."""

    __tablename__ = "phone_used"

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"), primary_key=True)
    phone: Mapped[str] = mapped_column(String(40), primary_key=True)  # a digest that means nothing elsewhere
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    since_ms: Mapped[int] = mapped_column(BigInt)


class RefusedStart(Base):
    """A start that the rules refused, the first of a day for each reason. Rows are only added."""

    __tablename__ = "refused_start"

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    stage: Mapped[int] = mapped_column(primary_key=True)  # its position
    day: Mapped[str] = mapped_column(String(10), primary_key=True)  # of the stage, ISO
    because: Mapped[str] = mapped_column(String(20), primary_key=True)  # code of the refusal
    scene: Mapped[str] = mapped_column(String(80), primary_key=True)  # or level; "" where none was chosen
    at_ms: Mapped[int] = mapped_column(BigInt)


class Result(Base):
    """What an attempt came to when it was closed. One row an attempt, never changed."""

    __tablename__ = "result"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    closed_by: Mapped[str] = mapped_column(String(10))  # person, server
    score: Mapped[str] = mapped_column(String(40))  # exact: "7", "15/2"
    points: Mapped[str] = mapped_column(String(40))  # exact: what the attempt is worth
    correct: Mapped[int]
    of: Mapped[int]
    full: Mapped[bool]
    time_ms: Mapped[int] = mapped_column(BigInt)
    sheet: Mapped[str] = mapped_column(
        LongText
    )  # JSON, by question: [version id, options chosen, rightness, ms]


class Line(Base):
    """A person's standing in a stage or one of its periods: derived from the record, kept for reading.

    `flask board verify` proves it equal to the fold of the record.
    """

    __tablename__ = "line"

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"), primary_key=True)
    stage: Mapped[int] = mapped_column(primary_key=True)  # its position; of a freeze: rules.publicity
    period: Mapped[str] = mapped_column(String(80), primary_key=True)  # "" for the whole stage
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    version: Mapped[int]  # grows with every change of this line
    order_key: Mapped[str] = mapped_column(ByteOrdered)  # rules.standings.order_key; "" when on no board
    totals: Mapped[str] = mapped_column(LongText)  # JSON: rules.standings.Line as plain values
    stats: Mapped[str] = mapped_column(LongText)  # JSON: what unit boards add up
    units: Mapped[str] = mapped_column(LongText)  # JSON: "tree.level" → unit id
    parts: Mapped[str] = mapped_column(LongText, default="{}")  # JSON: level → unit id → stats, after a move
    changed_ms: Mapped[int] = mapped_column(BigInt)

    __table_args__ = (
        Index("ix_line_order", "contest_id", "stage", "period", "order_key", "person_id"),
        Index("ix_line_changed", "contest_id", "changed_ms"),
    )


class DayEnd(Base):
    """Where everybody stood on the boards of a stage when one of its days ended. Rows are only added.

    It follows from the record as of that moment: `quiz.services.days_end`.
    """

    __tablename__ = "day_end"

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"), primary_key=True)
    stage: Mapped[int] = mapped_column(primary_key=True)  # its position
    day: Mapped[str] = mapped_column(String(10), primary_key=True)  # the day that ended, ISO
    places: Mapped[bytes]  # compressed JSON: days_end.Stood
