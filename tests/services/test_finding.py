"""Finding people and units on a board: by what it shows of them, and by where they belong."""

from __future__ import annotations

import orjson
import pytest
from sqlalchemy import insert, select, update

from quiz.errors import NotFound
from quiz.models.accounts import About, Identity, Unit
from quiz.services import ledger, results
from quiz.services.correcting import Correction
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published, in_force
from quiz.services.results import Wanted
from tests.services.test_results import SOURCES, now, people, read_from, rules
from tests.support import contests as cast
from tests.support import standing
from tests.support.servers import round_trips
from tests.support.standing import BEST, PEOPLE
from tests.support.statements import statements

__all__ = ["now", "people", "rules"]  # fixtures

NAMES = """    boards:
      - {name: 个人, of: people, names: POLICY}
"""
GROUPS = "people: {groups: [小学, 青年, 成人]}\nunits:\n"
PLAIN = "    boards:\n      - {name: 个人, of: people}\n"


def unit(platform: Platform, code: str) -> int:
    with platform.store.reading() as session:
        return session.scalars(select(Unit.id).where(Unit.code == code)).one()


@pytest.mark.parametrize("source", SOURCES)
def test_people_are_found_by_nickname_with_their_places(
    platform: Platform, rules: Published, people: dict[str, int], now: int, source: str
) -> None:
    with read_from(platform, source, now):
        found = standing.page(platform, rules, PEOPLE, now, query="丙", me=people["丁"])
        whole = standing.page(platform, rules, PEOPLE, now, me=people["丁"])
        nobody = standing.page(platform, rules, PEOPLE, now, query="%")

    assert (standing.placed(found), found.count) == ([(2, "丙")], 1)
    assert found.mine is not None
    assert (found.mine.place, found.mine_at) == (4, 3)
    assert found.ahead is not None
    assert (found.around, found.ahead) == (whole.around, whole.ahead)  # the gap is told here, too
    assert standing.placed(nobody) == []


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    ("places", "found_at"), [("standard", [2, 4]), ("dense", [2, 3]), ("ordinal", [3, 4])]
)
def test_a_filter_shows_the_people_of_a_street_page_by_page_with_their_places_among_all(
    platform: Platform, now: int, source: str, places: str, found_at: list[int]
) -> None:
    rules = standing.publish(platform, now, places=places)
    for name, right, street in (
        ("甲", 4, "P"),
        ("乙", 3, "P"),
        ("丙", 3, "Q"),
        ("丁", 2, "Q"),
        ("戊", 1, "P"),
    ):
        standing.finish(platform, rules, standing.join(platform, name, now, street), right, now)

    with read_from(platform, source, now):
        page = standing.page(platform, rules, PEOPLE, now, within=unit(platform, "Q"))
        last = standing.page(platform, rules, PEOPLE, now, within=unit(platform, "P"), first=2, size=2)
        district = standing.page(platform, rules, PEOPLE, now, within=unit(platform, "渝中区"), query="丁")

    assert standing.placed(page) == list(zip(found_at, ["丙", "丁"], strict=True))
    assert (page.count, last.count) == (2, 3)
    assert [row.name for row in last.rows] == ["戊"]
    assert standing.placed(district) == [(found_at[1], "丁")]


def test_a_filter_is_one_round_trip_to_redis(
    platform: Platform, rules: Published, people: dict[str, int], now: int, valkey: str
) -> None:
    standing.catch_up(platform, now)
    street = unit(platform, "P")

    def read() -> None:
        standing.page(platform, rules, PEOPLE, now, me=people["丁"], within=street)

    read()
    with statements(platform.store.engine) as asked:
        read()

    assert len(asked) == 4  # the street, who lives there, their names and totals, their streets
    assert round_trips(valkey, read) == 1


