"""A question knows its newest version, and what the list of the bank finds it by: words, kind, tags."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0013"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite numbers rows by itself only for INTEGER
READ_AT_ONCE = 500


def upgrade() -> None:
    op.add_column("question", sa.Column("newest_id", BIG, nullable=True))
    op.add_column("question", sa.Column("kind", sa.String(length=20), server_default="", nullable=False))
    op.add_column("question", sa.Column("difficulty", sa.String(length=10), nullable=True))
    op.add_column("question", sa.Column("searched", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "question_tag",
        sa.Column("question_id", BIG, nullable=False),
        sa.Column("facet", sa.String(length=100), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_question_tag_question_id")),
        sa.PrimaryKeyConstraint("question_id", "facet", "value", name=op.f("pk_question_tag")),
    )
    op.execute(
        "UPDATE question SET newest_id = (SELECT v.id FROM question_version v "
        "WHERE v.question_id = question.id ORDER BY v.number DESC LIMIT 1)"
    )
    _fill(op.get_bind())
    op.create_index("ix_question_newest_id", "question", ["newest_id"])
    op.create_index("ix_question_kind", "question", ["kind", "difficulty"])
    op.create_index("ix_question_tag_value", "question_tag", ["facet", "value", "question_id"])


def downgrade() -> None:
    op.drop_table("question_tag")
    for index in ("ix_question_kind", "ix_question_newest_id"):
        op.drop_index(index, "question")
    for column in ("searched", "difficulty", "kind", "newest_id"):
        op.drop_column("question", column)


def _fill(connection: sa.Connection) -> None:
    """Write what the newest versions say, some hundreds at a time: a bank of pictures is large."""
    read = sa.text(
        "SELECT q.id, v.kind, v.difficulty, v.content FROM question q "
        "JOIN question_version v ON v.id = q.newest_id WHERE q.id > :after ORDER BY q.id LIMIT :some"
    )
    after = 0
    while rows := connection.execute(read, {"after": after, "some": READ_AT_ONCE}).all():
        found, tags = [], []
        for question_id, kind, difficulty, content in rows:
            says = json.loads(content) if isinstance(content, str) else content
            found.append({"i": question_id, "k": kind, "d": difficulty, "s": _searched(says)})
            tags += [{"i": question_id, "f": facet, "v": value} for facet, value in _tags(says)]
        connection.execute(
            sa.text("UPDATE question SET kind = :k, difficulty = :d, searched = :s WHERE id = :i"), found
        )
        if tags:
            connection.execute(
                sa.text("INSERT INTO question_tag (question_id, facet, value) VALUES (:i, :f, :v)"), tags
            )
        after = rows[-1][0]


def _searched(says: dict[str, Any]) -> str:
    accepted = [each for gap in says.get("gaps", ()) for each in gap["accepted"]]
    pieces = [
        says["stem"],
        *says["options"],
        *says.get("prompts", ()),
        *(each if isinstance(each, str) else each["text"] for each in accepted),
        (says.get("material") or {}).get("text", ""),
        *(value for values in says.get("tags", {}).values() for value in values),
        says.get("id") or "",
    ]
    return "\n".join(_folded(piece) for piece in pieces if piece)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("\0", "").split())


def _tags(says: dict[str, Any]) -> set[tuple[str, str]]:
    return {(facet[:100], value[:200]) for facet, values in says.get("tags", {}).items() for value in values}
