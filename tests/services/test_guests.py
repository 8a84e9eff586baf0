"""Guests and units: what they have counts, or stands apart until they are known, as the rules say."""

from __future__ import annotations

from pathlib import Path

import pytest

from quiz.rules import case, replay
from quiz.services import accounts, boards, joining, subjects
from quiz.services.accounts import NewPerson
from quiz.services.case_export import export_case
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published, in_force
from quiz.services.subjects import Proven
from tests.support import contests as cast
from tests.support import standing
from tests.support.clock import MovedClock

PHONE = Proven("phone", "+8613800138000")
TREE = "  region: {levels: [district, street]}"
APART = "  region: {levels: [district, street], guests: apart}"


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


def publish(platform: Platform, now: int, tree: str) -> Published:
    cast.fill_bank(platform, now)
    cast.add_units(platform, now)
    text = (cast.rules().split("    boards:")[0] + standing.BOARDS).replace("PLACES", "standard")
    text = text.replace(TREE, tree).replace("least_people: 2", "least_people: 1")
    rules = in_force(platform, cast.publish(platform, text, now))
    standing.catch_up(platform, now)
    return rules


def shown(platform: Platform, rules: Published, now: int) -> list[tuple[str, object]]:
    page = standing.page(platform, rules, standing.STREETS, now)
    return [(row.name, row.values["value"]) for row in page.rows]


def replayed(platform: Platform, rules: Published, folder: Path) -> list[str]:
    """Return the streets that a replay of the exported contest shows."""
    export_case(platform, rules.contest_id, folder)
    found = replay.result(case.parse({path.name: path.read_text() for path in folder.iterdir()}))
    name = rules.document.stages[0].boards[standing.STREETS.board].name
    return [row["who"] for row in found["boards"][name]]


def test_a_guest_counts_for_a_street_where_the_rules_say_nothing_else(platform: Platform, now: int) -> None:
    rules = publish(platform, now, TREE)
    standing.finish(platform, rules, standing.join(platform, "飞鱼", now), 3, now)

    assert len(shown(platform, rules, now)) == 1


def test_a_guest_who_is_kept_apart_counts_with_everything_once_known(
    platform: Platform, now: int, tmp_path: Path
) -> None:
    rules = publish(platform, now, APART)
    guest = standing.join(platform, "飞鱼", now)
    standing.finish(platform, rules, guest, 3, now)
    assert shown(platform, rules, now) == []
    assert replayed(platform, rules, tmp_path / "before") == []
    assert standing.placed(standing.page(platform, rules, standing.PEOPLE, now)) == [(1, "飞鱼")]
    assert boards.verify(platform, rules.contest_id) == []

    subjects.attach(platform, guest, PHONE, now)

    assert len(shown(platform, rules, now)) == 1
    assert len(replayed(platform, rules, tmp_path / "after")) == 1
    assert boards.verify(platform, rules.contest_id) == []


def test_who_becomes_known_after_the_close_changes_nothing(platform: Platform, now: int) -> None:
    rules = publish(platform, now, APART)
    guest = standing.join(platform, "飞鱼", now)
    standing.finish(platform, rules, guest, 3, now)

    subjects.attach(platform, guest, PHONE, rules.closes_ms + 1)

    assert shown(platform, rules, now) == []
    assert boards.verify(platform, rules.contest_id) == []


def test_who_is_joined_to_a_known_account_counts_from_then(platform: Platform, now: int) -> None:
    rules = publish(platform, now, APART)
    guest = standing.join(platform, "飞鱼", now)
    standing.finish(platform, rules, guest, 3, now)
    known = accounts.sign_up_known(platform, NewPerson("王小明"), PHONE, now).person_id

    joining.join(platform, guest, known, Actor(guest, now))

    assert len(shown(platform, rules, now)) == 1
    assert boards.verify(platform, rules.contest_id) == []
