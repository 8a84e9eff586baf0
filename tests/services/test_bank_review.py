"""A version is approved by a second person, or by its writer where nobody else is there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from quiz.errors import InvalidInput, NotFound
from quiz.models.accounts import Audit, Identity, Person
from quiz.models.bank import DRAFT, IN_REVIEW, READY, QuestionVersion, Review
from quiz.services import bank, bank_review, bank_search, keeping_back
from quiz.services.bank_editing import edit
from quiz.services.bank_search import Search
from quiz.services.platform import Actor, Platform
from tests.services.test_bank import NOW, asked, previewed
from tests.support import bank as held


def organizer(platform: Platform, name: str) -> Actor:
    with platform.store.writing() as session:
        person = Person(role="organizer", created_ms=NOW)
        session.add(person)
        session.flush()
        session.add(Identity(person_id=person.id, nickname=name))
        return Actor(person.id, NOW)


def written(platform: Platform, writer: Actor, becomes: str = IN_REVIEW) -> int:
    """Let somebody edit a ready question, and return the new version."""
    bank.take(platform, previewed(platform, asked("冰是什么？")), Actor(None, NOW))
    (found,), _count = bank_search.search(platform, Search())
    return edit(platform, found.version_id, replace(found.question, stem="冰？"), writer, becomes)


def state(platform: Platform, version_id: int) -> str:
    with platform.store.reading() as session:
        return session.get_one(QuestionVersion, version_id).state


def test_a_second_person_approves_and_is_on_record_with_moment_and_comment(platform: Platform) -> None:
    writer, second = organizer(platform, "写题人"), organizer(platform, "审题人")
    version_id = written(platform, writer)

    bank_review.approve(platform, version_id, replace(second, now_ms=NOW + 5), "已核对出处")

    assert state(platform, version_id) == READY
    with platform.store.reading() as session:
        (row,) = session.scalars(select(Review).where(Review.version_id == version_id))
        actions = set(session.scalars(select(Audit.action)))
    assert (row.actor_id, row.at_ms, row.verdict, row.comment) == (
        second.person_id, NOW + 5, "approved", "已核对出处",
    )  # fmt: skip
    assert "bank.approved" in actions


def test_the_writer_is_refused_with_what_to_do(platform: Platform) -> None:
    writer, _second = organizer(platform, "写题人"), organizer(platform, "审题人")
    version_id = written(platform, writer)

    with pytest.raises(InvalidInput, match="你自己写的"):
        bank_review.approve(platform, version_id, writer)
    with pytest.raises(InvalidInput, match="别的编辑"):
        bank_review.approve(platform, version_id, writer, alone=True)

    assert state(platform, version_id) == IN_REVIEW


def test_the_only_editor_may_put_an_own_version_in_use_by_saying_so(platform: Platform) -> None:
    writer = organizer(platform, "只有我")
    version_id = written(platform, writer)
    with pytest.raises(InvalidInput):
        bank_review.approve(platform, version_id, writer)

    bank_review.approve(platform, version_id, writer, alone=True)

    assert state(platform, version_id) == READY
    with platform.store.reading() as session:
        assert session.scalar(select(Review.verdict)) == "vouched"
        assert session.scalar(select(Audit.actor_id).where(Audit.action == "bank.vouched")) is not None


def test_edit_and_approve_in_one_is_for_the_only_editor(platform: Platform) -> None:
    writer = organizer(platform, "写题人")
    assert state(platform, written(platform, writer, READY)) == READY
    organizer(platform, "审题人")
    (found,), _count = bank_search.search(platform, Search())

    with pytest.raises(InvalidInput, match="请送审"):
        edit(platform, found.version_id, replace(found.question, stem="再改"), writer, READY)

    assert bank_search.search(platform, Search())[0][0].question.stem == "冰？"


def test_what_is_sent_back_is_a_draft_with_the_reason_and_can_be_handed_in_again(platform: Platform) -> None:
    writer, second = organizer(platform, "写题人"), organizer(platform, "审题人")
    version_id = written(platform, writer)
    with pytest.raises(InvalidInput, match="为什么退回"):
        bank_review.send_back(platform, version_id, second, "  ")

    bank_review.send_back(platform, version_id, second, "题干少了条件")
    assert state(platform, version_id) == DRAFT
    with pytest.raises(InvalidInput, match="待审"):
        bank_review.approve(platform, version_id, second)

    bank_review.submit(platform, version_id, writer)
    assert state(platform, version_id) == IN_REVIEW


def test_the_queue_holds_what_others_wrote_and_tells_what_is_ones_own(platform: Platform) -> None:
    writer, second = organizer(platform, "写题人"), organizer(platform, "审题人")
    version_id = written(platform, writer)

    (waits,) = bank_review.waiting(platform, second.person_id)

    assert (waits.version_id, waits.number, waits.writer) == (version_id, 2, "写题人")
    assert waits.before is not None
    assert bank_review.waiting(platform, writer.person_id) == []
    assert [each.version_id for each in bank_review.own(platform, writer.person_id)] == [version_id]
    assert bank_review.count(platform, second.person_id) == (1, 0)
    assert bank_review.count(platform, writer.person_id) == (0, 1)


def test_a_second_click_changes_nothing_and_an_older_version_is_not_reviewed(platform: Platform) -> None:
    writer, second = organizer(platform, "写题人"), organizer(platform, "审题人")
    version_id = written(platform, writer)
    (found,), _count = bank_search.search(platform, Search())
    newer = edit(platform, version_id, replace(found.question, stem="更新"), writer)

    with pytest.raises(InvalidInput, match="最新的一版"):
        bank_review.approve(platform, version_id, second)
    bank_review.approve(platform, newer, second)
    bank_review.approve(platform, newer, second)

    with platform.store.reading() as session:
        assert len(session.scalars(select(Review)).all()) == 1
    assert bank_review.waiting(platform, second.person_id) == []


def test_what_is_in_use_elsewhere_is_not_sealed_and_retiring_twice_changes_once(platform: Platform) -> None:
    version_id = written(platform, Actor(None, NOW))
    actor = Actor(None, NOW)

    assert [keeping_back.retire(platform, version_id, actor) for _ in range(2)] == [1, 0]
    assert [keeping_back.retire(platform, version_id, actor, back=True) for _ in range(2)] == [1, 0]
    with pytest.raises(InvalidInput, match="没有这场比赛"):
        keeping_back.seal(platform, version_id, 99, actor)
    with pytest.raises(NotFound):
        keeping_back.release(platform, 99_999, actor)


def test_an_import_taken_back_takes_its_reviews_with_it(platform: Platform) -> None:
    version_id = written(platform, Actor(None, NOW))
    bank_review.approve(platform, version_id, organizer(platform, "审题人"))
    (found,), _count = bank_search.search(platform, Search())

    held.undo(platform, found.import_id, Actor(None, NOW))

    with platform.store.reading() as session:
        assert session.scalars(select(Review)).all() == []
