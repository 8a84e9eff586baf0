"""A sign-in says roughly what device it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sign_in", sa.Column("told", sa.String(length=40), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("sign_in", "told")
