"""Corrections at the desk and as the people concerned read them, in browsers without script."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from quiz.errors import Closed
from quiz.models.ledger import Ledger
from quiz.services import boards, play
from quiz.services.platform import Platform
from quiz.services.published import Published, in_force
from tests.support import contests as cast
from tests.support import standing
from tests.support.clock import MovedClock
from tests.support.desk import Visitor
from tests.support.pages import faults_of

HIDDEN = re.compile(r'type="hidden" name="(token|seen|do|because|points|key|counts)" value="([^"]*)"')


@pytest.fixture
def rules(platform: Platform, clock: MovedClock) -> Published:
    rules = standing.publish(platform, clock.now_ms())
    standing.catch_up(platform, clock.now_ms())
    return rules


@pytest.fixture
def person_id(platform: Platform, rules: Published, clock: MovedClock) -> int:
    """甲, who has the first place, before 乙; both live in street P."""
    now = clock.now_ms()
    found = standing.join(platform, "甲", now)
    standing.finish(platform, rules, found, 4, now)
    standing.finish(platform, rules, standing.join(platform, "乙", now), 2, now)
    clock.move(minutes=10)
    return found


def tried(organizer: Visitor, address: str, **fields: object) -> dict[str, str]:
    """Fill in a correction and return what the page that shows who moves would send."""
    organizer.open(address)
    organizer.send(address, **{"because": "经核查", **fields})
    assert organizer.page is not None
    html = organizer.page.get_data(as_text=True)
    assert faults_of(html) == []
    return dict(HIDDEN.findall(html))


def test_an_organizer_finds_tries_and_books_a_correction_once(
    organizer: Visitor, platform: Platform, rules: Published, person_id: int
) -> None:
    ledger = f"/desk/contests/{rules.contest_id}/ledger"
    found = organizer.open(f"{ledger}/new?of=person&q=甲")
    fields = tried(organizer, f"{ledger}/person/{person_id}", do="disqualify")
    seen = organizer.text

    organizer.post(f"{ledger}/person/{person_id}/book", **fields)
    booked = organizer.send(f"{ledger}/person/{person_id}/book", **fields)

    assert "甲" in found
    assert "第 1 名 · 4" in seen
    assert "不在榜上" in seen
    assert "更正已生效" in booked
    assert booked.count("经核查") == 1
    assert faults_of(organizer.page.get_data(as_text=True)) == []  # type: ignore[union-attr]  # a page is open
    assert boards.verify(platform, rules.contest_id) == []
    again = organizer.open(f"{ledger}/person/{person_id}")
    assert re.search(r"以前的更正，最新的在前 \S+ \S+ 取消资格 · 经核查", again)


def test_of_two_organizers_who_add_the_same_points_the_second_looks_again(
    organizer: Visitor, platform: Platform, rules: Published, person_id: int
) -> None:
    address = f"/desk/contests/{rules.contest_id}/ledger/person/{person_id}"
    one = tried(organizer, address, do="adjust", points="2", because="漏记两分")
    other = tried(organizer, address, do="adjust", points="2", because="漏记两分")

    first = organizer.send(f"{address}/book", **one)
    second = organizer.send(f"{address}/book", **other)

    assert "更正已生效" in first
    assert "您查看以后又有别的更正，您的这一次没有记录" in second
    assert "第 1 名 · 6" in second
    assert faults_of(organizer.page.get_data(as_text=True)) == []  # type: ignore[union-attr]  # a page is open
    with platform.store.reading() as session:
        assert session.scalar(select(func.count()).select_from(Ledger)) == 1
    again = dict(HIDDEN.findall(organizer.page.get_data(as_text=True)))  # type: ignore[union-attr]  # as above
    assert "更正已生效" in organizer.send(f"{address}/book", **again)
    assert boards.verify(platform, rules.contest_id) == []


def test_going_back_from_what_would_change_keeps_what_was_typed(
    organizer: Visitor, rules: Published, person_id: int
) -> None:
    address = f"/desk/contests/{rules.contest_id}/ledger/person/{person_id}"
    fields = tried(organizer, address, do="adjust", points="-2", because="重复登录两次")

    organizer.send(address, again="1", **fields)

    assert organizer.page is not None
    html = organizer.page.get_data(as_text=True)
    assert "重复登录两次</textarea>" in html
    assert 'name="points" value="-2"' in html
    assert 'value="adjust" checked' in html


def test_everything_that_would_change_is_handed_out_as_a_file(
    organizer: Visitor, rules: Published, person_id: int
) -> None:
    address = f"/desk/contests/{rules.contest_id}/ledger/person/{person_id}"
    fields = tried(organizer, address, do="disqualify")
    seen = organizer.text

    reply = organizer.post(f"{address}/changes.csv", **fields)

    assert "个人：2 行变化，1 个名次上升，1 个下降。" in seen
    rows = reply.get_data(as_text=True).removeprefix("\ufeff").splitlines()
    assert rows[0] == "榜单、奖项或抽奖,期次,编号,姓名或单位,现在名次,现在,更正后名次,更正后"
    assert f"个人,,{person_id},甲,1,4,," in rows


def test_an_organizer_gives_everybody_the_points_and_they_read_it(
    app: Flask, organizer: Visitor, platform: Platform, rules: Published, person_id: int
) -> None:
    version = next(iter(rules.questions))
    address = f"/desk/contests/{rules.contest_id}/ledger/question/{version}"
    fields = tried(organizer, address, counts="everybody", because="题干有歧义")
    organizer.send(f"{address}/book", **fields)

    listed = organizer.text
    form = organizer.open(address)

    assert "人人得分" in listed
    assert "现在：人人得分" in form
    assert boards.verify(platform, rules.contest_id) == []


def test_who_is_out_stands_below_the_public_board_with_the_reason(
    organizer: Visitor, stranger: Visitor, rules: Published, person_id: int
) -> None:
    address = f"/desk/contests/{rules.contest_id}/ledger/person/{person_id}"
    fields = tried(organizer, address, do="disqualify", because="替人答题")
    organizer.send(f"{address}/book", **fields)

    public = stranger.open(f"/contests/{rules.contest_id}/boards/0-0")
    full = organizer.open(f"/desk/contests/{rules.contest_id}/boards/0-0")

    assert "暂不排名" in public
    assert "取消资格：替人答题" in public
    assert public.index("乙") < public.index("甲")
    assert "取消资格：替人答题" in full


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"do": "disqualify", "because": ""}, "请填写更正的理由"),
        ({"do": "adjust", "points": "很多"}, "分值请写成"),
        ({"do": "restore"}, "没有可以撤销的"),
        ({"do": "void"}, "这种更正不能用在这里"),
        ({}, "这种更正不能用在这里"),
    ],
)
def test_a_wrong_correction_keeps_what_was_typed(
    organizer: Visitor, rules: Published, person_id: int, fields: dict[str, str], told: str
) -> None:
    address = f"/desk/contests/{rules.contest_id}/ledger/person/{person_id}"
    organizer.open(address)

    page = organizer.send(address, 400, **{"because": "理由还在", **fields})

    assert told in page
    assert ("理由还在" in page) == ("because" not in fields)


def test_a_corrected_key_is_tried_and_counted(
    organizer: Visitor, platform: Platform, rules: Published, person_id: int
) -> None:
    file = organizer.open(f"/desk/contests/{rules.contest_id}/ledger/people/{person_id}")
    assert organizer.page is not None
    html = organizer.page.get_data(as_text=True)
    versions = re.findall(r"ledger/question/(\d+)", html)
    single = next(v for v in versions if rules.questions[int(v)].kind == "single")
    address = f"/desk/contests/{rules.contest_id}/ledger/question/{single}"
    fields = tried(organizer, address, key="B", do="remark")

    page = organizer.send(f"{address}/book", **fields)

    assert faults_of(html) == []
    assert "试卷与答案" in file
    assert "改判" in page
    assert "正在重新计分" not in page
    assert boards.verify(platform, rules.contest_id) == []


def test_the_person_reads_what_was_corrected_and_why(
    app: Flask, organizer: Visitor, participant: Visitor, platform: Platform, rules: Published, person_id: int
) -> None:
    me = participant.client.get("/api/v1/me").get_json()["person"]["id"]
    standing.finish(platform, rules, int(me), 3, platform.clock.now_ms())
    listed = participant.client.get("/api/v1/me").get_json()["attempts"][0]["attempt"]
    address = f"/desk/contests/{rules.contest_id}/ledger/attempt/{listed}"
    fields = tried(organizer, address, do="void", because="两人共用一部手机")
    organizer.send(f"{address}/book", **fields)

    result = participant.open(f"/attempts/{listed}/result")
    mine = participant.open("/me")

    assert "这次答题已作废，不计入成绩。理由：两人共用一部手机" in result
    assert "两人共用一部手机" in mine


def test_the_desk_sees_which_start_was_refused_and_why(
    organizer: Visitor, platform: Platform, rules: Published, person_id: int, clock: MovedClock
) -> None:
    with pytest.raises(Closed):
        play.start(platform, person_id, play.Start(rules.contest_id, 0), clock.now_ms() + 30 * 86_400_000)

    shown = organizer.open(f"/desk/contests/{rules.contest_id}/ledger/people/{person_id}")

    assert "没能开始的答题" in shown
    assert "2026-04-01 09:10:00 · 网络赛 · 答题已经结束" in shown
    assert faults_of(organizer.page.get_data(as_text=True)) == []  # type: ignore[union-attr]  # a page is open


def test_only_organizers_see_corrections(
    participant: Visitor, stranger: Visitor, rules: Published, person_id: int
) -> None:
    address = f"/desk/contests/{rules.contest_id}/ledger"

    participant.open(f"{address}/", 403)
    participant.open(f"{address}/people/{person_id}", 403)
    stranger.open(f"{address}/")

    assert stranger.address == "/sign-in"


@pytest.mark.parametrize("rest", ["person/999999", "unit/1", "new?of=nothing", "people/999999", "cat/1"])
def test_what_is_not_there_is_not_found(
    organizer: Visitor, rules: Published, person_id: int, rest: str
) -> None:
    status = 200 if rest == "unit/1" else 404

    organizer.open(f"/desk/contests/{rules.contest_id}/ledger/{rest}", status)


def test_a_board_says_until_when_results_may_be_objected_to(
    stranger: Visitor, platform: Platform, clock: MovedClock
) -> None:
    cast.fill_bank(platform, clock.now_ms())
    cast.add_units(platform, clock.now_ms())
    text = cast.rules() + "    integrity: {notice_days: 7}\n"
    board = f"/contests/{cast.publish(platform, text, clock.now_ms())}/boards/0-0"

    before = stranger.open(board)
    clock.set("2026-03-15 19:59")
    meanwhile = stranger.open(board)
    clock.set("2026-03-15 20:00")
    after = stranger.open(board)

    assert "公示期到 3月15日 20:00" in meanwhile
    assert "公示期" not in before + after


def test_attempts_below_the_shortest_time_are_listed_and_still_count(
    organizer: Visitor, platform: Platform, clock: MovedClock
) -> None:
    now = clock.now_ms()
    cast.fill_bank(platform, now)
    cast.add_units(platform, now)
    text = cast.rules().replace("    order:", "    integrity: {shortest_s: 20}\n    order:")
    rules = in_force(platform, cast.publish(platform, text, now))
    for name, taken_ms in (("快手", 19_999), ("慢手", 20_000)):
        attempt_id = cast.begin(platform, rules.contest_id, cast.join(platform, name, now), now)
        play.finish(
            platform,
            cast.batch(platform, attempt_id, now + taken_ms, cast.answer(platform, attempt_id, 1)),
        )

    index = organizer.open(f"/desk/contests/{rules.contest_id}/ledger/")
    page = organizer.open(f"/desk/contests/{rules.contest_id}/ledger/quick")

    assert "待核查的答题" in index
    assert "快手" in page
    assert "慢手" not in page
    assert organizer.page is not None
    assert faults_of(organizer.page.get_data(as_text=True)) == []
