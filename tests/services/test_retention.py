"""What is kept no longer is deleted on its day, said before, and only once."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update

from quiz.cli import register
from quiz.models.accounts import About, Audit, Identity, Person, SignIn
from quiz.services import accounts, boards, profiles, retention, rosters
from quiz.services.accounts import NewPerson
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published
from tests.support import standing
from tests.support.clock import MovedClock


@pytest.fixture
def rules(platform: Platform, clock: MovedClock) -> Published:
    """A contest that a pupil of a roster and a resident took part in: it closes on 8 March 2026."""
    now = clock.now_ms()
    rules = standing.publish(platform, now)
    accounts.add_people(platform, [NewPerson("王*", "王小明", on_roster=True)], Actor(None, now))
    standing.finish(platform, rules, person_of(platform, "王*"), 3, now)
    standing.finish(platform, rules, standing.join(platform, "老李", now), 2, now)
    standing.catch_up(platform, now)
    rosters.stage(platform, b"x", "list.csv", now)
    return rules


def person_of(platform: Platform, nickname: str) -> int:
    with platform.store.reading() as session:
        return session.scalars(select(Identity.person_id).where(Identity.nickname == nickname)).one()


def nicknames(platform: Platform) -> set[str]:
    with platform.store.reading() as session:
        return set(session.scalars(select(Identity.nickname)))


def run(platform: Platform, clock: MovedClock, does: bool = True) -> retention.Counts:
    found = retention.retain(platform, Actor(None, clock.now_ms()), does)
    return {what: count for what, count in found.items() if count and what != "files"}


def test_names_of_a_roster_go_so_many_days_after_the_close_and_boards_stand(
    platform: Platform, clock: MovedClock, rules: Published
) -> None:
    clock.set("2026-09-04 19:59")  # 180 days after 8 March, 20:00, but for a minute
    assert "accounts" not in run(platform, clock)
    assert nicknames(platform) == {"王*", "老李"}

    clock.set("2026-09-04 20:00")
    assert run(platform, clock, does=False)["accounts"] == 1
    assert nicknames(platform) == {"王*", "老李"}
    assert run(platform, clock)["accounts"] == 1
    assert run(platform, clock) == {}

    assert nicknames(platform) == {"老李"}
    rows = standing.page(platform, rules, standing.PEOPLE, clock.now_ms()).rows
    assert [(row.name, row.place) for row in rows] == [("", 1), ("老李", 2)]
    assert boards.verify(platform, rules.contest_id) == []
    with platform.store.reading() as session:
        assert session.scalars(select(Audit.action)).all().count("people.retain") >= 1


def test_what_an_account_was_joined_from_keeps_it_and_nobody_else(
    platform: Platform, clock: MovedClock, rules: Published
) -> None:
    new = [NewPerson("赵*", "赵一", on_roster=True), NewPerson("钱*", "钱二", on_roster=True)]
    accounts.add_people(platform, new, Actor(None, clock.now_ms()))
    head = person_of(platform, "钱*")
    with platform.store.writing() as session:
        both = Person.id.in_([head, person_of(platform, "老李")])
        session.execute(update(Person).where(both).values(joined_into=head))
    clock.set("2026-09-01 09:00")  # names of who took part are kept for three days more

    assert run(platform, clock)["accounts"] == 1

    assert nicknames(platform) == {"王*", "老李", "钱*"}


def test_an_account_goes_after_two_years_without_a_visit(
    platform: Platform, clock: MovedClock, rules: Published
) -> None:
    clock.move(days=729)
    run(platform, clock)
    assert "老李" in nicknames(platform)

    clock.move(days=2)
    run(platform, clock)

    assert nicknames(platform) == set()


def test_what_somebody_told_for_a_contest_and_old_sign_ins_go(
    platform: Platform, clock: MovedClock, rules: Published
) -> None:
    person = person_of(platform, "老李")
    with platform.store.writing() as session:
        session.add(About(person_id=person, on_roster=False, groups='["居民"]', born="1960", grade=""))
    clock.move(days=300)

    found = run(platform, clock)

    assert (found["facts"], found["sign_ins"]) == (1, 1)
    told = profiles.profile(platform, person)
    assert (told.born, told.groups) == ("", ("居民",))
    with platform.store.reading() as session:
        assert session.scalars(select(SignIn)).all() == []


def test_the_command_says_it_first(
    app: Flask, platform: Platform, clock: MovedClock, rules: Published
) -> None:
    clock.set("2026-09-05 09:00")
    register(app)
    runner = app.test_cli_runner()

    said = runner.invoke(args=["retain", "--dry-run"]).output
    assert "到期的账号（名册里的人，长期没有来过的人）：1" in said
    assert "还没有删除" in said
    assert "已经删除" in runner.invoke(args=["retain"]).output
    assert "没有到期的内容" in runner.invoke(args=["retain"]).output
    assert nicknames(platform) == {"老李"}
