"""Events, drawings, and confirmed awards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite numbers rows by itself only for INTEGER


def upgrade() -> None:
    op.add_column("rules", sa.Column("draw_seed", sa.String(length=64), nullable=False, server_default=""))
    op.create_table(
        "event",
        sa.Column("id", BIG, nullable=False),
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("at_ms", BIG, nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("actor_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name=op.f("fk_event_contest_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_event_person_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_event_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("contest_id", "person_id", "key", name=op.f("uq_event_contest_id_person_id_key")),
    )
    op.create_index(op.f("ix_event_person_id"), "event", ["person_id"], unique=False)
    op.create_table(
        "drawn",
        sa.Column("id", BIG, nullable=False),
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("draw", sa.String(length=200), nullable=False),
        sa.Column("occasion", sa.String(length=80), nullable=False),
        sa.Column("period", sa.String(length=80), nullable=False),
        sa.Column("entries", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("wins", sa.Text(), nullable=False),
        sa.Column("is_last", sa.Boolean(), nullable=False),
        sa.Column("drawn_ms", BIG, nullable=False),
        sa.Column("actor_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name=op.f("fk_drawn_contest_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_drawn_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drawn")),
        sa.UniqueConstraint("contest_id", "draw", "occasion", name=op.f("uq_drawn_contest_id_draw_occasion")),
    )
    op.create_table(
        "award_list",
        sa.Column("id", BIG, nullable=False),
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("prize", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("confirmed_ms", BIG, nullable=False),
        sa.Column("actor_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name=op.f("fk_award_list_contest_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_award_list_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_list")),
    )
    op.create_index(
        "ix_award_list_prize", "award_list", ["contest_id", "stage", "prize", "period"], unique=False
    )
    op.create_table(
        "award_winner",
        sa.Column("list_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("who", BIG, nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["list_id"], ["award_list.id"], name=op.f("fk_award_winner_list_id")),
        sa.PrimaryKeyConstraint("list_id", "number", name=op.f("pk_award_winner")),
    )
    op.create_index(op.f("ix_award_winner_who"), "award_winner", ["who"], unique=False)


def downgrade() -> None:
    for table in ("award_winner", "award_list", "drawn", "event"):
        op.drop_table(table)
    op.drop_column("rules", "draw_seed")
