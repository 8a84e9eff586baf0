"""Counting what a piece of work asks of the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements that reach the database, without the ones that begin and end a transaction."""
    seen: list[str] = []

    def note(_connection, _cursor, text, *_rest) -> None:  # type: ignore[no-untyped-def]  # SQLAlchemy's event
        if not text.startswith("BEGIN"):
            seen.append(text)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
