"""Starts that the rules refused are noted, so that "why this place" can tell them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "refused_start"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("because", sa.String(20), nullable=False),
        sa.Column("scene", sa.String(80), nullable=False),
        sa.Column("at_ms", BIG, nullable=False),
        sa.PrimaryKeyConstraint(
            "contest_id", "person_id", "stage", "day", "because", "scene", name=op.f("pk_refused_start")
        ),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name=op.f("fk_refused_start_contest_id_contest")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_refused_start_person_id_person")),
    )
    op.create_index(op.f("ix_refused_start_person_id"), TABLE, ["person_id"])


def downgrade() -> None:
    op.drop_table(TABLE)
