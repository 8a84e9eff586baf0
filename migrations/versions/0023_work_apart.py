"""Large work on the bank goes on beside requests; what a crash left of imports is cleared away as one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    work = op.create_table(
        "work",
        sa.Column("id", BIG, nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("actor_id", BIG, nullable=True),
        sa.Column("at_ms", BIG, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("beat_ms", BIG, nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_work_actor_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work")),
        sa.UniqueConstraint("token", name=op.f("uq_work_token")),
    )
    op.create_index("ix_work_state", "work", ["state"])
    cut_off = sa.text("SELECT id, at_ms FROM import WHERE state = 'writing'")
    rows = [
        {
            "token": f"import-{import_id}",
            "kind": "import",
            "wanted": {"import": import_id, "review": False},
            "at_ms": at_ms,
            "size": 0,
            "done": 0,
            "changed": 0,
            "state": "running",
            "turn": 0,
            "beat_ms": 0,
        }
        for import_id, at_ms in op.get_bind().execute(cut_off)
    ]
    if rows:
        op.bulk_insert(work, rows)


def downgrade() -> None:
    op.drop_index("ix_work_state", "work")
    op.drop_table("work")
