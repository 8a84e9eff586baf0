"""What the desk reads of the database, on every database: the log, units, minutes, questions by tag."""

from __future__ import annotations

import json

import pytest
from sqlalchemy.exc import IntegrityError

from quiz.services import accounts, bank, bank_search, contests, desk, play, rosters
from quiz.services.accounts import UnitRow
from quiz.services.bank_search import Search
from quiz.services.platform import Actor, Platform
from tests.support import contests as ready
from tests.support.clock import MovedClock

TAGGED = [
    {"id": "1", "tags": {"topic": ["防灾减灾", "100%"], "domain": ["科学知识"]}, "difficulty": "easy"},
    {"id": "2", "tags": {"topic": ["防灾"]}, "difficulty": None},
    {"id": "3", "tags": {}, "difficulty": "hard"},
]


@pytest.fixture
def tagged(platform: Platform, clock: MovedClock) -> Platform:
    """A bank of three questions with different tags."""
    rows = [
        {"kind": "single", "stem": f"题_{row['id']}", "options": ["甲", "乙"], "key": ["A"], **row}
        for row in TAGGED
    ]
    content = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
    token = bank.stage(platform, content, "tagged.jsonl", clock.now_ms())
    bank.take(platform, bank.preview(platform, token), Actor(None, clock.now_ms()))
    return platform


@pytest.mark.parametrize(
    ("wanted", "stems"),
    [
        (Search(), ["题_3", "题_2", "题_1"]),
        (Search(tags=(("topic", "防灾"),)), ["题_2"]),
        (Search(tags=(("topic", "防灾减灾"),)), ["题_1"]),
        (Search(tags=(("topic", "100%"),)), ["题_1"]),
        (Search(tags=(("topic", "%"),)), []),
        (Search(tags=(("nothing", "防灾"),)), []),
        (Search(words="题_1"), ["题_1"]),
        (Search(words="题%1"), []),
        (Search(difficulty="hard"), ["题_3"]),
        (Search(difficulty=bank_search.UNDECLARED), ["题_2"]),
        (Search(kind="multiple"), []),
    ],
)
def test_questions_are_found_exactly(tagged: Platform, wanted: Search, stems: list[str]) -> None:
    found, count = bank_search.search(tagged, wanted)

    assert [each.question.stem for each in found] == stems
    assert count == len(stems)


def test_attempts_are_counted_by_the_minute(platform: Platform, clock: MovedClock) -> None:
    ready.fill_bank(platform, clock.now_ms())
    ready.add_units(platform, clock.now_ms())
    contest_id = ready.publish(platform, ready.rules(), clock.now_ms())
    attempts = []
    for seconds in (0, 59, 60):
        clock.set("2026-03-02 09:00")
        clock.move(seconds=seconds)
        person = ready.join(platform, f"甲{seconds}", clock.now_ms())
        attempts.append(ready.begin(platform, contest_id, person, clock.now_ms()))
    clock.set("2026-03-02 09:02")
    play.finish(platform, ready.batch(platform, attempts[0], clock.now_ms()))

    minutes = desk.per_minute(platform, contest_id, clock.now_ms())

    assert len(minutes) == desk.MINUTES_SHOWN
    assert [(m.started, m.finished) for m in minutes[-3:]] == [(2, 0), (1, 0), (0, 1)]


def test_a_board_is_not_live_before_it_is_built(platform: Platform, clock: MovedClock) -> None:
    ready.fill_bank(platform, clock.now_ms())
    ready.add_units(platform, clock.now_ms())
    contest_id = ready.publish(platform, ready.rules(), clock.now_ms())

    assert desk.board_state(platform, contest_id, clock.now_ms()).name == "building"


def test_the_latest_stated_size_of_a_unit_is_shown(platform: Platform, clock: MovedClock) -> None:
    actor = Actor(None, clock.now_ms())
    rows = [UnitRow("S", "一小", "school", "", 300, "2026-02-01")]
    accounts.load_units(platform, "school", rows, actor)
    unit_id = desk.unit_ids(platform, "school")["S"]
    accounts.set_enrolment(platform, unit_id, "2025-09-01", 280, actor)

    units, count = desk.units(platform, "school")

    assert count == 1
    assert (units[0].enrolled, units[0].as_of) == (300, "2026-02-01")


def test_a_roster_is_added_all_or_nothing_and_once(platform: Platform, clock: MovedClock) -> None:
    token = rosters.stage(platform, "姓名\n甲一\n乙二\n".encode(), "名单.csv", clock.now_ms())
    found = rosters.preview(platform, token)
    codes = rosters.codes_of(platform, token, 2)
    actor = Actor(None, clock.now_ms())
    accounts.add_people(platform, found.people, actor, codes)

    with pytest.raises(IntegrityError):
        accounts.add_people(platform, found.people, actor, ["AAAAA-AAAAA", codes[1]])

    assert rosters.is_added(platform, token)
    assert desk.people(platform)[1] == 2


def test_a_roster_that_comes_again_is_told_by_the_names_in_its_units(
    platform: Platform, clock: MovedClock
) -> None:
    units = [UnitRow("A", "一小", "school", ""), UnitRow("B", "二小", "school", "")]
    accounts.load_units(platform, "school", units, Actor(None, clock.now_ms()))

    def read(text: str) -> rosters.Roster:
        return rosters.preview(platform, rosters.stage(platform, text.encode(), "名单.csv", clock.now_ms()))

    first = read("姓名,学校\n王小明,一小\n李小红,一小\n")
    accounts.add_people(platform, first.people, Actor(None, clock.now_ms()))
    again = read("姓名,学校\n王小明,一小\n李小红,二小\n新同学,一小\n")

    assert first.namesakes == ()
    assert again.namesakes == ("王小明",)
    assert not again.problems


def test_two_rosters_get_different_codes(platform: Platform, clock: MovedClock) -> None:
    tokens = [rosters.stage(platform, "姓名\n甲\n".encode(), "名单.csv", clock.now_ms()) for _ in range(2)]

    first, second = (rosters.codes_of(platform, token, 3) for token in tokens)

    assert len({*first, *second}) == 6


def test_the_second_of_two_clicks_gets_the_same_draft_and_a_later_one_another(
    platform: Platform, clock: MovedClock
) -> None:
    accounts_of = accounts.invite_organizer(platform, "甲", Actor(None, clock.now_ms()))
    organizer = accounts.accept_invitation(platform, accounts_of, clock.now_ms()).person_id

    first = contests.create(platform, ready.rules(), "contest", Actor(organizer, clock.now_ms()))
    second = contests.create(platform, ready.rules(), "contest", Actor(organizer, clock.now_ms() + 900))
    clock.move(minutes=1)
    later = contests.create(platform, ready.rules(), "contest", Actor(organizer, clock.now_ms()))

    assert first == second
    assert later != first
