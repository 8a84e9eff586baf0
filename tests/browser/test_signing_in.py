"""Signing in on a phone: with a card, by its QR code and by hand, and with a code sent to a number."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from quiz.services import accounts, desk, seats, senders
from quiz.services.accounts import NewPerson, UnitRow
from quiz.services.platform import Actor
from quiz.services.seats import Card
from tests.browser.phone import Phone
from tests.browser.site import Site


@pytest.fixture
def card(site: Site) -> Card:
    """The card of a pupil."""
    actor = Actor(None, site.platform.clock.now_ms())
    rows = [UnitRow("browser-1", "三年级2班", seats.LEVEL, "")]
    accounts.load_units(site.platform, seats.TREE, rows, actor)
    unit = desk.unit_ids(site.platform, seats.TREE)["browser-1"]
    pupil = NewPerson("欧阳*", "欧阳娜娜", {seats.TREE: unit}, on_roster=True)
    return seats.cards(site.platform, accounts.add_people(site.platform, [pupil], actor))[0]


@pytest.fixture
def by_phone(site: Site) -> Iterator[None]:
    """Codes go to phones, that is into a file."""
    before = site.platform.sign_in
    site.platform.sign_in = replace(before, ways=(*before.ways, "phone"), senders={"phone": "file"})
    yield
    site.platform.sign_in = before


def test_a_pupil_signs_in_by_hand_and_by_the_qr_code(new_phone: Callable[..., Phone], card: Card) -> None:
    by_hand, by_qr = new_phone(), new_phone()
    page = by_hand.go("/sign-in?next=/me")
    page.get_by_label("班级码").fill(card.class_code.lower())
    page.get_by_label("座号或姓名").fill("欧阳娜娜")
    page.get_by_label("口令").fill(card.pass_number)
    page.get_by_role("button", name="用参赛卡登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("欧阳*")

    page = by_qr.go(f"/card/{card.code}")
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_role("link", name="我的").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("欧阳*")
    expect(page.get_by_text("三年级2班")).to_be_visible()


@pytest.mark.usefixtures("by_phone")
def test_somebody_new_proves_a_number_and_takes_part(phone: Phone, site: Site) -> None:
    page = phone.go("/sign-in?next=/me")
    page.get_by_role("textbox", name="手机号").fill("138 0013 8000")
    page.get_by_role("button", name="发送验证码").click()
    expect(page.get_by_text("138****8000")).to_be_visible()
    sent = (site.platform.data / senders.OUTBOX).read_text("utf-8").splitlines()[-1]
    page.get_by_label("六位验证码").fill(json.loads(sent)["code"])
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_label("昵称").fill("大坪老李")

    page.get_by_role("button", name="开始参加").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("大坪老李")
    expect(page.get_by_text("138****8000")).to_be_visible()


def test_a_guest_joins_the_account_of_a_card_and_sees_all_of_it(phone: Phone, site: Site, card: Card) -> None:
    phone.sign_up("/me")
    page = phone.go("/me")
    nickname = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("link", name="用参赛卡合并账号").click()
    page.get_by_label("班级码").fill(card.class_code)
    page.get_by_label("座号或姓名").fill(card.label)
    page.get_by_label("口令").fill(card.pass_number)
    page.get_by_role("button", name="用参赛卡登录").click()
    for name in (nickname, card.name[:2] + "*"):
        expect(page.get_by_role("heading", level=2, name=name)).to_be_visible()

    page.get_by_role("button", name="合并这两个账号").click()

    expect(page.get_by_text("两个账号已经合并")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(card.name[:2] + "*")
    expect(page.get_by_text("三年级2班")).to_be_visible()
