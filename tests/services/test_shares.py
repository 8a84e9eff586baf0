"""What somebody adds to their unit: the same from Redis and from the stored lines."""

from __future__ import annotations

import pytest

from quiz.services.platform import Platform
from quiz.services.results import BoardId
from tests.services.test_results import SOURCES, now, read_from
from tests.support import standing

__all__ = ["now"]  # a fixture

BOARDS = """    boards:
      - {name: 总分, of: region.street, order: [sum]}
      - {name: 人均, of: region.street, order: [mean], least_people: 2}
      - {name: 前两名, of: region.street, order: [top_sum], top: 2}
      - {name: 合计, of: region.street, value: {terms: TERMS, round: 1}}
      - {name: 区, of: region.district, order: [child_units_rate]}
      - {name: 用时, of: region.street, order: [sum, time]}
""".replace("TERMS", '[{metric: mean, weight: "0.5"}, {metric: people, weight: "2"}]')
SUM, MEAN, BEST, BOTH, CHILDREN, _TIME = (BoardId(0, n) for n in range(6))


@pytest.mark.parametrize("source", SOURCES)
def test_a_street_is_told_with_and_without_somebody(platform: Platform, now: int, source: str) -> None:
    rules = standing.publish(platform, now, boards=BOARDS)
    ids = {}
    for name, right, street in (
        ("甲", 4, "P"),
        ("乙", 2, "P"),
        ("丙", 1, "P"),
        ("丁", 3, "Q"),
        ("戊", 3, "Q"),
    ):
        ids[name] = standing.join(platform, name, now, street)
        standing.finish(platform, rules, ids[name], right, now)

    def told(board: BoardId, name: str) -> tuple[object, ...]:
        platform.stored_sums.clear()  # what a busy machine keeps for a moment has no share
        share = standing.page(platform, rules, board, now, me=ids[name]).share
        assert share is not None
        less = share.without
        return (
            share.row.value,
            share.row.place,
            *((less.value, less.place) if less is not None else ()),
            share.part,
        )

    with read_from(platform, source, now):
        assert told(SUM, "甲") == (7, 1, 3, 2, 4)
        assert told(SUM, "丙") == (7, 1, 6, 1, 1)  # still shares the first place
        assert told(MEAN, "甲") == ("7/3", 2, "1.5", 2, None)
        assert told(MEAN, "丁") == ("3", 1, "3", None, None)  # too few people are left
        assert told(BEST, "甲") == (6, 1, 3, 2, None)
        assert told(BEST, "丙") == (6, 1, 6, 1, None)
        assert told(BOTH, "甲") == ("7.2", 1, "4.8", 2, None)
        assert told(CHILDREN, "甲") == ("100", 1, "100", 1, None)
        assert standing.page(platform, rules, SUM, now).share is None


def test_the_only_one_of_a_unit_is_all_of_it(platform: Platform, now: int) -> None:
    rules = standing.publish(platform, now, boards=BOARDS)
    alone, other = (standing.join(platform, name, now, street) for name, street in (("甲", "P"), ("乙", "Q")))
    for person in (alone, other):
        standing.finish(platform, rules, person, 2, now)
    standing.catch_up(platform, now)

    share = standing.page(platform, rules, SUM, now, me=alone).share
    children = standing.page(platform, rules, CHILDREN, now, me=alone).share

    assert share is not None
    assert (share.without, share.part) == (None, 2)
    assert children is not None
    assert children.without is not None
    assert (children.row.value, children.without.value) == ("100", "50")
