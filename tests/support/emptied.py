"""One PostgreSQL database for many tests: emptied between them in a tenth of the time a new one takes.

What migrations put there is kept beside it, in a schema of its own, and put back.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

SHAPE = """
    SELECT string_agg(concat_ws(' ', relname, relkind, attname, atttypid), ',' ORDER BY relname, attname)
    FROM pg_class LEFT JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0
    WHERE relnamespace = 'public'::regnamespace
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = %s"
SEQUENCES = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'"
OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def keep(address: str) -> None:
    """Note what a migrated database is and holds. The user of the address must be a superuser."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA kept")
        connection.execute(f"CREATE TABLE kept.shape_of_public AS {SHAPE}")
        for (name,) in connection.execute(TABLES, ["public"]).fetchall():
            table = sql.Identifier(name)
            if connection.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(table)).fetchone():
                connection.execute(sql.SQL("CREATE TABLE kept.{} AS TABLE public.{}").format(table, table))


def emptied(address: str) -> bool:
    """Make a copy of a kept database as it was then; returns False where a test changed its shape."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(OTHERS)
        shape = connection.execute(SHAPE).fetchone()
        if shape != connection.execute("TABLE kept.shape_of_public").fetchone():
            return False
        connection.execute("SET session_replication_role = replica")  # the record is append-only
        kept = {name for (name,) in connection.execute(TABLES, ["kept"])} - {"shape_of_public"}
        names = [sql.Identifier(name) for (name,) in connection.execute(TABLES, ["public"])]
        sequences = [sql.Identifier(name) for (name,) in connection.execute(SEQUENCES)]
        steps = [sql.SQL("DELETE FROM {}").format(name) for name in names]
        steps += [sql.SQL("ALTER SEQUENCE {} RESTART").format(name) for name in sequences]
        steps += [
            sql.SQL("INSERT INTO {0} TABLE kept.{0}").format(sql.Identifier(name)) for name in sorted(kept)
        ]
        connection.execute(sql.SQL("; ").join(steps))
    return True
