"""Draws, awards and events on pages: looked at, held, confirmed, taken as files, seen by everybody."""

from __future__ import annotations

import re
from io import BytesIO

import openpyxl
import pytest
from flask import Flask

from quiz.rules import lots
from quiz.services import play
from quiz.services.platform import Platform
from tests.support import contests as ready
from tests.support.clock import MovedClock
from tests.support.desk import Visitor
from tests.support.phone import Phone

RULES = ready.rules().replace(
    "    boards:\n",
    """    events: {sign_in: {points: 1, cap: {per_day: 1}}, lecture: {points: 2}}
    draws: [{name: 幸运奖, entries: [{for: attempt}], prizes: [{name: 保温杯, stock: 1}]}]
    awards: [{name: 一等奖, board: 个人, top: 1}]
    integrity: {notice_days: 3}
    boards:
""",
)


@pytest.fixture
def contest_id(platform: Platform, clock: MovedClock) -> int:
    """A contest in which 甲 has three right answers and 乙 two."""
    ready.fill_bank(platform, clock.now_ms())
    ready.add_units(platform, clock.now_ms())
    found = ready.publish(platform, RULES, clock.now_ms())
    for name, right in (("甲小明", 3), ("乙小红", 2)):
        person_id = ready.join(platform, name, clock.now_ms())
        attempt_id = ready.begin(platform, found, person_id, clock.now_ms())
        answers = [ready.answer(platform, attempt_id, n) for n in range(1, right + 1)]
        play.finish(platform, ready.batch(platform, attempt_id, clock.now_ms(), *answers))
    return found


def hidden(visitor: Visitor, name: str) -> str:
    assert visitor.page is not None
    found = re.search(rf'name="{name}" value="([^"]*)"', visitor.page.get_data(as_text=True))
    return found[1] if found else ""


def test_the_hash_of_the_seed_stands_on_the_page_of_the_contest_and_in_the_interface(
    app: Flask, contest_id: int, stranger: Visitor
) -> None:
    (draw,) = Phone(app).get(f"/api/v1/contests/{contest_id}/prizes")["draws"]

    assert draw["seed"] is None
    assert draw["seed_hash"] in stranger.open(f"/contests/{contest_id}")
    assert draw["seed_hash"] in stranger.open(f"/contests/{contest_id}/prizes")


def test_a_draw_is_held_after_the_close_and_everybody_sees_who_won_and_how_to_repeat_it(
    app: Flask, contest_id: int, organizer: Visitor, stranger: Visitor, clock: MovedClock
) -> None:
    page = f"/desk/contests/{contest_id}/draws/0"
    assert "以后可以开奖" in organizer.open(page)

    clock.set("2026-03-08 20:00")
    organizer.open(page)
    said = organizer.send(page, seen=hidden(organizer, "seen"))

    assert "已开奖，1 人次中奖" in said
    public = stranger.open(f"/contests/{contest_id}/prizes")
    assert re.search(r"保温杯 (甲\*\*|乙\*\*) [0-9a-f]{16} 第 1 个机会", public)
    (draw,) = Phone(app).get(f"/api/v1/contests/{contest_id}/prizes")["draws"]
    assert draw["seed"] in public
    assert lots.commitment(draw["seed"]) == draw["seed_hash"]
    entries = stranger.client.get(f"/contests/{contest_id}/draws/0.csv").get_data(as_text=True)
    rules = stranger.client.get(f"/contests/{contest_id}/rules.yaml").get_data(as_text=True)
    assert entries.splitlines()[0] == "draw,occasion,period,code,entries"
    assert "幸运奖" in rules
    book = openpyxl.load_workbook(BytesIO(organizer.client.get(f"{page}.xlsx").data))
    assert book.worksheets[0]["B2"].value == "保温杯"


def test_an_award_is_confirmed_with_its_reasons_and_announced_for_objections(
    contest_id: int, organizer: Visitor, stranger: Visitor, clock: MovedClock
) -> None:
    clock.set("2026-03-08 20:00")
    organizer.open(f"/desk/contests/{contest_id}/prizes")
    page = f"/desk/contests/{contest_id}/awards/0-0"
    assert "1 甲小明 4" in organizer.open(page)
    assert "甲小明" not in stranger.open(f"/contests/{contest_id}/prizes")

    said = organizer.send(page, seen=hidden(organizer, "seen"), period="")

    assert "名单已确认并公布" in said
    public = stranger.open(f"/contests/{contest_id}/prizes")
    assert "1 甲小明" in public
    assert "公示中" in public
    book = openpyxl.load_workbook(BytesIO(organizer.client.get(f"{page}.xlsx").data))
    assert book.worksheets[0]["C2"].value == "甲小明"
    clock.move(days=4)
    assert "公示已于" in stranger.open(f"/contests/{contest_id}/prizes")


def test_a_page_that_is_no_longer_true_confirms_and_draws_nothing(
    contest_id: int, organizer: Visitor, clock: MovedClock
) -> None:
    clock.set("2026-03-08 20:00")
    for page in ("draws/0", "awards/0-0"):
        organizer.open(f"/desk/contests/{contest_id}/{page}")
        assert organizer.post(f"/desk/contests/{contest_id}/{page}", seen="old").status_code == 409


def test_a_file_of_events_is_looked_at_and_imported(contest_id: int, organizer: Visitor) -> None:
    address = f"/desk/contests/{contest_id}/events"
    organizer.open(address)
    file = ("参赛码,时间,活动\n1,2026-03-02 08:30,lecture\n".encode(), "讲座.csv")
    assert "共 1 条，1 人" in organizer.send(address, file=file)

    assert "新记录了 1 条活动" in organizer.send(organizer.address)

    assert "lecture 1 1" in organizer.open(address)
    assert "甲小明" in organizer.open(f"/desk/contests/{contest_id}/boards/0-0")


