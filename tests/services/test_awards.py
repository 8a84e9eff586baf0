"""Awards: who gets them follows from the boards; a confirmed list is kept, and only who is on it advances."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from quiz.errors import ChangedMeanwhile, NotAllowed, NotFound, NotNow
from quiz.services import awards, boards, play
from quiz.services.awards import AwardId
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published, in_force
from tests.support import contests as cast
from tests.support.clock import MovedClock

PRIZES = """    awards:
      - {name: 每日之星, board: 每日, top: 1, to: 决赛, once_only: true}
      - {name: 街道第一, board: 个人, top: 1, each: region.street, wild_cards: 1}
      - {name: 前两名, board: 个人, top: 2, equal: all_in}
      - {name: 前一半, board: 个人, share: "0.5"}
      - {name: 合格证书, at_least: {correct: 4}}
      - {name: 连对, at_least: {correct: 3}, in_a_row: 2}
      - {name: 优秀街道, board: 街道, top: 1, to: 街道赛}
      - {name: 区内第一, board: 街道, top: 1, each: region.district}
      - {name: 各组街道, board: 街道, top: 1, each: group}
    integrity: {notice_days: 5}
    boards:
      - {name: 每日, of: people, over: period}
"""
RULES = (
    cast.rules()
    .replace("    boards:\n", PRIZES)
    .replace("stages:\n", "awards: [{name: 总奖, at_least: {total: 7}}]\nstages:\n")
    + cast.LATER_STAGES
)
STAR, STREET = AwardId(0, 0), AwardId(0, 6)


@pytest.fixture
def rules(platform: Platform, clock: MovedClock) -> Published:
    cast.fill_bank(platform, clock.now_ms())
    cast.add_units(platform, clock.now_ms())
    contest_id = cast.publish(platform, RULES, clock.now_ms())
    boards.catch_up_all(platform, clock.now_ms(), full=True)
    return in_force(platform, contest_id)


@pytest.fixture
def people(platform: Platform, clock: MovedClock, rules: Published) -> Mapping[str, int]:
    """甲 is first on both days, 乙 second, 丙 and 丁 are equal; 甲 and 乙 live in P, the others in Q."""
    found = {}
    for name, street in (("甲", 2), ("乙", 2), ("丙", 3), ("丁", 3)):
        found[name] = cast.join(platform, name, clock.now_ms(), {"region": street})
    for day in (2, 3):
        for name, right in (("甲", 4), ("乙", 3), ("丙", 2), ("丁", 2)):
            clock.set(f"2026-03-0{day} 09:00")
            attempt_id = cast.begin(platform, rules.contest_id, found[name], clock.now_ms())
            answers = [cast.answer(platform, attempt_id, n) for n in range(1, right + 1)]
            play.finish(platform, cast.batch(platform, attempt_id, clock.now_ms() + 1_000, *answers))
    return found


def listed(platform: Platform, rules: Published) -> dict[tuple[str, str], list[str]]:
    return {
        (each.prize.name, each.period): [getter.real_name for getter in each.getters]
        for each in awards.given(platform, rules)
    }


def confirm(platform: Platform, rules: Published, award: AwardId, period: str, now_ms: int) -> None:
    seen = awards.one(platform, rules, award, period).digest
    awards.confirm(platform, rules, award, period, seen, Actor(None, now_ms))


def test_who_gets_what_follows_from_the_boards(
    platform: Platform, rules: Published, people: Mapping[str, int]
) -> None:
    assert listed(platform, rules) == {
        ("每日之星", "2026-03-02"): ["甲"],
        ("每日之星", "2026-03-03"): ["乙"],
        ("街道第一", ""): ["甲", "乙", "丙"],
        ("前两名", ""): ["甲", "乙"],
        ("前一半", ""): ["甲", "乙"],
        ("合格证书", ""): ["甲"],
        ("连对", ""): ["甲", "乙"],
        ("优秀街道", ""): ["渝中区/P"],
        ("区内第一", ""): ["渝中区/P"],
        ("各组街道", ""): [],  # nobody is in a group
        ("总奖", ""): ["甲"],  # of all stages
    }


def test_a_list_says_why_somebody_is_on_it(
    platform: Platform, rules: Published, people: Mapping[str, int]
) -> None:
    star = awards.one(platform, rules, STAR, "2026-03-03")

    assert [(g.place, g.figures["total"], g.figures["time_ms"]) for g in star.getters] == [(2, 3, 1_000)]


def test_a_list_is_confirmed_when_its_time_is_over_and_kept_as_it_was(
    platform: Platform, rules: Published, people: Mapping[str, int], clock: MovedClock
) -> None:
    clock.set("2026-03-03 23:59")
    confirm(platform, rules, STAR, "2026-03-02", clock.now_ms())
    with pytest.raises(NotNow):
        confirm(platform, rules, STAR, "2026-03-03", clock.now_ms())

    (kept,) = awards.confirmed(platform, rules)
    assert (kept.prize.name, kept.period, [g.name for g in kept.getters]) == (
        "每日之星",
        "2026-03-02",
        ["甲"],
    )
    assert kept.notice_until_ms == clock.now_ms() + 5 * 86_400_000


def test_a_list_that_changed_since_it_was_looked_at_is_not_confirmed_and_twice_is_once(
    platform: Platform, rules: Published, people: Mapping[str, int], clock: MovedClock
) -> None:
    clock.set("2026-03-08 20:00")
    with pytest.raises(ChangedMeanwhile):
        awards.confirm(platform, rules, STAR, "2026-03-02", "another", Actor(None, clock.now_ms()))

    confirm(platform, rules, STAR, "2026-03-02", clock.now_ms())
    confirm(platform, rules, STAR, "2026-03-02", clock.now_ms() + 1_000)

    assert [kept.confirmed_ms for kept in awards.confirmed(platform, rules)] == [clock.now_ms()]


def test_only_who_advanced_may_start_the_stage_that_an_award_leads_to(
    platform: Platform, rules: Published, people: Mapping[str, int], clock: MovedClock
) -> None:
    clock.set("2026-03-10 09:00")
    with pytest.raises(NotAllowed):
        start(platform, rules, 1, people["甲"], clock.now_ms())
    confirm(platform, rules, STAR, "2026-03-02", clock.now_ms())
    confirm(platform, rules, STAR, "2026-03-03", clock.now_ms())

    assert start(platform, rules, 1, people["甲"], clock.now_ms())
    assert start(platform, rules, 1, people["乙"], clock.now_ms())
    with pytest.raises(NotAllowed):
        start(platform, rules, 1, people["丙"], clock.now_ms())
    refusal = play.chances(platform, rules, 1, people["丙"], clock.now_ms()).refusal
    assert refusal is not None
    assert refusal.code == "not_allowed"


def test_stages_that_open_soon_and_nobody_may_be_in_are_told(
    platform: Platform, clock: MovedClock, rules: Published, people: Mapping[str, int]
) -> None:
    def told() -> list[str]:
        return [stage.name for stage in awards.nobody_advanced_yet(platform, rules, clock.now_ms())]

    clock.set("2026-03-07 07:59")
    assert told() == []
    clock.set("2026-03-07 08:00")
    assert told() == ["决赛", "街道赛"]
    confirm(platform, rules, STAR, "2026-03-02", clock.now_ms())
    assert told() == ["街道赛"]
    clock.set("2026-03-11 20:00")
    assert told() == []


def test_where_a_unit_advanced_its_people_may_start(
    platform: Platform, rules: Published, people: Mapping[str, int], clock: MovedClock
) -> None:
    clock.set("2026-03-10 09:00")
    confirm(platform, rules, STREET, "", clock.now_ms())

    assert start(platform, rules, 2, people["甲"], clock.now_ms())
    with pytest.raises(NotAllowed):
        start(platform, rules, 2, people["丁"], clock.now_ms())


@pytest.mark.parametrize("text", ["", "0", "0-9", "3-1", "9-0", "x-1"])
def test_an_award_that_does_not_exist_is_not_found(platform: Platform, rules: Published, text: str) -> None:
    with pytest.raises(NotFound):
        awards.prize_of(rules, AwardId.parse(text))


def start(platform: Platform, rules: Published, stage: int, person_id: int, now_ms: int) -> int:
    return play.start(platform, person_id, play.Start(rules.contest_id, stage), now_ms)
