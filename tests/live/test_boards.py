"""What a reader of one live board sees."""

from __future__ import annotations

import pytest
import redis

from quiz.live import LEASE_MS, BeingBuilt, BoardMissing, LiveBoards, Needs, Placed, View
from tests.live.fold import EPOCH, SCHOOL, STREET, board, build, line
from tests.support.servers import round_trips


def test_equal_order_keys_share_a_place_and_the_next_is_skipped(live: LiveBoards, contest_id: int) -> None:
    build(live, contest_id, [line(1, "0a"), line(2, "0b"), line(3, "0b"), line(4, "0c")])

    rows = live.page(board(contest_id), 0, 10).rows

    assert [(row.person_id, row.place) for row in rows] == [(1, 1), (2, 2), (3, 2), (4, 4)]


def test_dense_places_are_not_skipped_and_ordinal_ones_not_shared(live: LiveBoards, contest_id: int) -> None:
    build(live, contest_id, [line(1, "0a"), line(2, "0b"), line(3, "0b"), line(4, "0c")])

    dense = live.page(board(contest_id, places="dense"), 2, 2).rows
    ordinal = live.page(board(contest_id, places="ordinal"), 2, 2).rows

    assert [row.place for row in dense] == [2, 3]
    assert [row.place for row in ordinal] == [3, 4]


def test_a_page_that_begins_inside_a_shared_place_knows_it(live: LiveBoards, contest_id: int) -> None:
    build(live, contest_id, [line(person_id, "0b") for person_id in range(1, 8)])

    rows = live.page(board(contest_id), 5, 10).rows

    assert rows == [Placed(6, 5, 1, "0b"), Placed(7, 6, 1, "0b")]


def test_own_place_comes_with_two_neighbours_on_each_side(live: LiveBoards, contest_id: int) -> None:
    build(live, contest_id, [line(person_id, f"{person_id:04x}") for person_id in range(1, 30)])

    page = live.page(board(contest_id), 0, 3, me=20)

    assert page.mine == Placed(20, 19, 20, "0014")
    assert [row.person_id for row in page.around] == [18, 19, 20, 21, 22]


def test_the_first_has_neighbours_below_only(live: LiveBoards, contest_id: int) -> None:
    build(live, contest_id, [line(1, "0a"), line(2, "0b"), line(3, "0c"), line(4, "0d")])

    assert [row.person_id for row in live.page(board(contest_id), 0, 1, me=1).around] == [1, 2, 3]


def test_who_is_on_no_board_has_no_place(live: LiveBoards, contest_id: int) -> None:
    build(live, contest_id, [line(1, "0a"), line(2, "")])

    page = live.page(board(contest_id), 0, 10, me=2)

    assert (page.count, page.mine) == (1, None)


def test_a_page_with_own_place_is_one_round_trip(live: LiveBoards, contest_id: int, valkey: str) -> None:
    build(live, contest_id, [line(person_id, f"{person_id:04x}") for person_id in range(1, 100)])

    assert round_trips(valkey, lambda: live.page(board(contest_id), 40, 50, me=7)) == 1
    assert round_trips(valkey, lambda: live.unit_sums(board(contest_id), STREET, [("total", 3)])) == 1
    assert (
        round_trips(
            valkey, lambda: live.announce(contest_id, EPOCH, [line(7, "01", 2), line(7, "02", 2, "d")])
        )
        == 1
    )


def test_a_server_that_lost_the_script_gets_it_again(live: LiveBoards, contest_id: int, valkey: str) -> None:
    build(live, contest_id, [line(1, "0a")])

    redis.Redis.from_url(valkey).script_flush()

    assert live.page(board(contest_id), 0, 10).count == 1


def test_boards_of_another_epoch_are_missing(live: LiveBoards, contest_id: int) -> None:
    build(live, contest_id, [line(1, "0a")])

    with pytest.raises(BoardMissing):
        live.announce(contest_id, "another", [line(2, "0b")])


