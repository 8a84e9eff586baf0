"""Questions are compared with one another: what by, which are too much alike, which of these stay."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite numbers rows by itself only for INTEGER


def upgrade() -> None:
    op.create_table(
        "question_wording",  # filled when questions are compared for the first time
        sa.Column("question_id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("answer_key", sa.String(length=32), nullable=False),
        sa.Column("stem_key", sa.String(length=32), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("compared", sa.Boolean(), nullable=False),
        _question("question_wording", "question_id"),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_question_wording")),
    )
    op.create_index("ix_question_wording_answer_key", "question_wording", ["answer_key"])
    op.create_index("ix_question_wording_stem_key", "question_wording", ["stem_key"])
    op.create_table(
        "twin",
        sa.Column("one_id", BIG, nullable=False),
        sa.Column("other_id", BIG, nullable=False),
        sa.Column("one_version", BIG, nullable=False),
        sa.Column("other_version", BIG, nullable=False),
        sa.Column("sort", sa.String(length=10), nullable=False),
        sa.Column("similarity", sa.Integer(), nullable=False),
        _question("twin", "one_id"),
        _question("twin", "other_id"),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_twin")),
    )
    op.create_index("ix_twin_other_id", "twin", ["other_id"])
    op.create_index("ix_twin_sort", "twin", ["sort", "similarity"])
    op.create_table(
        "kept_twin",
        sa.Column("one_id", BIG, nullable=False),
        sa.Column("other_id", BIG, nullable=False),
        sa.Column("sort", sa.String(length=10), nullable=False),
        sa.Column("at_ms", BIG, nullable=False),
        sa.Column("actor_id", BIG, nullable=True),
        _question("kept_twin", "one_id"),
        _question("kept_twin", "other_id"),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_kept_twin_actor_id")),
        sa.PrimaryKeyConstraint("one_id", "other_id", "sort", name=op.f("pk_kept_twin")),
    )


def downgrade() -> None:
    for table in ("kept_twin", "twin", "question_wording"):
        op.drop_table(table)


def _question(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], ["question.id"], name=name, ondelete="CASCADE")
