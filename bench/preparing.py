"""Fills a data folder before a server serves it: the starter content, a contest without limits, people."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, insert, select

from quiz import starter
from quiz.app import create_app
from quiz.config import from_environment
from quiz.models.accounts import Identity, Membership, Person, Unit
from quiz.models.base import Base
from quiz.models.upgrade import upgrade
from quiz.services import accounts, contests
from quiz.services.accounts import NewPerson
from quiz.services.platform import Actor, Platform
from tests.support import servers

CONTEST = Path(__file__).parent / "contest.yaml"
PEOPLE_AT_ONCE = 200  # in one transaction


@dataclass(frozen=True)
class Prepared:
    """What a load needs to know of a prepared folder."""

    contest_id: int
    codes: tuple[str, ...]  # of the people
    people: tuple[int, ...]


@contextmanager
def platform_on(data: Path, redis_url: str | None = None) -> Iterator[Platform]:
    """Open the running parts on a data folder, without serving it."""
    data.mkdir(parents=True, exist_ok=True)
    settings = {"QUIZ_DATA": str(data), **({"REDIS_URL": redis_url} if redis_url else {})}
    if os.environ.get("DATABASE_URL"):
        settings["DATABASE_URL"] = os.environ["DATABASE_URL"]
    app = create_app(from_environment(settings))
    platform: Platform = app.extensions["quiz"]
    with app.app_context():
        upgrade(app, platform.store, data)
        yield platform
    platform.store.engine.dispose()


@contextmanager
def postgresql_database() -> Iterator[str]:
    """Yield the address of an empty database on the PostgreSQL server that tests use."""
    with servers.postgresql() as server, servers.database_on(server) as address:
        yield address.replace("postgresql:", "postgresql+psycopg:")


def prepare(data: Path, people: int) -> Prepared:
    """Make a contest that is open to `people` people, spread over the streets."""
    with platform_on(data) as platform:
        actor = Actor(None, platform.clock.now_ms())
        starter.load(platform, actor)
        contest_id = contests.create(platform, CONTEST.read_text("utf-8"), "contest", actor)
        contests.publish(platform, contest_id, actor)
        codes = tuple(add_people(platform, people, actor))
        with platform.store.reading() as session:
            known = session.scalars(select(Person.id).order_by(Person.id.desc()).limit(people)).all()
        return Prepared(contest_id, codes, tuple(reversed(known)))


def add_people(platform: Platform, count: int, actor: Actor) -> list[str]:
    """Add people spread over the streets and return their codes."""
    streets = streets_of(platform)
    new = [NewPerson(f"选手{i}", units={"region": streets[i % len(streets)]}) for i in range(count)]
    return [
        code
        for begin in range(0, count, PEOPLE_AT_ONCE)
        for code in accounts.add_people(platform, new[begin : begin + PEOPLE_AT_ONCE], actor)
    ]


def streets_of(platform: Platform) -> Sequence[int]:
    """Return the streets of the starter content."""
    with platform.store.reading() as session:
        return session.scalars(select(Unit.id).where(Unit.tree == "region", Unit.level == "street")).all()


def next_person(platform: Platform) -> int:
    """Return the first id of which there is nobody yet."""
    with platform.store.reading() as session:
        return (session.scalar(select(Person.id).order_by(Person.id.desc()).limit(1)) or 0) + 1


def write_people(connection: Connection, ids: range, streets: Sequence[int], now_ms: int) -> None:
    """Write people with these ids, spread over the streets, without codes: many and fast."""
    add_rows(
        connection,
        Person,
        ({"id": i, "role": "participant", "epoch": 1, "created_ms": now_ms} for i in ids),
    )
    add_rows(connection, Identity, ({"person_id": i, "nickname": f"选手{i}", "name": ""} for i in ids))
    homes = ((i, streets[i % len(streets)]) for i in ids)
    add_rows(
        connection,
        Membership,
        ({"person_id": i, "tree": "region", "unit_id": unit, "since_ms": now_ms} for i, unit in homes),
    )


def add_rows(connection: Connection, model: type[Base], rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows of one table."""
    connection.execute(insert(model.__table__), list(rows))  # type: ignore[arg-type]  # a table it is
