"""The writer commits in groups: what fails, fails alone; what returns, is on disk."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, insert, select, text

from quiz.errors import Busy, NotFound
from quiz.models import Writer, writer
from quiz.models.accounts import Person
from quiz.services.platform import Platform


def add(person_id: int):  # type: ignore[no-untyped-def]  # a write
    def work(connection: Connection) -> int:
        connection.execute(insert(Person).values(id=person_id, role="participant", epoch=1, created_ms=0))
        return person_id

    return work


def people(platform: Platform) -> set[int]:
    with platform.store.reading() as session:
        return set(session.scalars(select(Person.id)))


def in_one_group(own: Writer, works: list) -> list[object]:  # type: ignore[type-arg]  # writes of any outcome
    """Run writes that all wait while the writer is held up by another one; errors are results."""
    held, go = threading.Event(), threading.Event()

    def hold(_connection: Connection) -> None:
        held.set()
        go.wait()

    def run(work) -> object:  # type: ignore[no-untyped-def]
        try:
            return own.run(work)
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(works) + 1) as threads:
        first = threads.submit(run, hold)
        held.wait()
        others = [threads.submit(run, work) for work in works]
        while own.jobs.qsize() < len(works):
            threading.Event().wait(0.001)
        go.set()
        first.result()
        return [other.result() for other in others]


def test_a_write_that_fails_does_not_take_the_others_of_its_group_down(platform: Platform) -> None:
    def broken(connection: Connection) -> None:
        connection.execute(text("INSERT INTO nowhere VALUES (1)"))

    done = in_one_group(Writer(platform.store), [add(1), broken, add(2), add(2), add(3)])

    assert done[0] == 1
    assert isinstance(done[1], Exception)
    assert sorted(type(d).__name__ for d in done[2:4]) == ["IntegrityError", "int"]
    assert done[4] == 3
    assert people(platform) == {1, 2, 3}


def test_a_refusal_is_the_callers_own(platform: Platform) -> None:
    def refuse(_connection: Connection) -> None:
        raise NotFound

    done = in_one_group(Writer(platform.store), [add(1), refuse, add(2)])

    assert [type(d).__name__ for d in done] == ["int", "NotFound", "int"]
    assert people(platform) == {1, 2}


def test_what_returns_can_be_read_by_anybody(platform: Platform) -> None:
    own = Writer(platform.store)

    with ThreadPoolExecutor(16) as threads:
        seen = list(threads.map(lambda n: own.run(add(n)) in people(platform), range(1, 100)))

    assert all(seen)


def test_a_queue_that_is_full_tells_callers_to_come_back(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "MOST_WAITING", 2)
    own = Writer(platform.store)

    for number in (1, 2):
        own.jobs.put(writer.Job(add(number)))

    with pytest.raises(Busy):
        own.run(add(3))


def test_every_commit_of_sqlite_is_synced(platform: Platform) -> None:
    if platform.store.dialect != "sqlite":
        pytest.skip("PostgreSQL syncs by itself")

    with platform.store.connection() as connection:
        level = connection.exec_driver_sql("PRAGMA synchronous").scalar()
        journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar()

    assert (level, journal) == (2, "wal")


def test_a_writing_transaction_takes_its_turn_at_once(platform: Platform) -> None:
    """A deferred BEGIN that reads and then writes would fail with SQLITE_BUSY_SNAPSHOT."""
    if platform.store.dialect != "sqlite":
        pytest.skip("only SQLite has one writer")
    other = platform.store.engine.execution_options(writes=True)

    with platform.store.writing() as session:
        session.execute(select(Person.id)).all()
        with platform.store.engine.connect() as reader:
            reader.exec_driver_sql("SELECT count(*) FROM person")
        session.execute(insert(Person).values(id=1, role="participant", epoch=1, created_ms=0))

    with other.begin() as connection:
        connection.execute(insert(Person).values(id=2, role="participant", epoch=1, created_ms=0))
    assert people(platform) == {1, 2}
