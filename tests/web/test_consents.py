"""Pupils under 14: on a roster with consent, refused, taken back; no phone number; at the desk."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from quiz.models.accounts import About, Audit, Identity
from quiz.models.privacy import Consent
from quiz.rules.minors import ConsentNeeded
from quiz.services import accounts
from quiz.services.accounts import UnitRow
from quiz.services.platform import Actor, Platform
from quiz.sign_in_settings import SignInSettings
from tests.support import contests as cast
from tests.support.clock import MovedClock
from tests.support.desk import Visitor
from tests.support.pages import Reader

ROSTER = """姓名,年级,出生日期,监护人同意,监护人
王小明,四年级,2015,,母亲
李大同,高一,2009,,
陈小小,四年级,2015,不同意,父亲
""".encode()


@pytest.fixture
def contest_id(platform: Platform, clock: MovedClock) -> int:
    cast.fill_bank(platform, clock.now_ms())
    cast.add_units(platform, clock.now_ms())
    return cast.publish(platform, cast.rules(), clock.now_ms())


def person_of(platform: Platform, name: str) -> int:
    with platform.store.reading() as session:
        return session.scalars(select(Identity.person_id).where(Identity.name == name)).one()


def test_a_roster_with_children_is_added_once_consent_is_confirmed(
    organizer: Visitor, platform: Platform
) -> None:
    organizer.open("/desk/people")
    read = organizer.send("/desk/people", file=(ROSTER, "名单.csv"))
    here = organizer.address
    assert "1 人的监护人不同意" in read
    assert "1 人可能不满 14 周岁" in read

    assert organizer.send(here).count("请先确认每位") == 1
    organizer.send(here, how="paper", said_on="2026-03-01", consented="yes")

    with platform.store.reading() as session:
        (said,) = session.scalars(select(Consent)).all()
        assert (said.given, said.guardian, said.how, said.said_on) == (True, "母亲", "paper", "2026-03-01")
        assert session.scalars(select(Identity).where(Identity.name == "陈小小")).all() == []
        assert session.get_one(About, person_of(platform, "李大同")).consent == ""
        (refused,) = session.scalars(select(Audit).where(Audit.action == "people.refused"))
        assert refused.detail == '{"rows":1}'


def test_a_pupil_waits_for_consent_and_a_refusal_deletes_the_name(
    organizer: Visitor, platform: Platform, app: Flask, clock: MovedClock, contest_id: int
) -> None:
    new = accounts.NewPerson("王*", "王小明", on_roster=True, born="2015")
    (code,) = accounts.add_people(platform, [new], Actor(None, clock.now_ms()))
    person, pupil = person_of(platform, "王小明"), Reader(app)
    pupil.open("/sign-in")
    pupil.send("/sign-in/code", code=code, next="/")
    pupil.open(f"/contests/{contest_id}")
    assert "学校还没有登记监护人的同意" in pupil.text

    page = organizer.open(f"/desk/people/{person}")
    assert "还没有登记" in page
    organizer.send(f"/desk/people/{person}/consent", 422, given="", how="paper", said_on="2026-03-01")
    organizer.send(f"/desk/people/{person}/consent", given="yes", how="meeting", said_on="2026-03-01")
    pupil.open(f"/contests/{contest_id}")
    pupil.send(f"/contests/{contest_id}/start", stage=0, key="k1")
    assert pupil.address.startswith("/attempts/")

    organizer.open(f"/desk/people/{person}")
    said = organizer.send(
        f"/desk/people/{person}/consent", given="no", how="paper", said_on="2026-03-02", guardian="母亲"
    )
    assert "已登记不同意" in said
    assert "王小明" not in organizer.open(f"/desk/people/{person}")
    assert pupil.client.get("/me").location.startswith("/sign-in")


def test_no_phone_number_is_added_to_a_pupil_under_14(
    platform: Platform, app: Flask, clock: MovedClock
) -> None:
    platform.sign_in = SignInSettings(("phone", "code"), {"phone": "file"})
    new = accounts.NewPerson("王*", "王小明", on_roster=True, born="2015", consent="given")
    (code,) = accounts.add_people(platform, [new], Actor(None, clock.now_ms()))
    pupil = Reader(app)
    pupil.open("/sign-in")
    pupil.send("/sign-in/code", code=code, next="/me")

    assert "不登记手机号" in pupil.open("/me/ways/phone", status=403)
    pupil.open("/me")
    pupil.send("/sign-in/phone", 403, phone="13800138000", attach="yes", next="/me")
    assert not (platform.data / "codes.jsonl").exists()


def test_the_way_out_stands_beside_signing_up(app: Flask) -> None:
    page = Reader(app).open("/sign-in")

    assert "自己报名要年满 14 周岁。 不满 14 周岁" in page


def test_a_class_alone_tells_that_a_pupil_is_a_child(
    organizer: Visitor, platform: Platform, clock: MovedClock, contest_id: int
) -> None:
    rows = [
        UnitRow("S", "一小", "school", ""),
        UnitRow("G", "四年级", "grade", "S"),
        UnitRow("C", "四年级1班", "class", "G"),
    ]
    accounts.load_units(platform, "school", rows, Actor(None, clock.now_ms()))
    organizer.open("/desk/people")

    read = organizer.send("/desk/people", file=("姓名,学校\n王小明,C\n".encode(), "名单.csv"))
    assert "1 人可能不满 14 周岁" in read
    organizer.send(organizer.address, how="paper", said_on="2026-03-01", consented="yes")
    child = person_of(platform, "王小明")
    with platform.store.writing() as session:
        about = session.get_one(About, child)
        assert about.consent == "given"
        about.consent = ""

    with pytest.raises(ConsentNeeded):
        cast.begin(platform, contest_id, child, clock.now_ms())
