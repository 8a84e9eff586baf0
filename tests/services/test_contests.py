"""Contests: drafted, checked, published, published again before the opening and never after it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from quiz.errors import InvalidDocument, InvalidInput, NotFound
from quiz.models.accounts import Audit
from quiz.models.contests import FrozenQuestion, Rules
from quiz.rules.document import load
from quiz.services import bank, contests, play
from quiz.services.drawable import Wanting
from quiz.services.platform import Actor, Platform
from quiz.services.published import in_force
from tests.support import contests as cast
from tests.support.clock import MovedClock, ms

BEFORE = "2026-03-02 07:00"  # the test contest opens at 08:00


@pytest.fixture
def actor(clock: MovedClock) -> Actor:
    clock.set(BEFORE)
    return Actor(None, clock.now_ms())


@pytest.fixture
def ready(platform: Platform, actor: Actor) -> Platform:
    """A platform whose bank and units serve the test contest."""
    cast.fill_bank(platform, actor.now_ms)
    cast.add_units(platform, actor.now_ms)
    return platform


def test_a_draft_may_be_wrong_and_keeps_its_title(platform: Platform, actor: Actor) -> None:
    contest_id = contests.create(platform, "title: 半成品\nstages: 7", "contest", actor)

    draft = contests.draft(platform, contest_id)

    assert (draft.title, draft.published_version) == ("半成品", None)
    with pytest.raises(InvalidDocument):
        contests.publish(platform, contest_id, actor)
    with pytest.raises(NotFound):
        in_force(platform, contest_id)


def test_a_title_of_any_length_is_published(ready: Platform, actor: Actor) -> None:
    long = "长" * 500
    contest_id = contests.create(ready, cast.rules().replace("测试赛", long), "contest", actor)

    contests.publish(ready, contest_id, actor)

    assert contests.draft(ready, contest_id).title == "长" * 200
    assert in_force(ready, contest_id).document.title == long


def test_what_bank_and_units_lack_is_named(platform: Platform, actor: Actor) -> None:
    missing = contests.missing(platform, Wanting(load(cast.rules()), actor.now_ms))

    assert {fault.code for fault in missing} == {"no_units", "too_few_questions"}
    short = next(fault for fault in missing if fault.code == "too_few_questions")
    assert short.at == "/stages/0/paper/sections/0/count"
    assert (short.values["wanted"], short.values["available"]) == (4, 0)
    assert "4" in short.text


def test_a_contest_that_cannot_be_filled_is_not_published(platform: Platform, actor: Actor) -> None:
    contest_id = contests.create(platform, cast.rules(), "contest", actor)

    with pytest.raises(InvalidDocument):
        contests.publish(platform, contest_id, actor)

    assert contests.draft(platform, contest_id).published_version is None


def test_publishing_freezes_rules_and_questions(ready: Platform, actor: Actor) -> None:
    contest_id = cast.publish(ready, cast.rules(), actor.now_ms)
    contests.save_draft(ready, contest_id, cast.rules(clock="{per_attempt_s: 60}"), actor)

    rules = in_force(ready, contest_id)

    assert rules.version == 1
    assert rules.document.stages[0].clock.per_attempt_ms == 300_000
    assert len(rules.questions) == 8


def test_before_the_opening_a_new_version_may_be_published(ready: Platform, actor: Actor) -> None:
    contest_id = cast.publish(ready, cast.rules(), actor.now_ms)
    contests.save_draft(ready, contest_id, cast.rules(clock="{per_attempt_s: 60}"), actor)

    version = contests.publish(ready, contest_id, Actor(None, ms("2026-03-02 07:59:59.999")))

    assert version == 2
    assert in_force(ready, contest_id).document.stages[0].clock.per_attempt_ms == 60_000
    with ready.store.reading() as session:
        assert len(session.scalars(select(Rules)).all()) == 2
        assert len(session.scalars(select(FrozenQuestion)).all()) == 16


def test_from_the_opening_on_nothing_is_published_though_nobody_came(ready: Platform, actor: Actor) -> None:
    contest_id = cast.publish(ready, cast.rules(), actor.now_ms)

    with pytest.raises(InvalidInput):
        contests.publish(ready, contest_id, Actor(None, ms("2026-03-02 08:00")))

    assert in_force(ready, contest_id).version == 1


def test_an_attempt_goes_on_under_the_rules_it_began_with(ready: Platform, actor: Actor) -> None:
    opened = ms("2026-03-02 08:00")
    contest_id = cast.publish(ready, cast.rules(), actor.now_ms)
    person_id = cast.join(ready, "小明", opened)
    attempt_id = cast.begin(ready, contest_id, person_id, opened)

    sheet = play.sheet_of(ready, attempt_id, person_id, opened)

    assert sheet.rules.rules_id == in_force(ready, contest_id).rules_id


def test_contests_are_listed_with_their_phase(ready: Platform, actor: Actor) -> None:
    contest_id = cast.publish(ready, cast.rules(), actor.now_ms)
    contests.create(ready, cast.rules(), "contest", actor)

    phases = {
        moment: [(listed.contest_id, listed.phase.name) for listed in contests.listed(ready, ms(moment))]
        for moment in ("2026-03-02 07:59", "2026-03-02 08:00", "2026-03-08 20:00")
    }

    assert phases == {
        "2026-03-02 07:59": [(contest_id, "coming")],
        "2026-03-02 08:00": [(contest_id, "open")],
        "2026-03-08 20:00": [(contest_id, "over")],
    }


def test_the_desk_counts_attempts_open_ones_and_people(ready: Platform, actor: Actor) -> None:
    opened = ms("2026-03-02 08:00")
    contest_id = cast.publish(ready, cast.rules(), actor.now_ms)
    for name in ("甲", "乙"):
        person_id = cast.join(ready, name, opened)
        first = cast.begin(ready, contest_id, person_id, opened)
        play.finish(ready, cast.batch(ready, first, opened + 1))
    cast.begin(ready, contest_id, person_id, opened + 2)

    assert contests.counts(ready, contest_id) == (3, 1, 2)


def test_every_step_leaves_an_audit_row(ready: Platform, actor: Actor) -> None:
    contest_id = contests.create(ready, cast.rules(), "contest", actor)
    contests.save_draft(ready, contest_id, cast.rules(clock="{per_attempt_s: 60}"), actor)
    contests.publish(ready, contest_id, actor)

    with ready.store.reading() as session:
        actions = list(session.scalars(select(Audit.action).where(Audit.action.startswith("contest."))))
    assert sorted(actions) == ["contest.create", "contest.publish", "contest.save"]


def test_questions_of_kinds_that_no_contest_can_ask_stay_in_the_bank(ready: Platform, actor: Actor) -> None:
    line = '{"kind": "order", "stem": "由小到大", "options": ["细胞", "组织"], "arranged": ["A", "B"]}'
    token = bank.stage(ready, line.encode(), "x.jsonl", actor.now_ms)
    bank.take(ready, bank.preview(ready, token), actor)
    contest_id = contests.create(ready, cast.rules(), "contest", actor)

    contests.publish(ready, contest_id, actor)

    assert {q.kind for q in in_force(ready, contest_id).questions.values()} == {"single", "multiple"}
