"""What live boards cost: a page with one's own place, memory per person, building them anew."""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

import orjson
import redis

from bench.load import Connection
from bench.preparing import CONTEST, add_rows, next_person, platform_on, streets_of, write_people
from bench.serving import Server
from quiz import starter
from quiz.models.accounts import SignIn
from quiz.models.play import Line
from quiz.rules import standings, timing, units
from quiz.rules.standings import Played
from quiz.services import boards, contests, results
from quiz.services.belonging import unit_ids
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published, in_force
from quiz.services.results import BoardId, Wanted
from quiz.services.secrets import digest, new_token
from tests.support.servers import valkey

SETTLED_MS = 600_000
CHUNK = 5_000  # people written in one transaction
CALLS = 400  # of the page, for one median
READERS = 50  # people who look at it, from all over the board
ROWS = 20  # of a page
LINES_A_PERSON = 2  # over the stage and over its one period: a board each
DAY_MS = 86_400_000


@dataclass(frozen=True)
class Filled:
    """A served contest with the lines of so many people, and what its boards cost to build and to keep."""

    people: int
    page_from_sql_ms: float  # a page with one's own place and neighbours, while Redis is away
    bytes_a_person: float  # of one board: the record and its place in the public and the full order
    rebuild_s: float
    port: int
    contest_id: int
    tokens: Sequence[str]  # of people who are signed in

    def page(self, connection: Connection, count: int) -> float:
        """Return how many milliseconds somebody waits for a page of the board with their own place."""
        token = self.tokens[count % len(self.tokens)]
        path = f"/api/v1/contests/{self.contest_id}/boards/0-0?size={ROWS}"
        begun = time.perf_counter()
        status, reply = connection.get(path, Authorization=f"Bearer {token}")
        taken_ms = (time.perf_counter() - begun) * 1000
        page = json.loads(reply)
        if status != 200 or page["mine"] is None or len(page["rows"]) != ROWS:
            raise RuntimeError(f"{path}: {status} {reply.decode()}")
        return taken_ms


@contextmanager
def filled(folder: Path, people: int) -> Iterator[Filled]:
    """Fill a database with the lines of so many people, build their boards and serve them."""
    with valkey() as address:
        server = Server(folder, REDIS_URL=address)
        with platform_on(server.data, address) as platform:
            found = _built(platform, people, redis.Redis.from_url(address), server.port)
        try:
            server.start()
            yield found
        finally:
            server.end()
            server.kill_everything()


def _built(platform: Platform, people: int, memory: redis.Redis, port: int) -> Filled:
    actor = Actor(None, platform.clock.now_ms())
    starter.load(platform, actor)
    contest_id = contests.create(platform, CONTEST.read_text("utf-8"), "contest", actor)
    contests.publish(platform, contest_id, actor)
    rules = in_force(platform, contest_id)
    first = fill(platform, rules, people)
    before = memory.info("memory")["used_memory"]
    assert platform.live is not None
    begun = time.perf_counter()
    boards.rebuild(platform, platform.live, contest_id, platform.clock.now_ms())
    rebuild_s = time.perf_counter() - begun
    used = memory.info("memory")["used_memory"] - before
    live, platform.live = platform.live, None
    from_sql_ms = _page_ms(platform, rules, first, people, 20)
    platform.live = live
    tokens = _signed_in(platform, first, people)
    return Filled(people, from_sql_ms, used / people / LINES_A_PERSON, rebuild_s, port, contest_id, tokens)


def _signed_in(platform: Platform, first: int, people: int) -> Sequence[str]:
    """Sign in people from all over the board; returns their tokens."""
    now_ms, chance = platform.clock.now_ms(), random.Random(people)
    tokens = {new_token(): first + chance.randrange(people) for _ in range(READERS)}
    with platform.store.connection() as connection:
        add_rows(
            connection,
            SignIn,
            (
                {
                    "digest": digest(platform.secret, "sign-in", token),
                    "person_id": person,
                    "created_ms": now_ms,
                    "expires_ms": now_ms + DAY_MS,
                }
                for token, person in tokens.items()
            ),
        )
    return list(tokens)


def pages_ms(served: Sequence[Filled]) -> list[float]:
    """Return the median wait for a page of each of these boards over HTTP, asked in turn."""
    connections, times = [Connection(each.port) for each in served], [list[float]() for _ in served]
    for count in range(CALLS + READERS):
        for each, connection, mine in zip(served, connections, times, strict=True):
            taken_ms = each.page(connection, count)
            if count >= READERS:  # the first ones only warm up
                mine.append(taken_ms)
    return [statistics.median(mine) for mine in times]


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


def fill(platform: Platform, rules: Published, people: int) -> int:
    """Write people with one finished attempt each; returns the id of the first."""
    streets, first = streets_of(platform), next_person(platform)
    # A while ago: what changed in the last minute is told to the boards again, beside the measurement.
    now_ms, chance = platform.clock.now_ms() - SETTLED_MS, random.Random(7)
    levels: dict[int, dict[str, int]] = {}
    for begin in range(0, people, CHUNK):
        ids = range(first + begin, first + min(begin + CHUNK, people))
        with platform.store.connection() as connection:
            write_people(connection, ids, streets, now_ms)
            for i in ids[: len(streets)]:
                levels.setdefault(i % len(streets), unit_ids(connection, rules.document, i))
            add_rows(
                connection,
                Line,
                (row for i in ids for row in _lines(rules, i, levels[i % len(streets)], now_ms, chance)),
            )
    return first


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
