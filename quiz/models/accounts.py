"""People, who they are, the units they belong to, how they sign in, and what was done at the desk."""

from __future__ import annotations

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint, exists, tuple_
from sqlalchemy.orm import Mapped, aliased, mapped_column

from quiz.models.base import Base, BigInt, LongText


class Person(Base):
    """Somebody who takes part or organizes: the number that every record names."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    role: Mapped[str] = mapped_column(String(20), default="participant")  # a role of rules.permissions
    epoch: Mapped[int] = mapped_column(default=1)  # grows when everything signed for this person is revoked
    created_ms: Mapped[int] = mapped_column(BigInt)
    joined_into: Mapped[int | None] = mapped_column(
        BigInt, index=True
    )  # whose account this is since a joining; of that person itself the own number; None: never joined
    known_ms: Mapped[int | None] = mapped_column(BigInt)  # by more than a nickname since; None: a guest


class Identity(Base):
    """What tells who a person is: apart, so that an account can go and its results stay."""

    __tablename__ = "identity"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    nickname: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80), default="")  # from a roster; empty for who signed up alone
    code_digest: Mapped[str | None] = mapped_column(String(64), unique=True)  # of the participant code

    __table_args__ = (Index("ix_identity_nickname", "nickname"),)


class SignIn(Base):
    """One signed-in device; revoked rows stay until they have expired."""

    __tablename__ = "sign_in"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)  # of the random token in the cookie
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_ms: Mapped[int] = mapped_column(BigInt)
    expires_ms: Mapped[int] = mapped_column(BigInt)
    revoked_ms: Mapped[int | None] = mapped_column(BigInt)
    told: Mapped[str] = mapped_column(
        String(40), default="", server_default=""
    )  # roughly what: "iphone.wechat"


class Invitation(Base):
    """A one-time address that makes its bearer an organizer."""

    __tablename__ = "invitation"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    created_ms: Mapped[int] = mapped_column(BigInt)
    expires_ms: Mapped[int] = mapped_column(BigInt)
    used_ms: Mapped[int | None] = mapped_column(BigInt)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # who used it


class Unit(Base):
    """A street, community, school, class …: one node of one tree."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    tree: Mapped[str] = mapped_column(String(40))
    level: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    path: Mapped[str] = mapped_column(String(400))  # names from the top, joined by "/"
    spelt: Mapped[str] = mapped_column(LongText, default="", server_default="")  # services.spelling

    __table_args__ = (UniqueConstraint("tree", "code"), Index("ix_unit_tree_level", "tree", "level"))


class Enrolment(Base):
    """How many people a unit had on a day: the dated denominator of a participation rate."""

    __tablename__ = "enrolment"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    as_of: Mapped[str] = mapped_column(String(10), primary_key=True)  # an ISO date
    enrolled: Mapped[int]


class About(Base):
    """What rules may ask of a person: told by a roster, or by themselves where a contest needs it."""

    __tablename__ = "about"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    on_roster: Mapped[bool] = mapped_column(default=False)
    groups: Mapped[str] = mapped_column(LongText, default="[]")  # JSON: groups and marks, of all contests
    born: Mapped[str] = mapped_column(String(10), default="")  # "2012-05-31", or only "2012"
    grade: Mapped[str] = mapped_column(String(40), default="")
    extra: Mapped[str] = mapped_column(String(20), default="")  # extra time, as rules.extra_time keeps it
    consent: Mapped[str] = mapped_column(
        String(10), default="", server_default=""
    )  # of the guardian, as rules.minors says it


class Membership(Base):
    """Since when a person belongs to a unit of a tree (the lowest one known). Rows are only added.

    What corrects a row has its moment and a higher number. The key keeps two changes from being one.
    """

    __tablename__ = "membership"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    tree: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    since_ms: Mapped[int] = mapped_column(BigInt)
    because: Mapped[str] = mapped_column(LongText, default="")  # of the desk; "" for the person's own choice


def is_latest() -> ColumnElement[bool]:
    """Return the condition that no later membership of the same person and tree is there."""
    later = aliased(Membership)
    return ~exists().where(
        later.person_id == Membership.person_id,
        later.tree == Membership.tree,
        tuple_(later.since_ms, later.number) > tuple_(Membership.since_ms, Membership.number),
    )


class Audit(Base):
    """One action at the desk: who, when, what, on what. Rows are only added."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInt)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # nobody: a command on the machine
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(200))
    detail: Mapped[str] = mapped_column(LongText, default="{}")  # JSON
