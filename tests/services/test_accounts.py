"""Signing in, out and up; units found and named; guesses limited."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from quiz.errors import InvalidInput, NotAllowed, TooMany, WrongCode
from quiz.models.accounts import Audit, Identity, Membership
from quiz.rules.permissions import Role
from quiz.services import accounts, boards, guessing, play, results, units
from quiz.services.platform import Actor, Platform
from quiz.services.published import in_force
from quiz.services.results import BoardId, Wanted
from quiz.services.secrets import code_of
from tests.support import contests as cast
from tests.support.clock import MovedClock

DAY_MS = 86_400_000


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


def street(platform: Platform, name: str) -> int:
    return next(u.id for u in units.find(platform, name, "region") if u.level == "street")


def test_the_code_told_at_sign_up_signs_in_however_it_is_typed(platform: Platform, now: int) -> None:
    entry = accounts.sign_up(platform, "小明", {}, now)
    assert entry.code is not None

    typed = (entry.code, entry.code.lower(), entry.code.replace("-", " "), f"  {entry.code}　")
    found = {accounts.sign_in_with_code(platform, text, now).person_id for text in typed}

    assert found == {entry.person_id}


def test_a_wrong_code_signs_nobody_in(platform: Platform, now: int) -> None:
    for typed in ("", "AAAAA-AAAAA", "'; --", "零一二"):
        with pytest.raises(WrongCode):
            accounts.sign_in_with_code(platform, typed, now)


def test_neither_code_nor_token_is_stored_readable(platform: Platform, now: int) -> None:
    entry = accounts.sign_up(platform, "小明", {}, now)

    with platform.store.reading() as session:
        kept = session.get_one(Identity, entry.person_id).code_digest
    assert entry.code not in str(kept)
    assert entry.token not in str(kept)


def test_a_sign_in_ends_with_the_sign_out_and_stays_ended(platform: Platform, now: int) -> None:
    entry = accounts.sign_up(platform, "小明", {}, now)
    other = accounts.sign_in_with_code(platform, entry.code or "", now)
    before = accounts.visitor(platform, entry.token, now)

    accounts.sign_out(platform, entry.token, now + 1)
    accounts.sign_out(platform, entry.token, now + 2)

    left = accounts.visitor(platform, other.token, now + 3)
    assert before is not None
    assert accounts.visitor(platform, entry.token, now + 3) is None
    assert left is not None
    assert left.epoch == before.epoch + 1  # attempt tokens of the person are revoked once


def test_a_sign_in_runs_out(platform: Platform, now: int) -> None:
    entry = accounts.sign_up(platform, "小明", {}, now)

    assert accounts.visitor(platform, entry.token, now + 90 * DAY_MS - 1) is not None
    assert accounts.visitor(platform, entry.token, now + 90 * DAY_MS) is None


@pytest.mark.parametrize("nickname", ["", "   ", "字" * 21, "a\u202eb", "a\x00b"])
def test_a_nickname_that_cannot_be_shown_is_refused(platform: Platform, now: int, nickname: str) -> None:
    with pytest.raises(InvalidInput):
        accounts.sign_up(platform, nickname, {}, now)


def test_a_unit_of_another_tree_is_refused_and_nobody_is_added(platform: Platform, now: int) -> None:
    cast.add_units(platform, now)

    with pytest.raises(InvalidInput):
        accounts.sign_up(platform, "小明", {"school": street(platform, "P")}, now)
    with pytest.raises(InvalidInput):
        accounts.sign_up(platform, "小明", {"region": 10**12}, now)

    with platform.store.reading() as session:
        assert session.scalars(select(Identity)).all() == []
        assert session.scalars(select(Membership)).all() == []


def test_five_hundred_pupils_sign_in_from_one_address(platform: Platform, now: int) -> None:
    code = accounts.sign_up(platform, "小明", {}, now).code or ""

    for _ in range(500):
        accounts.sign_in_with_code(platform, code, now, "203.0.113.5")


def test_guessing_codes_is_refused_and_keeps_nobody_else_of_the_address_out(
    platform: Platform, now: int
) -> None:
    code = accounts.sign_up(platform, "小明", {}, now).code or ""

    def guess(number: int, refused: type[Exception]) -> None:
        with pytest.raises(refused):
            accounts.sign_in_with_code(platform, code_of(b"guess", str(number)), now, "203.0.113.6")

    for _ in range(200):
        guess(1, WrongCode)  # the same mistake counts once
    for number in range(1, guessing.MOST_WRONG + 1):
        guess(number, WrongCode)

    guess(guessing.MOST_WRONG + 1, TooMany)
    accounts.sign_in_with_code(platform, code, now, "203.0.113.6")


def test_a_flood_of_wrong_codes_blocks_the_codes_of_an_address_for_a_while(
    platform: Platform, now: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guessing, "MOST_TRIES", 20)
    code = accounts.sign_up(platform, "小明", {}, now).code or ""
    for number in range(21):
        with pytest.raises(WrongCode):
            accounts.sign_in_with_code(platform, code_of(b"guess", str(number)), now, "203.0.113.6")

    with pytest.raises(TooMany):
        accounts.sign_in_with_code(platform, code, now, "203.0.113.6")
    accounts.sign_in_with_code(platform, code, now, "203.0.113.7")
    accounts.sign_in_with_code(platform, code, now + guessing.BLOCKED_S * 1000, "203.0.113.6")


def test_an_invitation_makes_an_organizer_once(platform: Platform, now: int) -> None:
    token = accounts.invite_organizer(platform, "李老师", Actor(None, now))

    name = accounts.open_invitation(platform, token, now)
    entry = accounts.accept_invitation(platform, token, now + 1)

    visitor = accounts.visitor(platform, entry.token, now + 2)
    assert name == "李老师"
    assert visitor is not None
    assert visitor.role == Role.ORGANIZER
    assert accounts.has_organizer(platform)
    with pytest.raises(NotAllowed):
        accounts.accept_invitation(platform, token, now + 3)
    with pytest.raises(NotAllowed):
        accounts.open_invitation(platform, "x", now + 3)


def test_an_invitation_runs_out(platform: Platform, now: int) -> None:
    token = accounts.invite_organizer(platform, "李老师", Actor(None, now))

    with pytest.raises(NotAllowed):
        accounts.accept_invitation(platform, token, now + 2 * DAY_MS)


def test_what_is_done_at_the_desk_leaves_an_audit_row(platform: Platform, now: int) -> None:
    cast.add_units(platform, now)
    accounts.set_enrolment(platform, street(platform, "P"), "2026-03-01", 1200, Actor(None, now))
    accounts.add_people(platform, [accounts.NewPerson("小明", "王小明")], Actor(None, now))
    accounts.accept_invitation(platform, accounts.invite_organizer(platform, "李老师", Actor(None, now)), now)

    with platform.store.reading() as session:
        actions = list(session.scalars(select(Audit.action).order_by(Audit.id)))
    assert actions == [
        "units.load",
        "units.enrolment",
        "people.add",
        "organizer.invite",
        "organizer.accept",
    ]


def test_units_are_found_by_a_part_of_the_name(platform: Platform, now: int) -> None:
    cast.add_units(platform, now, ("渝中区/解放碑街道", "渝中区/大溪沟街道", "渝中区/碑林路_1"))

    assert [u.path for u in units.find(platform, "碑", "region")] == ["渝中区/碑林路_1", "渝中区/解放碑街道"]
    assert [u.name for u in units.find(platform, "_")] == ["碑林路_1"]
    assert units.find(platform, "碑", "school") == []
    assert units.find(platform, "")[0].name == "渝中区"


def test_what_was_played_before_counts_for_the_first_unit_that_is_named(platform: Platform, now: int) -> None:
    cast.fill_bank(platform, now)
    cast.add_units(platform, now)
    contest_id = cast.publish(platform, cast.rules(), now)
    boards.catch_up_all(platform, now, full=True)
    person_id = cast.join(platform, "小明", now)
    attempt_id = cast.begin(platform, contest_id, person_id, now)
    right = cast.answer(platform, attempt_id, 1)
    play.finish(platform, cast.batch(platform, attempt_id, now, right))

    units.join(platform, person_id, "region", street(platform, "P"), now + 1)

    streets = results.page(platform, in_force(platform, contest_id), Wanted(BoardId(0, 1)), now + 2)
    assert [(row.name, row.values["value"]) for row in streets.rows] == [("P", 1)]
    assert boards.verify(platform, contest_id) == []


def test_renaming_a_unit_keeps_it_the_same(platform: Platform, now: int) -> None:
    cast.add_units(platform, now)
    before = street(platform, "P")
    row = accounts.UnitRow("P", "P 新名", "street", "渝中区")

    accounts.load_units(platform, "region", [row], Actor(None, now))

    assert street(platform, "P 新名") == before


def test_a_unit_before_its_parent_is_refused_with_its_row(platform: Platform, now: int) -> None:
    rows = [accounts.UnitRow("B", "乙", "street", "A"), accounts.UnitRow("A", "甲", "district", "")]

    with pytest.raises(InvalidInput) as refused:
        accounts.load_units(platform, "region", rows, Actor(None, now))

    assert refused.value.details["row"] == 1
    assert units.find(platform, "") == []


def test_a_renamed_unit_names_those_below_it_anew(platform: Platform, now: int) -> None:
    cast.add_units(platform, now)

    accounts.load_units(
        platform, "region", [accounts.UnitRow("渝中区", "新区", "district", "")], Actor(None, now)
    )

    assert [unit.path for unit in units.find(platform, "P", "region")] == ["新区/P"]


def test_a_unit_is_never_put_below_itself(platform: Platform, now: int) -> None:
    cast.add_units(platform, now)
    ring = [accounts.UnitRow("渝中区", "渝中区", "district", "P")]

    with pytest.raises(InvalidInput):
        accounts.load_units(platform, "region", ring, Actor(None, now))

    assert [unit.path for unit in units.find(platform, "P", "region")] == ["渝中区/P"]


def test_names_that_are_too_long_together_are_refused(platform: Platform, now: int) -> None:
    chain = [accounts.UnitRow(f"u{n}", "长" * 80, "level", f"u{n - 1}" if n else "") for n in range(6)]

    with pytest.raises(InvalidInput, match="u4"):
        accounts.load_units(platform, "region", chain, Actor(None, now))

    assert units.find(platform, "长", "region") == []
