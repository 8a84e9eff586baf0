"""An import has a name of its own, beside that of its file."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import", sa.Column("name", sa.String(length=200), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("import", "name")
