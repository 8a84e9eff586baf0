"""What guardians said about pupils under 14, and the names that prize records still need."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from quiz.models.base import Base, BigInt


class Consent(Base):
    """What a guardian said about a pupil under 14, as the desk recorded it. Rows are only added.

    The latest is in force; `about.consent` says the same for those who start an attempt.
    """

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    given: Mapped[bool]
    guardian: Mapped[str] = mapped_column(String(40))  # who said it: "母亲"; emptied with the account
    how: Mapped[str] = mapped_column(String(20))  # one of services.consents.HOW
    said_on: Mapped[str] = mapped_column(String(10))  # an ISO date
    at_ms: Mapped[int] = mapped_column(BigInt)  # when it was recorded …
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # … and by whom


class WinnerName(Base):
    """The name of somebody who won and deleted their account: for the desk, until prizes are handed over."""

    __tablename__ = "winner_name"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(80))
    until_ms: Mapped[int] = mapped_column(BigInt)


def kept_names(connection: Connection, people: Sequence[int]) -> dict[int, str]:
    """Return the names that prize records keep of people whose accounts are gone; for the desk alone."""
    rows = connection.execute(
        select(WinnerName.person_id, WinnerName.name).where(WinnerName.person_id.in_(people))
    )
    return dict(rows.all())
