"""One's own devices, read without script: a cookie that was ended is dead at once."""

from __future__ import annotations

import re

from flask import Flask

from tests.support.desk import Visitor
from tests.support.pages import Reader

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 13_3 like Mac OS X) MicroMessenger/8.0.28"


def two_devices(app: Flask) -> tuple[Reader, Reader]:
    """One person on two devices."""
    phone, other = Reader(app), Reader(app)
    phone.client.environ_base["HTTP_USER_AGENT"] = IPHONE
    phone.open("/sign-in")
    text = phone.send("/sign-in/new", nickname="小明", next="/me")
    code = re.search(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b", text)
    assert code
    other.open("/sign-in")
    other.send("/sign-in/code", code=code[0], next="/me")
    return phone, other


def test_a_device_is_seen_and_ended_at_once(app: Flask) -> None:
    phone, other = two_devices(app)
    text = other.open("/me/devices")
    assert "苹果手机，微信里" in text
    assert "本机" in text
    assert other.page is not None
    key = re.search(r'name="device" value="(\w+)"', other.page.get_data(as_text=True))
    assert key

    text = other.send("/me/devices/end", device=key[1])
    phone.open("/me")

    assert "苹果手机" not in text
    assert phone.address == "/sign-in"
    assert "小明" in other.open("/me")


def test_all_others_are_ended_from_this_one(app: Flask) -> None:
    phone, other = two_devices(app)
    phone.open("/me/devices")
    phone.send("/me/devices/end-others")

    other.open("/me")

    assert other.address == "/sign-in"
    assert "小明" in phone.open("/me")


def test_the_desk_signs_somebody_out_everywhere(app: Flask, organizer: Visitor) -> None:
    phone, other = two_devices(app)
    organizer.open("/desk/people?q=小明")
    assert organizer.page is not None
    found = re.search(r"/desk/people/\d+", organizer.page.get_data(as_text=True))
    assert found
    organizer.open(found[0])

    text = organizer.send(f"{found[0]}/sign-out")

    assert "已让 2 部设备退出登录" in text
    for reader in (phone, other):
        reader.open("/me")
        assert reader.address == "/sign-in"
