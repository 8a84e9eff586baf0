"""A start that the rules refused: noted once a day for each reason, told wherever a place is explained."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from quiz.errors import QuizError
from quiz.models.play import RefusedStart
from quiz.rules import case, replay, why_in_record
from quiz.rules.document import load
from quiz.rules.record import records
from quiz.rules.saying import filled_in
from quiz.rules.why import Uncounted, Why, as_data
from quiz.services import dossier, play, why
from quiz.services.board_reading import Wanted
from quiz.services.case_export import export_case
from quiz.services.own_data import own_data
from quiz.services.platform import Platform
from quiz.services.published import Published
from tests.support import standing
from tests.support.clock import MovedClock
from tests.support.standing import PEOPLE

DAY_MS, MINUTE_MS = 86_400_000, 60_000


@pytest.fixture
def rules(platform: Platform, clock: MovedClock) -> Published:
    return standing.publish(platform, clock.now_ms())


@pytest.fixture
def person(platform: Platform, rules: Published, clock: MovedClock) -> int:
    """Somebody who has used the three attempts of the first day."""
    found = standing.join(platform, "甲", clock.now_ms())
    for n in range(3):
        standing.finish(platform, rules, found, n, clock.now_ms() + n * 5 * MINUTE_MS)
    standing.catch_up(platform, clock.now_ms())
    return found


def refused(platform: Platform, rules: Published, person: int, now_ms: int) -> str:
    with pytest.raises(QuizError) as error:
        play.start(platform, person, play.Start(rules.contest_id, 0), now_ms)
    return error.value.code


def noted(platform: Platform) -> list[tuple[str, str, int]]:
    with platform.store.reading() as session:
        wanted = select(RefusedStart.day, RefusedStart.because, RefusedStart.at_ms)
        return [tuple(row) for row in session.execute(wanted.order_by(RefusedStart.at_ms))]


def test_a_refused_start_is_noted_once_a_day_for_each_reason(
    platform: Platform, rules: Published, person: int, clock: MovedClock
) -> None:
    first, over = clock.now_ms() + 60 * MINUTE_MS, clock.now_ms() + 30 * DAY_MS

    codes = [refused(platform, rules, person, at_ms) for at_ms in (first, first + 1, over, over + 1)]

    assert codes == ["quota", "quota", "closed", "closed"]
    assert noted(platform) == [("2026-03-02", "quota", first), ("2026-04-01", "closed", over)]


def test_a_refusal_for_something_that_can_be_mended_is_not_noted(
    platform: Platform, rules: Published, clock: MovedClock
) -> None:
    person = standing.join(platform, "乙", clock.now_ms())

    with pytest.raises(QuizError):
        play.start(platform, person, play.Start(rules.contest_id, 0, scene="没有这个"), clock.now_ms())

    assert noted(platform) == []


def test_a_refused_start_is_told_with_the_place_in_ones_own_data_and_to_the_desk(
    platform: Platform, rules: Published, person: int, clock: MovedClock
) -> None:
    at_ms = clock.now_ms() + 60 * MINUTE_MS
    refused(platform, rules, person, at_ms)

    found = why.of_board(platform, rules, Wanted(PEOPLE, me=person), at_ms)

    said = [filled_in(sentence) for passage in found.passages for sentence in passage.sentences]
    assert "3月2日 10:00 没能开始答题：次数已经用完（同一天因同样原因没能开始的，只列第一次）。" in said
    assert own_data(platform, person, at_ms)["refused_starts"] == [
        {"contest": "测试赛", "stage": "网络赛", "at": "2026-03-02T02:00:00Z", "reason": "次数已经用完"}
    ]
    file = dossier.person_file(platform, rules.contest_id, person)
    assert file.refused == [dossier.NotStarted(at_ms, "网络赛", "", "quota")]


def test_a_contest_written_out_tells_the_same_and_counts_nobody_twice(
    platform: Platform, rules: Published, person: int, clock: MovedClock, tmp_path: Path
) -> None:
    at_ms = clock.now_ms() + 60 * MINUTE_MS
    refused(platform, rules, person, at_ms)
    stranger = standing.join(platform, "乙", at_ms)
    refused(platform, rules, stranger, clock.now_ms() + 30 * DAY_MS)

    assert export_case(platform, rules.contest_id, tmp_path) == 3

    files = {name: (tmp_path / name).read_text("utf-8") for name in case.FILES if (tmp_path / name).is_file()}
    recorded = case.parse(files)
    found = replay.result(recorded)
    assert [row["because"] for row in found["refused"]] == ["quota", "closed"]
    assert [row["total"] for row in found["boards"]["个人"]] == [2]
    document = load(recorded.rules)
    (mine, *_) = why_in_record.everywhere(document, records(document, recorded), f"{person:012}")
    live = why.of_board(platform, rules, Wanted(PEOPLE, me=person), at_ms).why
    assert isinstance(mine.why, Why)
    assert isinstance(live, Why)
    assert as_data(mine.why.stages[0].refused) == as_data(live.stages[0].refused)
    assert live.stages[0].refused == (Uncounted(at_ms, "quota", "2026-03-02", is_a_start=True),)
