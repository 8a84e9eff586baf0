"""Whatever happens in whatever order, the live boards are the fold of the newest lines."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

import pytest
import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from quiz.live import NEIGHBOURS, BeingBuilt, BoardMissing, Building, LiveBoards, LiveLine, View, connect
from tests.live.fold import EPOCH, NEEDS, SCHOOL, STREET, best, board, placed, shown_sums, sums
from tests.support import servers

PEOPLE = st.integers(1, 6)
PERIODS = st.sampled_from(["", "2026-03-02", "第1关:上"])
ORDER_KEYS = st.sampled_from(["0a00", "0a01", "0b00", "ff00", "0000", ""])
UNITS = st.fixed_dictionaries({}, optional={STREET: st.integers(1, 2), SCHOOL: st.integers(3, 4)})
TOTALS = st.integers(-3, 100)
STYLES = ("standard", "dense", "ordinal")
CONTESTS = count(1_000_000)


class Boards(RuleBasedStateMachine):
    """Lines change (`stored`) and are told to Redis or not, twice, late, while boards are built or lost."""

    address = ""

    @initialize()
    def begin(self) -> None:
        self.live = LiveBoards(servers.patient(connect(self.address)), rest_s=0)
        self.contest_id = next(CONTESTS)
        self.history: list[LiveLine] = []
        self.stored: dict[tuple[str, int], LiveLine] = {}
        self.known: dict[tuple[str, int], LiveLine] | None = None  # what the served boards have been told
        self.building: tuple[Building, dict[tuple[str, int], LiveLine]] | None = None
        self.to_fill: list[LiveLine] = []
        self.build()

    @rule(
        person=PEOPLE,
        period=PERIODS,
        key=ORDER_KEYS,
        total=TOTALS,
        units=UNITS,
        told=st.sampled_from([True, True, False]),
    )
    def change(
        self, person: int, period: str, key: str, total: int, units: dict[str, int], told: bool
    ) -> None:
        before = self.stored.get((period, person))
        version = before.version + 1 if before else 1
        stats = {"people": 1, "total": total, "passed:60": int(total >= 60)} if key else {}
        new = LiveLine(0, period, person, version, key, stats, units)
        self.stored[period, person] = new
        self.history.append(new)
        if told:
            self.announce([new])

    @rule(data=st.data())
    @precondition(lambda self: self.history)
    def tell_again(self, data: st.DataObject) -> None:
        self.announce(data.draw(st.lists(st.sampled_from(self.history), min_size=1, max_size=5)))

    @rule()
    @precondition(lambda self: self.building is None)
    def begin_building(self) -> None:
        self.building = (self.live.begin(self.contest_id, EPOCH, NEEDS), {})
        self.to_fill = list(self.stored.values())

    @rule(size=st.integers(1, 4))
    @precondition(lambda self: self.building is not None and self.to_fill)
    def fill(self, size: int) -> None:
        assert self.building is not None
        lines, self.to_fill = self.to_fill[:size], self.to_fill[size:]
        self.live.fill(self.building[0], lines)
        newest(self.building[1], lines)

    @rule()
    @precondition(lambda self: self.building is not None and not self.to_fill)
    def finish(self) -> None:
        assert self.building is not None
        self.live.finish(self.building[0], checkpoint_ms=0)
        self.known, self.building = self.building[1], None

    @rule(built_at_once=st.sampled_from([True, True, True, False]))
    @precondition(lambda self: len(self.history) > 5)
    def lose_everything(self, built_at_once: bool) -> None:
        redis.Redis.from_url(self.address).flushall()
        if self.building is not None:
            with pytest.raises(BeingBuilt):
                self.live.finish(self.building[0], checkpoint_ms=0)
        self.known, self.building = None, None
        if built_at_once:
            self.build()

    def build(self) -> None:
        building = self.live.begin(self.contest_id, EPOCH, NEEDS)
        self.live.fill(building, list(self.stored.values()))
        self.live.finish(building, checkpoint_ms=0)
        self.known = {(each.period, each.person_id): each for each in self.stored.values()}

    @invariant()
    def boards_are_the_fold_of_what_they_were_told(self) -> None:
        if not hasattr(self, "live"):
            return
        if self.known is None:
            with pytest.raises(BoardMissing):
                self.live.page(board(self.contest_id), 0, 10)
            return
        lines = list(self.known.values())
        for period in {each.period for each in lines} | {""}:
            for view in View:
                self.compare(lines, period, view)

    def compare(self, lines: list[LiveLine], period: str, view: View) -> None:
        for style in STYLES:
            ref, want = board(self.contest_id, period, view, style), placed(lines, period, style)
            page = self.live.page(ref, 1, 3, me=2)
            mine = next((row for row in want if row.person_id == 2), None)
            assert (list(page.rows), page.count, page.mine) == (want[1:4], len(want), mine)
            if mine:
                around = want[max(mine.index - NEIGHBOURS, 0) : mine.index + NEIGHBOURS + 1]
                assert list(page.around) == around
            assert self.live.places(ref, range(1, 7)) == {row.person_id: row for row in want}
        assert list(self.live.members(ref)) == [(row.order_key, row.person_id) for row in want]
        for level in (STREET, SCHOOL):
            assert shown_sums(self.live, ref, level) == sums(lines, period, level)
        found = self.live.unit_sums(ref, STREET, [("total", 2)]).picked.get("total", {})
        assert found == best(lines, period, STREET, 2)

    def announce(self, lines: list[LiveLine]) -> None:
        try:
            self.live.announce(self.contest_id, EPOCH, lines)
        except BoardMissing:
            assert self.known is None
        else:
            assert self.known is not None
            newest(self.known, lines)
        if self.building is not None:
            newest(self.building[1], lines)


def newest(known: dict[tuple[str, int], LiveLine], lines: Iterable[LiveLine]) -> None:
    """Learn lines as the boards have to: a version that is not above the known one changes nothing."""
    for each in lines:
        before = known.get((each.period, each.person_id))
        if before is None or before.version < each.version:
            known[each.period, each.person_id] = each


def test_boards_are_the_fold_whatever_is_announced_repeated_rebuilt_or_lost(valkey: str) -> None:
    class OnThisServer(Boards):
        address = valkey

    run_state_machine_as_test(
        OnThisServer,
        settings=settings(
            max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
