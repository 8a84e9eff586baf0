"""Cards of a class: printed from a roster, and signing in with what stands on them, without script."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from quiz.services import accounts
from quiz.services.accounts import UnitRow
from quiz.services.platform import Actor, Platform
from quiz.web.cards import is_only_here
from tests.support.desk import Visitor
from tests.support.pages import Reader, faults_of

ROSTER = "姓名,学校,座号\n王小明,一年级1班,7\n李小红,一年级1班,\n校外人,,\n"
ON_CARD = re.compile(r"(王小明) \S+ http://\S+ 班级码 (\S+) 座号 (\S+) 口令 (\d{6})")


@pytest.fixture
def printed(organizer: Visitor, platform: Platform) -> str:
    """The page of the cards of a roster, as HTML."""
    rows = [UnitRow("S", "人民小学", "school", ""), UnitRow("S11", "一年级1班", "class", "S")]
    accounts.load_units(platform, "school", rows, Actor(None, platform.clock.now_ms()))
    organizer.open("/desk/people")
    organizer.send("/desk/people", file=(ROSTER.encode(), "名单.csv"))
    roster = organizer.address
    organizer.send(roster, consented="yes", how="paper", said_on="2026-03-01")
    organizer.send(f"{roster}/cards")
    assert organizer.page is not None
    return organizer.page.get_data(as_text=True)


@pytest.fixture
def typed(printed: str, organizer: Visitor) -> dict[str, str]:
    """What stands on the card of 王小明."""
    found = ON_CARD.search(organizer.text)
    assert found
    return {"class_code": found[2], "seat": found[3], "pass_number": found[4]}


def test_the_cards_of_a_roster_are_a_page_to_print(printed: str, organizer: Visitor) -> None:
    assert faults_of(printed) == []
    assert printed.count('class="segno"') == 3  # two pupils and their class; who has no class has no card
    assert "校外人" not in organizer.text
    assert "打印参赛卡" in organizer.open("/desk/audit") or "下载参赛码" in organizer.text


def test_cards_are_not_printed_unwarned_with_an_address_that_no_phone_opens(
    printed: str, organizer: Visitor
) -> None:
    assert "http://localhost 只有这台电脑打得开" in organizer.text
    assert [is_only_here(host) for host in ("127.0.0.1", "::1")] == [True, True]
    assert [is_only_here(host) for host in ("192.168.1.5", "quiz.example.org")] == [False, False]


def test_a_pupil_signs_in_with_what_stands_on_the_card(typed: dict[str, str], app: Flask) -> None:
    reader = Reader(app)
    reader.open(f"/sign-in?class_code={typed['class_code']}")
    assert reader.page is not None
    assert f'value="{typed["class_code"]}"' in reader.page.get_data(as_text=True)
    assert 'href="#seat-title"' in reader.page.get_data(as_text=True)  # of three ways

    reader.send("/sign-in/seat", next="/me", **typed)

    assert reader.address == "/me"
    assert "人民小学/一年级1班" in reader.text


def test_what_is_wrong_is_said_above_the_fields_and_the_pass_number_is_not_kept(
    typed: dict[str, str], app: Flask
) -> None:
    reader = Reader(app)
    reader.open("/sign-in")

    text = reader.send("/sign-in/seat", status=401, **{**typed, "pass_number": "abc123"})

    assert "班级码、座号和口令对不上" in text
    assert reader.page is not None
    assert "abc123" not in reader.page.get_data(as_text=True)
    assert f'value="{typed["class_code"]}"' in reader.page.get_data(as_text=True)


def test_looking_at_the_address_of_a_card_signs_nobody_in(
    typed: dict[str, str], app: Flask, platform: Platform, organizer: Visitor
) -> None:
    code = accounts.add_people(platform, [accounts.NewPerson("甲")], Actor(None, 0))[0]
    reader = Reader(app)

    reader.open(f"/card/{code}")
    assert "登录" in reader.text
    assert reader.address == "/card"  # which history and referrer may hold
    reader.open("/me")
    assert reader.address == "/sign-in"
    reader.open(f"/card/{code}")
    assert reader.page is not None
    assert f'value="{code}"' in reader.page.get_data(as_text=True)
    reader.send("/sign-in/code", code=code, next="/me")

    assert reader.address == "/me"
    reader.open("/card")
    assert reader.address == "/sign-in"


def test_a_new_card_is_printed_at_the_person_and_the_old_one_ends(
    typed: dict[str, str], organizer: Visitor, app: Flask
) -> None:
    organizer.open("/desk/people?q=王小明")
    assert organizer.page is not None
    found = re.search(r"/desk/people/\d+", organizer.page.get_data(as_text=True))
    assert found
    organizer.open(found[0])
    organizer.send(f"{found[0]}/card")
    new = ON_CARD.search(organizer.text)
    assert new
    reader = Reader(app)
    reader.open("/sign-in")

    reader.send("/sign-in/seat", status=401, **typed)
    reader.send("/sign-in/seat", next="/me", **{**typed, "pass_number": new[4]})

    assert reader.address == "/me"


def test_without_classes_the_page_speaks_of_no_class(app: Flask) -> None:
    reader = Reader(app)

    assert "班级码" not in reader.open("/sign-in")
    assert reader.post("/sign-in/seat", class_code="A").status_code == 404
