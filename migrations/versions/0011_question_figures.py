"""What questions proved to be like is kept, and a contest freezes how difficult they were measured to be."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite numbers rows by itself only for INTEGER


def upgrade() -> None:
    op.create_table(
        "analysis",
        sa.Column("id", BIG, nullable=False),
        sa.Column("contest_id", BIG, nullable=True),
        sa.Column("at_ms", BIG, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("calibrates", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("tests", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name=op.f("fk_analysis_contest_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analysis")),
    )
    op.create_index("ix_analysis_contest", "analysis", ["contest_id", "state", "id"])
    op.create_table(
        "question_figures",
        sa.Column("analysis_id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("contests", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("facility", sa.Double(), nullable=True),
        sa.Column("discrimination", sa.Double(), nullable=True),
        sa.Column("median_ms", BIG, nullable=True),
        sa.Column("flags", sa.String(length=120), nullable=False),
        sa.Column("more", sa.Text(), nullable=False),
        sa.Column("calibrated", sa.String(length=10), nullable=True),
        sa.Column("difficulty", sa.Double(), nullable=True),
        sa.Column("difficulty_error", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["analysis_id"], ["analysis.id"], name=op.f("fk_question_figures_analysis_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["question_version.id"], name=op.f("fk_question_figures_version_id")
        ),
        sa.PrimaryKeyConstraint("analysis_id", "version_id", name=op.f("pk_question_figures")),
    )
    op.create_index("ix_question_figures_version_id", "question_figures", ["version_id"])
    op.add_column("frozen_question", sa.Column("calibrated", sa.String(length=10), nullable=True))


def downgrade() -> None:
    op.drop_column("frozen_question", "calibrated")
    op.drop_table("question_figures")
    op.drop_table("analysis")
