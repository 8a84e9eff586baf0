"""What one live update costs by the number of boards, and how many round trips it is."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator, Sequence
from functools import partial

from quiz.live import LiveBoards, LiveLine, connect
from quiz.rules import kept, standings
from quiz.rules.across import board_stages
from quiz.rules.document import Stage, load
from quiz.rules.standings import Line
from quiz.services.lines import batches
from quiz.services.unit_board import needs
from tests.support.servers import round_trips, valkey

COUNTS = (1, 10, 40)
PEOPLE = 1_000
AT_ONCE = 50  # lines of one call
EPOCH = "e"
UPDATES = 600
KINDS = (
    "of: people",
    "of: people, over: period",
    "of: people, each: group",
    "of: people, each: region.street, over: period",
    "of: region.street, order: [sum, time]",
    "of: region.community, order: [best]",
    "of: region.community, order: [group_best_sum], each: group",
    "of: school.school, order: [top_sum], top: 5",
)
RULES = """title: 多榜
timezone: Asia/Shanghai
people: {groups: [少年组, 成人组]}
units: {region: {levels: [street, community]}, school: {levels: [school]}}
stages:
  - name: 网络赛
    calendar: {opens: "2026-03-02 08:00", closes: "2026-03-08 20:00", period: day}
    paper: {sections: [{count: 20}]}
    person: {within_period: best, across_periods: sum}
    order: [total, time]
    boards:
"""
DAY = "2026-03-02"


def costs() -> Iterator[tuple[int, float, int]]:
    """Yield how many boards there are, the median milliseconds of an update, and its round trips."""
    with valkey() as address:
        live = LiveBoards(connect(address))
        stages = {count: _built(live, count) for count in COUNTS}
        chance = random.Random(7)
        times: dict[int, list[float]] = {count: [] for count in COUNTS}
        for n in range(UPDATES):  # in turn: what else the machine does falls on all alike
            for count in chance.sample(COUNTS, len(COUNTS)):
                lines = _lines(stages[count], n % PEOPLE + 1, 2 + n // PEOPLE)
                begun = time.perf_counter()
                live.announce(count, EPOCH, lines)
                times[count].append((time.perf_counter() - begun) * 1000)
        for count in COUNTS:
            told = partial(live.announce, count, EPOCH, _lines(stages[count], 1, UPDATES))
            yield count, statistics.median(times[count]), round_trips(address, told)


def _built(live: LiveBoards, count: int) -> Sequence[Stage]:
    """Build the boards of a contest that has so many; returns its stages, the one of all stages last."""
    asked = load(_rules(count))
    stages = board_stages(asked)
    building = live.begin(count, EPOCH, needs(asked))
    for lines in batches((line for i in range(1, PEOPLE + 1) for line in _lines(stages, i, 1)), AT_ONCE):
        live.fill(building, lines)
    live.finish(building, 0)
    return stages


def _rules(count: int) -> str:
    listed = "".join(f"      - {{name: 榜{n}, {KINDS[n % len(KINDS)]}}}\n" for n in range(count))
    return f"{RULES}{listed}boards:\n  - {{name: 总榜, of: people}}\n"


def _lines(stages: Sequence[Stage], person: int, version: int) -> list[LiveLine]:
    """Return what one finish tells: the line over the stage, over its day, and over all stages."""
    number = person * 7919 + version * 104_729
    line = Line(number % 101, 60_000 + number % 600_000, number, number % 999_983, version, 0)
    units = {
        "region.street": 1 + person % 11,
        "region.community": 100 + person % 80,
        "school.school": 1_000 + person % 30,
        kept.GROUP: 1 + person % 2,
    }
    return [
        LiveLine(
            at,
            period,
            person,
            version,
            standings.order_key(stages[at], line),
            kept.stored(stages[at], line),
            units,
        )
        for at, period in ((0, ""), (0, DAY), (1, ""))
    ]
