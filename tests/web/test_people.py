"""The page that asks what rules need, and the desk's page of one person, read without script."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from quiz.services import units
from quiz.services.platform import Platform
from tests.support import contests as cast
from tests.support.desk import Visitor
from tests.support.pages import Reader, faults_of

PEOPLE = "people: {groups: [小学, 中学], ages: {from: 12}, exclude: [工作人员]}\nunits:\n"
LOCKED = "region: {levels: [district, street], lock: {changes: 1}}"


@pytest.fixture
def contest_id(platform: Platform) -> int:
    now_ms = platform.clock.now_ms()
    cast.fill_bank(platform, now_ms)
    cast.add_units(platform, now_ms)
    text = cast.rules().replace("units:\n", PEOPLE)
    return cast.publish(platform, text.replace("region: {levels: [district, street]}", LOCKED), now_ms)


@pytest.fixture
def pupil(app: Flask, contest_id: int) -> Reader:
    reader = Reader(app)
    reader.open("/sign-in")
    reader.send("/sign-in/new", nickname="小明", next="/", **{"find-region": "P"})
    reader.send("/me/code", next="/")
    return reader


def start(reader: Reader, contest_id: int) -> str:
    reader.open(f"/contests/{contest_id}")
    return reader.send(f"/contests/{contest_id}/start", stage=0, key="k1")


def test_only_what_the_rules_need_is_asked_and_then_the_contest_goes_on(
    pupil: Reader, contest_id: int
) -> None:
    asked = start(pupil, contest_id)
    assert pupil.address == f"/me/about/{contest_id}"
    assert "这场比赛按组别排名" in asked
    assert "只用来核对年龄，不会公开" in asked
    assert "年级" not in asked

    wrong = pupil.send(pupil.address, status=422, group="小学", born="昨天")
    assert "请写成 2012-05-31 的样子" in wrong
    pupil.send(f"/me/about/{contest_id}", group="小学", born="2010")

    assert pupil.address == f"/contests/{contest_id}"
    start(pupil, contest_id)
    assert pupil.address.startswith("/attempts/")


def test_who_is_under_14_and_signed_up_alone_is_shown_the_way(pupil: Reader, contest_id: int) -> None:
    start(pupil, contest_id)

    said = pupil.send(f"/me/about/{contest_id}", group="小学", born="2013")

    assert pupil.address == "/under-14"
    assert "没有参赛卡" in said
    start(pupil, contest_id)
    assert pupil.address == f"/me/about/{contest_id}"  # nothing was kept


def test_a_locked_unit_says_why_it_stays(pupil: Reader, contest_id: int) -> None:
    pupil.open("/me/units")
    pupil.send("/me/units", next="/me", **{"find-region": "Q"})

    pupil.open("/me/units")
    said = pupil.send("/me/units", status=403, next="/me", **{"find-region": "P"})

    assert "所属单位最多更换 1 次，您在 2026-03-02 已经用完" in said
    assert "渝中区/Q" in pupil.open("/me")


def test_the_desk_finds_somebody_and_corrects_unit_and_facts_with_a_reason(
    pupil: Reader, organizer: Visitor, platform: Platform
) -> None:
    organizer.open("/desk/people?q=小明")
    page = organizer.open(_person(organizer))
    assert "渝中区/P" in page
    here = organizer.address
    since = str(units.history(platform, int(here.rsplit("/", 1)[1]))[0].since_ms)

    refused = organizer.send(f"{here}/units", status=422, tree="region", unit="Q", since=since)
    assert "请写明更正的原因" in refused
    organizer.open(here)
    unknown = organizer.send(f"{here}/units", status=422, tree="region", unit="月球", because="错了")
    assert "没有单位“月球”" in unknown
    organizer.open(here)
    moved = organizer.send(f"{here}/units", tree="region", unit="Q", since=since, because="报名时选错")
    assert "渝中区/Q" in moved
    organizer.send(f"{here}/about", groups="中学", born="2011", grade="", extra="1.5倍", because="名单有误")

    assert organizer.page is not None
    assert faults_of(organizer.page.get_data(as_text=True)) == []
    assert "渝中区/Q" in pupil.open("/me")
    audit = organizer.open("/desk/audit")
    assert "更正所属单位" in audit
    assert "报名时选错" in audit
    assert "名单有误" in audit


def _person(browser: Visitor) -> str:
    """Return the address of the first person on the page that is open."""
    assert browser.page is not None
    found = re.search(r"/desk/people/\d+", browser.page.get_data(as_text=True))
    assert found
    return found[0]
