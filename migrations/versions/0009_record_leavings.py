"""A receipt also keeps that the page of an attempt was left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("receipt", sa.Column("leavings", sa.Text(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("receipt", "leavings")
