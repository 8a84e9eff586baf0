"""Large works on the bank: cut off anywhere they go on exactly there, or leave nothing behind."""

from __future__ import annotations

from dataclasses import replace
from itertools import count as numbers

import pytest
from sqlalchemy import func, select

from question_bank.question import Question, lettered
from quiz.models.accounts import Audit, Person
from quiz.models.bank import IN_REVIEW, READY, QuestionVersion, Review, is_in_use
from quiz.models.bank import Question as QuestionRow
from quiz.models.works import DONE, FAILED
from quiz.services import bank, bank_review, bank_search, bulk, chosen, taking, working, works
from quiz.services.bank_editing import edit
from quiz.services.bank_search import Search
from quiz.services.chosen import APPROVE, RETIRE, TAG, Chosen
from quiz.services.platform import Actor, Platform
from quiz.services.tagging import Tag
from quiz.services.works import SILENT_MS, TURNS, Going, TakenOver
from tests.services.test_bank import previewed, taken
from tests.services.test_bank_review import organizer


class Killed(Exception):
    """Ends a process in the middle of its work."""


def killed_after(parts: int):  # type: ignore[no-untyped-def]  # a rest
    """Return a rest that ends the process after so many parts."""
    done = numbers(1)

    def rest() -> None:
        if next(done) == parts:
            raise Killed

    return rest


def asked(n: int) -> Question:
    return Question("single", f"第 {n} 题问的是什么？", lettered([f"甲{n}", "乙", "丙"]), frozenset("A"))


@pytest.fixture
def editor(platform: Platform) -> Actor:
    """Somebody at the desk."""
    now_ms = platform.clock.now_ms()
    with platform.store.writing() as session:
        person = Person(role="organizer", created_ms=now_ms)
        session.add(person)
        session.flush()
        return Actor(person.id, now_ms)


def begun(platform: Platform, editor: Actor, count: int) -> Going:
    """Begin to take a file of so many questions."""
    work = taking.begin(platform, previewed(platform, *map(asked, range(count))), editor)
    assert isinstance(work, Going)
    return work


def held(platform: Platform, model: type) -> int:
    with platform.store.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def state_of(platform: Platform, import_id: int) -> str:
    return bank_search.import_of(platform, import_id).state


def test_an_import_that_was_cut_off_goes_on_where_it_was_and_appears_whole(
    platform: Platform, editor: Actor
) -> None:
    work = begun(platform, editor, 250)
    with pytest.raises(Killed):
        taking.carry_out(platform, work, killed_after(2))
    assert (held(platform, QuestionRow), bank.all_questions(platform)) == (200, [])

    again = works.take_over(platform, works.of_id(platform, work.id))
    assert again is not None
    done = taking.carry_out(platform, again, works.no_rest)

    assert done.taken == 250
    assert [q.stem for q in bank.all_questions(platform)] == [asked(n).stem for n in range(250)]
    assert state_of(platform, done.import_id) == "visible"


def test_a_process_that_was_thought_dead_writes_nothing_more(platform: Platform, editor: Actor) -> None:
    work = begun(platform, editor, 250)

    def thought_dead() -> None:
        works.take_over(platform, works.of_id(platform, work.id))

    with pytest.raises(TakenOver):
        taking.carry_out(platform, work, thought_dead)

    assert held(platform, QuestionVersion) == 100  # of the first part; the second was undone
    assert works.of_id(platform, work.id).done == 100


def test_an_import_that_nobody_can_finish_is_taken_back_and_can_be_tried_again(
    platform: Platform, editor: Actor
) -> None:
    found = previewed(platform, *map(asked, range(250)))
    work = taking.begin(platform, found, editor)
    assert isinstance(work, Going)
    with pytest.raises(Killed):
        taking.carry_out(platform, work, killed_after(1))
    for _ in range(TURNS - 1):
        last = works.take_over(platform, works.of_id(platform, work.id))
        assert last is not None

    working.resume(platform, last.beat_ms + SILENT_MS + 1)

    assert works.of_id(platform, work.id).state == FAILED
    assert (held(platform, QuestionRow), state_of(platform, work.wanted["import"])) == (0, "failed")
    with platform.store.writing() as session:
        works.forget(session, found.token, FAILED)
    assert bank.take(platform, bank.preview(platform, found.token), editor).taken == 250