def test_units_are_found_by_name_and_by_what_they_lie_in(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    page = standing.page(platform, rules, BEST, now, query="q")
    within = standing.page(platform, rules, BEST, now, within=unit(platform, "渝中区"))
    other = standing.page(platform, rules, BEST, now, within=unit(platform, "P"))

    assert standing.placed(page) == [(2, "Q")]
    assert standing.placed(within) == [(1, "P"), (2, "Q")]
    assert standing.placed(other) == [(1, "P")]


def test_units_are_found_by_pinyin_and_initials(platform: Platform, now: int) -> None:
    rules = standing.publish(platform, now)
    cast.add_units(platform, now, ["渝中区/解放碑街道", "渝中区/七星岗街道"])
    for name, street in (("甲", "解放碑街道"), ("乙", "七星岗街道")):
        standing.finish(platform, rules, standing.join(platform, name, now, street), 1, now)
    standing.catch_up(platform, now)

    found = {
        query: [row.name for row in standing.page(platform, rules, BEST, now, query=query).rows]
        for query in ("jiefang", "QXG", "jiedao", "yuzhong")
    }

    assert found == {
        "jiefang": ["解放碑街道"],
        "QXG": ["七星岗街道"],
        "jiedao": ["解放碑街道", "七星岗街道"],
        "yuzhong": [],
    }


def test_who_is_disqualified_stands_below_the_people_of_their_own_street_alone(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    out = Correction(of="person", id=people["丙"], do="disqualify", because="代答")
    ledger.book(platform, rules.contest_id, out, Actor(None, now), "token")
    standing.catch_up(platform, now)

    streets = {
        code: standing.page(platform, rules, PEOPLE, now, within=unit(platform, code)) for code in "PQ"
    }

    assert {code: [row.name for row in page.unlisted] for code, page in streets.items()} == BELOW


BELOW = {"P": [], "Q": ["丙"]}


def test_a_filter_leads_from_a_district_to_its_streets(platform: Platform, now: int) -> None:
    rules = standing.publish(platform, now)
    cast.add_units(platform, now, ["江北区/观音桥", "江北区/石马河"])

    def choices(code: str | None) -> dict[str, list[str]]:
        asked = unit(platform, code) if code else None
        found = results.filters(platform, rules, Wanted(PEOPLE, within=asked))
        return {level: [name for _, name in units] for level, units in found.levels}

    assert choices(None) == {"district": ["江北区", "渝中区"]}
    assert choices("江北区") == {"district": ["江北区", "渝中区"], "street": ["石马河", "观音桥"]}
    assert choices("P") == {"district": ["江北区", "渝中区"], "street": ["P", "Q"]}


@pytest.mark.parametrize("counts_by_groups", [False, True])
def test_a_board_is_filtered_by_the_groups_of_the_rules_whether_or_not_it_counts_by_them(
    platform: Platform, now: int, counts_by_groups: bool
) -> None:
    cast.fill_bank(platform, now)
    cast.add_units(platform, now)
    text = cast.rules().split("    boards:")[0].replace("units:\n", GROUPS)
    boards = PLAIN + ("      - {name: 分组, of: people, each: group}\n" if counts_by_groups else "")
    rules = in_force(platform, cast.publish(platform, text + boards, now))
    for name, told in (("甲", ["青年"]), ("乙", ["成人", "小学"]), ("丙", ["小学生", '"小学"', "成人"])):
        person = standing.join(platform, name, now)
        with platform.store.writing() as session:
            session.add(About(person_id=person, groups=orjson.dumps(told).decode()))
        standing.finish(platform, rules, person, 1, now)
    standing.catch_up(platform, now)

    names = [
        [row.name for row in standing.page(platform, rules, PEOPLE, now, group=group).rows]
        for group in (1, 2, 3)
    ]
    called = standing.page(platform, rules, PEOPLE, now, group=2, query="甲")
    choices = results.filters(platform, rules, Wanted(PEOPLE)).groups
    out = Correction(of="person", id=person, do="disqualify", because="代答")
    ledger.book(platform, rules.contest_id, out, Actor(None, now), "token")
    below = [
        [row.name for row in standing.page(platform, rules, PEOPLE, now, group=group).unlisted]
        for group in (1, 3)
    ]

    assert below == [[], ["丙"]]
    assert standing.placed(called) == [(1, "甲")]
    assert names == [["乙"], ["甲"], ["丙"]]  # who is in several is in the first of the rules
    assert list(choices) == ["小学", "青年", "成人"]


def test_what_is_no_unit_or_group_of_the_contest_is_not_found(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    for wanted in ({"within": 10**9}, {"group": 1}):
        with pytest.raises(NotFound):
            standing.page(platform, rules, PEOPLE, now, **wanted)


@pytest.mark.parametrize(
    ("policy", "finds"),
    {
        "nickname": {"小": "小王 小张", "王大": "", "陈": "", "路": "路人"},
        "full": {"小": "", "王大": "王大明", "陈": "陈**", "路": "路人"},
        "masked": {"小": "", "王大": "", "陈": "", "路": "路人"},
    }.items(),
)
def test_a_search_finds_people_by_what_the_board_calls_them_and_by_nothing_else(
    platform: Platform, now: int, policy: str, finds: dict[str, str]
) -> None:
    rules = standing.publish(platform, now, boards=NAMES.replace("POLICY", policy))
    for nickname, name, born in (
        ("小王", "王大明", "1980-01-01"),
        ("小张", "陈小小", "2015-01-01"),
        ("路人", "", ""),
    ):
        person = standing.join(platform, nickname, now)
        with platform.store.writing() as session:
            session.execute(update(Identity).where(Identity.person_id == person).values(name=name))
            session.execute(
                insert(About).values(person_id=person, born=born, on_roster=bool(name), consent="given")
            )
        standing.finish(platform, rules, person, 1, now)
    standing.catch_up(platform, now)

    found = {
        query: " ".join(row.name for row in standing.page(platform, rules, PEOPLE, now, query=query).rows)
        for query in finds
    }
    own = standing.page(platform, rules, PEOPLE, now, query="陈小小", me=person - 1)
    part = standing.page(platform, rules, PEOPLE, now, query="陈小", me=person - 1)

    assert found == finds
    assert [row.id for row in own.rows] == [person - 1]
    assert part.rows == []


def test_a_filter_lists_nobody_where_fewer_are_left_than_the_rules_let_a_board_list(
    platform: Platform, now: int
) -> None:
    boards = NAMES.replace("names: POLICY", "least_listed: 2")
    rules = standing.publish(platform, now, boards=boards)
    for name, street in (("甲", "P"), ("乙", "P"), ("丙", "Q")):
        standing.finish(platform, rules, standing.join(platform, name, now, street), 1, now)
    standing.catch_up(platform, now)

    two, one = (standing.page(platform, rules, PEOPLE, now, within=unit(platform, code)) for code in "PQ")

    assert (two.count, two.withholds) == (2, False)
    assert (one.rows, one.withholds) == ((), True)
