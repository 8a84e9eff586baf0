"""Accounts of the same person are joined: nothing of the record changes its owner."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _foreign(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def upgrade() -> None:
    op.add_column("person", sa.Column("joined_into", BIG, nullable=True))
    op.create_index("ix_person_joined_into", "person", ["joined_into"])
    op.create_table(
        "joined",
        sa.Column("id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("as_person_id", BIG, nullable=False),
        sa.Column("at_ms", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joined")),
        _foreign("joined", "person_id", "person"),
        _foreign("joined", "contest_id", "contest"),
        _foreign("joined", "as_person_id", "person"),
    )
    op.create_index("ix_joined_person_id", "joined", ["person_id"])
    op.create_table(
        "join_wish",
        sa.Column("id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("into_id", BIG, nullable=False),
        sa.Column("asked_ms", BIG, nullable=False),
        sa.Column("verdict", sa.String(10), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("decided_ms", BIG),
        sa.Column("actor_id", BIG),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_wish")),
        _foreign("join_wish", "person_id", "person"),
        _foreign("join_wish", "into_id", "person"),
        _foreign("join_wish", "actor_id", "person"),
    )
    for column in ("person_id", "into_id", "verdict"):
        op.create_index(f"ix_join_wish_{column}", "join_wish", [column])


def downgrade() -> None:
    for table in ("join_wish", "joined"):
        op.drop_table(table)
    op.drop_index("ix_person_joined_into", "person")
    op.drop_column("person", "joined_into")
