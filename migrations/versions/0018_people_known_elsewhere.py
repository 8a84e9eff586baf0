"""People are known by a phone, a mailbox or an account elsewhere; one-time codes prove the first two."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "subject",
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("since_ms", BIG, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_subject_person_id")),
        sa.PrimaryKeyConstraint("way", "key", name=op.f("pk_subject")),
    )
    op.create_index("ix_subject_person_id", "subject", ["person_id"])
    op.create_table(
        "one_time_code",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("created_ms", BIG, nullable=False),
        sa.Column("expires_ms", BIG, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_ms", BIG, nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_one_time_code")),
    )
    op.create_index("ix_one_time_code_key", "one_time_code", ["key"])
    op.create_index("ix_one_time_code_expires_ms", "one_time_code", ["expires_ms"])


def downgrade() -> None:
    op.drop_table("one_time_code")
    op.drop_table("subject")
