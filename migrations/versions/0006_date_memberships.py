"""Memberships are dated, people have facts that rules ask for, attempts extra time, lines parts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite numbers rows by itself only for INTEGER


def upgrade() -> None:
    op.create_table(
        "about",
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("on_roster", sa.Boolean(), nullable=False),
        sa.Column("groups", sa.Text(), nullable=False),
        sa.Column("born", sa.String(length=10), nullable=False),
        sa.Column("grade", sa.String(length=40), nullable=False),
        sa.Column("extra", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_about_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_about")),
    )
    op.execute(  # only rosters gave people names
        "INSERT INTO about (person_id, on_roster, groups, born, grade, extra) "
        "SELECT person_id, TRUE, '[]', '', '', '' FROM identity WHERE name <> ''"
    )
    op.add_column("attempt", sa.Column("extra", sa.String(length=20), nullable=False, server_default=""))
    op.add_column("line", sa.Column("parts", sa.Text(), nullable=False, server_default="{}"))
    with op.batch_alter_table("membership") as membership:
        membership.add_column(sa.Column("number", sa.Integer(), nullable=False, server_default="1"))
        membership.add_column(sa.Column("because", sa.Text(), nullable=False, server_default=""))
        membership.drop_constraint("pk_membership", type_="primary")
        membership.create_primary_key("pk_membership", ["person_id", "tree", "number"])


def downgrade() -> None:
    op.execute(  # the last one stays
        "DELETE FROM membership WHERE number < (SELECT MAX(other.number) FROM membership AS other "
        "WHERE other.person_id = membership.person_id AND other.tree = membership.tree)"
    )
    with op.batch_alter_table("membership") as membership:
        membership.drop_constraint("pk_membership", type_="primary")
        membership.drop_column("because")
        membership.drop_column("number")
        membership.create_primary_key("pk_membership", ["person_id", "tree"])
    op.drop_column("line", "parts")
    op.drop_column("attempt", "extra")
    op.drop_table("about")
