"""Since when a person is known by more than a nickname, which rules may ask for before units count."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KNOWN = (
    "UPDATE person SET known_ms = (SELECT min(since_ms) FROM subject WHERE subject.person_id = person.id)",
    "UPDATE person SET known_ms = created_ms WHERE id IN (SELECT person_id FROM about WHERE on_roster)",
    """
    UPDATE person SET known_ms = (SELECT head.known_ms FROM person AS head WHERE head.id = person.joined_into)
    WHERE known_ms IS NULL AND joined_into IS NOT NULL
    """,
)


def upgrade() -> None:
    op.add_column("person", sa.Column("known_ms", BIG, nullable=True))
    for statement in KNOWN:
        op.execute(statement)


def downgrade() -> None:
    op.drop_column("person", "known_ms")
