"""Events: points and attempts for what people do beside answering, once each, on boards and in the proof."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from quiz.errors import QuotaUsed
from quiz.live import View
from quiz.models.rewards import Event
from quiz.services import accounts, boards, event_files, events, ledger, play, results
from quiz.services.correcting import Correction
from quiz.services.events import NewEvent
from quiz.services.platform import Actor, Platform
from quiz.services.published import in_force
from quiz.services.results import BoardId, Wanted
from tests.support import contests as cast
from tests.support.clock import MovedClock, ms

RULES = (
    cast.rules()
    .replace(
        "quota: {limit: {per_period: 3}}",
        "quota: {limit: {per_period: 1}, extra: [{event: lecture, adds: 1, cap: {per_day: 1}}]}\n"
        "    events:\n"
        "      sign_in: {points: 1, cap: {per_day: 1}}\n"
        "      first_login: {points: 2, cap: {total: 1}}\n"
        "      lecture: {points: 5, cap: {total: 2}}",
    )
    .replace("      - {name: 街道", "      - {name: 每日, of: people, over: period}\n      - {name: 街道")
)
ORGANIZER = Actor(None, 0)


@pytest.fixture
def contest_id(platform: Platform, clock: MovedClock) -> int:
    cast.fill_bank(platform, clock.now_ms())
    cast.add_units(platform, clock.now_ms())
    found = cast.publish(platform, RULES, clock.now_ms())
    boards.catch_up_all(platform, clock.now_ms(), full=True)
    return found


def lecture(person_id: int, moment: str) -> NewEvent:
    return NewEvent(person_id, ms(moment), "lecture", f"lecture/{ms(moment)}")


def board(platform: Platform, contest_id: int, number: int, now_ms: int, period: str = "") -> list[object]:
    wanted = Wanted(BoardId(0, number), period=period, view=View.FULL)
    page = results.page(platform, in_force(platform, contest_id), wanted, now_ms)
    return [(row.place, row.name, row.values["total"]) for row in page.rows]


def test_signing_in_counts_once_a_day_and_the_first_time_once(
    platform: Platform, clock: MovedClock, contest_id: int
) -> None:
    entry = accounts.sign_up(platform, "甲", {}, clock.now_ms())
    assert entry.code is not None
    accounts.sign_in_with_code(platform, entry.code, clock.now_ms() + 1_000)
    assert board(platform, contest_id, 0, clock.now_ms()) == [(1, "甲", 3)]

    clock.move(days=1)
    accounts.sign_in_with_code(platform, entry.code, clock.now_ms())

    assert board(platform, contest_id, 0, clock.now_ms()) == [(1, "甲", 4)]
    assert board(platform, contest_id, 1, clock.now_ms(), "2026-03-02") == [(1, "甲", 3)]
    assert board(platform, contest_id, 1, clock.now_ms(), "2026-03-03") == [(1, "甲", 1)]
    assert boards.verify(platform, contest_id) == []


def test_whether_somebody_signed_in_today_is_told_where_the_rules_ask_for_it(
    platform: Platform, clock: MovedClock, contest_id: int
) -> None:
    rules = in_force(platform, contest_id)
    me = cast.join(platform, "甲", clock.now_ms())

    assert events.today_of(platform, rules, me, clock.now_ms()) is True
    clock.move(days=1)
    assert events.today_of(platform, rules, me, clock.now_ms()) is False
    events.visited(platform, me, clock.now_ms())
    assert events.today_of(platform, rules, me, clock.now_ms()) is True
    clock.set("2026-03-08 20:00")
    assert events.today_of(platform, rules, me, clock.now_ms()) is None


def test_an_event_put_on_record_twice_counts_once_and_its_cap_holds(
    platform: Platform, clock: MovedClock, contest_id: int
) -> None:
    rules = in_force(platform, contest_id)
    me = cast.join(platform, "甲", clock.now_ms())
    attended = [lecture(me, f"2026-03-02 08:0{n}") for n in range(3)]

    assert events.record_events(platform, rules, attended, ORGANIZER) == 3
    assert events.record_events(platform, rules, attended, ORGANIZER) == 0

    assert board(platform, contest_id, 0, clock.now_ms()) == [(1, "甲", 3 + 2 * 5)]
    assert boards.verify(platform, contest_id) == []


def test_an_event_adds_an_attempt_within_its_cap(
    platform: Platform, clock: MovedClock, contest_id: int
) -> None:
    rules = in_force(platform, contest_id)
    me = cast.join(platform, "甲", clock.now_ms())
    finish(platform, cast.begin(platform, contest_id, me, clock.now_ms()), clock.now_ms())
    with pytest.raises(QuotaUsed):
        cast.begin(platform, contest_id, me, clock.now_ms())

    attended = [lecture(me, "2026-03-02 08:10"), lecture(me, "2026-03-02 08:20")]
    events.record_events(platform, rules, attended, ORGANIZER)

    assert play.chances(platform, rules, 0, me, clock.now_ms()).left.now == 1
    finish(platform, cast.begin(platform, contest_id, me, clock.now_ms()), clock.now_ms())
    with pytest.raises(QuotaUsed):
        cast.begin(platform, contest_id, me, clock.now_ms())
    clock.move(days=1)
    assert play.chances(platform, rules, 0, me, clock.now_ms()).left.now == 1


def test_points_of_events_stand_beside_those_of_answers_whatever_comes_first(
    platform: Platform, clock: MovedClock, contest_id: int
) -> None:
    me = cast.join(platform, "甲", clock.now_ms())
    attempt_id = cast.begin(platform, contest_id, me, clock.now_ms())
    right = [cast.answer(platform, attempt_id, n) for n in (1, 2, 3)]
    play.finish(platform, cast.batch(platform, attempt_id, clock.now_ms(), *right))

    assert board(platform, contest_id, 0, clock.now_ms()) == [(1, "甲", 3 + 3)]
    assert boards.verify(platform, contest_id) == []


def test_a_line_that_forgets_an_event_is_found_by_the_proof(
    platform: Platform, clock: MovedClock, contest_id: int
) -> None:
    cast.join(platform, "甲", clock.now_ms())
    with platform.store.writing() as session:
        for event in session.scalars(select(Event).where(Event.kind == "sign_in")):
            session.delete(event)

    assert boards.verify(platform, contest_id)


def test_a_file_of_events_is_read_by_code_or_number_and_taken_once(
    platform: Platform, clock: MovedClock, contest_id: int
) -> None:
    rules = in_force(platform, contest_id)
    entry = accounts.sign_up(platform, "甲", {}, clock.now_ms())
    other = cast.join(platform, "乙", clock.now_ms())
    lines = [
        "参赛码,时间,活动",
        f"{entry.code},2026-03-02 08:30,lecture",
        f"{other},2026-03-02T08:30:00+08:00,lecture",
        f"{other},2026-03-02 08:30,lecture",
    ]
    token = event_files.stage(platform, "\n".join(lines).encode(), "讲座.csv", clock.now_ms())

    found = event_files.preview(platform, rules, token)

    assert (found.problems, found.people, found.kinds) == ((), 2, [("lecture", 3)])
    assert event_files.take(platform, rules, token, ORGANIZER) == 2
    assert [kept.count for kept in events.on_record(platform, contest_id) if kept.kind == "lecture"] == [2]


def test_everything_wrong_in_a_file_of_events_is_named_and_nothing_is_taken(
    platform: Platform, clock: MovedClock, contest_id: int
) -> None:
    rules = in_force(platform, contest_id)
    me = cast.join(platform, "甲", clock.now_ms())
    lines = [
        "参赛码,时间,活动",
        "ABCDE-FGHJK,2026-03-02 08:30,lecture",
        f"{me},昨天,lecture",
        f"{me},2026-04-01 08:30,lecture",
        f"{me},2026-03-02 08:30,share",
        f"{me},2026-03-02 08:30,dance",
    ]
    token = event_files.stage(platform, "\n".join(lines).encode(), "讲座.csv", clock.now_ms())

    found = event_files.preview(platform, rules, token)

    assert [(p.row, p.column, p.code) for p in found.problems] == [
        (2, "A", "unknown_person"),
        (3, "B", "not_a_moment"),
        (4, "B", "outside"),
        (5, "C", "unknown_kind"),
        (6, "C", "unknown_kind"),
    ]
    assert event_files.take(platform, rules, token, ORGANIZER) == 0


def finish(platform: Platform, attempt_id: int, now_ms: int) -> None:
    play.finish(platform, cast.batch(platform, attempt_id, now_ms))


def test_who_is_disqualified_leaves_the_board_of_a_day_with_nothing_but_an_event(
    platform: Platform, clock: MovedClock, contest_id: int
) -> None:
    person = cast.join(platform, "甲", clock.now_ms())
    given = [lecture(person, "2026-03-03 10:00")]
    clock.set("2026-03-03 12:00")
    events.record_events(platform, in_force(platform, contest_id), given, ORGANIZER)
    assert board(platform, contest_id, 1, clock.now_ms(), "2026-03-03") == [(1, "甲", 5)]

    wanted = Correction("person", person, "disqualify", "冒名")
    ledger.book(platform, contest_id, wanted, Actor(None, clock.now_ms()))

    assert board(platform, contest_id, 1, clock.now_ms(), "2026-03-03") == []
    assert boards.verify(platform, contest_id) == []


def test_an_event_that_a_late_list_puts_beyond_its_cap_leaves_the_board_of_its_day(
    platform: Platform, clock: MovedClock, contest_id: int
) -> None:
    clock.set("2026-03-06 12:00")
    rules = in_force(platform, contest_id)
    person = cast.join(platform, "甲", clock.now_ms())
    for day in (5, 4, 3):  # the cap keeps the two earlier ones
        given = [lecture(person, f"2026-03-0{day} 10:00")]
        events.record_events(platform, rules, given, ORGANIZER)

    days = {day: board(platform, contest_id, 1, clock.now_ms(), f"2026-03-0{day}") for day in (3, 4, 5)}
    assert days == {3: [(1, "甲", 5)], 4: [(1, "甲", 5)], 5: []}
    assert boards.verify(platform, contest_id) == []
