"""What live boards cost: a page with one's own place, memory per person, building them anew."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import orjson
import redis
from sqlalchemy import insert, select

from bench.preparing import CONTEST, platform_on
from quiz import starter
from quiz.models.accounts import Identity, Membership, Person, Unit
from quiz.models.play import Line
from quiz.rules import standings, timing, units
from quiz.rules.standings import Played
from quiz.services import boards, contests, results
from quiz.services.closing import unit_ids
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published, in_force
from quiz.services.results import BoardId, Wanted
from tests.support.servers import valkey

CHUNK = 5_000  # people written in one transaction
CALLS = 400  # of the page, for one median
ROWS = 20  # of a page


@dataclass(frozen=True)
class BoardCost:
    """What the boards of so many people cost."""

    people: int
    page_ms: float  # median of a page of the board with one's own place and neighbours
    page_from_sql_ms: float  # the same while Redis is away
    bytes_a_person: float  # all boards of the contest together
    rebuild_s: float


def cost(folder: Path, people: int) -> BoardCost:
    """Fill a database with the lines of so many people, build the boards and read them."""
    with valkey() as address, platform_on(folder, address) as platform:
        actor = Actor(None, platform.clock.now_ms())
        starter.load(platform, actor)
        contest_id = contests.create(platform, CONTEST.read_text("utf-8"), "contest", actor)
        contests.publish(platform, contest_id, actor)
        rules = in_force(platform, contest_id)
        first = _fill(platform, rules, people)
        server = redis.Redis.from_url(address)
        before = server.info("memory")["used_memory"]
        assert platform.live is not None
        begun = time.perf_counter()
        boards.rebuild(platform, platform.live, contest_id, platform.clock.now_ms())
        rebuild_s = time.perf_counter() - begun
        used = server.info("memory")["used_memory"] - before
        page_ms = _page_ms(platform, rules, first, people, CALLS)
        live, platform.live = platform.live, None
        from_sql_ms = _page_ms(platform, rules, first, people, 20)
        platform.live = live
    return BoardCost(people, page_ms, from_sql_ms, used / people, rebuild_s)


def _page_ms(platform: Platform, rules: Published, first: int, people: int, calls: int) -> float:
    chance, times = random.Random(people), []
    for _ in range(calls):
        me = first + chance.randrange(people)
        begun = time.perf_counter()
        page = results.page(
            platform, rules, Wanted(BoardId.parse("0-0"), size=ROWS, me=me), platform.clock.now_ms()
        )
        times.append((time.perf_counter() - begun) * 1000)
        assert page.mine is not None
        assert len(page.rows) == ROWS
    return statistics.median(times)


def _fill(platform: Platform, rules: Published, people: int) -> int:
    """Write people with one finished attempt each; returns the id of the first."""
    with platform.store.reading() as session:
        streets = session.scalars(select(Unit.id).where(Unit.tree == "region", Unit.level == "street")).all()
        first = (session.scalar(select(Person.id).order_by(Person.id.desc()).limit(1)) or 0) + 1
    now_ms, chance, levels = platform.clock.now_ms(), random.Random(7), {}
    for begin in range(0, people, CHUNK):
        ids = range(first + begin, first + min(begin + CHUNK, people))
        with platform.store.connection() as connection:
            _add(
                connection,
                Person,
                ({"id": i, "role": "participant", "epoch": 1, "created_ms": now_ms} for i in ids),
            )
            _add(connection, Identity, ({"person_id": i, "nickname": f"选手{i}", "name": ""} for i in ids))
            _add(
                connection,
                Membership,
                (
                    {
                        "person_id": i,
                        "tree": "region",
                        "unit_id": streets[i % len(streets)],
                        "since_ms": now_ms,
                    }
                    for i in ids
                ),
            )
            for i in ids[: len(streets)]:
                levels.setdefault(i % len(streets), unit_ids(connection, i))
            _add(
                connection,
                Line,
                (row for i in ids for row in _lines(rules, i, levels[i % len(streets)], now_ms, chance)),
            )
    return first


def _add(connection: Any, model: Any, rows: Iterator[dict[str, object]]) -> None:  # Any: SQLAlchemy's own
    connection.execute(insert(model.__table__), list(rows))


def _lines(
    rules: Published, person: int, member_of: dict[str, int], now_ms: int, chance: random.Random
) -> Iterator[dict[str, object]]:
    stage = rules.document.stages[0]
    taken_ms, correct = chance.randrange(60_000, 3_600_000), chance.randrange(21)
    started_ms = now_ms - 7_200_000 - person % 1000
    period = timing.period_of(stage, started_ms, None)
    played = Played(
        id=person,
        person=person,
        started_ms=started_ms,
        finished_ms=started_ms + taken_ms,
        period=period,
        day=timing.day_of(stage, started_ms),
        score=Fraction(correct * 5),
        correct=correct,
        of=20,
        points=Fraction(correct * 5),
        time_ms=taken_ms,
        full=correct == 20,
    )
    for within in ("", period):
        line = standings.line(stage, [played], within or None)
        assert line is not None
        yield {
            "contest_id": rules.contest_id,
            "stage": 0,
            "period": within,
            "person_id": person,
            "version": 1,
            "order_key": standings.order_key(stage, line),
            "totals": orjson.dumps(asdict(line)).decode(),
            "stats": orjson.dumps(units.contribution(stage, line)).decode(),
            "units": orjson.dumps(member_of).decode(),
            "changed_ms": now_ms,
        }
