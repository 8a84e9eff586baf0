"""Where everybody stood when a day ended is kept, so that boards tell what has moved since."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "day_end",
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("places", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name=op.f("fk_day_end_contest_id_contest")),
        sa.PrimaryKeyConstraint("contest_id", "stage", "day", name=op.f("pk_day_end")),
    )


def downgrade() -> None:
    op.drop_table("day_end")
