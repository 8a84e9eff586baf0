"""The bytes of pictures and sounds leave the rows of questions for a table of their own."""

from __future__ import annotations

import copy
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0016"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite numbers rows by itself only for INTEGER
Content = dict[str, Any]  # Any: the JSON data of a question

version = sa.table("question_version", sa.column("id", BIG), sa.column("content", sa.JSON()))
medium = sa.table(
    "medium",
    sa.column("digest", sa.String()),
    sa.column("type", sa.String()),
    sa.column("width", sa.Integer()),
    sa.column("height", sa.Integer()),
    sa.column("size", BIG),
    sa.column("content", sa.LargeBinary()),
)
used = sa.table("question_medium", sa.column("version_id", BIG), sa.column("digest", sa.String()))


def upgrade() -> None:
    op.create_table(
        "medium",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_medium")),
    )
    op.create_table(
        "question_medium",
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["question_version.id"], name=op.f("fk_question_medium_version_id")
        ),
        sa.ForeignKeyConstraint(["digest"], ["medium.digest"], name=op.f("fk_question_medium_digest")),
        sa.PrimaryKeyConstraint("version_id", "digest", name=op.f("pk_question_medium")),
    )
    op.create_index("ix_question_medium_digest", "question_medium", ["digest"])
    _rewrite('"base64"', _put_away)


def downgrade() -> None:
    _rewrite('"sha256"', _put_back)
    op.drop_table("question_medium")
    op.drop_table("medium")


def _rewrite(mark: str, each: Callable[[int, Content], None]) -> None:
    """Rewrite the rows that hold a mark, one by one: a row may hold many megabytes."""
    for version_id in _holding(mark):
        found = op.get_bind().scalar(sa.select(version.c.content).where(version.c.id == version_id))
        content = copy.deepcopy(found)
        each(version_id, content)
        op.execute(sa.update(version).where(version.c.id == version_id).values(content=content))


def _holding(mark: str) -> Iterator[int]:
    holds = sa.cast(version.c.content, sa.Text()).contains(mark, autoescape=True)
    return iter(op.get_bind().scalars(sa.select(version.c.id).where(holds).order_by(version.c.id)).all())


def _put_away(version_id: int, content: Content) -> None:
    found = {}
    for each in content.get("media", ()):
        kept = b64decode(each.pop("base64"))
        each["sha256"] = sha256(kept).hexdigest()
        found[each["sha256"]] = (each["type"], kept)
    known = set(op.get_bind().scalars(sa.select(medium.c.digest).where(medium.c.digest.in_(found))))
    for digest, (kind, kept) in found.items():
        if digest not in known:
            row = {"digest": digest, "type": kind, "width": 0, "height": 0, "size": len(kept)}
            op.execute(sa.insert(medium).values(content=kept, **row))
        op.execute(sa.insert(used).values(version_id=version_id, digest=digest))


def _put_back(_version_id: int, content: Content) -> None:
    for each in content.get("media", ()):
        wanted = sa.select(medium.c.content).where(medium.c.digest == each.pop("sha256"))
        each["base64"] = b64encode(op.get_bind().scalar(wanted)).decode()
        each.pop("width", None)
        each.pop("height", None)
