"""An edit is a version: the bank holds the newest, contests keep what they froze; on every database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from question_bank.attached import Material
from quiz.errors import InvalidInput, NotFound
from quiz.models.accounts import Audit
from quiz.models.bank import QuestionVersion
from quiz.services import bank, bank_review, bank_search
from quiz.services.bank_editing import edit, others_of_material
from quiz.services.bank_search import Search
from quiz.services.platform import Platform
from quiz.services.published import in_force
from tests.services.test_bank import ORGANIZER, asked, count, previewed, taken
from tests.support import bank as held
from tests.support import contests as cast
from tests.support import kinds
from tests.support.clock import MovedClock


def only(platform: Platform) -> tuple[int, object]:
    (found,), number = bank_search.search(platform, Search())
    assert number == 1
    return found.version_id, found.question


def test_the_newest_version_is_what_the_bank_holds(platform: Platform) -> None:
    taken(platform, asked("冰是什么？"))
    version_id, before = only(platform)

    edited_id = edit(platform, version_id, replace(before, stem="冰是哪种物质？"), ORGANIZER)

    assert only(platform)[0] == edited_id != version_id
    assert [q.stem for q in bank.all_questions(platform)] == ["冰是哪种物质？"]
    assert bank_search.one(platform, version_id).found.question.stem == "冰是什么？"
    assert count(platform, Audit) == 2


def test_only_the_newest_wording_is_known_to_an_import(platform: Platform) -> None:
    taken(platform, asked("冰是什么？"))
    version_id, before = only(platform)
    edit(platform, version_id, replace(before, stem="汽是什么？"), ORGANIZER)

    assert not previewed(platform, asked("冰是什么？")).problems
    assert [p.code for p in previewed(platform, asked("汽是什么？")).problems] == ["duplicate"]


def test_the_same_wording_makes_no_version(platform: Platform) -> None:
    taken(platform, asked("冰是什么？"))
    version_id, before = only(platform)

    assert edit(platform, version_id, before, ORGANIZER) == version_id
    assert count(platform, QuestionVersion) == 1


def test_an_older_version_cannot_be_edited_any_more(platform: Platform) -> None:
    taken(platform, asked("冰是什么？"))
    version_id, before = only(platform)
    edit(platform, version_id, replace(before, stem="甲？"), ORGANIZER)

    with pytest.raises(InvalidInput, match="更新的一版"):
        edit(platform, version_id, replace(before, stem="乙？"), ORGANIZER)

    assert only(platform)[1].stem == "甲？"


def test_what_was_taken_back_cannot_be_edited_and_all_its_versions_go(platform: Platform) -> None:
    took = taken(platform, asked("冰是什么？"))
    version_id, before = only(platform)
    edit(platform, version_id, replace(before, stem="甲？"), ORGANIZER)

    held.undo(platform, took.import_id, ORGANIZER)

    assert count(platform, QuestionVersion) == 0
    with pytest.raises(NotFound):
        edit(platform, version_id, before, ORGANIZER)


def test_a_published_contest_keeps_its_version_and_the_next_gets_the_new_one(
    platform: Platform, clock: MovedClock
) -> None:
    now = clock.now_ms()
    first = kinds.publish(platform, now)
    found = next(f for f in bank_search.search(platform, Search(words="由小到大"))[0])
    new_id = edit(platform, found.version_id, replace(found.question, arranged=tuple("ABC")), ORGANIZER)
    bank_review.approve(platform, new_id, ORGANIZER)

    second = cast.publish(platform, kinds.RULES, now)

    assert found.version_id in in_force(platform, first).questions
    assert new_id not in in_force(platform, first).questions
    assert found.version_id not in in_force(platform, second).questions
    assert in_force(platform, second).questions[new_id].arranged == ("A", "B", "C")


def test_a_material_is_changed_in_all_of_its_questions_or_in_one(platform: Platform) -> None:
    about = Material("水会结冰。")
    for stem, material in {"冰？": about, "汽？": about, "雾？": None}.items():
        taken(platform, replace(asked(stem), material=material))
    by_stem = {found.question.stem: found for found in bank_search.search(platform, Search())[0]}
    ice = by_stem["冰？"]
    written = replace(ice.question, material=Material("水在零度结冰。"))

    assert [others_of_material(platform, by_stem[stem].version_id) for stem in ("冰？", "雾？")] == [1, 0]
    edited_id = edit(platform, ice.version_id, written, ORGANIZER, is_for_all=True)

    found = {q.stem: q.material for q in bank.all_questions(platform)}
    assert found == {"冰？": written.material, "汽？": written.material, "雾？": None}
    assert others_of_material(platform, edited_id) == 1
    edit(platform, edited_id, ice.question, ORGANIZER)
    assert others_of_material(platform, by_stem["汽？"].version_id) == 1  # its older version asks about it
    found = {q.stem: q.material for q in bank.all_questions(platform)}
    assert found == {"冰？": about, "汽？": written.material, "雾？": None}
