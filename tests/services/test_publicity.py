"""What the public sees of boards: from when, to whom, as of which moment, and of how many people at least."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis
from sqlalchemy import select

from quiz.errors import NotFound
from quiz.live import View
from quiz.models.accounts import Unit
from quiz.models.play import Attempt
from quiz.services import boards, exports, ledger, results, units
from quiz.services.correcting import Correction
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published, in_force
from quiz.services.results import BoardId, Page, Wanted
from tests.support import contests as cast
from tests.support import standing
from tests.support.clock import MovedClock, ms

FROZEN, DAYS, STREETS, BEST, LATER, OURS, THEIRS, FEW, PEOPLE = (BoardId(0, n) for n in range(9))
BOARDS = """    places: standard
    boards:
      - {name: 封榜榜, of: people, frozen_from: "2026-03-06 00:00"}
      - {name: 每日榜, of: people, over: period, frozen_from: "2026-03-06 00:00"}
      - {name: 街道榜, of: region.street, order: [sum], least_listed: 2, frozen_from: "2026-03-07 00:00"}
      - {name: 前两名, of: region.street, order: [top_sum], top: 2, frozen_from: "2026-03-06 00:00"}
      - {name: 赛后榜, of: people, public: {from: "2026-03-08 21:00"}, frozen_from: "2026-03-06 00:00"}
      - {name: 内部榜, of: people, public: {to: organizers}}
      - {name: 参加者榜, of: people, public: {to: participants}}
      - {name: 小榜, of: people, least_listed: 3}
      - {name: 总榜, of: people}
