"""What rules ask of people: refused at the start with the reason, asked once, told by rosters, corrected."""

from __future__ import annotations

import pytest

from quiz.errors import FactsNeeded, InvalidInput, NotAllowed
from quiz.rules.timing import moment_ms
from quiz.services import accounts, play, profiles, rosters
from quiz.services.platform import Actor, Platform
from quiz.services.profiles import Correction, Told
from quiz.services.published import Published, in_force
from tests.support import contests as cast
from tests.support import standing
from tests.support.clock import MovedClock

ROSTER = """姓名,组别,年级,出生日期,加时,不参赛,队伍,监护人同意
王小明,小学,四,2014/3/2,300,,先锋队,同意
李小红,中学,初一,2011,1.5倍,,先锋队,
张工,,,,,工作人员,,
"""


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


def publish(platform: Platform, now: int, people: str, clock: str = "{per_attempt_s: 300}") -> Published:
    cast.fill_bank(platform, now)
    cast.add_units(platform, now)
    text = cast.rules(clock=clock).replace("units:\n", f"people: {people}\nunits:\n")
    return in_force(platform, cast.publish(platform, text, now))


def add(platform: Platform, now: int, text: str = ROSTER) -> list[int]:
    """Add the people of a roster and return their ids."""
    found = rosters.preview(platform, rosters.stage(platform, text.encode(), "名单.csv", now))
    assert found.problems == ()
    codes = accounts.add_people(platform, found.people, Actor(None, now))
    return [accounts.sign_in_with_code(platform, code, now).person_id for code in codes]


def test_only_who_is_on_the_roster_may_start(platform: Platform, now: int) -> None:
    rules = publish(platform, now, "{roster_only: true}")
    listed = add(platform, now)[0]

    cast.begin(platform, rules.contest_id, listed, now)
    with pytest.raises(NotAllowed, match="名册里没有您"):
        cast.begin(platform, rules.contest_id, cast.join(platform, "路人", now), now)


