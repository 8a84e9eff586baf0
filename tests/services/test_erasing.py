"""An account that is gone: nothing tells who it was, and every board stands as before."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from quiz.errors import NotAllowed
from quiz.models import Base
from quiz.models.accounts import Audit, Person
from quiz.rules.permissions import Role
from quiz.services import accounts, awards, boards, erasing, profiles, subjects, winnings
from quiz.services.awards import AwardId
from quiz.services.platform import Actor, Platform
from quiz.services.profiles import Correction
from quiz.services.published import in_force
from quiz.services.subjects import Proven
from tests.support import contests as cast
from tests.support import standing
from tests.support.clock import MovedClock

NAME, NICKNAME, NUMBER = "王小明", "飞翔的鱼", "+8613800138000"


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


def everything(platform: Platform) -> str:
    """Return all that stands in the database, as text."""
    with platform.store.reading() as session:
        tables = Base.metadata.sorted_tables
        return "\n".join(str(row) for table in tables for row in session.execute(select(table)))


def test_nothing_tells_who_it_was_and_the_boards_stand(platform: Platform, now: int) -> None:
    rules = standing.publish(platform, now)
    new = accounts.NewPerson(NICKNAME, NAME, on_roster=True, born="2001-02-03", grade="研一")
    (code,) = accounts.add_people(platform, [new], Actor(None, now))
    entry = accounts.sign_in_with_code(platform, code, now)
    subjects.attach(platform, entry.person_id, Proven("phone", NUMBER), now)
    told = Correction(groups="学生", born="2001-02-04", grade="研一", extra="", because=f"{NAME}来电")
    profiles.correct(platform, entry.person_id, told, Actor(None, now))
    standing.finish(platform, rules, entry.person_id, 3, now)
    standing.finish(platform, rules, standing.join(platform, "小红", now), 2, now)
    standing.catch_up(platform, now)

    assert erasing.erase(platform, entry.person_id, "owner", Actor(entry.person_id, now))
    assert not erasing.erase(platform, entry.person_id, "owner", Actor(entry.person_id, now))

    left = everything(platform)
    for told_of in (NAME, NICKNAME, NUMBER, "2001-02", "研一"):
        assert told_of not in left
    rows = standing.page(platform, rules, standing.PEOPLE, now).rows
    assert [(row.name, row.place) for row in rows] == [("", 1), ("小红", 2)]
    assert boards.verify(platform, rules.contest_id) == []
    assert accounts.visitor(platform, entry.token, now) is None
    with platform.store.reading() as session:
        assert session.scalars(select(Audit.action)).all().count("people.erase") == 1


def test_a_winners_name_stays_for_the_desk_until_prizes_are_handed_over(
    platform: Platform, clock: MovedClock, now: int
) -> None:
    cast.fill_bank(platform, now)
    cast.add_units(platform, now)
    rules = in_force(platform, cast.publish(platform, cast.RULES_WITH_EVERY_PRIZE, now))
    person = standing.join(platform, NICKNAME, now)
    standing.finish(platform, rules, person, 4, now)
    clock.move(days=8)
    over = clock.now_ms()
    best = AwardId(0, 2)
    given = awards.one(platform, rules, best, "")
    awards.confirm(platform, rules, best, "", given.digest, Actor(None, over))

    assert [won.what for won in winnings.won_by(platform, person)] == ["前两名"]
    erasing.erase(platform, person, "owner", Actor(person, over))

    (listed,) = awards.confirmed(platform, rules)
    assert [(getter.name, getter.real_name) for getter in listed.getters] == [("", NICKNAME)]


def test_an_organizer_is_not_deleted(platform: Platform, now: int) -> None:
    code = accounts.invite_organizer(platform, "甲", Actor(None, now))
    organizer = accounts.accept_invitation(platform, code, now).person_id

    with pytest.raises(NotAllowed):
        erasing.erase(platform, organizer, "owner", Actor(organizer, now))

    with platform.store.reading() as session:
        assert session.get_one(Person, organizer).role == Role.ORGANIZER
