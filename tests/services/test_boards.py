"""Boards that are caught up, rebuilt and proved: whatever Redis forgets or gets wrong is found and mended."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import redis
from sqlalchemy import update

from quiz.errors import Busy, NotFound
from quiz.live import BeingBuilt, LiveBoards, LiveLine, connect
from quiz.models.play import Line, Result
from quiz.services import boards
from quiz.services.lines import calls
from quiz.services.platform import Platform
from quiz.services.published import Published
from quiz.services.refolding import HELD_MS
from quiz.services.unit_board import needs
from tests.support import contests as cast
from tests.support import servers, standing
from tests.support.clock import MovedClock
from tests.support.standing import PEOPLE

DAY_MS = 86_400_000
HOUR_MS = 3_600_000


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


@pytest.fixture
def rules(platform: Platform, now: int) -> Published:
    return standing.publish(platform, now)


@pytest.fixture
def server(valkey: str) -> redis.Redis:
    return redis.Redis.from_url(valkey)


@pytest.fixture
def person_id(platform: Platform, rules: Published, now: int) -> int:
    """Somebody with attempts on two days, beside two others; the boards are live."""
    standing.catch_up(platform, now)
    for name, right, street in (("乙", 3, "Q"), ("丙", 3, "P")):
        standing.finish(platform, rules, standing.join(platform, name, now, street), right, now)
    person_id = standing.join(platform, "甲", now)
    standing.finish(platform, rules, person_id, 2, now)
    standing.finish(platform, rules, person_id, 4, now + DAY_MS)
    return person_id


def live_of(platform: Platform) -> LiveBoards:
    assert platform.live is not None
    return platform.live


def test_lines_that_add_much_to_units_go_to_redis_few_at_a_time() -> None:
    little = LiveLine(0, "", 1, 1, "00", {"sum": 1}, {"region.street": 1}, {})
    much = LiveLine(0, "", 1, 1, "00", {str(n): 1 for n in range(40)}, {str(n): n for n in range(6)}, {})

    of_little, of_much = (list(calls([line] * 1_000)) for line in (little, much))

    assert sum(map(len, of_little)) == sum(map(len, of_much)) == 1_000
    assert max(map(len, of_much)) < 25 < 250 < max(map(len, of_little))


class SlowClock:
    """A clock by which a whole transaction has passed whenever it is looked at."""

    def __init__(self, now_ms: int) -> None:
        self.at_ms = now_ms

    def now_ms(self) -> int:
        self.at_ms += HELD_MS
        return self.at_ms


def test_everybody_is_folded_again_however_soon_a_transaction_has_to_end(
    platform: Platform, rules: Published, person_id: int, now: int
) -> None:
    platform.clock = SlowClock(now + DAY_MS)
    with platform.store.writing() as session:
        session.execute(update(Line).values(order_key="00" * 13))

    count = boards.refold_all(platform, rules.contest_id)

    assert count >= 3
    assert not [how for how in boards.verify(platform, rules.contest_id) if not how.startswith("live")]


def test_every_finish_moves_the_boards_at_once(platform: Platform, rules: Published, person_id: int) -> None:
    assert boards.verify(platform, rules.contest_id) == []
    assert platform.behind == {}


def test_boards_whose_builder_died_are_built_in_the_next_short_round_after_its_lease(
    platform: Platform, rules: Published, person_id: int, server: redis.Redis, now: int
) -> None:
    server.flushdb()
    live, epoch = live_of(platform), platform.epoch_of(rules.contest_id)
    died = live.begin(rules.contest_id, epoch, needs(rules.document))
    boards.catch_up_all(platform, now, full=True)
    waited = boards.verify(platform, rules.contest_id)
    server.delete(f"quiz:{{c{rules.contest_id}}}:building")  # as its lease runs out

    boards.catch_up_all(platform, now, full=False)

    assert [how for how in waited if how.startswith("live: Redis holds no boards")]
    assert boards.verify(platform, rules.contest_id) == []
    assert platform.behind == {}
    with pytest.raises(BeingBuilt):
        live.fill(died, [])


def test_every_contest_is_looked_at_again_soon_after_redis_was_away_in_a_full_round(
    platform: Platform, rules: Published, person_id: int, server: redis.Redis, now: int
) -> None:
    live, later = platform.live, cast.publish(platform, cast.rules(), now)
    platform.live = LiveBoards(connect("redis://127.0.0.1:1"))
    boards.catch_up_all(platform, now, full=True)
    platform.live = live
    server.flushdb()

    boards.catch_up_all(platform, now, full=False)

    for contest_id in (rules.contest_id, later):
        assert boards.verify(platform, contest_id) == []


@pytest.mark.parametrize("places", ["standard", "dense", "ordinal"])
def test_rebuilt_boards_equal_the_record(platform: Platform, now: int, places: str) -> None:
    rules = standing.publish(platform, now, places)
    for n, right in enumerate((4, 3, 3, 0, 1)):
        standing.finish(platform, rules, standing.join(platform, f"人{n}", now), right, now)

    count = boards.rebuild(platform, live_of(platform), rules.contest_id, now)

    assert count == 10  # a line for the stage and one for the day each
    assert boards.verify(platform, rules.contest_id) == []


DAMAGES: dict[str, Callable[[redis.Redis, str], object]] = {
    "a member is gone": lambda server, base: server.zremrangebyrank(f"{base}order:public:0:", 0, 0),
    "a member is too many": lambda server, base: server.zadd(f"{base}order:full:0:", {b"\x00" * 18: 0}),
    "a record is gone": lambda server, base: server.hdel(
        f"{base}people:0:", *server.hkeys(f"{base}people:0:")[:1]
    ),
    "a sum is wrong": lambda server, base: server.hincrby(
        f"{base}sums:public:0:region.street:", sums_field(server, base), 1
    ),
    "a total of the best is wrong": lambda server, base: server.zremrangebyrank(
        server.keys(f"{base}ranked:public:0:region.street:*:")[0], 0, -1
    ),
    "a day is gone": lambda server, base: server.delete(f"{base}order:public:0:2026-03-02"),
}


def sums_field(server: redis.Redis, base: str) -> bytes:
    """Return a field of the sums of streets."""
    found: list[bytes] = server.hkeys(f"{base}sums:public:0:region.street:")
    return found[0]


def base_of(server: redis.Redis, contest_id: int) -> str:
    """Return what the keys of the served boards begin with."""
    prefix = f"quiz:{{c{contest_id}}}:"
    generation = server.hget(f"{prefix}serving", "generation")
    return f"{prefix}{generation.decode()}:"


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_wrong_board_is_found_and_a_rebuild_mends_it(
    platform: Platform,
    rules: Published,
    person_id: int,
    now: int,
    server: redis.Redis,
    damage: Callable[[redis.Redis, str], object],
) -> None:
    assert damage(server, base_of(server, rules.contest_id))

    found = boards.verify(platform, rules.contest_id)
    boards.rebuild(platform, live_of(platform), rules.contest_id, now)

    assert found
    assert boards.verify(platform, rules.contest_id) == []


def test_an_emptied_redis_is_found_and_filled_by_the_sweep(
    platform: Platform, rules: Published, person_id: int, now: int, server: redis.Redis
) -> None:
    server.flushall()

    found = boards.verify(platform, rules.contest_id)
    standing.catch_up(platform, now)

    assert found == ["live: Redis holds no boards of this contest; flask board rebuild builds them"]
    assert boards.verify(platform, rules.contest_id) == []


def test_a_line_that_is_not_the_fold_is_found_and_folded_again(
    platform: Platform, rules: Published, person_id: int, now: int
) -> None:
    with platform.store.writing() as session:
        session.execute(
            update(Line).where(Line.person_id == person_id, Line.period == "").values(order_key="00" * 13)
        )
        session.add(stray_line(rules, person_id))

    found = boards.verify(platform, rules.contest_id)
    boards.refold_all(platform, rules.contest_id)
    boards.rebuild(platform, live_of(platform), rules.contest_id, now)

    assert any(f"person {person_id}" in how for how in found)
    assert boards.verify(platform, rules.contest_id) == []


def stray_line(rules: Published, person_id: int) -> Line:
    """Return a line of a day on which the person did nothing."""
    return Line(
        contest_id=rules.contest_id,
        stage=0,
        period="2026-03-05",
        person_id=person_id,
        version=1,
        order_key="00" * 13,
        totals="{}",
        stats='{"people": 1, "total": 9}',
        units="{}",
        changed_ms=0,
    )


def test_a_result_that_nobody_announced_is_caught_up(
    platform: Platform, rules: Published, person_id: int, now: int
) -> None:
    live, platform.live = platform.live, None
    standing.finish(platform, rules, person_id, 3, now + DAY_MS + HOUR_MS)
    platform.live = live
    standing.finish(platform, rules, standing.join(platform, "新", now), 0, now + DAY_MS + HOUR_MS)

    before = boards.verify(platform, rules.contest_id)
    standing.catch_up(platform, now + DAY_MS + HOUR_MS)

    assert before
    assert boards.verify(platform, rules.contest_id) == []


def test_what_the_server_closes_long_after_its_time_is_caught_up_too(
    platform: Platform, rules: Published, person_id: int, now: int
) -> None:
    from quiz.services import play

    began, late = now + DAY_MS + HOUR_MS, now + 2 * DAY_MS
    play.start(platform, person_id, play.Start(rules.contest_id, 0), began)
    standing.catch_up(platform, late - 1000)
    live, platform.live = platform.live, None
    play.close_overdue(platform, late)
    platform.live = live

    standing.catch_up(platform, late + 1000)

    assert boards.verify(platform, rules.contest_id) == []


def test_people_answer_while_redis_is_away_and_boards_catch_up_by_themselves(
    platform: Platform, rules: Published, person_id: int, now: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("redis")
    with servers.valkey_in(folder) as address:
        platform.live = LiveBoards(servers.patient(connect(address)), rest_s=0)
        standing.catch_up(platform, now)
    standing.finish(platform, rules, person_id, 3, now + DAY_MS + HOUR_MS)
    away = standing.page(platform, rules, PEOPLE, now + DAY_MS + HOUR_MS)
    standing.catch_up(platform, now + DAY_MS + HOUR_MS)

    with servers.valkey_in(folder):
        standing.catch_up(platform, now + 2 * DAY_MS)
        back = standing.page(platform, rules, PEOPLE, now + 2 * DAY_MS)

        assert boards.verify(platform, rules.contest_id) == []
    assert away.stands_since_ms is not None
    assert back.stands_since_ms is None
    assert standing.placed(away) == standing.placed(back)


def test_a_second_rebuild_at_once_is_refused(platform: Platform, rules: Published, now: int) -> None:
    live = live_of(platform)
    live.begin(rules.contest_id, platform.epoch_of(rules.contest_id), needs(rules.document))

    with pytest.raises(Busy):
        boards.rebuild(platform, live, rules.contest_id, now)


def test_what_is_announced_during_a_rebuild_is_not_lost(
    platform: Platform, rules: Published, person_id: int, now: int
) -> None:
    live = live_of(platform)
    fill, finished = live.fill, []

    def fill_late(building: object, lines: list[LiveLine]) -> None:
        if not finished:
            finished.append(standing.finish(platform, rules, person_id, 1, now + 2 * DAY_MS))
        fill(building, lines)  # type: ignore[arg-type]  # the building begun above

    live.fill = fill_late  # type: ignore[method-assign]  # somebody finishes at the worst moment
    boards.rebuild(platform, live, rules.contest_id, now)

    assert boards.verify(platform, rules.contest_id) == []


def test_a_result_that_changes_by_itself_is_found(
    platform: Platform, rules: Published, person_id: int
) -> None:
    with platform.store.writing() as session:
        session.execute(update(Result).values(points="1"))

    assert boards.verify(platform, rules.contest_id)


def test_only_published_contests_are_chosen(platform: Platform, rules: Published) -> None:
    assert boards.chosen(platform, None) == [rules.contest_id]
    with pytest.raises(NotFound):
        boards.chosen(platform, 99)
