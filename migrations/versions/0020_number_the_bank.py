"""The bank has a number that every change raises; versions that ask the same share their figures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    state = op.create_table(
        "bank_state",
        sa.Column("id", BIG, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("deleted", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_state")),
    )
    op.bulk_insert(state, [{"id": 1, "number": 0, "deleted": 0}])
    op.add_column("question", sa.Column("changed", BIG, server_default="0", nullable=False))
    op.create_index("ix_question_changed", "question", ["changed"])
    op.drop_index("ix_question_tag_value", "question_tag")
    op.add_column("question_version", sa.Column("proved_as", BIG, nullable=True))
    op.create_index("ix_question_version_proved_as", "question_version", ["proved_as"])


def downgrade() -> None:
    op.drop_index("ix_question_version_proved_as", "question_version")
    op.drop_column("question_version", "proved_as")
    op.create_index("ix_question_tag_value", "question_tag", ["facet", "value", "question_id"])
    op.drop_index("ix_question_changed", "question")
    op.drop_column("question", "changed")
    op.drop_table("bank_state")
