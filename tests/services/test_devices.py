"""Devices: listed with when and roughly what, ended one or all at once, by their owner or the desk."""

from __future__ import annotations

import pytest

from quiz.errors import NotFound
from quiz.services import accounts, devices
from quiz.services.entering import SignedIn, entered
from quiz.services.platform import Actor, Platform
from tests.support.clock import MovedClock


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


@pytest.fixture
def two(platform: Platform, now: int) -> tuple[SignedIn, SignedIn]:
    """The same person on two devices, the second a minute later."""
    first = accounts.sign_up(platform, "小明", {}, now)
    devices.note(platform, first.token, "iphone.wechat")
    return first, entered(platform, first.person_id, now + 60_000)


def is_in(platform: Platform, entry: SignedIn, now: int) -> bool:
    return accounts.visitor(platform, entry.token, now) is not None


def listed(platform: Platform, entry: SignedIn, now: int) -> list[tuple[str, int, bool]]:
    found = devices.of_person(platform, entry.person_id, entry.token, now)
    return [(device.told, device.since_ms - now, device.is_this) for device in found]


def test_devices_are_listed_the_latest_first(
    platform: Platform, now: int, two: tuple[SignedIn, SignedIn]
) -> None:
    assert listed(platform, two[0], now) == [("", 60_000, False), ("iphone.wechat", 0, True)]


def test_one_is_ended_and_the_other_stays(
    platform: Platform, now: int, two: tuple[SignedIn, SignedIn]
) -> None:
    first, second = two
    before = accounts.visitor(platform, first.token, now)
    other = next(d for d in devices.of_person(platform, first.person_id, first.token, now) if not d.is_this)

    devices.end_one(platform, first.person_id, other.key, now)

    after = accounts.visitor(platform, first.token, now)
    assert not is_in(platform, second, now)
    assert len(listed(platform, first, now)) == 1
    assert before is not None
    assert after is not None
    assert after.epoch == before.epoch + 1  # attempt tokens end, too


def test_nobody_ends_the_device_of_another(
    platform: Platform, now: int, two: tuple[SignedIn, SignedIn]
) -> None:
    stranger = accounts.sign_up(platform, "小红", {}, now)
    (key, *_rest) = [d.key for d in devices.of_person(platform, two[0].person_id, "", now)]

    for tried in (key, "", "%", "_" * devices.KEY_LENGTH):
        with pytest.raises(NotFound):
            devices.end_one(platform, stranger.person_id, tried, now)

    assert is_in(platform, two[0], now)
    assert is_in(platform, two[1], now)


def test_all_others_are_ended(platform: Platform, now: int, two: tuple[SignedIn, SignedIn]) -> None:
    first, second = two

    assert devices.end_others(platform, first.person_id, first.token, now) == 1
    assert devices.end_others(platform, first.person_id, first.token, now) == 0

    assert is_in(platform, first, now)
    assert not is_in(platform, second, now)


def test_the_desk_ends_all_of_a_person(platform: Platform, now: int, two: tuple[SignedIn, SignedIn]) -> None:
    stranger = accounts.sign_up(platform, "小红", {}, now)

    assert devices.end_all_by_desk(platform, two[0].person_id, Actor(None, now)) == 2

    assert not any(is_in(platform, entry, now) for entry in two)
    assert is_in(platform, stranger, now)
