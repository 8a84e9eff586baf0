"""People practise by topic, answer a question a day, come back to wrong ones, and report doubtful ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _foreign(table: str, column: str, to: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "learned",
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("question_id", BIG, nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        sa.Column("right_days", sa.Integer(), nullable=False),
        sa.Column("last_on", sa.String(10), nullable=False),
        sa.Column("due_on", sa.String(10)),
        sa.Column("answered_ms", BIG, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "question_id", name=op.f("pk_learned")),
        _foreign("learned", "person_id", "person"),
        _foreign("learned", "question_id", "question", "CASCADE"),
    )
    op.create_index("ix_learned_question_id", "learned", ["question_id"])
    op.create_table(
        "collected",
        sa.Column("attempt_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_collected")),
        _foreign("collected", "attempt_id", "attempt"),
    )
    op.create_table(
        "daily_question",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_daily_question")),
        _foreign("daily_question", "version_id", "question_version", "CASCADE"),
    )
    op.create_index("ix_daily_question_version_id", "daily_question", ["version_id"])
    op.create_table(
        "daily_answer",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        sa.Column("answered_ms", BIG, nullable=False),
        sa.PrimaryKeyConstraint("day", "person_id", name=op.f("pk_daily_answer")),
        _foreign("daily_answer", "person_id", "person"),
        _foreign("daily_answer", "version_id", "question_version", "CASCADE"),
    )
    op.create_index("ix_daily_answer_person_id", "daily_answer", ["person_id"])
    op.create_index("ix_daily_answer_version_id", "daily_answer", ["version_id"])
    op.create_table(
        "doubt",
        sa.Column("id", BIG, nullable=False),
        sa.Column("question_id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("at_ms", BIG, nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(10), nullable=False),
        sa.Column("decided_ms", BIG),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doubt")),
        _foreign("doubt", "question_id", "question", "CASCADE"),
        _foreign("doubt", "version_id", "question_version", "CASCADE"),
        _foreign("doubt", "person_id", "person"),
        sa.UniqueConstraint("version_id", "person_id", name=op.f("uq_doubt_version_id_person_id")),
    )
    op.create_index("ix_doubt_question_id", "doubt", ["question_id"])
    op.create_index("ix_doubt_person_id", "doubt", ["person_id"])
    op.create_index("ix_doubt_verdict", "doubt", ["verdict"])


def downgrade() -> None:
    for table in ("doubt", "daily_answer", "daily_question", "collected", "learned"):
        op.drop_table(table)
