"""A master seed for each published version of rules; versions published before have none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rules", sa.Column("seed", sa.String(length=64), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("rules", "seed")
