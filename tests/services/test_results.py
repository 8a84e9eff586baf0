"""Boards as people read them: the same from Redis and from the stored lines, shared places included."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis
from sqlalchemy import insert, update

from quiz.errors import NotFound
from quiz.live import View
from quiz.models.accounts import About, Identity
from quiz.services import results
from quiz.services.platform import Platform
from quiz.services.published import Published
from quiz.services.results import BoardId, Wanted
from tests.support import standing
from tests.support.clock import MovedClock
from tests.support.servers import round_trips
from tests.support.standing import BEST, DAYS, PEOPLE, STREETS
from tests.support.statements import statements

MINUTE_MS, DAY_MS = 60_000, 86_400_000
SOURCES = ("redis", "lines")


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


@pytest.fixture
def rules(platform: Platform, now: int) -> Published:
    return standing.publish(platform, now)


@contextmanager
def read_from(platform: Platform, source: str, now: int) -> Iterator[None]:
    """Read boards from Redis or, as if it were away, from the stored lines."""
    standing.catch_up(platform, now)
    live = platform.live
    if source == "lines":
        platform.live = None
    yield
    platform.live = live


@pytest.fixture
def people(platform: Platform, rules: Published, now: int) -> dict[str, int]:
    """Five people: two share the second place; one of the other street."""
    standing.catch_up(platform, now)
    played = {
        "甲": (4, 30, "P"),
        "乙": (3, 60, "P"),
        "丙": (3, 60, "Q"),
        "丁": (2, 60, "P"),
        "戊": (0, 60, "P"),
    }
    ids = {}
    for name, (right, seconds, street) in played.items():
        ids[name] = standing.join(platform, name, now, street)
        standing.finish(platform, rules, ids[name], right, now, seconds * 1000)
    return ids


@pytest.mark.parametrize("source", SOURCES)
def test_equal_results_share_a_place_and_the_next_is_skipped(
    platform: Platform, rules: Published, people: dict[str, int], now: int, source: str
) -> None:
    with read_from(platform, source, now):
        page = standing.page(platform, rules, PEOPLE, now, me=people["丁"])

    assert standing.placed(page) == [(1, "甲"), (2, "乙"), (2, "丙"), (4, "丁"), (5, "戊")]
    assert page.count == 5
    assert page.mine is not None
    assert (page.mine.place, page.mine.values["total"], page.mine.values["time_ms"]) == (4, 2, 60_000)
    assert page.mine.unit == "P"
    assert page.mine_at == 3
    assert [row.name for row in page.around] == ["乙", "丙", "丁", "戊"]


@pytest.mark.parametrize("source", SOURCES)
def test_somebody_of_the_place_before_is_told_however_many_share_ones_own(
    platform: Platform, rules: Published, people: dict[str, int], now: int, source: str
) -> None:
    for name in ("己", "庚", "辛"):
        standing.finish(platform, rules, standing.join(platform, name, now), 2, now, 60_000)

    with read_from(platform, source, now):
        pages = {
            name: standing.page(platform, rules, PEOPLE, now, me=people[name]) for name in ("甲", "丙", "戊")
        }

    ahead = {name: page.ahead and (page.ahead.place, page.ahead.name) for name, page in pages.items()}
    assert ahead == {"甲": None, "丙": (1, "甲"), "戊": (4, "辛")}


@pytest.mark.parametrize("source", SOURCES)
def test_a_page_in_the_middle_knows_its_places(
    platform: Platform, rules: Published, people: dict[str, int], now: int, source: str
) -> None:
    with read_from(platform, source, now):
        page = standing.page(platform, rules, PEOPLE, now, first=2, size=2)

    assert standing.placed(page) == [(2, "丙"), (4, "丁")]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(("style", "places"), [("dense", [1, 2, 2, 3]), ("ordinal", [1, 2, 3, 4])])
def test_places_follow_the_rules(
    platform: Platform, now: int, source: str, style: str, places: list[int]
) -> None:
    rules = standing.publish(platform, now, places=style)
    for name, right in {"甲": 4, "乙": 3, "丙": 3, "丁": 2}.items():
        standing.finish(platform, rules, standing.join(platform, name, now), right, now)

    with read_from(platform, source, now):
        page = standing.page(platform, rules, PEOPLE, now)
        last = standing.page(platform, rules, PEOPLE, now, first=3)

    assert [row.place for row in page.rows] == places
    assert [row.place for row in last.rows] == places[3:]


@pytest.mark.parametrize("source", SOURCES)
def test_streets_are_ordered_by_their_value_and_small_ones_stand_below(
    platform: Platform, rules: Published, people: dict[str, int], now: int, source: str
) -> None:
    with read_from(platform, source, now):
        page = standing.page(platform, rules, STREETS, now, me=people["乙"])

    assert [(row.place, row.name, row.values["value"]) for row in page.rows] == [(1, "P", 9)]
    assert page.rows[0].values["people"] == 4
    assert [(row.place, row.name, row.because) for row in page.unlisted] == [(None, "Q", "least_people")]
    assert page.mine is not None
    assert page.mine.name == "P"


@pytest.mark.parametrize("source", SOURCES)
def test_the_best_two_of_a_street_count_where_the_rules_say_so(
    platform: Platform, rules: Published, people: dict[str, int], now: int, source: str
) -> None:
    with read_from(platform, source, now):
        page = standing.page(platform, rules, BEST, now)

    assert [(row.place, row.name, row.values["value"]) for row in page.rows] == [(1, "P", 7), (2, "Q", 3)]


@pytest.mark.parametrize("source", SOURCES)
def test_a_board_over_days_shows_the_latest_day_unless_another_is_asked_for(
    platform: Platform, rules: Published, people: dict[str, int], now: int, source: str
) -> None:
    standing.finish(platform, rules, people["戊"], 4, now + DAY_MS)

    with read_from(platform, source, now + DAY_MS):
        latest = standing.page(platform, rules, DAYS, now)
        first = standing.page(platform, rules, DAYS, now, period="2026-03-02")
        stage = standing.page(platform, rules, PEOPLE, now)

    assert (latest.period, standing.placed(latest)) == ("2026-03-03", [(1, "戊")])
    assert [row.name for row in first.rows] == ["甲", "乙", "丙", "丁", "戊"]
    assert standing.placed(stage)[:2] == [(1, "甲"), (2, "戊")]
    assert results.periods(platform, rules, 0) == ["2026-03-03", "2026-03-02"]


def test_streets_are_found_by_name(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    page = standing.page(platform, rules, BEST, now, query="q")

    assert standing.placed(page) == [(2, "Q")]


def test_only_the_desk_sees_real_names(platform: Platform, rules: Published, now: int) -> None:
    from quiz.services import accounts
    from quiz.services.accounts import NewPerson
    from quiz.services.platform import Actor

    accounts.add_people(platform, [NewPerson("张**", "张小明")], Actor(None, now))
    person_id = standing.join(platform, "路人", now) - 1
    standing.finish(platform, rules, person_id, 1, now)
    standing.catch_up(platform, now)

    public = standing.page(platform, rules, PEOPLE, now).rows[0]
    full = standing.page(platform, rules, PEOPLE, now, view=View.FULL).rows[0]

    assert (public.name, public.real_name) == ("张**", "")
    assert (full.name, full.real_name) == ("张**", "张小明")


def test_a_page_with_own_place_is_one_round_trip_to_redis_and_at_most_two_statements(
    platform: Platform, rules: Published, people: dict[str, int], now: int, valkey: str
) -> None:
    standing.catch_up(platform, now)

    def read(board: BoardId) -> None:
        standing.page(platform, rules, board, now, me=people["丁"])

    read(PEOPLE)  # what is kept for the life of the process is read
    with statements(platform.store.engine) as people_page:
        read(PEOPLE)
    with statements(platform.store.engine) as streets_page:
        read(STREETS)

    assert len(people_page) == 2  # the rows' names and totals; the names of their streets
    assert len(streets_page) == 1  # the streets; the street of who asks comes with the sums
    assert round_trips(valkey, lambda: read(PEOPLE)) == 1
    assert round_trips(valkey, lambda: read(STREETS)) == 1


def test_own_places_are_those_of_the_boards(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    standing.catch_up(platform, now)

    (found,) = results.places_of(platform, rules, people["丙"], now)

    assert (found[0], found[1].name, found[2].place) == (PEOPLE, "个人", 2)


def test_an_emptied_redis_is_said_and_read_around_until_it_is_filled(
    platform: Platform, rules: Published, people: dict[str, int], now: int, valkey: str
) -> None:
    redis.Redis.from_url(valkey).flushall()

    meanwhile = standing.page(platform, rules, PEOPLE, now + MINUTE_MS)
    standing.catch_up(platform, now + 2 * MINUTE_MS)
    after = standing.page(platform, rules, PEOPLE, now + 2 * MINUTE_MS)

    assert meanwhile.stands_since_ms == now + MINUTE_MS
    assert after.stands_since_ms is None
    assert standing.placed(meanwhile) == standing.placed(after)
    assert len(after.rows) == 5


@pytest.mark.parametrize("text", ["", "0", "0-", "-1", "0-9", "9-0", "a-b", "²-0", "0-0-0", "0" * 20])
def test_a_board_that_does_not_exist_is_not_found(
    platform: Platform, rules: Published, now: int, text: str
) -> None:
    with pytest.raises(NotFound):
        results.page(platform, rules, Wanted(BoardId.parse(text)), now)


@pytest.mark.parametrize(
    "wanted",
    [{"first": -1}, {"first": 10**30}, {"size": 0}, {"size": 201}, {"query": "a\0"}, {"period": "\0"}],
    ids=str,
)
def test_a_page_that_does_not_exist_is_not_found(
    platform: Platform, rules: Published, now: int, wanted: dict[str, object]
) -> None:
    with pytest.raises(NotFound):
        standing.page(platform, rules, PEOPLE, now, **wanted)


def test_a_board_of_full_names_shows_minors_in_part(platform: Platform, clock: MovedClock, now: int) -> None:
    text = standing.BOARDS.replace("{name: 个人, of: people}", "{name: 个人, of: people, names: full}")
    rules = standing.publish(platform, now, boards=text)
    born = {"成年人": "2008-03-02", "差一天": "2008-03-03", "只知年份": "2008", "不知年龄": ""}
    for n, (name, day) in enumerate(born.items()):
        person = standing.join(platform, name, now)
        with platform.store.writing() as connection:
            connection.execute(
                update(Identity).where(Identity.person_id == person).values(name=f"{name}的真名")
            )
            connection.execute(insert(About).values(person_id=person, born=day, on_roster=True))
        standing.finish(platform, rules, person, 4 - n, now)
    standing.catch_up(platform, now)

    shown = [row.name for row in standing.page(platform, rules, PEOPLE, now).rows]

    assert shown == ["成年人的真名", "差*****", "只******", "不知年龄的真名"]
