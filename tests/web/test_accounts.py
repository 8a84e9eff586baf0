"""Signing in and out, units and one's own page, read by a browser without script."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.support.pages import Reader
from tests.web.test_play import begin, resident

__all__ = ["resident"]  # a fixture of this folder's cast


def sign_up(reader: Reader, **fields: str) -> str:
    """Send the form of somebody new and return what is read then."""
    reader.open("/sign-in")
    return reader.send("/sign-in/new", **{"next": "/", **fields})


def refused(reader: Reader, **fields: str) -> str:
    """Send the form of somebody new, which is refused, and return what is read then."""
    reader.open("/sign-in")
    return reader.send("/sign-in/new", status=422, **{"next": "/", **fields})


def code_of(text: str) -> str:
    """Return the participant code on a page."""

    found = re.search(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b", text)
    assert found
    return found[0]


def test_the_participant_code_is_shown_until_it_is_kept_and_never_again(resident: Reader, app: Flask) -> None:
    reader = Reader(app)
    first = code_of(sign_up(reader, nickname="新人"))
    again = code_of(reader.open("/me/code"))
    reader.send("/me/code", next="/")

    reader.open("/me/code")

    assert first == again
    assert reader.address == "/"


def test_the_code_signs_in_however_it_is_typed(resident: Reader, app: Flask) -> None:
    code = code_of(sign_up(Reader(app), nickname="新人"))
    other = Reader(app)
    other.open("/sign-in")

    other.send("/sign-in/code", code=f" {code.lower().replace('-', ' ')} ", next="/me")

    assert other.address == "/me"
    assert "新人" in other.text


def test_what_was_refused_comes_first_on_the_page(resident: Reader, app: Flask) -> None:
    reader = Reader(app)
    reader.open("/sign-in")
    reader.send("/sign-in/code", status=401, code="AAAAA-AAAAA", next="/")

    assert reader.text.index("没有这个参赛码") < reader.text.index("起一个昵称")


def test_a_wrong_code_is_refused_in_words_and_stays_in_its_field(resident: Reader, app: Flask) -> None:
    reader = Reader(app)
    reader.open("/sign-in")

    text = reader.send("/sign-in/code", status=401, code="AAAAA-AAAAA", next="/")

    assert "没有这个参赛码" in text
    assert reader.page is not None
    assert 'value="AAAAA-AAAAA"' in reader.page.get_data(as_text=True)


@pytest.mark.parametrize(
    ("nickname", "sentence"),
    [("", "请填写昵称"), ("很" * 21, "昵称最多 20 个字"), ("​", "不能显示的字符")],
)
def test_a_nickname_that_cannot_be_used_is_refused_in_words(
    resident: Reader, app: Flask, nickname: str, sentence: str
) -> None:
    assert sentence in refused(Reader(app), nickname=nickname)


def test_markup_in_a_nickname_is_shown_as_it_was_typed(resident: Reader, app: Flask) -> None:
    reader = Reader(app)
    sign_up(reader, nickname="<b>&粗")

    assert "<b>&粗" in reader.open("/me")


def test_a_unit_is_found_by_a_part_of_its_name(resident: Reader, app: Flask) -> None:
    reader = Reader(app)
    sign_up(reader, nickname="小李", **{"find-region": "石油路街"})

    assert "渝中区/石油路街道" in reader.open("/me")


def test_several_units_of_that_name_are_offered_and_one_is_chosen(resident: Reader, app: Flask) -> None:
    reader = Reader(app)
    text = refused(reader, nickname="小李", **{"find-region": "大坪"})
    assert "请选一个" in text
    assert reader.page is not None

    picked = re.findall(r'name="unit-region" value="(\d+)"', reader.page.get_data(as_text=True))

    reader.send(
        "/sign-in/new", nickname="小李", next="/", **{"find-region": "大坪", "unit-region": picked[0]}
    )

    assert "大坪" in reader.open("/me")


def test_a_unit_nobody_has_heard_of_is_refused_and_the_rest_stays(resident: Reader, app: Flask) -> None:
    reader = Reader(app)

    text = refused(reader, nickname="小李", **{"find-region": "月球街道"})

    assert "没有找到“月球街道”" in text
    assert reader.page is not None
    assert 'value="小李"' in reader.page.get_data(as_text=True)


def test_a_unit_can_be_named_later_and_changed(resident: Reader) -> None:
    resident.open("/me/units")
    resident.send("/me/units", next="/me", **{"find-region": "石油路街"})
    assert "石油路街道" in resident.text

    assert "现在的单位 渝中区/石油路街道" in resident.open("/me/units")
    resident.send("/me/units", next="/me", **{"find-region": "大坪街"})

    assert "大坪街道" in resident.text
    assert "石油路街道" not in resident.text


def test_ones_own_page_lists_attempts_and_places(resident: Reader) -> None:
    paper = begin(resident)
    resident.send(f"{paper}/hand-in")

    text = resident.open("/me")

    assert "渝中区公民科学素质网络赛（示范） · 个人 第 1 名" in text
    assert "答对 0/10" in text


def test_signing_out_ends_it_and_the_page_asks_to_sign_in(resident: Reader) -> None:
    resident.open("/me")
    resident.send("/sign-out")

    resident.open("/me")

    assert resident.address == "/sign-in"


def test_forms_without_their_token_are_refused(resident: Reader) -> None:
    for address in ("/sign-in/new", "/sign-in/code", "/sign-out", "/me/units", "/contests/1/start"):
        assert resident.client.post(address, data={"nickname": "x"}).status_code == 400


def test_who_waited_too_long_with_a_form_is_led_back_to_its_page(resident: Reader) -> None:
    page = "/me/units?next=/me"
    for site, wanted in (("http://localhost", True), ("http://elsewhere.example", False)):
        told = resident.client.post("/me/units", headers={"Referer": f"{site}{page}"}).get_data(as_text=True)

        assert (f'href="{page}">重新打开刚才的页面' in told) == wanted


def test_every_page_speaks_english_when_asked(resident: Reader) -> None:
    resident.client.post("/look", data={"lang": "en", "next": "/"})

    resident.open("/")

    assert resident.page is not None
    assert '<html lang="en"' in resident.page.get_data(as_text=True)
