"""Why this place, from the record of a running contest: equal to the fold, at the cost of one person."""

from __future__ import annotations

from fractions import Fraction

import pytest
from sqlalchemy import select

from quiz.errors import NotFound
from quiz.models.play import Attempt
from quiz.rules.saying import filled_in
from quiz.rules.why import Why
from quiz.rules.why_units import WhyUnit
from quiz.services import ledger, results, why
from quiz.services.board_reading import BoardId, Wanted
from quiz.services.correcting import Correction
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published
from tests.support import standing
from tests.support.clock import MovedClock
from tests.support.standing import BEST, DAYS, PEOPLE, STREETS
from tests.support.statements import statements

DAY_MS = 86_400_000
ALL = (PEOPLE, DAYS, STREETS, BEST)


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


@pytest.fixture
def rules(platform: Platform, now: int) -> Published:
    return standing.publish(platform, now)


@pytest.fixture
def people(platform: Platform, rules: Published, now: int) -> dict[str, int]:
    """Four people of two streets; the first answers three times on two days."""
    found = {
        name: standing.join(platform, name, now, street)
        for name, street in zip("甲乙丙丁", "PPQP", strict=True)
    }
    standing.finish(platform, rules, found["甲"], 2, now, 61_250)
    standing.finish(platform, rules, found["甲"], 4, now + 600_000, 50_000)
    standing.finish(platform, rules, found["甲"], 3, now + DAY_MS)
    standing.finish(platform, rules, found["乙"], 4, now, 50_000)
    standing.finish(platform, rules, found["丙"], 4, now, 40_000)
    standing.finish(platform, rules, found["丁"], 1, now)
    standing.finish(platform, rules, found["丁"], 4, now + 600_000)
    return found


def explained(
    platform: Platform, rules: Published, board: BoardId, now: int, me: int | None = None, **wanted: object
) -> why.Explained:
    unit = wanted.pop("unit", None)
    return why.of_board(platform, rules, Wanted(board, me=me, **wanted), now, unit)  # type: ignore[arg-type]


def test_a_place_is_told_with_its_attempts_sums_and_neighbours(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    standing.catch_up(platform, now)

    found = explained(platform, rules, PEOPLE, now, people["丙"])

    assert isinstance(found.why, Why)
    assert (found.why.place, found.why.total, found.why.above, found.why.below) == (2, 4, "甲", "乙")
    assert (found.why.decided, found.why.decided_below) == ("total", "time")
    sentences = [filled_in(sentence) for passage in found.passages for sentence in passage.sentences]
    assert sentences[:6] == [
        "丙：第 2 名，总分 4 分。",
        "前一名是 甲。",
        "比总分（高的在前）：对方 7 分，本人 4 分，由此分出先后。",
        "后一名是 乙。",
        "比总分（高的在前）：对方 4 分，本人 4 分，相同。",
        "比用时（短的在前）：对方 50 秒，本人 40 秒，由此分出先后。",
    ]
    assert not found.is_behind


def test_a_total_of_several_days_adds_up_from_its_attempts(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    found = explained(platform, rules, PEOPLE, now, people["甲"])

    assert isinstance(found.why, Why)
    (stage,) = found.why.stages
    assert [(each.number, each.points, each.because) for each in stage.attempts] == [
        (1, 2, "not_best"),
        (2, 4, "counts"),
        (3, 3, "counts"),
    ]
    assert [(each.period, each.attempts, each.points) for each in stage.periods] == [
        ("2026-03-02", (2,), 4),
        ("2026-03-03", (3,), 3),
    ]
    assert stage.exact == 7


def test_a_correction_is_told_and_the_sums_follow(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    with platform.store.reading() as session:
        attempt = session.scalars(
            select(Attempt.id).where(Attempt.person_id == people["甲"], Attempt.number == 2)
        ).one()
    ledger.book(
        platform,
        rules.contest_id,
        Correction("attempt", attempt, "void", "一人两机"),
        Actor(None, now + DAY_MS),
    )

    found = explained(platform, rules, PEOPLE, now + DAY_MS, people["甲"])

    assert isinstance(found.why, Why)
    (stage,) = found.why.stages
    assert [each.because for each in stage.attempts] == ["counts", "void", "counts"]
    assert [(each.do, each.because) for each in stage.corrections] == [("void", "一人两机")]
    assert (stage.exact, found.why.total) == (5, 5)


def test_a_day_is_explained_by_itself_with_the_numbers_of_the_stage(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    found = explained(platform, rules, DAYS, now + DAY_MS, people["甲"])

    assert isinstance(found.why, Why)
    assert found.period == "2026-03-03"
    assert [(each.number, each.points) for each in found.why.stages[0].attempts] == [(3, 3)]


def test_a_street_is_told_with_its_inputs_and_one_below_the_board_with_the_reason(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    listed = results.page(platform, rules, Wanted(STREETS), now)

    above = explained(platform, rules, STREETS, now, unit=listed.rows[0].id)
    below = explained(platform, rules, STREETS, now, unit=listed.unlisted[0].id)

    assert isinstance(above.why, WhyUnit)
    assert isinstance(below.why, WhyUnit)
    assert (above.why.who, above.why.place, above.why.value) == ("P", 1, 15)
    assert [(each.metric, each.figure) for each in above.why.inputs] == [("sum", 15)]
    assert (below.why.who, below.why.place, below.why.because) == ("Q", None, "least_people")


def test_who_is_asked_nothing_of_has_one_s_own_street_explained(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    found = explained(platform, rules, BEST, now, people["丙"])

    assert isinstance(found.why, WhyUnit)
    assert (found.why.who, found.why.place) == ("Q", 2)
    assert found.why.above is not None
    assert (found.why.above.who, found.why.above.value) == ("P", 11)


def test_everybody_s_explanation_is_what_the_board_shows(
    platform: Platform, rules: Published, people: dict[str, int], now: int
) -> None:
    for board in ALL:
        page = results.page(platform, rules, Wanted(board), now + DAY_MS)
        for row in page.rows:
            is_people = board in (PEOPLE, DAYS)
            found = explained(platform, rules, board, now + DAY_MS, **{"me" if is_people else "unit": row.id})
            shown = found.why.total if isinstance(found.why, Why) else found.why.value
            assert (found.why.place, shown) == (row.place, row.values["total" if is_people else "value"])
            if isinstance(found.why, Why):
                assert sum(each.exact for each in found.why.stages) == Fraction(str(shown))
                assert sum(each.time_ms for each in found.why.stages) == row.values["time_ms"]


def test_a_stranger_to_the_board_is_told_so(platform: Platform, rules: Published, now: int) -> None:
    me = standing.join(platform, "戊", now)

    with pytest.raises(NotFound, match="还没有您的名次"):
        explained(platform, rules, PEOPLE, now, me)
    with pytest.raises(NotFound, match="没有这个单位"):
        explained(platform, rules, STREETS, now, unit=12345)


@pytest.mark.parametrize("crowd", [3, 30])
def test_an_explanation_asks_the_database_as_little_whatever_the_number_of_people(
    platform: Platform, rules: Published, people: dict[str, int], now: int, crowd: int
) -> None:
    for n in range(crowd):
        standing.finish(platform, rules, standing.join(platform, f"众{n}", now), 1, now)
    standing.catch_up(platform, now)
    explained(platform, rules, PEOPLE, now, people["甲"])

    with statements(platform.store.engine) as seen:
        explained(platform, rules, PEOPLE, now, people["甲"])

    assert len(seen) == 5, seen