def test_what_a_command_left_is_taken_back(platform: Platform) -> None:
    work = taking.begin(platform, previewed(platform, *map(asked, range(150))), Actor(None, 1))
    assert isinstance(work, Going)
    with pytest.raises(Killed):
        taking.carry_out(platform, work, killed_after(1))

    working.resume(platform, platform.clock.now_ms() + SILENT_MS + 1)

    assert (held(platform, QuestionRow), state_of(platform, work.wanted["import"])) == (0, "failed")


def tagged(platform: Platform, editor: Actor, to_do: str = TAG, tag: Tag = ("topic", "决赛")) -> Going:
    """Begin to change all questions of the bank."""
    ids = tuple(bank_search.matching(platform, Search()))
    token = chosen.keep(platform, Chosen(ids, to_do), editor.now_ms)
    work = bulk.begin(platform, token, tag, editor)
    assert work is not None
    assert bulk.begin(platform, token, tag, editor) is None  # the second click
    return work


@pytest.mark.parametrize(("to_do", "action"), [(TAG, "bank.tag"), (RETIRE, "bank.retire")])
def test_a_change_of_many_questions_that_was_cut_off_goes_on_and_counts_exactly(
    platform: Platform, editor: Actor, to_do: str, action: str
) -> None:
    taken(platform, *map(asked, range(230)))
    work = tagged(platform, editor, to_do)
    with pytest.raises(Killed):
        bulk.carry_out(platform, work, killed_after(1))

    again = works.take_over(platform, works.of_id(platform, work.id))
    assert again is not None
    bulk.carry_out(platform, again, works.no_rest)

    now = works.of_id(platform, work.id)
    assert (now.state, now.changed) == (DONE, 230)
    with platform.store.reading() as session:
        assert len(session.scalars(select(Audit.id).where(Audit.action == action)).all()) == 3
        newest = select(func.count()).where(QuestionVersion.number == 2)
        assert session.scalar(newest) == (230 if to_do == TAG else 0)
    assert len(bank_search.matching(platform, Search())) == (230 if to_do == TAG else 0)


def test_a_tag_that_decides_where_questions_are_used_waits_for_a_second_person(platform: Platform) -> None:
    one, _other = organizer(platform, "甲"), organizer(platform, "乙")
    taken(platform, *map(asked, range(2)))

    bulk.carry_out(platform, tagged(platform, one, tag=("region", "渝中区")), works.no_rest)

    with platform.store.reading() as session:
        rows = session.execute(select(QuestionVersion.number, QuestionVersion.state)).all()
        assert sorted(rows) == [(1, READY)] * 2 + [(2, IN_REVIEW)] * 2
        assert set(session.scalars(select(QuestionVersion.id).where(is_in_use()))) == {1, 2}
        assert session.scalars(select(Review.verdict)).all() == ["submitted"] * 2
    assert len(bank_review.waiting(platform, one.person_id)) == 0  # whoever tagged approves nothing of it


def test_a_second_person_approves_many_changes_of_tags_at_once_and_nothing_else(platform: Platform) -> None:
    one, other = organizer(platform, "甲"), organizer(platform, "乙")
    taken(platform, *map(asked, range(3)))
    (first, *_), _count = bank_search.search(platform, Search(order="age"))
    edit(platform, first.version_id, replace(first.question, stem="改过的题干？"), one)
    bulk.carry_out(platform, tagged(platform, one, tag=("region", "渝中区")), works.no_rest)

    own = tagged(platform, one, APPROVE)
    bulk.carry_out(platform, own, works.no_rest)
    work = tagged(platform, other, APPROVE)
    bulk.carry_out(platform, work, works.no_rest)

    assert [works.of_id(platform, each.id).changed for each in (own, work)] == [0, 2]
    (left,) = bank_review.waiting(platform, other.person_id)
    assert left.question.stem == "改过的题干？"


def test_whoever_is_alone_vouches_for_a_tag_that_decides_where_questions_are_used(
    platform: Platform, editor: Actor
) -> None:
    taken(platform, asked(1))

    bulk.carry_out(platform, tagged(platform, editor, tag=("valid_until", "2027-01-01")), works.no_rest)

    with platform.store.reading() as session:
        assert session.scalars(select(QuestionVersion.state)).all() == [READY] * 2
        assert session.scalars(select(Review.verdict)).all() == ["vouched"]