def test_boards_that_lack_what_the_rules_need_are_missing(live: LiveBoards, contest_id: int) -> None:
    build(live, contest_id, [line(1, "0a")], Needs())

    with pytest.raises(BoardMissing):
        live.checkpoint(contest_id, EPOCH, Needs(dense=frozenset({0})))


def test_the_old_board_is_served_until_the_new_one_is_finished(live: LiveBoards, contest_id: int) -> None:
    build(live, contest_id, [line(1, "0a")])

    building = live.begin(contest_id, EPOCH, Needs())
    live.fill(building, [line(2, "0b")])
    while_building = [row.person_id for row in live.page(board(contest_id), 0, 10).rows]
    live.finish(building, checkpoint_ms=7)

    assert while_building == [1]
    assert [row.person_id for row in live.page(board(contest_id), 0, 10).rows] == [2]
    assert live.checkpoint(contest_id, EPOCH) == 7


def test_what_is_announced_while_boards_are_built_is_on_both(live: LiveBoards, contest_id: int) -> None:
    build(live, contest_id, [line(1, "0b")])

    building = live.begin(contest_id, EPOCH, Needs())
    live.announce(contest_id, EPOCH, [line(1, "0a", version=2)])
    served = live.page(board(contest_id), 0, 1).rows[0].order_key
    live.fill(building, [line(1, "0b", version=1)])
    live.finish(building, checkpoint_ms=0)

    assert served == "0a"
    assert live.page(board(contest_id), 0, 1).rows[0].order_key == "0a"


def test_only_one_builds_at_a_time(live: LiveBoards, contest_id: int) -> None:
    live.begin(contest_id, EPOCH, Needs())

    with pytest.raises(BeingBuilt):
        live.begin(contest_id, EPOCH, Needs())


def test_a_building_that_was_given_up_makes_room_and_cannot_be_finished(
    live: LiveBoards, contest_id: int, valkey: str
) -> None:
    server = redis.Redis.from_url(valkey)
    first = live.begin(contest_id, EPOCH, Needs())
    live.fill(first, [line(1, "0a")])
    assert 0 < server.pttl(f"quiz:{{c{contest_id}}}:building") <= LEASE_MS
    server.delete(f"quiz:{{c{contest_id}}}:building")  # as when its time is over

    second = live.begin(contest_id, EPOCH, Needs())

    with pytest.raises(BeingBuilt):
        live.finish(first, checkpoint_ms=0)
    live.finish(second, checkpoint_ms=0)
    assert not server.keys(f"quiz:{{c{contest_id}}}:{first.generation}:*")


def test_replaced_boards_leave_no_key_behind(live: LiveBoards, contest_id: int, valkey: str) -> None:
    units = {STREET: 1, SCHOOL: 3}
    build(live, contest_id, [line(1, "0a", units=units), line(1, "0a", period="第1天", units=units)])

    build(live, contest_id, [])

    left = redis.Redis.from_url(valkey).keys(f"quiz:{{c{contest_id}}}:*")
    assert sorted(left) == [
        f"quiz:{{c{contest_id}}}:generations".encode(),
        f"quiz:{{c{contest_id}}}:serving".encode(),
    ]


def test_a_person_who_moves_takes_their_sums_along(live: LiveBoards, contest_id: int) -> None:
    build(
        live,
        contest_id,
        [line(1, "0a", total=70, units={STREET: 1}), line(2, "0b", total=5, units={STREET: 1})],
    )

    live.announce(contest_id, EPOCH, [line(1, "0a", 2, total=70, units={STREET: 2})])

    found = live.unit_sums(board(contest_id, view=View.FULL), STREET, [("total", 1)])
    assert found.sums[2] == {"people": 1, "total": 70, "passed:60": 1}
    assert (found.sums[1]["people"], found.sums[1]["total"]) == (1, 5)
    assert found.picked["total"] == {1: [5], 2: [70]}