@pytest.mark.parametrize(("moment", "may"), [("2026-03-03 23:59:59", True), ("2026-03-04 00:00", False)])
def test_signing_up_ends_with_the_day(platform: Platform, now: int, moment: str, may: bool) -> None:
    rules = publish(platform, now, '{register_by: "2026-03-03 24:00"}')
    at_ms = moment_ms("Asia/Shanghai", moment)
    person = cast.join(platform, "小明", at_ms)

    chances = play.chances(platform, rules, 0, person, at_ms + 1_000 + 86_400_000 // 2)

    assert (getattr(chances.refusal, "code", None) != "not_allowed") is may


def test_who_is_marked_on_the_roster_is_excluded(platform: Platform, now: int) -> None:
    rules = publish(platform, now, "{exclude: [工作人员]}")
    pupil, _, staff = add(platform, now)

    cast.begin(platform, rules.contest_id, pupil, now)
    with pytest.raises(NotAllowed, match="工作人员不参加"):
        cast.begin(platform, rules.contest_id, staff, now)


def test_what_the_rules_need_is_asked_once_and_stays(platform: Platform, now: int) -> None:
    rules = publish(platform, now, "{groups: [小学, 中学], ages: {from: 12}}")
    person = cast.join(platform, "小明", now)

    with pytest.raises(FactsNeeded) as asked:
        cast.begin(platform, rules.contest_id, person, now)
    with pytest.raises(InvalidInput, match="小学、中学"):
        profiles.tell(platform, rules, person, Told(group="大学"), now)
    profiles.tell(platform, rules, person, Told("小学", "2004", "四"), now)
    profiles.tell(platform, rules, person, Told("中学", "2001", ""), now)

    assert asked.value.details == {"wanted": ["group", "born"]}
    known = profiles.profile(platform, person)
    assert (known.groups, known.born, known.grade) == (("小学",), "2004", "")  # grade: nobody asked
    cast.begin(platform, rules.contest_id, person, now)


@pytest.mark.parametrize(("born", "may"), [("2008-03-02", True), ("2008-03-03", False)])
def test_somebody_may_start_from_their_birthday_on(
    platform: Platform, now: int, born: str, may: bool
) -> None:
    rules = publish(platform, now, "{ages: {from: 18}}")
    person = cast.join(platform, "小明", now)  # on 2 March 2026
    profiles.tell(platform, rules, person, Told(born=born), now)

    if may:
        cast.begin(platform, rules.contest_id, person, now)
    else:
        with pytest.raises(NotAllowed, match="年满 18 岁"):
            cast.begin(platform, rules.contest_id, person, now)


def test_the_roster_tells_what_rules_ask(platform: Platform, now: int) -> None:
    rules = publish(platform, now, "{groups: [小学, 中学], grades: [四], ages: {to: 12}}")
    fourth, seventh, _ = add(platform, now)

    cast.begin(platform, rules.contest_id, fourth, now)
    with pytest.raises(NotAllowed, match="您登记的年级是初一"):
        cast.begin(platform, rules.contest_id, seventh, now)


@pytest.mark.parametrize(
    "text", ["姓名,出生日期\n王小明,昨天\n", "姓名,加时\n王小明,一会儿\n", "姓名,不参赛\n王,是\n"]
)
def test_a_cell_that_cannot_be_read_is_named(platform: Platform, now: int, text: str) -> None:
    found = rosters.preview(platform, rosters.stage(platform, text.encode(), "名单.csv", now))

    assert [(problem.row, problem.column) for problem in found.problems] == [(2, "B")]


def test_extra_time_makes_the_deadline_later(platform: Platform, now: int) -> None:
    rules = publish(platform, now, "{}")
    seconds, factor, none = add(platform, now)

    spans = [
        play.sheet_of(platform, cast.begin(platform, rules.contest_id, who, now), who, now).limit_ms
        for who in (seconds, factor, none)
    ]

    assert [(span or 0) - now for span in spans] == [600_000, 450_000, 300_000]


def test_extra_time_makes_each_question_longer(platform: Platform, now: int) -> None:
    rules = publish(platform, now, "{}", clock="{per_question_s: 20}")
    _, factor, none = add(platform, now)

    opened = [
        play.sheet_of(platform, cast.begin(platform, rules.contest_id, who, now), who, now).open
        for who in (factor, none)
    ]

    assert [each.deadline_ms - each.opened_ms for each in opened if each] == [30_000, 20_000]


def test_a_roster_makes_teams_that_a_contest_can_rank(platform: Platform, now: int) -> None:
    cast.fill_bank(platform, now)
    people = add(platform, now)
    text = cast.rules().replace(
        "region: {levels: [district, street]}", "team: {levels: [team], required: true}"
    )
    contest_id = cast.publish(platform, text.replace("region.street", "team.team"), now)

    for person in people[:2]:
        attempt = cast.begin(platform, contest_id, person, now)
        play.finish(platform, cast.batch(platform, attempt, now, cast.answer(platform, attempt, 1)))

    board = standing.page(platform, in_force(platform, contest_id), standing.BoardId(0, 1), now)
    assert [(row.name, row.values["value"], row.values["people"]) for row in board.rows] == [("先锋队", 2, 2)]


def test_the_desk_corrects_with_a_reason_and_the_next_start_is_decided_by_it(
    platform: Platform, now: int
) -> None:
    rules = publish(platform, now, "{grades: [四]}")
    seventh = add(platform, now)[1]
    wanted = Correction("中学", "2011", "四", "", "录入时写错了年级")

    with pytest.raises(InvalidInput, match="原因"):
        profiles.correct(platform, seventh, Correction("", "", "", "", " "), Actor(None, now))
    profiles.correct(platform, seventh, wanted, Actor(None, now))

    cast.begin(platform, rules.contest_id, seventh, now)
