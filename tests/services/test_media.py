"""Pictures and sounds are kept once by digest, go with exports, and leave with what used them last."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask_migrate import downgrade
from flask_migrate import upgrade as run_migrations
from sqlalchemy import select

from question_bank.attached import Medium
from question_bank.formats import jsonl, write
from question_bank.question import Question
from quiz.errors import NotFound
from quiz.models.bank import QuestionVersion
from quiz.models.media import Medium as MediumRow
from quiz.models.media import QuestionMedium
from quiz.models.upgrade import know_migrations
from quiz.services import bank, bank_search, media
from quiz.services.bank_editing import edit
from quiz.services.bank_search import Search
from quiz.services.platform import Platform
from tests.question_bank.kinds import PIXEL
from tests.services.test_bank import ORGANIZER, asked, count, previewed, taken
from tests.support import bank as held

PICTURE = Medium("leaf.png", "image/png", PIXEL, width=1, height=1)


def with_picture(stem: str, *pictures: Medium) -> Question:
    return replace(asked(f"{stem}![叶](leaf.png)"), media=pictures or (PICTURE,))


def test_a_picture_of_two_questions_is_kept_once_and_named_by_digest(platform: Platform) -> None:
    taken(platform, with_picture("甲？"), with_picture("乙？"))

    with platform.store.reading() as session:
        contents = [str(each) for each in session.scalars(select(QuestionVersion.content))]
    assert (count(platform, MediumRow), count(platform, QuestionMedium)) == (1, 2)
    assert all(PICTURE.digest in each and "base64" not in each for each in contents)
    assert media.medium(platform, PICTURE.digest) == media.Kept("image/png", PIXEL)


def test_an_export_carries_the_bytes_and_comes_back_as_it_was(platform: Platform) -> None:
    questions = [with_picture("甲？"), asked("乙？")]
    done = taken(platform, *questions)
    written = jsonl.write(bank.all_questions(platform))
    held.undo(platform, done.import_id, ORGANIZER)

    taken(platform, *[each.question for each in jsonl.read(written).questions])

    assert bank.all_questions(platform) == questions


def test_a_workbook_carries_its_pictures_into_the_bank_and_out_again(platform: Platform) -> None:
    questions = [with_picture("甲？"), asked("乙？")]
    token = bank.stage(platform, write(questions, "workbook"), "题.xlsx", ORGANIZER.now_ms)

    bank.take(platform, bank.preview(platform, token), ORGANIZER)

    assert bank.all_questions(platform) == questions


def test_what_an_undone_import_brought_stays_while_another_uses_it(platform: Platform) -> None:
    first, second = taken(platform, with_picture("甲？")), taken(platform, with_picture("乙？"))

    held.undo(platform, first.import_id, ORGANIZER)
    left = count(platform, MediumRow)
    held.undo(platform, second.import_id, ORGANIZER)

    assert (left, count(platform, MediumRow), count(platform, QuestionMedium)) == (1, 0, 0)
    with pytest.raises(NotFound):
        media.medium(platform, PICTURE.digest)


def test_an_edit_keeps_the_pictures_of_the_version_before(platform: Platform) -> None:
    taken(platform, with_picture("甲？"))
    (found,), _count = bank_search.search(platform, Search())

    later = edit(platform, found.version_id, replace(found.question, explanation="看叶"), ORGANIZER)

    assert bank_search.one(platform, later).found.question.media[0].kept == PICTURE.digest
    assert edit(platform, later, replace(found.question, explanation="看叶"), ORGANIZER) == later
    assert (count(platform, MediumRow), count(platform, QuestionMedium)) == (1, 2)


def test_a_preview_names_what_cannot_be_used_and_imports_none_of_it(platform: Platform) -> None:
    found = previewed(platform, with_picture("甲？", Medium("leaf.png", "image/png", b"no picture")))

    assert [(p.row, p.code) for p in found.problems] == [(1, "unknown-medium")]
    assert found.good == ()


def test_rows_from_before_keep_their_pictures_in_both_directions(app: Flask, platform: Platform) -> None:
    taken(platform, with_picture("甲？"), with_picture("乙？"), asked("丙？"))
    before = bank.all_questions(platform)
    know_migrations(app)

    with app.app_context():
        downgrade(revision="0016")
        with platform.store.reading() as session:
            old = [str(each) for each in session.scalars(select(QuestionVersion.content))]
        run_migrations()

    assert sum("base64" in each for each in old) == 2
    assert bank.all_questions(platform) == before
    assert (count(platform, MediumRow), count(platform, QuestionMedium)) == (1, 2)
