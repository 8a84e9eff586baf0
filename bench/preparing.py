"""Fills a data folder before a server serves it: the starter content, a contest without limits, people."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from quiz import starter
from quiz.app import create_app
from quiz.config import from_environment
from quiz.models.accounts import Person, Unit
from quiz.models.upgrade import upgrade
from quiz.services import accounts, contests
from quiz.services.accounts import NewPerson
from quiz.services.platform import Actor, Platform

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
    with platform.store.reading() as session:
        streets = session.scalars(select(Unit.id).where(Unit.tree == "region", Unit.level == "street")).all()
    new = [NewPerson(f"选手{i}", units={"region": streets[i % len(streets)]}) for i in range(count)]
    return [
        code
        for begin in range(0, count, PEOPLE_AT_ONCE)
        for code in accounts.add_people(platform, new[begin : begin + PEOPLE_AT_ONCE], actor)
    ]