def test_a_wrong_file_of_events_names_the_place(contest_id: int, organizer: Visitor) -> None:
    address = f"/desk/contests/{contest_id}/events"
    organizer.open(address)

    said = organizer.send(address, file=("参赛码,时间,活动\n1,2026-03-02 08:30,share\n".encode(), "x.csv"))

    assert "没有导入任何活动" in said
    assert "转发、邀请类活动只有规则写明才能计入" in said


def test_somebody_who_stays_signed_in_checks_in_once_a_day(
    contest_id: int, participant: Visitor, clock: MovedClock
) -> None:
    assert "今天已签到" in participant.open(f"/contests/{contest_id}")
    clock.move(days=1)
    assert "今天签到" in participant.open(f"/contests/{contest_id}")

    said = participant.send(f"/contests/{contest_id}/check-in")

    assert "签到成功" in said
    assert "今天已签到" in said


def test_a_contest_without_draws_and_awards_has_no_page_of_them(
    platform: Platform, clock: MovedClock, contest_id: int, stranger: Visitor
) -> None:
    plain = ready.publish(platform, ready.rules(), clock.now_ms())

    assert stranger.client.get(f"/contests/{plain}/prizes").status_code == 404
    assert "抽奖与获奖名单" not in stranger.open(f"/contests/{plain}")


AT_ONCE = ready.rules().replace(
    "    boards:\n",
    """    draws: [{name: 红包, entries: [{for: attempt}], prizes: [{name: 五元, stock: 2}], drawn: at_once}]
    boards:
""",
)


def test_a_lot_drawn_at_once_is_told_with_the_result_and_an_unclaimed_prize_passes_on(
    app: Flask, platform: Platform, contest_id: int, organizer: Visitor, stranger: Visitor, clock: MovedClock
) -> None:
    here = ready.publish(platform, AT_ONCE, clock.now_ms())
    phones = [Phone(app) for _ in range(3)]
    for n, phone in enumerate(phones):
        phone.sign_up(f"手机{n}")
        phone.start(here)
        phone.finish()
    first = Visitor(app)
    first.client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {phones[0].token}"
    assert "“红包”第 1 个机会 中奖：五元" in first.open(f"/attempts/{phones[0].attempt['attempt']}/result")
    assert "第 1 个机会 中奖：五元" in first.open(f"/contests/{here}/prizes")
    assert "已抽 3 次，中奖 2 次" in stranger.open(f"/contests/{here}/prizes")
    (draw,) = phones[0].get(f"/api/v1/contests/{here}/prizes")["draws"]
    assert (draw["lots"], draw["left"], draw["seed"]) == (3, [{"prize": "五元", "count": 0}], None)

    page = f"/desk/contests/{here}/draws/0"
    assert "五元 手机1" in organizer.open(page)
    organizer.send(page)
    assert "现在不能结束抽奖" in organizer.text
    clock.set("2026-03-08 20:00")
    organizer.open(page)
    assert "种子已公布" in organizer.send(page)
    (draw,) = phones[0].get(f"/api/v1/contests/{here}/prizes")["draws"]
    lost = draw["drawings"][0]["wins"][0]
    assert "“五元”没有领取" in organizer.open(f"{page}?code={lost['code']}&entry={lost['entry']}")
    fields = {"occasion": "", "code": lost["code"], "entry": lost["entry"]}
    assert "请写明为什么递补" in organizer.send(f"{page}/pass-on", because=" ", **fields)
    assert "“五元”已递补给抽奖号" in organizer.send(f"{page}/pass-on", because="逾期未领", **fields)

    assert "未领取，已递补 逾期未领" in organizer.open(page)
    assert "五元 手机2" in organizer.text
    public = stranger.open(f"/contests/{here}/prizes")
    assert "未领取，已递补" in public
    assert "逾期未领" not in public
    assert f"--redraws redraws-{here}-0.csv" in public
    assert "奖品递补" in organizer.open("/desk/audit")
    redraws = stranger.client.get(f"/contests/{here}/draws/0/redraws.csv").get_data(as_text=True)
    assert redraws.splitlines() == [
        "draw,after,occasion,code,entry",
        f"红包,1,,{lost['code']},{lost['entry']}",
    ]
    (draw,) = phones[0].get(f"/api/v1/contests/{here}/prizes")["draws"]
    assert [win.get("passed_on", False) for win in draw["drawings"][0]["wins"]] == [True, False, False]


def test_the_desk_is_warned_before_a_stage_that_nobody_may_be_in_yet(
    platform: Platform, clock: MovedClock, organizer: Visitor
) -> None:
    final = """  - name: 决赛
    calendar: {opens: "2026-03-10 08:00", closes: "2026-03-11 20:00"}
    paper: {sections: [{count: 2}]}
    person: {within_period: best}
    order: [total, time]
    boards: [{name: 决赛榜, of: people}]
"""
    ready.fill_bank(platform, clock.now_ms())
    ready.add_units(platform, clock.now_ms())
    found = ready.publish(
        platform, RULES.replace("top: 1}]", "top: 1, to: 决赛}]").rstrip("\n") + "\n" + final, clock.now_ms()
    )

    clock.set("2026-03-09 08:00")

    assert "“决赛”只有晋级者可以参加，晋级名单还没有确认" in organizer.open(f"/desk/contests/{found}/watch")
