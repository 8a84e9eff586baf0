"""Classes have codes, and pupils sign in by class, seat and pass number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0014"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "class_code",
        sa.Column("unit_id", BIG, nullable=False, autoincrement=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_class_code_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_class_code")),
        sa.UniqueConstraint("code", name=op.f("uq_class_code_code")),
    )
    op.create_table(
        "seat",
        sa.Column("unit_id", BIG, nullable=False, autoincrement=False),
        sa.Column("label", sa.String(length=20), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["class_code.unit_id"], name=op.f("fk_seat_unit_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_seat_person_id")),
        sa.PrimaryKeyConstraint("unit_id", "label", name=op.f("pk_seat")),
        sa.UniqueConstraint("person_id", name=op.f("uq_seat_person_id")),
    )


def downgrade() -> None:
    op.drop_table("seat")
    op.drop_table("class_code")
