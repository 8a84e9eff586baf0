"""Units are found by pinyin; guardians' consent is recorded; winners who left keep a name for a while."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # Units that are here already are spelt by `flask prepare`, which knows how.
    op.add_column("unit", sa.Column("spelt", sa.Text(), server_default="", nullable=False))
    op.add_column("about", sa.Column("consent", sa.String(10), server_default="", nullable=False))
    op.create_table(
        "consent",
        sa.Column("id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("guardian", sa.String(40), nullable=False),
        sa.Column("how", sa.String(20), nullable=False),
        sa.Column("said_on", sa.String(10), nullable=False),
        sa.Column("at_ms", BIG, nullable=False),
        sa.Column("actor_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_person_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_consent_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_person_id", "consent", ["person_id"])
    op.create_table(
        "winner_name",
        sa.Column("person_id", BIG, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("until_ms", BIG, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_winner_name_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_winner_name")),
    )


def downgrade() -> None:
    op.drop_table("winner_name")
    op.drop_index("ix_consent_person_id", "consent")
    op.drop_table("consent")
    op.drop_column("about", "consent")
    op.drop_column("unit", "spelt")
