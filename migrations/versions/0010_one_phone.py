"""Who first used a phone in a contest that wants one phone for one person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite numbers rows by itself only for INTEGER


def upgrade() -> None:
    op.create_table(
        "phone_used",
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("since_ms", BIG, nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name=op.f("fk_phone_used_contest_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_phone_used_person_id")),
        sa.PrimaryKeyConstraint("contest_id", "phone", name=op.f("pk_phone_used")),
    )


def downgrade() -> None:
    op.drop_table("phone_used")
