"""Lots that are drawn as soon as an entry arises, and prizes that pass on to the next."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite numbers rows by itself only for INTEGER


def upgrade() -> None:
    op.create_table(
        "lot",
        sa.Column("id", BIG, nullable=False),
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("draw", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("period", sa.String(length=80), nullable=False),
        sa.Column("prize", sa.Integer(), nullable=True),
        sa.Column("drawn_ms", BIG, nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name=op.f("fk_lot_contest_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lot_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
        sa.UniqueConstraint("contest_id", "draw", "number", name=op.f("uq_lot_contest_id_draw_number")),
        sa.UniqueConstraint(
            "contest_id", "draw", "person_id", "entry", name=op.f("uq_lot_contest_id_draw_person_id_entry")
        ),
    )
    op.create_index("ix_lot_person_id", "lot", ["person_id"])
    op.create_index("ix_lot_prize", "lot", ["contest_id", "draw", "prize"])
    op.create_table(
        "redraw",
        sa.Column("id", BIG, nullable=False),
        sa.Column("drawn_id", BIG, nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("prize", sa.Text(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("to_code", sa.String(length=16), nullable=True),
        sa.Column("to_entry", sa.Integer(), nullable=True),
        sa.Column("to_person_id", BIG, nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("at_ms", BIG, nullable=False),
        sa.Column("actor_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["drawn_id"], ["drawn.id"], name=op.f("fk_redraw_drawn_id")),
        sa.ForeignKeyConstraint(["to_person_id"], ["person.id"], name=op.f("fk_redraw_to_person_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_redraw_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redraw")),
        sa.UniqueConstraint("drawn_id", "code", "entry", name=op.f("uq_redraw_drawn_id_code_entry")),
    )


def downgrade() -> None:
    op.drop_table("redraw")
    op.drop_table("lot")
