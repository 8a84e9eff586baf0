"""Questions are reviewed by a second person, end, retire, and may be kept back for one contest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite numbers rows by itself only for INTEGER


def upgrade() -> None:
    op.add_column("question", sa.Column("retired_ms", BIG, nullable=True))
    op.add_column("question", sa.Column("sealed_for", BIG, nullable=True))
    # What the bank held so far was drawn by contests: it is ready, and nobody is known to have written it.
    op.add_column(
        "question_version", sa.Column("state", sa.String(length=10), server_default="ready", nullable=False)
    )
    op.add_column("question_version", sa.Column("author_id", BIG, nullable=True))
    op.add_column("question_version", sa.Column("valid_until", sa.String(length=10), nullable=True))
    op.create_index("ix_question_version_state", "question_version", ["state", "id"])
    op.create_index("ix_question_version_valid_until", "question_version", ["valid_until"])
    op.create_table(
        "review",
        sa.Column("id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("at_ms", BIG, nullable=False),
        sa.Column("actor_id", BIG, nullable=True),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["question_version.id"], name=op.f("fk_review_version_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_review_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index("ix_review_version_id", "review", ["version_id"])


def downgrade() -> None:
    op.drop_table("review")
    op.drop_index("ix_question_version_valid_until", "question_version")
    op.drop_index("ix_question_version_state", "question_version")
    for column in ("valid_until", "author_id", "state"):
        op.drop_column("question_version", column)
    for column in ("sealed_for", "retired_ms"):
        op.drop_column("question", column)