"""
SOURCES = ("redis", "lines")


@pytest.fixture
def rules(platform: Platform, clock: MovedClock) -> Published:
    clock.set("2026-03-02 09:00")
    cast.fill_bank(platform, clock.now_ms())
    cast.add_units(platform, clock.now_ms())
    text = cast.rules().split("    boards:")[0] + BOARDS
    found = in_force(platform, cast.publish(platform, text, clock.now_ms()))
    standing.catch_up(platform, clock.now_ms())
    return found


@pytest.fixture
def people(platform: Platform, rules: Published, clock: MovedClock) -> dict[str, int]:
    """甲 leads before the freeze, 乙 overtakes after it and 丙 comes then."""
    found = {
        name: standing.join(platform, name, clock.now_ms(), street)
        for name, street in (("甲", "P"), ("乙", "Q"), ("丙", "P"))
    }
    for moment, name, right in (
        ("2026-03-05 10:00", "甲", 3),
        ("2026-03-05 11:00", "乙", 2),
        ("2026-03-06 10:00", "乙", 4),
        ("2026-03-06 11:00", "丙", 4),
    ):
        standing.finish(platform, rules, found[name], right, ms(moment))
    clock.set("2026-03-06 12:00")
    return found


def shown(platform: Platform, rules: Published, board: BoardId, now: int, **wanted: object) -> Page:
    return standing.page(platform, rules, board, now, **wanted)  # type: ignore[arg-type]


def totals(page: Page) -> list[tuple[int | None, str, object]]:
    return [(row.place, row.name, row.values.get("total", row.values.get("value"))) for row in page.rows]


@pytest.mark.parametrize("source", SOURCES)
def test_the_public_sees_a_frozen_board_as_of_its_freeze_and_the_desk_both(
    platform: Platform, rules: Published, people: dict[str, int], clock: MovedClock, source: str
) -> None:
    platform.live = platform.live if source == "redis" else None

    public = shown(platform, rules, FROZEN, clock.now_ms(), me=people["乙"])
    desk = shown(platform, rules, FROZEN, clock.now_ms(), view=View.FULL)
    before = shown(platform, rules, FROZEN, clock.now_ms(), view=View.FULL, frozen=True)

    assert totals(public) == [(1, "甲", 3), (2, "乙", 2)]
    assert public.mine is not None
    assert (public.mine.place, public.frozen_ms) == (2, ms("2026-03-06 00:00"))
    assert totals(desk) == [(1, "乙", 6), (2, "丙", 4), (3, "甲", 3)]
    assert totals(before) == totals(public)
    assert not shown(platform, rules, FROZEN, clock.now_ms(), query="丙").rows
    assert boards.verify(platform, rules.contest_id) == []


def test_a_frozen_board_moves_again_at_the_close(
    platform: Platform, rules: Published, people: dict[str, int], clock: MovedClock
) -> None:
    clock.set("2026-03-08 20:00")

    page = shown(platform, rules, FROZEN, clock.now_ms())

    assert totals(page) == [(1, "乙", 6), (2, "丙", 4), (3, "甲", 3)]
    assert page.frozen_ms is None


def test_days_and_best_of_streets_are_frozen_too(
    platform: Platform, rules: Published, people: dict[str, int], clock: MovedClock
) -> None:
    assert totals(shown(platform, rules, DAYS, clock.now_ms())) == [(1, "甲", 3), (2, "乙", 2)]
    assert results.shown_periods(platform, rules, Wanted(DAYS), clock.now_ms()) == ["2026-03-05"]
    assert totals(shown(platform, rules, BEST, clock.now_ms())) == [(1, "P", 3), (2, "Q", 2)]
    assert totals(shown(platform, rules, BEST, clock.now_ms(), view=View.FULL)) == [(1, "P", 7), (2, "Q", 6)]


def test_what_is_corrected_after_the_freeze_shows_when_it_is_over(
    platform: Platform, rules: Published, people: dict[str, int], clock: MovedClock
) -> None:
    now = clock.now_ms()
    with platform.store.reading() as session:
        first = session.scalars(select(Attempt.id).where(Attempt.person_id == people["甲"])).one()
    ledger.book(platform, rules.contest_id, Correction("attempt", first, "void", "代答"), Actor(None, now))
    out = Correction("person", people["乙"], "disqualify", "代答")
    ledger.book(platform, rules.contest_id, out, Actor(None, now))

    public = shown(platform, rules, FROZEN, now)

    assert totals(public) == [(1, "甲", 3), (2, "乙", 2)]
    assert public.unlisted == ()
    assert totals(shown(platform, rules, FROZEN, now, view=View.FULL)) == [(1, "丙", 4)]
    assert totals(shown(platform, rules, FROZEN, ms("2026-03-08 20:00"))) == [(1, "丙", 4)]
    assert boards.verify(platform, rules.contest_id) == []


def test_who_moves_after_the_freeze_moves_on_the_frozen_board_afterwards(
    platform: Platform, rules: Published, people: dict[str, int], clock: MovedClock
) -> None:
    with platform.store.reading() as session:
        street = session.scalars(select(Unit.id).where(Unit.code == "Q")).one()
    units.join(platform, people["甲"], "region", street, clock.now_ms())

    assert totals(shown(platform, rules, BEST, clock.now_ms())) == [(1, "P", 3), (2, "Q", 2)]
    assert boards.verify(platform, rules.contest_id) == []


def test_a_frozen_board_survives_the_loss_of_redis(
    platform: Platform, rules: Published, people: dict[str, int], clock: MovedClock, valkey: str
) -> None:
    redis.Redis.from_url(valkey).flushall()
    standing.catch_up(platform, clock.now_ms())

    assert totals(shown(platform, rules, FROZEN, clock.now_ms())) == [(1, "甲", 3), (2, "乙", 2)]
    assert boards.verify(platform, rules.contest_id) == []


def test_a_fold_of_everybody_gives_the_frozen_board_again(
    platform: Platform, rules: Published, people: dict[str, int], clock: MovedClock
) -> None:
    before = totals(shown(platform, rules, FROZEN, clock.now_ms()))

    boards.refold_all(platform, rules.contest_id)

    assert totals(shown(platform, rules, FROZEN, clock.now_ms())) == before
    assert boards.verify(platform, rules.contest_id) == []


def test_a_board_is_hidden_until_it_is_published_and_then_shown_as_it_stands(
    platform: Platform, rules: Published, people: dict[str, int], clock: MovedClock
) -> None:
    with pytest.raises(NotFound):
        shown(platform, rules, LATER, ms("2026-03-08 20:59"))

    page = shown(platform, rules, LATER, ms("2026-03-08 21:00"))

    assert totals(page) == [(1, "乙", 6), (2, "丙", 4), (3, "甲", 3)]


def test_a_board_is_shown_to_those_it_is_for(
    platform: Platform, rules: Published, people: dict[str, int], clock: MovedClock
) -> None:
    now, stranger = clock.now_ms(), cast.join(platform, "丁", clock.now_ms())

    assert len(shown(platform, rules, THEIRS, now, me=people["甲"]).rows) == 3
    for me in (None, stranger):
        with pytest.raises(NotFound):
            shown(platform, rules, THEIRS, now, me=me)
    with pytest.raises(NotFound):
        shown(platform, rules, OURS, now, me=people["甲"])
    assert len(shown(platform, rules, OURS, now, view=View.FULL).rows) == 3
    assert [str(i) for i, *_ in results.shown_boards(platform, rules, None, now)] == [
        str(i) for i in (FROZEN, DAYS, STREETS, BEST, FEW, PEOPLE)
    ]


def test_own_places_are_those_of_the_boards_one_may_see(
    platform: Platform, rules: Published, people: dict[str, int], clock: MovedClock
) -> None:
    found = results.places_of(platform, rules, people["乙"], clock.now_ms())

    assert [(board.name, row.place) for _, board, row in found] == [
        ("封榜榜", 2),
        ("参加者榜", 1),
        ("小榜", 1),
        ("总榜", 1),
    ]


@pytest.mark.parametrize("source", SOURCES)
def test_too_few_people_are_not_listed(
    platform: Platform, rules: Published, clock: MovedClock, source: str
) -> None:
    now = ms("2026-03-03 10:00")
    streets = {"甲": "P", "乙": "P", "丙": "Q"}
    who = [standing.join(platform, name, now, street) for name, street in streets.items()]
    for n, person_id in enumerate(who):
        if n < 2:
            standing.finish(platform, rules, person_id, 3 - n, now)
    platform.live = platform.live if source == "redis" else None

    few = shown(platform, rules, FEW, now, me=who[0])
    assert (few.rows, few.count, few.mine, few.withholds) == ((), 0, None, True)
    assert not shown(platform, rules, FEW, now, query="甲").rows
    assert "小榜" not in [board.name for _, board, _ in results.places_of(platform, rules, who[0], now)]
    assert len(shown(platform, rules, FEW, now, view=View.FULL).rows) == 2

    standing.finish(platform, rules, who[2], 1, now)

    assert len(shown(platform, rules, FEW, now).rows) == 3
    units_shown = shown(platform, rules, STREETS, now, me=who[2])
    assert (totals(units_shown), units_shown.mine, units_shown.withholds) == ([(1, "P", 5)], None, True)
    assert totals(shown(platform, rules, STREETS, now, view=View.FULL)) == [(1, "P", 5), (2, "Q", 1)]


def test_a_file_for_the_public_holds_what_the_public_sees(
    platform: Platform, rules: Published, people: dict[str, int], clock: MovedClock, tmp_path: Path
) -> None:
    def written(board: BoardId, view: View = View.PUBLIC) -> str:
        path = tmp_path / f"{board}-{view}.csv"
        exports.write_board(platform, rules, Wanted(board, view=view), path)
        return path.read_text("utf-8-sig")

    assert "丙" not in written(FROZEN)
    assert "丙" in written(FROZEN, View.FULL)
    assert "Q" not in written(STREETS).split("街道榜")[0]
    with pytest.raises(NotFound):
        written(LATER)


def test_a_board_beside_the_stages_is_frozen_too(platform: Platform, clock: MovedClock) -> None:
    clock.set("2026-03-02 09:00")
    cast.fill_bank(platform, clock.now_ms())
    cast.add_units(platform, clock.now_ms())
    beside = 'boards: [{name: 合计, of: people, frozen_from: "2026-03-06 00:00"}]\nstages:\n'
    text = cast.rules().replace("stages:\n", beside)
    rules = in_force(platform, cast.publish(platform, text, clock.now_ms()))
    standing.catch_up(platform, clock.now_ms())
    person_id = cast.join(platform, "甲", clock.now_ms())
    for moment, right in (("2026-03-05 10:00", 2), ("2026-03-06 10:00", 4)):
        standing.finish(platform, rules, person_id, right, ms(moment))
    board, now = BoardId(1, 0), ms("2026-03-06 12:00")

    assert totals(shown(platform, rules, board, now)) == [(1, "甲", 2)]
    assert totals(shown(platform, rules, board, now, view=View.FULL)) == [(1, "甲", 6)]
    assert totals(shown(platform, rules, board, ms("2026-03-08 20:00"))) == [(1, "甲", 6)]
    assert boards.verify(platform, rules.contest_id) == []
